"""`detente delivery ID` and `detente matrix`: how far an entry came, down to the acting unit; who should have what, and has it."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.sending import parties
from detente.cli.session import Station, at_station, basis_words, short
from detente.cli.times import Zone, moment, span, zone_named

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.api.delivery import CourseRow, Matrix
    from detente.rules.hotline.lapse import Lapse
    from detente.rules.notices.delivery.course import Timed
    from detente.rules.notices.delivery.lead_times import LeadAt


def register(app: typer.Typer) -> None:
    """Add both verbs."""
    app.command("delivery")(guarded(delivery))
    app.command("matrix")(guarded(matrix))


def delivery(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The notice, message or stop: its first digits.")],
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show each step of an entry's delivery at each recipient, with its time and latency; what is missing is said as missing."""
    from detente.api.delivery import CoursesAsked

    with at_station(station) as session:
        full = session.full_id(entry, "ID")
        found = session.station.ask(CoursesAsked(entry=full))
    where, about = zone_named(zone), found.about
    words: list[RenderableType | None] = [] if found.over is None else [found.over.words]
    words.append(
        f"{short(full)} is not in the ledger as this station holds it; nothing is known of its delivery."
        if about is None
        else f"{about.kind} {short(full)} by {about.author}, recorded {moment(about.recorded_us, where)}"
    )
    for course in found.courses:
        words += ["", *_course(course, where)]
    answer(found, [*words, "", basis_words(found.basis, zone)], as_json)


def _course(course: CourseRow, where: tzinfo | None) -> list[RenderableType]:
    lines: list[RenderableType] = [course.words]
    if course.acknowledged_us is not None:
        at = moment(course.acknowledged_us, where)
        lines.append(f"  Its station acknowledged it directly at {at}, by its own clock.")
    steps = [*course.steps, *(timed for unit in course.units for timed in unit.steps)]
    steps.sort(key=lambda timed: timed.fact.index)
    if steps:
        rows = [_row(timed, where) for timed in steps]
        lines.append(table("", ("when", "after", "step", "role or unit", "shown by"), rows))
    missing: list[str] = list(course.missing)
    missing += [f"{step} ({unit.unit})" for unit in course.units for step in unit.missing]
    if not course.units:
        missing.append("passed to any unit")
    if missing:
        lines.append(f"  No evidence of: {', '.join(missing)}.")
    if course.open_queries:
        lines.append(f"  It asked {course.open_queries} question(s) first.")
    return [*lines, *_lead_lines(course), *_reach_lines(course, where)]


def _row(timed: Timed, where: tzinfo | None) -> tuple[str, ...]:
    fact = timed.fact
    who = fact.unit or fact.by_role or ""
    late = "" if timed.moved else " (again, or late)"
    return moment(fact.at_us, where), took_words(timed.took), fact.step + late, who, short(fact.entry)


def took_words(took: Lapse | None) -> str:
    """Say how long something took and by which clock; where two clocks would be mixed, that there is no number."""
    if took is None:
        return ""
    by = took.ended.by
    if took.us is None:
        return "no latency: two clocks" if by != took.began.by else "no latency: out of order"
    return span(took.us) if by is None else f"{span(took.us)} ({by}'s clock)"


def _lead_lines(course: CourseRow) -> list[str]:
    leads = course.leads
    if leads is msgspec.UNSET:
        return []
    known = [f"{lead.step}{_of(lead)} {_lead(lead, us)}" for lead in leads.at if (us := lead.lead_us) is not None]
    least = f"  Lead (least for its class {span(leads.least_us)})"
    lines = [f"{least}: {'; '.join(known) or 'none measured'}."] if leads.at else []
    if leads.accepted is not None:
        lines.append(f"  {leads.accepted.words_said}")
    elif leads.short:
        lines.append("  Nobody is on record as having accepted a shorter one.")
    return lines


def _of(lead: LeadAt) -> str:
    return f" ({lead.unit})" if lead.unit else ""


def _lead(lead: LeadAt, us: int) -> str:
    said = f"{span(-us)} AFTER it began" if us < 0 else span(us)
    return f"{said} SHORT" if lead.short else said


def _reach_lines(course: CourseRow, where: tzinfo | None) -> list[str]:
    reach = course.reach
    if reach is msgspec.UNSET:
        return []
    due = f"{moment(reach.due_us, where)} by {reach.by}"
    late_us = reach.late_us
    if reach.reached_us is not None:
        late = "" if late_us is None else f", {span(late_us)} late" if late_us else ", in time"
        return [f"  The acting unit confirmed the stop at {moment(reach.reached_us, where)}{late} (due {due})."]
    if late_us:
        return [f"  UNDELIVERED to any acting unit: due {due}, {span(late_us)} ago."]
    return [f"  Not confirmed by an acting unit yet; due {due}."]


def matrix(
    should: Annotated[
        list[str] | None, typer.Option("--should", help="Party that should have all of them; repeat.")
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="Others' notices too, as far as they show who has them.")
    ] = False,
    gaps: Annotated[
        bool, typer.Option("--gaps", help="Only where a party that should have it is not known to.")
    ] = False,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show for each live notice which parties should have it, which have it, and which never can."""
    from detente.api.delivery import MatrixAsked

    with at_station(station) as session:
        named = parties(should, "--should", needed=False)
        session.parties(named, "--should")
        found = session.station.ask(MatrixAsked(all_=everybody, should=tuple(named)))
    if gaps:
        left = tuple(row for row in found.matrix if row.behind or any(c.gap for c in row.cells))
        found = msgspec.structs.replace(found, matrix=left)
    answer(found, _matrix_words(found, gaps, zone), as_json)


def _matrix_words(found: Matrix, gaps: bool, zone: str | None) -> list[RenderableType]:
    where = zone_named(zone)
    words: list[RenderableType] = []
    for row in found.matrix:
        start = moment(row.start_us, where) if row.start_us is not None else "at no time known here"
        what = f"{row.activity or 'not opened to us'} by {row.author}, begins {start}"
        words.append(f"{short(row.version)} {what if row.cells else 'IS OVER HERE, and not everywhere'}")
        words += [
            f"  ! {party} still has {short(version)} as live: `detente end-for {short(version)} --to {party}`, or tell it anew."
            for party, version in row.behind.items()
        ]
        words += [f"  {'! ' if c.gap else '  '}{c.words}" for c in row.cells if c.gap or not gaps]
        words.append("")
    if not found.matrix:
        words.append("No live notice here has such a gap." if gaps else "No live notice of ours.")
    words.append("Whom a notice concerns is known here only as far as others told; no reason shown is no assurance.")
    return [*words, basis_words(found.basis, zone)]
