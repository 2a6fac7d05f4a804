"""What a day's report is made of: its period, and one struct for each thing it can tell. `daily` makes them, `daily_words` says them."""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.geometry.volume import Volume4D
from detente.records.evidence.claim import Stance
from detente.records.evidence.count import Counted
from detente.records.evidence.report import Result
from detente.rules.evidence.counts import WindowGap

Kind = Literal["access-refused", "event", "protected"]


class ReportPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The span reported on, µs since 1970 UTC, its start not included; `before_us` begins the period compared with.

    `tables` are those of the time zones by which it is a day of `zone`; "" for an offset.
    """

    before_us: int
    end_us: int
    name: str
    start_us: int
    tables: str = ""
    zone: str

    def holds(self, at_us: int | None) -> bool:
        """Whether a moment lies in the period."""
        return at_us is not None and self.start_us < at_us <= self.end_us

    def preceded(self, at_us: int | None) -> bool:
        """Whether a moment lies in the period compared with."""
        return at_us is not None and self.before_us < at_us <= self.start_us


class CountLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a reporter's count: a region (or whatever it is split by), now and in the period before; None: no figure."""

    before: int | None
    name: str
    now: int | None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One reporter's count of one unit and scope. `before` None: no count of that period is held; `last` is then the latest earlier one.

    `lengths_us`: how long the window is, now and before; counts over windows of different length are not like with like.
    `late`: it was recorded after the period, as a count of a whole day mostly is.
    """

    before: Counted | None
    cumulative: bool
    entry: str
    last: str
    late: bool = False
    lengths_us: tuple[int, int]
    lines: tuple[CountLine, ...]
    now: Counted
    scope: str
    split_by: str
    who: str
    window: str


class ToldAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account, with its entry: who says what; `count` where it gives a figure."""

    at_us: int
    count: Counted | None
    entry: str
    stance: Stance
    subject: str
    who: str
    words: str


class Casualties(msgspec.Struct, frozen=True, kw_only=True):
    """What several say of one matter in figures, side by side; `differ` where the figures do."""

    differ: bool
    subject: str
    told: tuple[ToldAccount, ...]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One result that is not an account: access refused, nothing seen, not attributable."""

    entry: str
    result: Result
    who: str
    words: str


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """Something that had been said otherwise before this period, and why it changed.

    `rulesets` are those of before and now where a verdict was revised under another one: then the change may come from that alone.
    """

    entry: str
    now: str
    rulesets: tuple[str, ...] = ()
    was: str
    what: str
    why: str


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """Something recorded after the time that it is about: in this period about the time before it, or after this period about it."""

    about_us: int
    entry: str
    recorded_us: int
    who: str
    words: str


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Something with a time, and mostly a place, for the pictures; `number` is its number in the list of events."""

    end_us: int
    entry: str
    kind: Kind
    number: int
    place: Volume4D | None
    start_us: int
    who: str
    words: str


class Daily(msgspec.Struct, frozen=True, kw_only=True):
    """A day as facts; `gaps` are of counts from the beginning, `silent` reporters that counted before and did not this time.

    It is made from what had been recorded by `recorded_us`. Where that is before its end the day is not `over`: then every count and every
    absence is of a part of it. `after` is what was recorded after the day, of it, and counted in it.
    """

    after: tuple[Late, ...]

    casualties: tuple[Casualties, ...]
    changes: tuple[Revision, ...]
    contradictions: tuple[Revision, ...]
    doubted: tuple[ToldAccount, ...]
    events: tuple[tuple[str, int, int], ...]
    figures: tuple[Figure, ...]
    gaps: tuple[tuple[str, WindowGap], ...]
    late: tuple[Late, ...]
    marks: tuple[Mark, ...]
    over: bool
    period: ReportPeriod
    recorded_us: int
    results: tuple[Seen, ...]
    silent: tuple[str, ...]


def figure(count: Counted | None) -> str:
    """Write a band: `55`, `23 to 31`, `over 300`, `at most 40`."""
    if count is None:
        return ""
    if count.best is not None and count.low in (None, count.best) and count.high in (None, count.best):
        return f"{count.best}"
    if count.low is not None and count.high is not None:
        best = f", best {count.best}" if count.best is not None else ""
        return f"{count.low} to {count.high}{best}"
    if count.low is not None:
        return f"over {count.low - 1}" if count.best is None else f"{count.best}, at least {count.low}"
    return f"at most {count.high}" if count.best is None else f"{count.best}, at most {count.high}"
