"""Exact space and time: volumes, places, distances with a proven bound, and what comes too close to what.

Knows nothing of parties, notices or ledgers. No clock, socket, file or random number.
"""
