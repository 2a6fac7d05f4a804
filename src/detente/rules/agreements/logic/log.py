"""Reads a log of JSON lines: `{"t": ..., "event": name, fields...}`, one event a line (docs/formats/logic.md, "The log").

`t` is RFC 3339 text with its zone, or a whole number: seconds since 1970 UTC if it is below 100 000 000 000 either way, else
microseconds. Every declared field must be there and fit its type. What does not fit is refused with its line, every line of it; a
log is taken whole or not at all. Fields that no declaration names are left alone; events that none names are time points only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from detente.errors import UNREADABLE, Problem, Refused, problem
from detente.ledger.known_names import complaint
from detente.rules.agreements.logic.columns import Columns
from detente.rules.agreements.logic.formula import Signature
from detente.rules.agreements.logic.happening import Happening
from detente.rules.agreements.logic.relation import Ints

SECONDS_BELOW = 100_000_000_000
"""Whole numbers of a smaller size than this are seconds."""
FIRST_US, LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999: what RFC 3339 can write."""
TOO_FAR = "t is no moment: too far from 1970"
MOST_PROBLEMS = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPES: dict[str, Any] = {
    "any": str | int | float | bool | None,
    "string": str,
    "int": int,
    "float": float,
    "number": int | float,
    "bool": bool,
}


class _Head(msgspec.Struct, frozen=True, gc=False):
    """What every line has."""

    event: str
    t: int | str


