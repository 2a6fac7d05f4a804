"""Whether what is random in a leaf looks it: every bit one half of the time, own tags in any slot, nothing twice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from tests.worlds.sim import RULES

from detente.ledger.leaf import leaf_size

SIGMAS = 5.5
"""How far a count may stray: with some 2 300 bits, a fair coin does so once in ten thousand test runs."""


def unevenness(leaves: Iterable[bytes]) -> str:
    """Say which bit of a leaf, after index and time, is not one half of the time 1; "" if each is."""
    data = b"".join(leaves)
    size = leaf_size(RULES.slots)
    if len(data) % size:
        return "leaves of more than one length"
    bits = np.unpackbits(np.frombuffer(data, np.uint8).reshape(-1, size)[:, 17:], axis=1)
    count = len(bits)
    stray = np.abs(bits.sum(axis=0) - count / 2) / math.sqrt(count / 4)
    worst = int(stray.argmax())
    return f"bit {worst} strays {stray[worst]:.1f} sigma in {count} leaves" if stray[worst] > SIGMAS else ""


def lopsidedness(places: Iterable[int]) -> str:
    """Say which slot holds the observer's own tags too often or too seldom; "" if none does."""
    found = Counter(places)
    count, share = found.total(), 1 / RULES.slots
    for place in range(RULES.slots):
        stray = (found[place] - count * share) / math.sqrt(count * share * (1 - share))
        if abs(stray) > SIGMAS:
            return f"slot {place} holds {found[place]} of {count} own tags: {stray:.1f} sigma"
    return ""
