"""The readings of a counting term in words.

A count never stands alone: with it stand the way of counting, who counts so, and what moved it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from detente.geometry.zones import tables_of
from detente.rules.agreements.readings.board import AnnouncedEnd, AtEnd, Board
from detente.rules.agreements.readings.calendars import CAUTION
from detente.rules.agreements.readings.conditions import Check
from detente.rules.agreements.readings.counters import Count, Day, Move
from detente.rules.agreements.readings.counting import Counting, Way
from detente.rules.agreements.readings.events import TimedEvent
from detente.rules.agreements.readings.simulate import Forecast, Simulation, Supposition, Takes
from detente.rules.agreements.words.plain import at, capital, day, hours, listed, many, ordinal, sentence

SHORT, ID_DIGITS = 12, 64
TEXT_STANDS = {
    "summarised": "The text is known from a summary only",
    "unknown": "The text is not known",
    "verified": "The text is verified",
}


class ReadingInWords(msgspec.Struct, frozen=True, kw_only=True):
    """One way of counting in words: what it is, how it stands, who uses it, what moved it, what follows."""

    days: tuple[str, ...]
    follows: str
    how: str
    moved: str
    stands: str
    takes: tuple[str, ...]
    used_by: str
    way: str


class BoardInWords(msgspec.Struct, frozen=True, kw_only=True):
    """All readings in words; the ends that were announced; on what it rests. `reckoned`: by which tables its days are."""

    at: str
    clause: str
    ends: tuple[str, ...]
    goal: str
    readings: tuple[ReadingInWords, ...]
    reckoned: str
    rests_on: str


def tell(term: Counting, found: Simulation, events: Sequence[TimedEvent]) -> BoardInWords:
    """Say a simulation: the board of now, and what follows from it."""
    by_id = {event.id: event for event in events}
    say = _Say(term, by_id)
    board = found.board
    return BoardInWords(
        at=say.at(board.now_us),
        clause=f"{sentence(term.words)}{TEXT_STANDS[term.text]} ({term.source}, {term.tag}).",
        ends=tuple(say.end(end, _one(board.at_ends, end)) for end in board.ends),
        goal=term.goal,
        readings=tuple(
            say.reading(way, count, forecast, takes, board)
            for way, count, forecast, takes in zip(term.ways, board.counts, found.forecasts, found.takes, strict=True)
        ),
        reckoned=_reckoned(term),
        rests_on=say.rests_on(board, found.supposed),
    )


def _one(at_ends: Sequence[AtEnd], end: AnnouncedEnd) -> AtEnd | None:
    return next((one for one in at_ends if one.end == end), None)


def _reckoned(term: Counting) -> str:
    caution = f" Islamic dates: {CAUTION}." if term.calendar == "hijri" else ""
    tables = tables_of(term.zone)
    return f"Days are those of {term.zone}{f' by {tables}' if tables else ''}.{caution}"


class _Say:
    """The words of one term: its zone, calendar, names and events."""

    def __init__(self, term: Counting, events: Mapping[str, TimedEvent]) -> None:
        self.term = term
        self.events = events

    def at(self, at_us: int) -> str:
        return at(at_us, self.term.zone, self.term.calendar)

    def reading(self, way: Way, count: Count, forecast: Forecast, takes: Takes, board: Board) -> ReadingInWords:
        users = [f'{self.term.name(use.party)} ("{use.says}"; {use.source}, {use.tag})' for use in way.used_by]
        return ReadingInWords(
            days=tuple(self.day(row) for row in count.days),
            follows=self.follows(way, count, forecast),
            how=self.how(way),
            moved=self.moved(count),
            stands=f"{capital(self.stands(count))}.{self.others(way, board)}",
            takes=tuple(self.takes(takes)),
            used_by=f"Counted so by {listed(users)}." if users else "Nobody is known to count so.",
            way=way.id,
        )

    def how(self, way: Way) -> str:
        unit = "24 hours each" if way.kind == "elapsed" else f"a day as in {self.term.zone}{self._begins()}"
        needs = "; ".join(f"{name}: {self.term.condition(name).words}" for name in way.needs)
        return f"{way.words} ({unit}{'; ' if needs else ''}{needs})"

    def _begins(self) -> str:
        minutes = self.term.day_starts_s // 60
        return "" if not minutes else f", beginning at {minutes // 60:02}:{minutes % 60:02}"

    def stands(self, count: Count) -> str:
        """Say a count with its unit and its way; never a figure over a figure."""
        if count.state == "not started":
            return f"not begun: the log has no {self.term.starts.event}"
        match count.kind:
            case "calendar":
                return f"the {ordinal(count.count)} calendar day, the first one counted"
            case "calendar-after":
                return f"{many(count.count, 'calendar day')} after the first, which is not counted"
            case "elapsed":
                return f"{hours(count.count)} elapsed"
        row = "in a row" if self._way(count).in_a_row else "in all"
        perhaps = "" if count.most == count.count else f", and {count.most} if all that is unknown were so"
        return f"{count.count} qualifying day{'' if count.count == 1 else 's'} {row}{perhaps}"

    def others(self, way: Way, board: Board) -> str:
        """Say what would stand if another of the moments that are given for the start were right."""
        said = [
            f" If it began {self.at(base.at_us)} ({self.about(base.events)}): {self.stands(c)}."
            for base, counts in board.other_starts
            for c in counts
            if c.way == way.id
        ]
        return "".join(said)

    def moved(self, count: Count) -> str:
        if not count.moves:
            return "Nothing has moved it."
        first = next(move for move in reversed(count.moves) if move.why in ("reset", "start"))
        last = next((move for move in reversed(count.moves) if move.why != "reached"), first)
        begun = "Begun" if first.why == "start" else "Begun anew by a reset"
        from_ = f"{begun} {self.at(first.at_us)} by {self.about(first.events)}."
        if count.kind == "elapsed":
            return f"{from_} Moved by the clock alone."
        if last is first:
            return from_
        return f"{from_} Last moved {self.at(last.at_us)}: {self.move(last, count)}."

    def move(self, move: Move, count: Count) -> str:
        if move.why == "day begins":
            return f"the calendar; the {ordinal(move.count)} day began"
        row = next(
            (row for row in count.days if min(row.end_us, move.at_us) == move.at_us and row.end_us >= move.at_us), None
        )
        return self.day(row) if row is not None else f"a day {move.why}"

    def day(self, row: Day) -> str:
        """Say one day: what each condition was, and by which events."""
        head = {
            "no": "does not qualify",
            "running": "is not over",
            "unknown": "is not known to qualify",
            "yes": "qualifies",
        }[row.answer]
        checks = "; ".join(self.check(check) for check in row.checks)
        return f"{day(row.day, self.term.calendar)} {head}: {checks}; then {row.count} in the count"

    def check(self, check: Check) -> str:
        answer = {"no": "no", "running": "still open", "unknown": "not known", "yes": "yes"}[check.answer]
        by = f" ({self.about(check.events)})" if check.events else ""
        missing = f", wanting from {self.people(check.parties)}" if check.parties and check.answer != "yes" else ""
        return f"{check.condition}: {answer}{by}{missing}"

    def follows(self, way: Way, count: Count, forecast: Forecast) -> str:
        goal = self.term.goal
        if count.state == "not started":
            return "Nothing is due: the count has not begun."
        if forecast.reached and forecast.opens_us is not None:
            return f"Full since {self.at(forecast.opens_us)}: by this reading it is due that {goal}."
        if forecast.opens_us is None:
            stands = "; ".join(self.check(check) for check in forecast.blocked)
            return f"If nothing more happens, never due: no further day qualifies ({stands})."
        before = [
            f"{self.term.name(end.by)} announced its end for {self.at(end.ends_us or 0)}"
            for end in forecast.ends_before
        ]
        ends = f" Before that, {listed(before)}." if before else ""
        reset = ""
        if way.resets and self.term.resets is not None:
            power = self.term.resets
            who = self.people(power.parties, "and" if power.together else "or")
            reset = f", unless {who} {'together ' if power.together else ''}reset the clock"
        return f"If nothing more happens, {goal} {self.at(forecast.opens_us)}{reset}.{ends}"

    def takes(self, takes: Takes) -> list[str]:
        if not takes.steps:
            return []
        if takes.opens_us is None:
            return ["No step that is known here would bring it about."]
        head = f"What it would take: at the earliest {self.at(takes.opens_us)}, and only if from now on:"
        return [head, *(self.step(step, takes.opens_us) for step in takes.steps)]

    def step(self, step: Supposition, opens_us: int) -> str:
        match step.does:
            case "keep":
                return f"until then {step.words} ({step.condition})"
            case "every day":
                return f"every day, {step.words} ({step.condition})"
            case "once":
                return f"{step.words} from now on ({step.condition})"
            case "say":
                return f"{self.people(step.parties)} says so ({step.condition}: {step.words})"

    def end(self, end: AnnouncedEnd, at_end: AtEnd | None) -> str:
        who = self.term.name(end.by)
        said = f"{who} ({self.about((end.event,))})"
        if end.ends_us is None:
            return f"No end, by {said}."
        over = "" if end.standing else " Announced anew since."
        reads = ""
        if at_end is not None:
            counts = "; ".join(f"{count.way}: {self.stands(count)}" for count in at_end.counts)
            reads = f" {'Then' if at_end.past else 'By then'} {counts}."
        return f"{self.at(end.ends_us)}, by {said}.{over}{reads}"

    def about(self, events: Sequence[str]) -> str:
        return listed([self.event(name) for name in events])

    def event(self, name: str) -> str:
        """Say an event by what it says of itself, with its id."""
        event = self.events.get(name)
        if event is None:
            return name
        says = event.fields.get("says")
        short = name[:SHORT] if len(name) == ID_DIGITS else name
        return f"{short}: {says if isinstance(says, str) else event.name}"

    def people(self, parties: Sequence[str], last: str = "and") -> str:
        return listed([self.term.name(party) for party in parties], last)

    def rests_on(self, board: Board, supposed: Sequence[str]) -> str:
        more = f", and {many(len(supposed), 'event')} only supposed" if supposed else ""
        return f"From {many(board.seen, 'event')} known here{more}; a report that comes late may change any of it."

    def _way(self, count: Count) -> Way:
        return next(way for way in self.term.ways if way.id == count.way)
