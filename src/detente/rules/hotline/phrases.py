"""Standard phrases: one sentence, which each side reads in its own language; numbers and coordinates are never translated.

The sentences are a gettext catalogue (`detente/locale/*/LC_MESSAGES/phrases.po`, read by `wiring.phrases`). A message carries a phrase's
name and its values, never the sentence. Values that are figures keep Western digits and run from left to right in any
language (Unicode isolates U+2066 to U+2069). Isolates are made when a phrase is shown; they are never stored or signed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from detente.errors import Problem, Refused, problem

LANGUAGES: Final = ("en", "ru", "ar")
"""Languages in which every phrase exists (BCP 47)."""
NAMES: Final[Mapping[str, str]] = MappingProxyType({"ar": "العربية", "en": "English", "ru": "русский"})
RIGHT_TO_LEFT: Final = frozenset({"ar"})

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
"""Isolates: left to right, right to left, by the first strong letter; and their end."""

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Value(StrEnum):
    """What a placeholder stands for: figures, which are ASCII and run left to right, or a name in any script."""

    FIGURES = "figures"
    NAME = "name"


VALUES: Final[Mapping[str, Value]] = MappingProxyType(
    {
        "distance": Value.FIGURES,
        "language": Value.NAME,
        "minutes": Value.FIGURES,
        "party": Value.NAME,
        "place": Value.FIGURES,
        "ref": Value.FIGURES,
        "time": Value.FIGURES,
        "unit": Value.NAME,
        "word": Value.NAME,
    }
)
"""Every placeholder that a phrase may have. A place is said in figures with its datum; a time in UTC."""


class StandardPhrase(msgspec.Struct, frozen=True, kw_only=True):
    """One phrase in one language. `source` says where the need for it comes from."""

    name: str
    source: str
    text: str

    def placeholders(self) -> tuple[str, ...]:
        """Return the names of its values, sorted."""
        return tuple(sorted(set(_PLACEHOLDER.findall(self.text))))


Catalogue = Mapping[str, StandardPhrase]
"""The phrases of one language, by name."""


def check_values(phrase: StandardPhrase, values: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return what is wrong with the values for a phrase: one missing, one too many, figures that are not Western digits."""
    wanted = phrase.placeholders()
    found = [
        problem("phrase-value", name, "", f"{phrase.name} needs a value for {name}", f"Add --value {name}=...")
        for name in wanted
        if not values.get(name, "").strip()
    ]
    for name, value in sorted(values.items()):
        if name not in wanted:
            rule = f"must be one of: {', '.join(wanted) or 'none'}"
            found.append(problem("phrase-value", name, value, rule, "Leave it out."))
        elif _CONTROL.search(value):
            rule = "must not hold line breaks or controls of writing direction"
            found.append(problem("phrase-value", name, value, rule, "Write the plain text."))
        elif VALUES[name] is Value.FIGURES and not value.isascii():
            rule = "must be figures in Western digits and Latin letters"
            found.append(problem("phrase-value", name, value, rule, "Write 37SFV 04846 03184 or 35.2663 N 40.1527 E."))
    return tuple(found)


def plain(phrase: StandardPhrase, values: Mapping[str, str], language: str) -> str:
    """Return the sentence for a terminal: isolates keep figures and names together, whatever the direction around them."""
    said = _filled(phrase, values, lambda name, value: f"{LRI if VALUES[name] is Value.FIGURES else FSI}{value}{PDI}")
    if language in RIGHT_TO_LEFT:
        return f"{RLI}{said}{PDI}"
    return f"{LRI}{said}{PDI}" if any(VALUES[n] is Value.NAME for n in phrase.placeholders()) else _bare(said)


def _bare(text: str) -> str:
    """Figures in a sentence from left to right need no isolates."""
    return text.replace(LRI, "").replace(PDI, "")


def as_html(phrase: StandardPhrase, values: Mapping[str, str], language: str) -> str:
    """Return the sentence as HTML: direction and language said, every value in an element of its own, everything escaped."""
    escaped = msgspec.structs.replace(phrase, text=html.escape(phrase.text))
    said = _filled(
        escaped,
        values,
        lambda name, value: (
            f'<bdi dir="{"ltr" if VALUES[name] is Value.FIGURES else "auto"}">{html.escape(value)}</bdi>'
        ),
    )
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return f'<span lang="{language}" dir="{direction}">{said}</span>'


def _filled(phrase: StandardPhrase, values: Mapping[str, str], wrap: Callable[[str, str], str]) -> str:
    problems = check_values(phrase, values)
    if problems:
        raise Refused(problems)
    return _PLACEHOLDER.sub(lambda found: wrap(found[1], values[found[1]]), phrase.text)


def write_values(values: Mapping[str, str]) -> str:
    """Return values as a message carries them in `words` beside its phrase: NAME=VALUE, one a line, by name."""
    return "\n".join(f"{name}={value}" for name, value in sorted(values.items()))


def read_values(words: str) -> dict[str, str]:
    """Return the values that a message carries; a line without = is left out, and then missed by `check_values`."""
    pairs = (line.partition("=") for line in words.split("\n") if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}
