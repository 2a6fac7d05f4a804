"""What a station does of itself as time passes: ladders that run, calls and stops to show, watermarks to write, changes to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detente.node.station.parts.changes import Fans
from detente.node.station.parts.watermarks import WatermarkTimes
from detente.picture.known import Entry
from detente.records.hotline.step import LadderName
from detente.rules.hotline.callees import Callees
from detente.rules.hotline.ladder import Ladder, Matter, ladder_of
from detente.rules.hotline.timers import Timers


class LaddersInForce:
    """Finds a matter's ladder: as agreed with that party, else as genesis says (`rules`), else the default."""

    def __init__(self, party: str, book: Callees, rules: Mapping[str, int]) -> None:
        self._party, self._book, self._rules = party, book, rules
        self._plain: dict[LadderName, Ladder] = {}

    def of(self, matter: Matter) -> Ladder:
        """Return the ladder in force for a matter now."""
        agreed = self._book.agreed(self._party, matter.party)
        if agreed:
            return ladder_of(matter.ladder, self._rules, agreed)
        found = self._plain.get(matter.ladder)
        if found is None:
            found = self._plain[matter.ladder] = ladder_of(matter.ladder, self._rules)
        return found


@dataclass(slots=True)
class Acting:
    """What waits to be done or shown. `book` is who is who, for those whom a ladder calls."""

    book: Callees
    fans: Fans
    telling: WatermarkTimes
    timers: Timers
    calls_on_us: dict[tuple[str, LadderName], tuple[str, str]] = field(default_factory=dict)
    """Steps that call us and are not shown yet, by what they are about."""
    pressing: set[str] = field(default_factory=set)
    """Urgent messages and flagged emergencies: a query about one is urgent."""
    stops_new: dict[str, Entry] = field(default_factory=dict)
    """Stops of others that came and are not shown yet, by id."""
    urgent_known: set[bytes] = field(default_factory=set)
    urgent_ledgered: set[str] = field(default_factory=set)
