"""Words that promise something without saying when, how much or where: flagged, so that nobody builds a clock on them."""

from __future__ import annotations

import re

import msgspec

VAGUE: dict[str, str] = {
    "appropriate": "appropriate by whose judgement?",
    "as soon as possible": "no time",
    "certain": "which, is not said",
    "enduring": "no state of affairs is named that would be it, nor when it ends",
    "final": "after what, is not said",
    "fully": "no measure",
    "gradual": "no rate and no end",
    "imminent": "no time",
    "in principle": "not an agreement to do it",
    "lasting": "no end, and no measure",
    "necessary": "necessary by whose judgement?",
    "preliminary": "not what follows, nor when",
    "promptly": "no time",
    "reasonable": "reasonable by whose judgement?",
    "several": "no number",
    "significant": "no measure",
    "sustained": "no length of time",
    "temporary": "no end",
    "unspecified": "left open on purpose",
    "until conditions": "a condition that moves with who judges it",
}
"""Each word or phrase, and what it leaves open."""

_FIND = re.compile(r"\b(" + "|".join(sorted(map(re.escape, VAGUE), key=len, reverse=True)) + r")\b", re.IGNORECASE)


class Vague(msgspec.Struct, frozen=True, kw_only=True):
    """One undefined or moving condition: the words, where they begin in the text, and what they leave open."""

    at: int
    leaves_open: str
    words: str


def vague_words(text: str) -> tuple[Vague, ...]:
    """Return the undefined or moving conditions in a text, in order."""
    return tuple(Vague(at=m.start(), leaves_open=VAGUE[m[1].lower()], words=m[1]) for m in _FIND.finditer(text))
