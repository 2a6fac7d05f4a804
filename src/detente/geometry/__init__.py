"""Exact space and time: volumes, places, distances with a proven bound, and what comes too close to what.

Knows nothing of parties, notices or ledgers. No clock, socket, file or random number. `volume` and `altitude` say what a volume is,
`geodesic` and `measure` how far apart two points are; `stated` reads what people write, `exact` decides one pair, `search` finds the
pairs among many, `clearing` says why two come too close and what parts them.
"""
