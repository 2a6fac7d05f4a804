"""Verbs about protected places, humanitarian movements and lifelines."""
