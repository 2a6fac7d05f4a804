"""Cuts the text of terms into tokens with their places. Knows no grammar."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from detente.errors import Refused, problem

KEYWORDS = frozenset(
    {
        *("NOT", "AND", "OR", "IMPLIES", "EQUIV", "EXISTS", "FORALL", "TRUE", "FALSE", "MOD", "LET", "IN"),
        *("PREVIOUS", "PREV", "NEXT", "ONCE", "HISTORICALLY", "PAST_ALWAYS", "EVENTUALLY", "ALWAYS", "SINCE", "UNTIL"),
        *("CNT", "SUM", "MIN", "MAX", "AVG", "MED", "EVENT", "DEFINE", "FIND", "REQUIRE"),
    }
)
"""Words in capitals that are no names. AVG and MED are known so that they can be refused by name."""

_TOKEN = re.compile(
    r"""
      (?P<space>   \s+ | \#[^\n]* | \(\*.*?\*\) )
    | (?P<string>  "(?:[^"\\\x00-\x1f]|\\.)*" )
    | (?P<number>  \d+(?:\.\d+)?(?:[eE][+-]?\d+)? )
    | (?P<name>    \??[A-Za-z_][A-Za-z0-9_]* )
    | (?P<symbol>  <- | <= | >= | != | <> | [()\[\],;.:=<>*/+-] )
    """,
    re.VERBOSE | re.DOTALL,
)


MOST_CHARACTERS = 100_000


class TextPlace(NamedTuple):
    """Where something stands in the text; both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class Token(NamedTuple):
    """A piece of the text: kind is `name`, `keyword`, `number`, `string`, `symbol` or `end`."""

    kind: str
    text: str
    place: TextPlace
    offset: int

    @property
    def end(self) -> int:
        """Where the next character stands."""
        return self.offset + len(self.text)


def refuse(code: str, place: TextPlace | None, value: object, rule: str, next_step: str) -> Refused:
    """Make the refusal of one thing at one place."""
    return Refused([problem(code, str(place) if place else "", value, rule, next_step)])


def tokens(source: str) -> list[Token]:
    """Return the tokens, `end` last. Refuses more than `MOST_CHARACTERS`, what means nothing here, strings or comments without end."""
    if len(source) > MOST_CHARACTERS:
        rule = f"must have at most {MOST_CHARACTERS} characters"
        raise refuse("size", None, f"{len(source)} characters", rule, "Split it into several files or terms.")
    found: list[Token] = []
    position, line, start = 0, 1, 0
    while position < len(source):
        place = TextPlace(line, position - start + 1)
        match = _TOKEN.match(source, position)
        if match is None:
            raise _unknown(source, position, place)
        kind, text = match.lastgroup or "", match.group()
        if kind != "space":
            found.append(_token(kind, text, place, position))
        newlines = text.count("\n")
        if newlines:
            line, start = line + newlines, position + text.rindex("\n") + 1
        position = match.end()
    found.append(Token("end", "", TextPlace(line, position - start + 1), position))
    return found


def _token(kind: str, text: str, place: TextPlace, offset: int) -> Token:
    if kind == "name" and text in KEYWORDS:
        return Token("keyword", text, place, offset)
    if kind == "string":
        try:
            json.loads(text).encode()  # half of a surrogate pair can be spelled in JSON and written nowhere
        except ValueError:
            raise refuse("string", place, text, "must be a JSON string", "Mend the escapes.") from None
    return Token(kind, text, place, offset)


def _unknown(source: str, position: int, place: TextPlace) -> Refused:
    rest = source[position:]
    if rest.startswith('"'):
        return refuse("string", place, rest[:20], "a string must end on its line", 'Close it with ".')
    if rest.startswith("'"):
        return refuse("string", place, rest[:20], "strings stand between double quotes", 'Write "text".')
    return refuse("character", place, rest[0], "has no meaning here", "Take it out, or put text between double quotes.")
