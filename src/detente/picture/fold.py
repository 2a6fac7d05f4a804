"""The one fold driver: hands each entry to the views that care, counts what was not understood, and takes snapshots.

    entries in order of index ──> Driver.apply ──> each view whose `kinds` name the entry's kind
                                     └─> not understood: counted by kind; views that depend on it are incomplete

Nothing else computes current state. A snapshot (size, root, ruleset, bytes) only saves time: snapshot + tail = full fold.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from detente.picture.known import Known
from detente.records.registry import REGISTRY, Registry, Unknown


class View(ABC):
    """One view. `kinds` are the kinds it folds; empty means every kind. `state` is all it must remember.

    `state` is a msgspec Struct of plain values; what is derived from it is made again by `restore`.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    state: Any

    @abstractmethod
    def apply(self, known: Known) -> None:
        """Take in one entry. Deterministic; never raises on what an entry says."""

    def save(self) -> bytes:
        """Return the state as bytes."""
        return msgspec.msgpack.encode(self.state)

    def parse(self, data: bytes) -> Any:
        """Return a saved state. Raises msgspec.DecodeError when it is not one."""
        return msgspec.msgpack.decode(data, type=type(self.state))

    def restore(self, state: Any) -> None:
        """Replace the state by a saved one; views that derive more from it make that again."""
        self.state = state


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The views at one ledger size, to start from. Disposable; good only for the same root and the same ruleset."""

    root: str
    ruleset: str
    size: int
    views: bytes


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """At which ledger size a view stands, how old that is, and what it could not take in.

    `age_us` is None before anything was seen. `not_understood` maps "kind/version" to how many such entries there were.
    """

    age_us: int | None
    not_understood: dict[str, int]
    size: int

    @property
    def incomplete(self) -> bool:
        """Whether the view may lack something that this version of Detente could not read."""
        return bool(self.not_understood)

    def sentence(self) -> str:
        """Say it in one line."""
        age = "never updated" if self.age_us is None else f"{self.age_us // 1_000_000} s old"
        line = f"as of ledger size {self.size}, {age}"
        if not self.incomplete:
            return line
        kinds = ", ".join(f"{count} of {kind}" for kind, count in sorted(self.not_understood.items()))
        return f"{line}; incomplete: not understood: {kinds}"


class _Saved(msgspec.Struct, frozen=True, kw_only=True):
    at_us: int | None
    not_understood: dict[str, int]
    views: dict[str, bytes]


class Driver:
    """Folds one viewer's entries into its views, in the order in which the views were given."""

    def __init__(self, views: Sequence[View], registry: Registry = REGISTRY) -> None:
        self._views = tuple(views)
        self._everywhere = tuple(v for v in views if not v.kinds)
        self._by_kind: dict[str, tuple[View, ...]] = {
            kind: tuple(v for v in views if not v.kinds or kind in v.kinds) for kind in registry.kinds()
        }
        self._not_understood: dict[str, int] = {}
        self._at_us: int | None = None
        self.size = 0

    def apply(self, known: Known) -> None:
        """Take in one entry. Entries come in order of index; ones between may be for others. Raises ValueError if not."""
        if known.index < self.size:
            raise ValueError(f"entry {known.index} after ledger size {self.size}")
        for opened in known.opened:
            if isinstance(opened.record, Unknown):
                self._count(opened.record)
        if known.disclosed is not None and isinstance(known.disclosed.record, Unknown):
            self._count(known.disclosed.record)
        for view in self._by_kind.get(known.kind, self._everywhere):
            view.apply(known)
        self.advance(known.index + 1, known.received_at_us)

    def advance(self, size: int, at_us: int) -> None:
        """Note that the ledger was seen at a size at a time, with nothing more in it for this viewer."""
        self.size = max(self.size, size)
        self._at_us = at_us if self._at_us is None else max(self._at_us, at_us)

    @property
    def not_understood(self) -> dict[str, int]:
        """How many entries of each "kind/version" could not be taken in by any view."""
        return dict(self._not_understood)

    def freshness(self, view: View, now_us: int) -> Freshness:
        """Say how fresh a view is, and whether it is incomplete.

        A kind of which not even the name is known makes every view incomplete: nobody can say that it does not matter.
        """
        missing = {
            kind: count
            for kind, count in self._not_understood.items()
            if not view.kinds or _name(kind) in view.kinds or _name(kind) not in self._by_kind
        }
        age = None if self._at_us is None else max(0, now_us - self._at_us)
        return Freshness(age_us=age, not_understood=missing, size=self.size)

    def snapshot(self, root: str, ruleset: str) -> Snapshot:
        """Return the views as bytes, for the ledger's root at the present size."""
        saved = _Saved(
            at_us=self._at_us,
            not_understood=self._not_understood,
            views={view.name: view.save() for view in self._views},
        )
        return Snapshot(root=root, ruleset=ruleset, size=self.size, views=msgspec.msgpack.encode(saved))

    def restore(self, snapshot: Snapshot, root: str, ruleset: str) -> bool:
        """Start from a snapshot; False, and nothing changed, if it is of another root, ruleset or set of views."""
        if snapshot.root != root or snapshot.ruleset != ruleset:
            return False
        try:
            saved = msgspec.msgpack.decode(snapshot.views, type=_Saved)
            states = [view.parse(saved.views[view.name]) for view in self._views]
        except (msgspec.DecodeError, KeyError):
            return False
        for view, state in zip(self._views, states, strict=True):
            view.restore(state)
        self._not_understood, self._at_us, self.size = dict(saved.not_understood), saved.at_us, snapshot.size
        return True

    def _count(self, unknown: Unknown) -> None:
        self._not_understood[unknown.kind] = self._not_understood.get(unknown.kind, 0) + 1


def _name(kind: str) -> str:
    return kind.partition("/")[0]
