"""What every body has in common: its Struct options, the words for ids, and a collector of faults.

Bodies are frozen, refuse unknown fields, hold only integers, strings, flags and tuples, and list their fields in
alphabetical order, so that plain encoding is already the canonical order (docs/formats/records.md, "Common rules").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from detente.errors import Problem, problem
from detente.ledger.canonical import is_name, is_party_id

MAX_WORDS = 8_000
"""Most characters in one text written for people."""

MAX_ITEMS = 1_000
"""Most items in one list of ids, cells, duties or names."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_HASH = re.compile(r"[0-9a-f]{64}")


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The meaning of one facet of one entry. Holds no references back, so the cycle collector may skip it."""


class Stated(Body, frozen=True, kw_only=True):
    """A time as somebody said it: the words, the zone they meant, and the span of instants these may mean.

    Either bound may be None: unknown. `zone` is an IANA name, an offset such as "+03:00", or "" when nobody said.
    """

    earliest_us: int | None
    latest_us: int | None
    text: str
    zone: str


class Faults:
    """Collects every fault of one body, so that one bad field does not hide the others."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def all(self) -> tuple[Problem, ...]:
        """Return the faults in the order in which they were found."""
        return tuple(self._found)

    def add(self, code: str, field: str, value: object, rule: str, next_step: str) -> None:
        """Record one fault."""
        self._found.append(problem(code, field, value, rule, next_step))

    def extend(self, found: Iterable[Problem]) -> None:
        """Record faults that another check found."""
        self._found.extend(found)

    def party(self, field: str, value: str) -> None:
        """A party id: a lower-case letter, then up to 31 of a-z, 0-9, dot, hyphen."""
        if not is_party_id(value):
            self.add("party_id", field, value, "a party id is [a-z][a-z0-9.-]{0,31}", "Use the id from `parties`.")

    def role(self, field: str, value: str) -> None:
        """An officer's or a role's id; written like a party id."""
        if not is_party_id(value):
            self.add("role_id", field, value, "officers and roles are [a-z][a-z0-9.-]{0,31}", "See the party's roster.")

    def name(self, field: str, value: str) -> None:
        """A short name (of a line, place, rule or matter): up to 64 of a-z, 0-9, dot, hyphen, underscore."""
        if not _NAME.fullmatch(value):
            self.add("name", field, value, "a name is [a-z0-9][a-z0-9._-]{0,63}", "Write it in lower-case ASCII.")

    def hash(self, field: str, value: str) -> None:
        """An entry id, key or hash: 32 bytes as lower-case hex."""
        if not _HASH.fullmatch(value):
            self.add("hash", field, value, "must be 64 lower-case hex digits", "Copy the whole id from `log`.")

    def signature(self, field: str, value: str) -> None:
        """An Ed25519 signature: 64 bytes as lower-case hex. Whether it holds is the ledger's to judge."""
        if not _SIGNATURE.fullmatch(value):
            self.add("signature", field, value, "must be 128 lower-case hex digits", "Sign it again and copy it whole.")

    def text(self, field: str, value: str, *, needed: bool = False) -> None:
        """A text for people, of at most MAX_WORDS characters; its characters are the canonical form's to judge."""
        if needed and not value.strip():
            self.add("words_missing", field, value, "must say something", "Write it in words.")
        if len(value) > MAX_WORDS:
            self.add("words_long", field, value, f"must be at most {MAX_WORDS} characters", "Shorten it.")

    def title(self, field: str, value: str) -> None:
        """A name shown to people, in any script: nothing invisible, no control, NFC, at most 120 characters."""
        if not is_name(value):
            self.add("title", field, value, "1 to 120 visible characters, in NFC", "Write the name people use.")

    def at_least(self, field: str, value: int | None, least: int) -> None:
        """A number, where given, of at least `least`."""
        if value is not None and value < least:
            self.add("too_small", field, value, f"must be at least {least}", "Correct the number.")

    def order(self, field: str, first: int | None, last: int | None) -> None:
        """Two bounds, where both are given, with the first not after the last."""
        if first is not None and last is not None and first > last:
            self.add("bounds", field, f"{first} > {last}", "the first bound must not be after the last", "Swap them.")

    def each_once(self, field: str, values: Sequence[object]) -> None:
        """A set written as a list: strictly increasing, so that one set has one encoding; at most MAX_ITEMS."""
        if len(values) > MAX_ITEMS:
            self.add("too_many", field, len(values), f"at most {MAX_ITEMS} items", "Split it into several entries.")
        if any(not a < b for a, b in pairwise(values)):  # type: ignore[operator]
            self.add("not_sorted", field, values, "must be sorted, each item once", "Sort it and drop repeats.")

    def parties(self, field: str, values: Sequence[str]) -> None:
        """A sorted set of party ids."""
        self.each_once(field, values)
        for i, value in enumerate(values):
            self.party(f"{field}[{i}]", value)

    def roles(self, field: str, values: Sequence[str]) -> None:
        """A sorted set of roles."""
        self.each_once(field, values)
        for i, value in enumerate(values):
            self.role(f"{field}[{i}]", value)

    def ids(self, field: str, values: Sequence[str]) -> None:
        """A sorted set of entry ids."""
        self.each_once(field, values)
        for i, value in enumerate(values):
            self.hash(f"{field}[{i}]", value)

    def stated(self, field: str, value: Stated | None) -> None:
        """A stated time: words, and bounds in order."""
        if value is None:
            return
        self.text(f"{field}.text", value.text, needed=True)
        self.text(f"{field}.zone", value.zone)
        self.order(field, value.earliest_us, value.latest_us)
