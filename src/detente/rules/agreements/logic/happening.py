"""What happened: one event of a log, as a value, and the inside form of its values.

Inside the engines true and false are `Flag`s, so that equality is Python's own (to Python 1 and true are equal), and whole numbers
are ints (`values.canonical`).
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping

import msgspec

from detente.rules.agreements.logic.formula import TIME_FIELD, Signature, Value
from detente.rules.agreements.logic.values import canonical


class Flag(enum.Enum):
    """True or false, equal to no number."""

    NO = False
    YES = True

    __hash__ = object.__hash__


class Happening(msgspec.Struct, frozen=True):
    """One event: its moment (integer microseconds since 1970 UTC), its name and its fields."""

    at_us: int
    name: str
    fields: Mapping[str, Value] = {}


Row = tuple[Hashable, ...]
"""The declared fields of an event in the order of its signature, in inside form; its moment stands first."""


def inside(value: Value) -> Hashable:
    """Return the inside form of a value."""
    if value is True:
        return Flag.YES
    if value is False:
        return Flag.NO
    return canonical(value)


def outside(value: Hashable) -> Value:
    """Return the plain value again."""
    return value.value if isinstance(value, Flag) else value  # type: ignore[return-value]


def row_of(happening: Happening, signature: Signature) -> Row:
    """Return the moment and the declared fields, in order. A field that is missing is null."""
    fields = happening.fields
    return (happening.at_us, *(inside(fields.get(name)) for name, _ in signature.fields))


def column_of(signature: Signature, field: str) -> int:
    """Return where a field stands in the rows of a signature."""
    return 0 if field == TIME_FIELD else 1 + signature.names().index(field)
