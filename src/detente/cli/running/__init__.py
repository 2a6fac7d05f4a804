"""Verbs about the system itself: found a ledger, keys, processes, their state, and the replay of cases."""
