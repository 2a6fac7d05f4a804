"""The one fold driver: hands each entry to the views that care, counts what was not understood, and takes snapshots.

    entries in order of index ──> Driver.apply ──> each view whose `kinds` name the entry's kind
                                     ├─> what it answers, and what waited for it: `early`, then each view's `answer`
                                     ├─> not understood: counted by kind; views that depend on it are incomplete
                                     └─> a view that raises: a Fault; counted likewise, and the other views take the entry in

A view that raised half-way keeps what it had changed: it is made anew from the entries at the next start, where it comes to the same. Every
view that folds that kind says *incomplete* from then on, as the others rest on it.

Nothing else computes current state. A snapshot (size, root, ruleset, bytes) only saves time: snapshot + tail = full fold.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import msgspec

from detente import errors
from detente.picture.early import Early, Packed
from detente.picture.known import Entry
from detente.records.registry import REGISTRY, Registry, Unknown


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, or a part of one, that was not taken in, and whose it is.

    `view` is "" when the body breaks the rules of its record (its author's fault); else what raised (perhaps a fault of ours). `entry` is
    the id of the entry that brought the body: of the disclosure, where that opened it.
    """

    author: str
    entry: str
    index: int
    kind: str
    view: str
    words: str


def fault(known: Entry, view: str, error: Exception) -> Fault:
    """Return what is to be said of an entry at which something raised."""
    header = known.header
    words = f"{type(error).__name__}: {error}"[:400]
    return Fault(author=header.author, entry=known.id, index=known.index, kind=header.kind, view=view, words=words)


class View(ABC):
    """One view. `kinds` are the kinds it folds; empty means every kind. `state` is all it must remember.

    `state` is a msgspec Struct of plain values; what is derived from it is made again by `restore`.
    """

    name: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    state: Any

    @abstractmethod
    def apply(self, known: Entry) -> None:
        """Take in one entry. Deterministic; ought never to raise on what an entry says."""

    def take_faults(self) -> list[Fault]:
        """Hand over what went wrong in work that folding left undone (`conflicts`), since last asked."""
        return []

    def answer(self, known: Entry, about: str) -> None:  # noqa: B027 - most views take in nothing here
        """Take in what an entry says of another that it answers (`early.ANSWERS`); both were applied before, in any order."""

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
    """The views at one ledger size, to start from. Disposable; good only for the same root and the same ruleset.

    `hash` is the SHA-256 of `views`: bytes that were changed on their way are no snapshot.
    """

    hash: str
    root: str
    ruleset: str
    size: int
    views: bytes


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """At which ledger size a view stands, how old that is, and what it could not take in.

    `age_us` is None before anything was seen. `not_understood` maps "kind/version" to how many bodies there were that are not understood,
    break the rules of their record, or could not be folded; `by` maps an author to how many of the last two.
    """

    age_us: int | None
    by: dict[str, int] = {}
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
        return f"{line}; incomplete: {lacking_words(self.not_understood, self.by)}" if self.incomplete else line


def lacking_words(not_understood: Mapping[str, int], by: Mapping[str, int]) -> str:
    """Say what could not be taken in, from what `Freshness` counts; "" where nothing was."""
    kinds = ", ".join(f"{count} of {kind}" for kind, count in sorted(not_understood.items()))
    whose = ", ".join(f"{count} by {author}" for author, count in sorted(by.items()))
    return f"not understood: {kinds}{f' (sent faulty: {whose})' if whose else ''}" if kinds else ""


class _Saved(msgspec.Struct, frozen=True, kw_only=True):
    at_us: int | None
    by: dict[str, dict[str, int]]
    early: list[Packed]
    not_understood: dict[str, int]
    views: dict[str, bytes]


