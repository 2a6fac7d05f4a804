"""All views of one viewer, in the order in which the driver must fold them, with the one driver that does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from detente.geometry.search.index import VolumeIndex
from detente.geometry.volume import Separation
from detente.ledger.genesis import Genesis
from detente.picture.agreements.agreements import Agreements
from detente.picture.agreements.meetings import Meetings
from detente.picture.agreements.permits import Permits
from detente.picture.evidence.evidence import HeldEvidence
from detente.picture.findings import Findings
from detente.picture.fold import Driver, Freshness, Snapshot, View
from detente.picture.heads import Heads
from detente.picture.hotline.calls import Calls
from detente.picture.hotline.stops import Stops
from detente.picture.known import Entry, KeyUses
from detente.picture.notices.airspace import Airspace
from detente.picture.notices.delivery import Delivery
from detente.picture.notices.endangered import Dangers
from detente.picture.notices.open_conflicts import OpenConflicts
from detente.picture.notices.read_backs import Judged, ReadBacks
from detente.picture.notices.screenings import Screenings
from detente.picture.notices.waiting import Clocks, Waiting
from detente.picture.parties.directory import Directory
from detente.picture.parties.watchbook import Watchbook
from detente.picture.plain import PlainView, plain_views
from detente.picture.protection.humane import Humane
from detente.picture.protection.unit_watch import UnitWatch
from detente.picture.timeline import Timeline

V = TypeVar("V", bound=PlainView)


class Picture:
    """What one viewer sees. `separation_for` is the separation in force between two parties; default: the ledger's.

    `widest` is at least as wide as any of those. `key_use` is the identity fold's `key_at`.
    Without an `index` neighbours are found by looking at every live notice.
    """

    def __init__(
        self,
        genesis: Genesis,
        ledger: str,
        *,
        index: VolumeIndex | None = None,
        key_use: KeyUses | None = None,
        separation_for: Callable[[str, str], Separation] | None = None,
        widest: Separation | None = None,
    ) -> None:
        default = Separation(
            horizontal_mm=genesis.separation.horizontal_mm,
            time_us=genesis.separation.time_us,
            vertical_mm=genesis.separation.vertical_mm,
        )
        self.virtual = genesis.virtual
        self.heads = Heads()
        self.directory = Directory(genesis, ledger)
        self.airspace = Airspace(self.heads, index)
        self.dangers = Dangers(self.heads, self.airspace, self.directory, widest if widest is not None else default)
        self.conflicts = OpenConflicts(
            self.airspace, separation_for or (lambda a, b: default), widest if widest is not None else default
        )
        self.screenings = Screenings(self.heads, self.directory, genesis.screening.deadline_us)
        self.read_backs = ReadBacks(self.heads, self.airspace, key_use)
        self.delivery = Delivery(self.heads, self.read_backs, key_use)
        clocks = Clocks.of(genesis.rules, genesis.screening.deadline_us)
        self.waiting = Waiting(self.heads, self.read_backs, clocks, key_use)
        self.stops = Stops(self.airspace, self.delivery, key_use)
        self.meetings = Meetings(self.heads, self.waiting)
        self.permits = Permits(self.heads, self.airspace)
        self.unit_watch = UnitWatch(self.heads, self.delivery, genesis.rules)
        self.calls = Calls(self.airspace, self.directory)
        self.humane = Humane(self.airspace)
        self.findings = Findings()
        self.watchbook = Watchbook(key_use)
        self.plain = plain_views(self.heads)
        self.evidence, self.timeline = self.view(HeldEvidence), self.view(Timeline)
        self.agreements = self.view(Agreements)
        self.views: tuple[View, ...] = (
            self.heads,
            self.dangers,  # sees the others as they were before the entry
            self.directory,
            self.airspace,
            self.conflicts,
            self.screenings,
            self.read_backs,
            self.delivery,
            self.waiting,
            self.stops,
            self.humane,
            self.unit_watch,
            self.meetings,
            self.permits,
            self.calls,
            self.findings,
            self.watchbook,
            *self.plain.values(),
        )
        self.driver = Driver(self.views, here=self.holds)

    def view(self, kind: type[V]) -> V:
        """Return the view of a kind that rests on `Heads` alone."""
        found = self.plain[kind]
        assert isinstance(found, kind)
        return found

    def apply(self, known: Entry) -> None:
        """Take in one entry; entries come in order of index."""
        self.driver.apply(known)

    def holds(self, entry: str) -> bool:
        """Whether an entry (id in hex) is here, also one whose body was erased."""
        return self.heads.entry(entry) is not None

    def take_read_backs(self) -> tuple[Judged, ...]:
        """Return the read-backs that could be compared since this was last asked: in writing, or over a line."""
        return (*self.read_backs.take_new(), *self.calls.take_new())

    def settle(self, limit: int) -> int:
        """Do up to `limit` notices' worth of the work that folding left undone; return how many are left, 0 when settled.

        Questions settle by themselves; a station that is far behind does it here in slices, so that no step is long.
        """
        left = self.airspace.catch_up(limit)
        return left + self.conflicts.left() if left else self.conflicts.settle(limit)

    def freshness(self, view: View, now_us: int) -> Freshness:
        """Say how fresh a view is, and whether it is incomplete."""
        return self.driver.freshness(view, now_us)

    def snapshot(self, root: str, ruleset: str) -> Snapshot:
        """Return all views as bytes, for the ledger's root at the present size."""
        return self.driver.snapshot(root, ruleset)

    def restore(self, snapshot: Snapshot, root: str, ruleset: str) -> bool:
        """Start from a snapshot; False, and nothing changed, if it is of another root, ruleset or set of views."""
        return self.driver.restore(snapshot, root, ruleset)
