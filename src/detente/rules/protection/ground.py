"""What a few words say about the ground: something built, or open ground. Unknown where they say neither, or both.

Only enough to notice that a building was described and a field is there. English, Russian and Arabic words, by their beginning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Ground(StrEnum):
    """What words describe."""

    BUILT = "something built"
    OPEN = "open ground"
    UNKNOWN = "not said"


BUILT: Final = (
    "bakery", "barracks", "building", "church", "clinic", "compound", "depot", "factory", "hangar", "headquarters", "hospital",
    "house", "market", "mosque", "office", "prison", "school", "shelter", "tower", "trauma", "university", "ward", "warehouse",
    "больниц", "госпитал", "дом", "завод", "здани", "мечет", "склад", "тюрьм", "церк", "школ", "штаб",
    "بناء", "بناية", "بيت", "سجن", "سوق", "مبنى", "مدرسة", "مستشفى", "مستودع", "مسجد", "مصنع", "مكتب", "منزل",
)  # fmt: skip

OPEN: Final = (
    "bare", "desert", "empty", "farmland", "field", "grass", "meadow", "open", "orchard", "pasture", "steppe", "wasteland",
    "луг", "огород", "поле", "поля", "пуст", "степ",
    "أرض", "بستان", "حقل", "خلاء", "صحراء",
)  # fmt: skip


def ground_of(words: str) -> Ground:
    """Return what the words say about the ground."""
    # The Arabic article and joined prepositions are taken off, so that "المستشفى" is found as "مستشفى".
    tokens = ["".join(c for c in token if c.isalnum()) for token in words.casefold().split()]
    tokens += [token[2:] for token in tokens if token.startswith("ال")]
    built = any(token.startswith(BUILT) for token in tokens)
    opened = any(token.startswith(OPEN) for token in tokens)
    if built == opened:
        return Ground.UNKNOWN
    return Ground.BUILT if built else Ground.OPEN