class Driver:
    """Folds one viewer's entries into its views, in the order in which the views were given.

    `here` says whether the views know an entry, by id; what answers one that is not here waits for it.
    """

    def __init__(
        self,
        views: Sequence[View],
        registry: Registry = REGISTRY,
        here: Callable[[str], bool] = lambda entry: True,
    ) -> None:
        self._early = Early(here)
        self._views = tuple(views)
        self._everywhere = tuple(v for v in views if not v.kinds)
        self._by_kind: dict[str, tuple[View, ...]] = {
            kind: tuple(v for v in views if not v.kinds or kind in v.kinds) for kind in registry.kinds()
        }
        self._not_understood: dict[str, int] = {}
        self._by: dict[str, dict[str, int]] = {}  # kind, author
        self._faults: list[Fault] = []
        self._at_us: int | None = None
        self.size = 0

    def apply(self, known: Entry) -> None:
        """Take in one entry. Entries come in order of index; ones between may be for others. Raises ValueError if not."""
        if known.index < self.size:
            raise ValueError(f"entry {known.index} after ledger size {self.size}")
        for opened in known.opened if known.disclosed is None else (*known.opened, known.disclosed):
            if isinstance(opened.record, Unknown):
                self._not_taken(known, opened.record)
        raised: list[Fault] = []
        for view in self._by_kind.get(known.kind, self._everywhere):
            self._try(known, view, partial(view.apply, known), raised)
        for answer, about in self._ready(known, raised):
            if answer is not known and answer.disclosed is not None and isinstance(answer.disclosed.record, Unknown):
                self._not_taken(answer, answer.disclosed.record)
            for view in self._by_kind.get(answer.kind, self._everywhere):
                self._try(answer, view, partial(view.answer, answer, about), raised)
        if raised:
            self.note(raised)
        self.advance(known.index + 1, known.received_at_us)

    def _ready(self, known: Entry, raised: list[Fault]) -> list[tuple[Entry, str]]:
        """Return what may be answered with this entry. A fault in the waiting answers costs these answers, and not the entry."""
        try:
            if known.erasure is not None:
                self._early.erase(known.erasure.about)
            return list(self._early.ready(known))
        except errors.SURVIVED as error:
            raised.append(fault(known, "early", error))
            return []

    def _try(self, known: Entry, view: View, step: Callable[[], None], raised: list[Fault]) -> None:
        """Let a view take something in. What it raises is noted; the others go on."""
        try:
            step()
        except errors.SURVIVED as error:
            raised.append(fault(known, view.name, error))

    def note(self, faults: Sequence[Fault]) -> None:
        """Count something that was not folded, once for each entry, and hand it on with `take_faults`."""
        for one in {found.entry: found for found in faults}.values():
            self._count(one.kind, one.author)
        self._faults += faults

    def take_faults(self) -> list[Fault]:
        """Hand over what was not taken in since last asked."""
        self._gather()
        found, self._faults = self._faults, []
        return found

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
        self._gather()
        kinds = [
            kind
            for kind in self._not_understood
            if not view.kinds or _name(kind) in view.kinds or _name(kind) not in self._by_kind
        ]
        return self._freshness(kinds, now_us)

    def missing(self) -> Freshness:
        """Say the same of all views together, as of their own newest entry."""
        self._gather()
        return self._freshness(self._not_understood, self._at_us)

    def _freshness(self, kinds: Iterable[str], now_us: int | None) -> Freshness:
        by: dict[str, int] = {}
        for kind in kinds:
            for author, count in self._by.get(kind, {}).items():
                by[author] = by.get(author, 0) + count
        age = None if self._at_us is None or now_us is None else max(0, now_us - self._at_us)
        not_understood = {kind: self._not_understood[kind] for kind in kinds}
        return Freshness(age_us=age, by=by, not_understood=not_understood, size=self.size)

    def snapshot(self, root: str, ruleset: str) -> Snapshot:
        """Return the views as bytes, for the ledger's root at the present size."""
        saved = _Saved(
            at_us=self._at_us,
            by=self._by,
            early=self._early.save(),
            not_understood=self._not_understood,
            views={view.name: view.save() for view in self._views},
        )
        views = msgspec.msgpack.encode(saved)
        return Snapshot(hash=_hash(views), root=root, ruleset=ruleset, size=self.size, views=views)

    def restore(self, snapshot: Snapshot, root: str, ruleset: str) -> bool:
        """Start from a snapshot; False, and nothing changed, if it is of another root, ruleset or set of views."""
        if snapshot.root != root or snapshot.ruleset != ruleset or _hash(snapshot.views) != snapshot.hash:
            return False
        before = [view.save() for view in self._views]
        try:
            saved = msgspec.msgpack.decode(snapshot.views, type=_Saved)
            states = [view.parse(saved.views[view.name]) for view in self._views]
        except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
            return False
        waiting = self._early.save()
        try:
            for view, state in zip(self._views, states, strict=True):
                view.restore(state)
            self._early.restore(saved.early)
        except Exception:  # it parses, and is no state of this view: bytes that were changed, whoever changed them
            for view, data in zip(self._views, before, strict=True):
                view.restore(view.parse(data))
            self._early.restore(waiting)
            return False
        self._by = saved.by
        self._not_understood, self._at_us, self.size = dict(saved.not_understood), saved.at_us, snapshot.size
        return True

    def _not_taken(self, known: Entry, unknown: Unknown) -> None:
        header = known.header
        self._count(unknown.kind, header.author if unknown.faulty else None)
        if unknown.faulty:
            words = "; ".join(p.sentence() for p in unknown.problems[:3]) or "it is no body of its kind"
            found = Fault(
                author=header.author, entry=known.id, index=known.index, kind=unknown.kind, view="", words=words
            )
            self._faults.append(found)

    def _gather(self) -> None:
        for view in self._views:
            if found := view.take_faults():
                self.note(found)

    def _count(self, kind: str, author: str | None) -> None:
        self._not_understood[kind] = self._not_understood.get(kind, 0) + 1
        if author is not None:
            by = self._by.setdefault(kind, {})
            by[author] = by.get(author, 0) + 1


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _name(kind: str) -> str:
    return kind.partition("/")[0]
