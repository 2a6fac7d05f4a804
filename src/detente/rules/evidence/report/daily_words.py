"""The daily report of a monitor in words: the facts of `daily`, in the order in which people look for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

import msgspec

from detente.geometry.durations import HOUR_US
from detente.rules.evidence.counts import missing_days
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.report.day import Daily, Figure, Revision, ToldAccount, figure
from detente.rules.evidence.report.document import (
    Block,
    Drawing,
    Heading,
    Items,
    Paragraph,
    Table,
    html,
    markdown,
    pictures,
)
from detente.rules.evidence.report.drawing import map_svg, timeline_svg

SHORT = 12
RESULTS = {
    "access-refused": "access refused",
    "nothing-seen": "nothing seen",
    "not-attributable": "not attributable",
}
NEVER_ADDED = "Figures of different reporters, scopes or units are never added: each counts its own way, and mostly only what others did."


class DailyText(msgspec.Struct, frozen=True, kw_only=True):
    """The report as it is handed on: Markdown, one HTML page, and the drawings that the Markdown names, by file name."""

    html: str
    markdown: str
    pictures: dict[str, str]


def daily_text(found: Daily, held: OnRecord, zone: tzinfo, by: str, virtual: bool, lacking: str = "") -> DailyText:
    """Return the report in words. Arguments as for `blocks`."""
    made = blocks(found, held, zone, by, virtual, lacking)
    page = html(f"Daily report, {found.period.name}", made)
    return DailyText(html=page, markdown=markdown(made), pictures=pictures(made))


def blocks(found: Daily, held: OnRecord, zone: tzinfo, by: str, virtual: bool, lacking: str = "") -> tuple[Block, ...]:
    """Return the report. `by` is whose copy it was made from; `zone` is that of all times in it; `virtual`: it is of a replay.

    `lacking` says what that copy could not take in; "" where it took in everything.
    """

    def at(us: int) -> str:
        return f"{datetime.fromtimestamp(us / 1_000_000, zone):%d %b %H:%M}"

    period = found.period
    tables = f" by {period.tables}" if period.tables else ""
    by_then = "then" if found.recorded_us == period.end_us else f"{at(found.recorded_us)} ({_utc(found.recorded_us)})"
    made_from = (
        f"From {at(period.start_us)} to {at(period.end_us)} "
        f"({period.zone}{tables}; {_utc(period.start_us)} to {_utc(period.end_us)}). "
        f"Made from what {by} could read and had been recorded by {by_then}. All times {period.zone}. An id names the entry."
    )
    return (
        Heading(f"Daily report, {period.name}", 1),
        *((Paragraph("A REPLAY on a virtual ledger: none of this is happening now."),) if virtual else ()),
        *(() if found.over else (Paragraph(_not_over(found, at)),)),
        *((Paragraph(f"INCOMPLETE: {lacking}."),) if lacking else ()),
        Paragraph(made_from),
        Heading("Counts by reporter and region"),
        Paragraph(NEVER_ADDED),
        *_figures(found.figures),
        Heading("Events told of, by reporter"),
        *_events(found),
        Heading("Figures on single matters, side by side"),
        *_casualties(found),
        Heading("Access refused, and other results"),
        Items(
            tuple(f"{RESULTS.get(s.result, s.result)}: {s.words} ({s.who}; {_id(s.entry)})" for s in found.results),
            "No report of access refused to monitors, of nothing seen, or of an event that cannot be attributed.",
        ),
        Heading("Denied, or not confirmed"),
        Items(tuple(_doubt(t) for t in found.doubted), "Nothing was denied, and nobody said that they cannot confirm."),
        Heading("Opposite accounts that came in"),
        Items(tuple(_opposite(c) for c in found.contradictions), "None that name one matter."),
        Heading("Changes explained"),
        Items(
            tuple(_change(c) for c in found.changes),
            "Nothing that was said before has been corrected, taken back, graded anew or revised.",
        ),
        Heading("Late: recorded in this period, about the time before it"),
        Items(
            tuple(
                f"{at(x.recorded_us)}, about {at(x.about_us)}: {x.words} ({x.who}; {_id(x.entry)})" for x in found.late
            ),
            "Nothing late was recorded since the last report.",
        ),
        *_came_after(found, at),
        Heading("Gaps"),
        Items(tuple(_gaps(found, zone, at)), "No gap shows in the counts that run from the beginning."),
        Heading("Where and when"),
        *_pictures(found, held, zone),
        *_marks(found, at),
    )


def _not_over(found: Daily, at: Callable[[int], str]) -> str:
    return (
        f"THIS DAY IS NOT OVER: it ends {at(found.period.end_us)}, and this is made from what was recorded by {at(found.recorded_us)}. "
        "Every count, and everything that is said to be missing, is of a part of it."
    )


def _came_after(found: Daily, at: Callable[[int], str]) -> list[Block]:
    if not found.after:
        return []
    rows = tuple(
        f"{at(x.recorded_us)}, about {at(x.about_us)}: {x.words} ({x.who}; {_id(x.entry)})" for x in found.after
    )
    return [Heading("Recorded after this period, about it, and counted in it"), Items(rows, "")]


def _utc(us: int) -> str:
    return f"{datetime.fromtimestamp(us / 1_000_000, UTC):%d %b %H:%M}Z"


def _id(entry: str) -> str:
    return entry[:SHORT]


def _figures(figures: Sequence[Figure]) -> list[Block]:
    if not figures:
        return [Paragraph("No count of this period is held.")]
    found: list[Block] = []
    for one in figures:
        kind = " since the beginning" if one.cumulative else ""
        late = " Recorded after the period." if one.late else ""
        found.append(
            Paragraph(
                f"{one.who}: {figure(one.now)} {one.now.unit}{kind}, {one.window}; scope: {one.scope}. "
                f"{_compared(one)}{late} ({_id(one.entry)})"
            )
        )
        if one.lines:
            before = any(line.before is not None for line in one.lines)
            head = (one.split_by, "now", *(("before", "change") if before else ()))
            rows = [
                (
                    line.name,
                    _number(line.now),
                    *((_number(line.before), _step(line.now, line.before)) if before else ()),
                )
                for line in one.lines
            ]
            found.append(Table(head, tuple(rows)))
    return found


def _compared(one: Figure) -> str:
    if one.before is not None:
        step = _step(one.now.best, one.before.best)
        now_h, before_h = (round(length / HOUR_US) for length in one.lengths_us)
        unlike = "" if now_h == before_h else f" Not like with like: {now_h} h are counted now, {before_h} h before."
        return f"The period before: {figure(one.before)}{f' ({step})' if step else ''}.{unlike}"
    last = f"; the last held is {one.last}" if one.last else ""
    return f"Not compared: no count of the period before is held{last}."


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value}"


def _step(now: int | None, before: int | None) -> str:
    return "" if now is None or before is None else f"{now - before:+d}"


def _events(found: Daily) -> list[Block]:
    if not found.events:
        return [Paragraph("Nobody told of an event.")]
    rows = tuple((who, f"{now}", f"{before}", f"{now - before:+d}") for who, now, before in found.events)
    return [Table(("reporter", "now", "before", "change"), rows)]


def _casualties(found: Daily) -> list[Block]:
    rows = [
        (
            one.subject if n == 0 else "",
            told.who,
            f"{figure(told.count)} {told.count.unit}" if told.count else "",
            "they differ" if one.differ and n == 0 else "",
        )
        for one in found.casualties
        for n, told in enumerate(one.told)
    ]
    return [Table(("matter", "by", "figure", ""), tuple(rows))] if rows else [Paragraph("No figures.")]


def _doubt(one: ToldAccount) -> str:
    verb = "denies it" if one.stance == "denies" else "cannot confirm it"
    return f"{one.subject}: {one.who} {verb}: {one.words} ({_id(one.entry)})"


def _opposite(one: Revision) -> str:
    ally = f" ({one.why})" if one.why else ""
    return f"{one.what}: {one.now} / against: {one.was}{ally}"


def _change(one: Revision) -> str:
    two = f" By two rulesets, which alone may change it: {' then '.join(one.rulesets)}." if one.rulesets else ""
    return f"{one.what}: {one.was} became {one.now}. Why: {one.why}{two} ({_id(one.entry)})"


def _gaps(found: Daily, zone: tzinfo, at: Callable[[int], str]) -> list[str]:
    said = []
    for who, gap in found.gaps:
        days = ", ".join(f"{day.day} {day:%b}" for day in missing_days(gap, zone))
        said.append(f"{who}: nothing from {at(gap.start_us)} to {at(gap.end_us)} (the days to {days})")
    return said + [f"{who}: counted before, no count of this period is held" for who in found.silent]


def _pictures(found: Daily, held: OnRecord, zone: tzinfo) -> list[Block]:
    period = found.period
    bulletins = {entry: body for entry, _, body in held.bulletins}
    shown = [f for f in found.figures if not f.cumulative]
    windows = [
        (bulletins[f.entry].window.earliest_us or period.start_us, bulletins[f.entry].window.latest_us or period.end_us)
        for f in shown
    ]
    hour = lambda us: f"{datetime.fromtimestamp(us / 1_000_000, zone):%H:%M}"  # noqa: E731
    drawn: list[Block] = []
    chart = map_svg(found.marks)
    if chart:
        drawn.append(Drawing(f"Where: marks by number on WGS 84; no base map. {period.name}", "map.svg", chart))
    lanes = timeline_svg(found.marks, shown, windows, period.start_us, period.end_us, hour)
    if lanes:
        drawn.append(Drawing(f"When: by whom, {period.zone}. {period.name}", "timeline.svg", lanes))
    return drawn


def _marks(found: Daily, at: Callable[[int], str]) -> list[Block]:
    if not found.marks:
        return [Paragraph("Nothing with a time or a place was told of.")]
    rows = tuple(
        (
            f"{m.number}",
            f"{at(m.start_us)} to {at(m.end_us)}" if m.end_us != m.start_us else at(m.start_us),
            m.who,
            m.words,
            "" if m.place else "no place stated",
            _id(m.entry),
        )
        for m in found.marks
    )
    return [Table(("no.", "when", "by", "what", "", "id"), rows)]
