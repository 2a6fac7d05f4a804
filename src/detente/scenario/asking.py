"""What a case asks a station about one entry: how far it came at a party, down to its acting units, and how long ahead each knew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from detente.api.stops import StopsAsked
from detente.scenario.processes import Door

SECOND_US = 1_000_000


class ShortLead(msgspec.Struct, frozen=True, kw_only=True):
    """How long before a notice begins it was recorded for a party, where its class asks for more; in words beside the least."""

    lead: str
    party: str
    words: str


def course_words(door: Door, entry: str, party: str) -> list[str]:
    """Return what a station has on record of an entry at a party: standing, steps with their latency, leads, what nothing shows."""
    found = cast(list[dict[str, Any]], door.get(f"/local/courses/{entry}")["courses"])
    said: list[str] = []
    for course in found:
        if course["party"] != party:
            continue
        said.append(f"DELIVERY {course['words']}")
        steps = [*course["steps"], *(step for unit in course["units"] for step in unit["steps"])]
        told = "; ".join(f"{s['fact']['step']} {_after(s['since_recorded_us'])}" for s in steps)
        missing = [*course["missing"], *(f"{m} ({u['unit']})" for u in course["units"] for m in u["missing"])]
        missing += [] if course["units"] else ["passed to any unit"]
        said.append("; no evidence of: ".join([f"STEPS {told}", *([", ".join(missing)] if missing else [])]))
        said += [f"LEAD {words}" for words in _leads(course, told_too=True)]
    return said


def _after(us: int | None) -> str:
    return "before it was recorded" if us is None else f"after {span(us)}"


def stop_words(door: Door, entry: str, party: str) -> list[str]:
    """Return what the running clock of a stop shows at one party, as a station has it; it runs until that party complies or rejects."""
    found = door.ask(StopsAsked()).stops
    return [f"CLOCK {row.said}" for row in found if row.stop == entry and row.party == party]


def short_leads(door: Door, entry: str) -> list[ShortLead]:
    """Return, for each recipient of a notice that was told later than its class asks, what lead it had."""
    found = cast(list[dict[str, Any]], door.get(f"/local/courses/{entry}")["courses"])
    return [
        ShortLead(lead=span(lead["lead_us"]), party=course["party"], words=words)
        for course in found
        for words in _leads(course, told_too=False)
        for lead in course["leads"]["at"]
        if lead["step"] == "recorded" and lead["lead_us"] is not None and lead["short"]
    ]


def _leads(course: Mapping[str, Any], *, told_too: bool) -> list[str]:
    leads = course.get("leads")
    if leads is None:
        return []
    at = [lead for lead in leads["at"] if lead["lead_us"] is not None and (told_too or lead["step"] == "recorded")]
    if not at or (not told_too and not any(lead["short"] for lead in at)):
        return []
    known = "; ".join(f"{lead['step']} {_lead(lead)}" for lead in at)
    accepted = leads["accepted"]
    whose = "nobody is on record as having accepted less" if accepted is None else accepted["words_said"]
    short = f"; {whose}" if any(lead["short"] for lead in at) else ""
    return [f"{known} (least for its class {span(leads['least_us'])}){short}"]


def _lead(lead: Mapping[str, Any]) -> str:
    us = lead["lead_us"]
    said = f"{span(-us)} AFTER it began" if us < 0 else span(us)
    return f"{said} SHORT" if lead["short"] else said


def span(us: int) -> str:
    """Write a span in hours, minutes and seconds, as far as it has any."""
    minutes, seconds = divmod(us // SECOND_US, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if value]
    return " ".join(parts) or "0 s"
