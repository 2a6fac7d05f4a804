"""Bytes, signatures, proofs. Knows neither notices nor geometry. No clock, socket, file or random number.

One text per value: canonical. Keys: keys. What a party signs: facets, entry, shown. What the tree holds: leaf, tree, tiles.
Who may sign: genesis, identity. What is proven to whom: `checkpoints`, receipt, delivered (told), opening (disclosure and erasure).
One entry as one viewer may read it: `readable`.
"""