class Reader:
    """Reads the lines of a log whose events are declared by signatures."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        self.signatures = {signature.name: signature for signature in signatures}
        self._structs = {s.name: _struct(s, n) for n, s in enumerate(self.signatures.values())}
        self._one = {name: msgspec.json.Decoder(struct) for name, struct in self._structs.items()}
        kinds = tuple(self._structs.values())
        self._any: msgspec.json.Decoder[Any] | None = msgspec.json.Decoder(_union(kinds)) if kinds else None
        self._head = msgspec.json.Decoder(_Head)

    def one(self, line: bytes) -> Happening:
        """Return the event of one line. Raises `Refused`."""
        try:
            item = self._line(line)
        except (*UNREADABLE, ValueError) as error:
            shown = line[:200].decode("utf-8", "replace")
            raise Refused([problem("log", "line", shown, _plainly(error), "Mend the line.")]) from None
        return self._happening(item, moment(item.t))

    def _happening(self, item: Any, at_us: int) -> Happening:
        if isinstance(item, _Head):
            return Happening(at_us, item.event, {})
        name = type(item).__struct_config__.tag
        fields = self.signatures[name].fields
        return Happening(at_us, name, {field: getattr(item, _safe(n)) for n, (field, _) in enumerate(fields)})

    def happenings(self, data: bytes) -> list[Happening]:
        """Return the events in the order of the lines. Raises `Refused`, one problem a line."""
        items, times = self._decoded(data)
        return [self._happening(item, at_us) for item, at_us in zip(items, times.tolist(), strict=True)]

    def columns(self, data: bytes) -> Columns:
        """Return the log in columns, for the batch engine. Raises `Refused`, one problem a line."""
        items, times = self._decoded(data)
        kinds = list(map(type, items))
        made = Columns(times)
        number = {struct: n for n, struct in enumerate(self._structs.values())}
        number[_Head] = -1
        which = np.fromiter(map(number.__getitem__, kinds), np.int64, len(kinds))
        for name, struct in self._structs.items():
            rows = np.flatnonzero(which == number[struct])
            own = items if len(rows) == len(items) else list(map(items.__getitem__, rows.tolist()))
            signature = self.signatures[name]
            plain = frozenset(field for field, kind in signature.fields if kind in ("string", "int"))
            made.add(name, times[rows], _field_reader(own, signature), plain)
        return made

    def _decoded(self, data: bytes) -> tuple[list[Any], Ints]:
        """Return a struct and a moment for each line: quickly if every event is declared and every line is well, else line by line."""
        if self._any is not None:
            try:
                items = self._any.decode_lines(data)
                return items, _times(list(map(attrgetter("t"), items)))
            except (*UNREADABLE, ValueError):
                pass  # line by line, to say which
        items = self._line_by_line(data)
        return items, _times(list(map(attrgetter("t"), items)))

    def _line_by_line(self, data: bytes) -> list[Any]:
        found: list[Any] = []
        problems: list[Problem] = []
        for number, line in enumerate(data.split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                found.append(self._line(line))
            except (*UNREADABLE, ValueError) as error:
                shown = line[:200].decode("utf-8", "replace")
                problems.append(problem("log", f"line {number}", shown, _plainly(error), "Mend the line."))
                if len(problems) >= MOST_PROBLEMS:
                    break
        if problems:
            raise Refused(problems)
        return found

    def _line(self, line: bytes) -> Any:
        head = self._head.decode(line)
        moment(head.t)
        decoder = self._one.get(head.event)
        return head if decoder is None else decoder.decode(line)


def _plainly(error: Exception) -> str:
    what, at = complaint(error)
    return f"{what}, in the field {at}" if at else what


def _safe(number: int) -> str:
    return f"f{number}"


def _struct(signature: Signature, number: int) -> type[msgspec.Struct]:
    """Make the struct of one event: fields f0, f1 ... under their own names in JSON."""
    names = {"t": "t", **{_safe(n): field for n, field in enumerate(signature.names())}}
    fields = [("t", int | str), *((_safe(n), TYPES[kind]) for n, (_, kind) in enumerate(signature.fields))]
    return msgspec.defstruct(
        f"Event{number}", fields, frozen=True, gc=False, tag=signature.name, tag_field="event", rename=names
    )


def _union(kinds: Sequence[Any]) -> Any:
    made = kinds[0]
    for kind in kinds[1:]:
        made = made | kind
    return made


def _field_reader(own: Sequence[Any], signature: Signature) -> Callable[[str], Sequence[Any]]:
    names = signature.names()
    return lambda field: list(map(attrgetter(_safe(names.index(field))), own))


def moment(t: int | str) -> int:
    """Return a moment in microseconds since 1970 UTC. Raises `ValueError`."""
    if isinstance(t, int):
        made = t * 1_000_000 if abs(t) < SECONDS_BELOW else t
        if not FIRST_US <= made <= LAST_US:
            raise ValueError(TOO_FAR)
        return made
    if len(t) < 19 or t[10] not in "Tt":
        raise ValueError("t must be RFC 3339, such as 2016-09-12T16:00:00Z, or a whole number")
    try:
        read = datetime.fromisoformat(t.upper())
    except ValueError:
        raise ValueError("t must be RFC 3339, such as 2016-09-12T16:00:00Z, or a whole number") from None
    if read.tzinfo is None:
        raise ValueError("t has no zone; add Z or an offset")
    if "." in t and len(t.split(".")[1].rstrip("Zz").split("+")[0].split("-")[0]) > 6:
        raise ValueError("t has more than six digits after the second")
    return (read - EPOCH) // timedelta(microseconds=1)


def _times(given: list[int | str]) -> Ints:
    if set(map(type, given)) <= {int}:
        try:
            times = np.array(given, np.int64)
        except OverflowError:
            raise ValueError(TOO_FAR) from None
        times = np.where(np.abs(times) < SECONDS_BELOW, times * 1_000_000, times)
        if not bool(((times >= FIRST_US) & (times <= LAST_US)).all()):
            raise ValueError(TOO_FAR)
        return times
    return np.fromiter(map(moment, given), np.int64, len(given))


def write(moment_us: int) -> str:
    """Write a moment as RFC 3339, UTC, with as many digits as it needs; one outside the years 1 to 9999 in microseconds."""
    if not FIRST_US <= moment_us <= LAST_US:
        return f"{moment_us} us"
    text = (EPOCH + timedelta(microseconds=moment_us)).isoformat(timespec="auto")
    return text.replace("+00:00", "Z")
