"""Every running ladder of one keeper: a heap over matters, so that a hundred thousand cost one comparison while none is due.

    start(matter) ──> heap of (next due, matter) ──take(now)──> calls, each once
    end(matter)   ──> dropped when it comes up           took(slot) ──> never called again

A *matter* is one entry that waits for one party on one ladder; a *slot* names one step of it. Every call here is
idempotent: an entry may start a matter, end it or take its slot in any order and any number of times, and the outcome is
the same. A heap row is never trusted: what it names is looked up, and skipped if it ended, was called already, or is due
later than it says.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import NamedTuple

from detente.records.hotline.step import LadderName
from detente.rules.hotline.ladder import FIRST_CALL, Ladder, Matter, Outcome, Rung

Key = tuple[str, str, LadderName]
"""(about, party, ladder)."""


class StepDue(NamedTuple):
    """One step whose moment has come."""

    matter: Matter
    rung: Rung

    @property
    def due_us(self) -> int:
        """When it was due."""
        return self.matter.since_us + self.rung.after_us


class RunningMatter(NamedTuple):
    """A running matter as it stands at a time. `next_us` is the next call, None when all were made."""

    matter: Matter
    outcome: Outcome
    taken: tuple[int, ...]
    next_us: int | None
    next_rung: Rung | None


class Timers:
    """The running ladders. `ladders` returns the ladder in force for a matter; it may change while a matter runs."""

    def __init__(self, ladders: Callable[[Matter], Ladder]) -> None:
        self._ladders = ladders
        self._since: dict[Key, int] = {}
        self._number: dict[Key, int] = {}
        """In which order matters began to run here: of two calls due at one moment the older matter's is made first."""
        self._begun = 0
        self._until: dict[Key, int] = {}
        self._about: dict[str, tuple[Key, ...]] = {}
        self._ended: dict[Key, int] = {}
        self._ran: set[Key] = set()  # of those that ended
        self._taken: dict[Key, int] = {}  # one bit for each step
        self._heap: list[tuple[int, int, Key]] = []
        self._fresh: list[
            Key
        ] = []  # begun, and not in the heap yet: while folding a long past most end before they matter

    def __len__(self) -> int:
        return len(self._since)

    def start(self, matter: Matter, until_us: int | None = None) -> bool:
        """Begin to run a matter; False if it runs already, and then by its new beginning, or if it has ended.

        No call is made that is due after `until_us`: what it would be about is over then.
        """
        key = matter.key
        if key in self._ended:
            self._ran.add(key)
            return False
        if key in self._since:
            if self._since[key] != matter.since_us:
                self._since[key] = matter.since_us
                self._fresh.append(key)
            return False
        self._since[key] = matter.since_us
        self._number[key], self._begun = self._begun, self._begun + 1
        if until_us is not None:
            self._until[key] = until_us
        self._about[matter.about] = (*self._about.get(matter.about, ()), key)
        self._fresh.append(key)
        return True

    def end(self, about: str, party: str, ladder: LadderName, at_us: int, *, early: bool = True) -> bool:
        """Take the answer that ends a matter; False if it had ended or does not run.

        `early`: its beginning may still come (an answer can be recorded before what it answers), so the end is remembered.
        """
        key = (about, party, ladder)
        if key in self._ended or not (early or key in self._since):
            return False
        self._ended[key] = at_us
        if key in self._since:
            self._ran.add(key)
        return self._forget(key)

    def drop(self, about: str, ladder: LadderName | None = None, party: str | None = None) -> None:
        """Stop running what is about an entry that asks no more: replaced, erased, or (by ladder and party) served.

        Nothing is remembered of it, so it must not be started again.
        """
        for key in self._about.get(about, ()):
            if ladder in (None, key[2]) and party in (None, key[1]):
                self._forget(key)

    def took(self, about: str, party: str, ladder: LadderName, step: int) -> None:
        """Note that a slot is taken: by ourselves before a restart, or by another keeper of the same ladder."""
        key = (about, party, ladder)
        if key not in self._ended:
            self._taken[key] = self._taken.get(key, 0) | 1 << step

    def renew(self) -> None:
        """Order everything anew, after a ladder in force has changed."""
        self._heap.clear()
        self._fresh = list(self._since)

    def ended_us(self, about: str, party: str, ladder: LadderName) -> int | None:
        """When a matter that ran was answered, None while it was not."""
        key = (about, party, ladder)
        return self._ended[key] if key in self._ran else None

    def running(self, about: str, party: str, ladder: LadderName) -> bool:
        """Whether a matter runs."""
        return (about, party, ladder) in self._since

    def running_at(self, about: str) -> tuple[str, ...]:
        """Return the parties at which a matter about this entry runs, sorted."""
        return tuple(sorted({key[1] for key in self._about.get(about, ()) if key in self._since}))

    def running_on(self, ladder: LadderName) -> tuple[str, ...]:
        """Return what runs on a ladder: the entries that matters are about, in the order in which they began to run here."""
        return tuple(dict.fromkeys(key[0] for key in self._since if key[2] == ladder))

    def due_us(self) -> int | None:
        """When the next call is due, None when none is."""
        self._take_in()
        while self._heap:
            at_us, _, key = self._heap[0]
            found = self._next(key)
            if found is not None and found[0] == at_us:
                return at_us
            heapq.heappop(self._heap)
            if found is not None:
                heapq.heappush(self._heap, (found[0], self._number[key], key))
        return None

    def take(self, now_us: int, limit: int) -> list[StepDue]:
        """Return up to `limit` calls whose moment has come, in order of their moments, each once: their slots are taken now.

        Of two at one moment the older matter's comes first: an order by id would be an order by what the entries hide.
        """
        calls: list[StepDue] = []
        while len(calls) < limit and (at_us := self.due_us()) is not None and at_us <= now_us:
            number, key = heapq.heappop(self._heap)[1:]
            found = self._next(key)
            assert found is not None
            calls.append(StepDue(Matter(*key, self._since[key]), found[1]))
            self.took(*key, found[1].step)
            if (following := self._next(key)) is not None:
                heapq.heappush(self._heap, (following[0], number, key))
        return calls

    def clocks(self, now_us: int) -> Iterator[RunningMatter]:
        """Yield every running matter as it stands at a time, in the order in which they began to run here."""
        for key, since_us in self._since.items():
            yield self._clock(Matter(*key, since_us), now_us)

    def clock(self, about: str, party: str, ladder: LadderName, now_us: int) -> RunningMatter | None:
        """Return one running matter as it stands at a time, None if it does not run."""
        since_us = self._since.get((about, party, ladder))
        return None if since_us is None else self._clock(Matter(about, party, ladder, since_us), now_us)

    def _clock(self, matter: Matter, now_us: int) -> RunningMatter:
        ladder, taken = self._ladders(matter), self._taken.get(matter.key, 0)
        steps = tuple(rung.step for rung in ladder.rungs[FIRST_CALL:] if taken >> rung.step & 1)
        late = bool(steps) or any(matter.since_us + rung.after_us <= now_us for rung in ladder.rungs[FIRST_CALL:])
        at_us, rung = self._next(matter.key) or (None, None)
        return RunningMatter(matter, "undelivered" if late else "waiting", steps, at_us, rung)

    def _take_in(self) -> None:
        """Put what has begun into the heap; many at once cost no more than ordering them all."""
        if not self._fresh:
            return
        rows = [(at[0], self._number[key], key) for key in self._fresh if (at := self._next(key)) is not None]
        self._fresh.clear()
        if len(rows) * 8 > len(self._heap):
            self._heap += rows
            heapq.heapify(self._heap)
        else:
            for row in rows:
                heapq.heappush(self._heap, row)

    def _forget(self, key: Key) -> bool:
        self._taken.pop(key, None)
        self._number.pop(key, None)
        self._until.pop(key, None)
        left = tuple(other for other in self._about.get(key[0], ()) if other != key)
        if left:
            self._about[key[0]] = left
        else:
            self._about.pop(key[0], None)
        return self._since.pop(key, None) is not None

    def _next(self, key: Key) -> tuple[int, Rung] | None:
        """Return the first call of a running matter that was not made, and its moment."""
        since_us = self._since.get(key)
        if since_us is None:
            return None
        taken = self._taken.get(key, 0)
        for rung in self._ladders(Matter(*key, since_us)).rungs[FIRST_CALL:]:
            if not taken >> rung.step & 1:
                at_us = since_us + rung.after_us
                return None if at_us > self._until.get(key, at_us) else (at_us, rung)
        return None
