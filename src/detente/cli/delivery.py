"""`detente delivery ID` and `detente matrix`: how far an entry came, down to the acting unit; who should have what, and has it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from detente.cli.desk import Station, at_desk, basis_words, short
from detente.cli.say import AsJson, answer, guarded, table
from detente.cli.sending import parties
from detente.cli.times import Zone, moment, span, zone_named
from detente.hotline.lapse import Lapse


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
    with at_desk(station) as desk:
        full = desk.full_id(entry, "ID")
        found = desk.station.get(f"courses/{full}")
    words: list[Any] = []
    where = zone_named(zone)
    if found["about"] is None:
        words.append(f"{short(full)} is not in the ledger as this station holds it; nothing is known of its delivery.")
    else:
        about = found["about"]
        words.append(
            f"{about['kind']} {short(full)} by {about['author']}, recorded {moment(about['recorded_us'], where)}"
        )
    if found["over"] is not None:
        words.insert(0, found["over"]["words"])
    for course in found["courses"]:
        words += ["", *_course(course, where)]
    answer(found, [*words, "", basis_words(found["basis"], zone)], as_json)


def _course(course: dict[str, Any], where: Any) -> list[Any]:
    lines: list[Any] = [course["words"]]
    if course["acknowledged_us"] is not None:
        at = moment(course["acknowledged_us"], where)
        lines.append(f"  Its station acknowledged it directly at {at}, by its own clock.")
    steps = [(t, "") for t in course["steps"]]
    steps += [(t, unit["unit"]) for unit in course["units"] for t in unit["steps"]]
    steps.sort(key=lambda pair: pair[0]["fact"]["index"])
    rows = [_row(timed, where) for timed, _ in steps]
    if rows:
        lines.append(table("", ("when", "after", "step", "role or unit", "shown by"), rows))
    missing = list(course["missing"])
    missing += [f"{step} ({unit['unit']})" for unit in course["units"] for step in unit["missing"]]
    if not course["units"]:
        missing.append("passed to any unit")
    if missing:
        lines.append(f"  No evidence of: {', '.join(missing)}.")
    if course["open_queries"]:
        lines.append(f"  It asked {course['open_queries']} question(s) first.")
    return [*lines, *_lead_lines(course), *_reach_lines(course, where)]


def _row(timed: dict[str, Any], where: Any) -> tuple[str, ...]:
    fact = timed["fact"]
    who = fact["unit"] or fact["by_role"] or ""
    late = "" if timed["moved"] else " (again, or late)"
    return (
        moment(fact["at_us"], where),
        "" if timed["took"] is None else took_words(msgspec.convert(timed["took"], Lapse)),
        fact["step"] + late,
        who,
        short(fact["entry"]),
    )


def took_words(took: Lapse | None) -> str:
    """Say how long something took and by which clock; where two clocks would be mixed, that there is no number."""
    if took is None:
        return ""
    by = took.ended.by
    if took.us is None:
        return "no latency: two clocks" if by != took.began.by else "no latency: out of order"
    return span(took.us) if by is None else f"{span(took.us)} ({by}'s clock)"


def _lead_lines(course: dict[str, Any]) -> list[str]:
    leads = course.get("leads")
    if leads is None:
        return []
    known = [f"{lead['step']}{_of(lead)} {_lead(lead)}" for lead in leads["at"] if lead["lead_us"] is not None]
    least = f"  Lead (least for its class {span(leads['least_us'])})"
    lines = [f"{least}: {'; '.join(known) or 'none measured'}."] if leads["at"] else []
    if leads["accepted"] is not None:
        lines.append(f"  {leads['accepted']['words_said']}")
    elif any(lead["short"] for lead in leads["at"]):
        lines.append("  Nobody is on record as having accepted a shorter one.")
    return lines


def _of(lead: dict[str, Any]) -> str:
    return f" ({lead['unit']})" if lead["unit"] else ""


def _lead(lead: dict[str, Any]) -> str:
    us = lead["lead_us"]
    said = f"{span(-us)} AFTER it began" if us < 0 else span(us)
    return f"{said} SHORT" if lead["short"] else said


def _reach_lines(course: dict[str, Any], where: Any) -> list[str]:
    reach = course.get("reach")
    if reach is None:
        return []
    by, late_us = reach["by"], reach["late_us"]
    due = f"{moment(reach['due_us'], where)} by {by}"
    if reach["reached_us"] is not None:
        late = "" if late_us is None else f", {span(late_us)} late" if late_us else ", in time"
        return [f"  The acting unit confirmed the stop at {moment(reach['reached_us'], where)}{late} (due {due})."]
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
    with at_desk(station) as desk:
        desk.parties(parties(should, "--should", needed=False), "--should")
        named = ",".join(parties(should, "--should", needed=False))
        found = desk.station.get("matrix", all=int(everybody), should=named)
    if gaps:
        found["matrix"] = [row for row in found["matrix"] if row["behind"] or any(c["gap"] for c in row["cells"])]
    answer(found, _matrix_words(found, gaps, zone), as_json)


def _matrix_words(found: dict[str, Any], gaps: bool, zone: str | None) -> list[Any]:
    where = zone_named(zone)
    words: list[Any] = []
    for row in found["matrix"]:
        start = moment(row["start_us"], where) if row["start_us"] is not None else "at no time known here"
        what = f"{row['activity'] or 'not opened to us'} by {row['author']}, begins {start}"
        words.append(f"{short(row['version'])} {what if row['cells'] else 'IS OVER HERE, and not everywhere'}")
        words += [
            f"  ! {party} still has {short(version)} as live: `detente end-for {short(version)} --to {party}`, or tell it anew."
            for party, version in row["behind"].items()
        ]
        words += [f"  {'! ' if c['gap'] else '  '}{c['words']}" for c in row["cells"] if c["gap"] or not gaps]
        words.append("")
    if not found["matrix"]:
        words.append("No live notice here has such a gap." if gaps else "No live notice of ours.")
    words.append("Whom a notice concerns is known here only as far as others told; no reason shown is no assurance.")
    return [*words, basis_words(found["basis"], zone)]
