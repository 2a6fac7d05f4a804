"""Claims and agreements in one line, for tests; times are hours after D."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.rules.agreements.castello import D_US, HOUR_US, K8, TRUCE, at, hours, what

from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.agreements import term as tm
from detente.records.agreements.agreement import Agreement
from detente.records.body import Body, Stated
from detente.records.evidence.claim import Claim
from detente.rules.agreements.facts.occurrences import Occurrences
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.watching import Watching

ID = "aa" * 32
EVERYWHERE = msgspec.structs.replace(K8.scope, area=())


def us(hour: float) -> int:
    """Hours after D in microseconds since 1970."""
    return D_US + round(hour * HOUR_US)


def claim(
    who: str, stance: str, subject: str, cls: str, hour: float | None, until: float | None = None, **more: Any
) -> Claim:
    """What someone says of a matter that happened at an hour, or between two."""
    band = None
    if hour is not None:
        last = us(hour if until is None else until)
        band = Stated(earliest_us=us(hour), latest_us=last, text="then", zone="UTC")
    given: dict[str, Any] = {
        "about": (), "at_stated": band, "chain": (), "count": None, "event_class": cls, "implies": (), "origin": "",
        "party": None, "place": None, "report": None, "said": None, "says": "so", "source": "S", "stance": stance,
        "subject": subject, "tag": "DOC", "who": who,
    }  # fmt: skip
    return Claim(**(given | more))


def place(north_km: float, radius_km: float = 0.1) -> Volume4D:
    """A small place so many km north of Castello Road's middle."""
    centre = Point(36_245_000_000 + round(north_km / 111.32 * 1e9), 37_115_000_000)
    return Volume4D(end_us=us(999), outline=Circle(centre=centre, radius_mm=round(radius_km * 1e6)), start_us=us(0))


def truce(*terms: tm.Term, **changes: Any) -> Agreement:
    """The truce with these terms only, and no secret annex."""
    return msgspec.structs.replace(TRUCE, terms=terms, annexes=(), **changes)


def answering(within_h: int = 1, **slots: Any) -> tm.Term:
    """A notice is owed an acknowledgement within so many hours, by syr."""
    by = tm.Deadline(at=None, after=hours(within_h))
    pattern = tm.Within(after=what("notice.air"), by=by, each=True, must=what("acknowledge"))
    quick = msgspec.structs.replace(K8.evidence, origins=1, silence="counts")
    given = {"bearers": ("syr",), "evidence": quick, "pattern": pattern, "scope": EVERYWHERE, "term": "answer"}
    return msgspec.structs.replace(K8, **(given | slots))


class Table:
    """One agreement watched by somebody who is told things."""

    def __init__(self, agreement: Agreement) -> None:
        self.book = Occurrences()
        self.watching = Watching(ID, ID, agreement, "un")
        self.watching.build(self.book)
        self.count = 0

    def told(self, body: Body, hour: float, author: str = "un", recorded: float | None = None, word: str = "") -> str:
        """Take an entry signed at an hour, recorded then or later; returns its id."""
        self.count += 1
        entry = word or f"{self.count:064x}"
        late = us(hour if recorded is None else recorded)
        changed = self.book.take(entry, author, us(hour), late, body)
        self.watching.take(changed, self.book)
        from detente.records.agreements.assent import Assent
        from detente.records.agreements.position import Position

        if isinstance(body, Assent | Position):
            self.watching.add_act(entry, late, body, self.book)
        return entry

    def verdicts(self, hour: float, term: str | None = None) -> dict[tuple[str, str, str], Verdict]:
        """Return verdicts by party, reading and duty."""
        found = self.watching.verdicts(us(hour))
        return {(v.party, v.reading.name, v.instance): v for v in found if term is None or v.term == term}

    def answer(self, hour: float, party: str, reading: str = "", instance: str = "") -> str:
        """Return one answer."""
        return self.verdicts(hour)[(party, reading, instance)].answer


__all__ = ["EVERYWHERE", "ID", "Table", "answering", "at", "claim", "hours", "place", "truce", "us", "what"]
