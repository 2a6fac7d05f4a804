"""What entry bodies mean: one module per kind, in folders by subject; the registry that reads and writes them; the rules between versions.

Each kind's module holds its body Structs and `check(body)`, which says what is wrong with a body as `Problem` values.
Formats, with an example and rules for each kind: docs/formats/records.md. No clock, socket, file or random number.
"""
