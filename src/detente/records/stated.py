"""Stated times against the tables of time zones: checked where a time is entered, never where an entry is admitted or read.

Two stations may hold other tables. What one of them could sign must open at the other, so an older ledger reads the same for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detente.errors import Problem, Refused
from detente.geometry.zones import check_stated
from detente.records.body import Stated


def against_zones(body: object, field: str = "") -> tuple[Problem, ...]:
    """Return what contradicts its zone among the stated times anywhere in a body: the zone is none, or stood at another offset then."""
    found: list[Problem] = []
    for at, stated in _stated(body, field):
        try:
            check_stated(stated.text, stated.zone, at)
        except Refused as refused:
            found += refused.problems
    return tuple(found)


def _stated(value: object, field: str) -> Iterator[tuple[str, Stated]]:
    if isinstance(value, Stated):
        yield field, value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _stated(getattr(value, name), f"{field}.{name}" if field else name)
    elif isinstance(value, tuple | list):
        for n, item in enumerate(value):
            yield from _stated(item, f"{field}[{n}]")
