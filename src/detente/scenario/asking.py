"""What a case asks a station about one entry: how far it came at a party, down to its acting units, and how long ahead each knew."""

from __future__ import annotations

import msgspec

from detente.api.delivery import CourseRow, CoursesAsked
from detente.api.hotline.stops import StopsAsked
from detente.geometry.durations import SECOND_US
from detente.rules.notices.delivery.lead_times import LeadAt
from detente.rules.notices.delivery.steps import DeliveryStep
from detente.scenario.processes import Door


class ShortLead(msgspec.Struct, frozen=True, kw_only=True):
    """How long before a notice begins it was recorded for a party, where its class asks for more; in words beside the least."""

    lead: str
    party: str
    words: str


def course_words(door: Door, entry: str, party: str) -> list[str]:
    """Return what a station has on record of an entry at a party: standing, steps with their latency, leads, what nothing shows."""
    said: list[str] = []
    for course in door.ask(CoursesAsked(entry=entry)).courses:
        if course.party != party:
            continue
        said.append(f"DELIVERY {course.words}")
        steps = [*course.steps, *(step for unit in course.units for step in unit.steps)]
        told = "; ".join(f"{s.fact.step} {_after(s.since_recorded_us)}" for s in steps)
        missing: list[str] = [*course.missing, *(f"{m} ({u.unit})" for u in course.units for m in u.missing)]
        missing += [] if course.units else ["passed to any unit"]
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
    return [
        ShortLead(lead=span(lead.lead_us), party=course.party, words=words)
        for course in door.ask(CoursesAsked(entry=entry)).courses
        for words in _leads(course, told_too=False)
        for lead in (course.leads.at if course.leads is not msgspec.UNSET else ())
        if lead.step is DeliveryStep.RECORDED and lead.lead_us is not None and lead.short
    ]


def _leads(course: CourseRow, *, told_too: bool) -> list[str]:
    leads = course.leads
    if leads is msgspec.UNSET:
        return []
    at = [(lead, us) for lead in leads.at if (us := lead.lead_us) is not None]
    at = [(lead, us) for lead, us in at if told_too or lead.step is DeliveryStep.RECORDED]
    short = any(lead.short for lead, _ in at)
    if not at or (not told_too and not short):
        return []
    known = "; ".join(f"{lead.step} {_lead(lead, us)}" for lead, us in at)
    whose = "nobody is on record as having accepted less" if leads.accepted is None else leads.accepted.words_said
    return [f"{known} (least for its class {span(leads.least_us)}){f'; {whose}' if short else ''}"]


def _lead(lead: LeadAt, us: int) -> str:
    said = f"{span(-us)} AFTER it began" if us < 0 else span(us)
    return f"{said} SHORT" if lead.short else said


def span(us: int) -> str:
    """Write a span in hours, minutes and seconds, as far as it has any."""
    minutes, seconds = divmod(us // SECOND_US, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{value} {unit}" for value, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if value]
    return " ".join(parts) or "0 s"
