"""What a case asks of one station's copy, beside reported deals: do counts fit, when did it end, what lies inside, who could know.

Each answer is a list of sentences with the entries they rest on; the folds are those of `evidence`, over that copy and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import msgspec

from detente.api.parties import KnownAsked
from detente.geometry.volume import Circle
from detente.geometry.zones import zone
from detente.rules.evidence.conclusions import beside, conclude
from detente.rules.evidence.counts import WindowGap, missing_days, wholes
from detente.rules.evidence.ends import ends
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.reach import Designations, classed
from detente.rules.evidence.register import mixed_on
from detente.rules.evidence.said import plain_name
from detente.scenario.case import Case
from detente.scenario.compose_parts import point_of
from detente.scenario.counting import readings, sentence
from detente.scenario.processes import Door


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has newly come about, or one answer: words, and the entries it rests on.

    `contradicts`: the claim and the denial, where it is that one stands against the other.
    """

    contradicts: tuple[str, ...] = ()
    evidence: tuple[str, ...]
    words: str


Ask = Callable[[Case, Mapping[str, Any], OnRecord, int], list[News]]


def answers(case: Case, particulars: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """Answer one `judge` row by what its first word asks."""
    return QUESTIONS[next(name for name in QUESTIONS if name in particulars)](case, particulars, held, now_us)


def known_beside(
    case: Case, by: str, asked: Mapping[str, Any], copies: Mapping[str, OnRecord], door: Door, now_us: int
) -> list[News]:
    """Say what each of several parties could conclude now, next to each other: each from the copy that its own station holds.

    Beside it stands for how much of that the asker holds the party's signature (its watermarks): that part can be proven to others.
    """
    concluded = {party: conclude(copies[party], now_us) for party in asked["known"]}
    words = []
    for party, one in concluded.items():
        found = door.ask(KnownAsked(at=now_us, party=party))
        signed = set(copies[party].current().recorded) & {*found.told, *found.own}
        words.append(f"{party}: {one.entries} entries, {len(signed)} of them by signatures that {by} holds")
    found_beside = beside(concluded)
    lines = [News(evidence=(), words=f"COULD CONCLUDE at {show(case, now_us)}: {'; '.join(words)}")]
    lines += [News(evidence=(), words=f"COULD CONCLUDE {one.sentence()}") for one in found_beside if one.differ]
    alike = [one.matter for one in found_beside if not one.differ]
    return [*lines, News(evidence=(), words=f"COULD CONCLUDE alike on {len(alike)} other matters: {', '.join(alike)}")]


def zone_of(case: Case) -> tzinfo:
    """Return the case's zone."""
    return zone(case.zone)


def show(case: Case, at_us: int) -> str:
    """Write a moment in UTC with the local time beside it."""
    utc = datetime.fromtimestamp(at_us / 1_000_000, UTC)
    return f"{utc:%d %b %H:%MZ} ({utc.astimezone(zone_of(case)):%d %b %H:%M} local)"


def _counts(case: Case, asked: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """`counts`: a reporter's wholes against its days, each with the days of which nothing is known."""
    whose = plain_name(asked["counts"])
    bulletins = [(entry, body) for entry, _, body in held.current().bulletins if plain_name(body.who) == whose]
    found = wholes([body for _, body in bulletins])
    return [
        News(
            evidence=tuple(entry for entry, _ in bulletins),
            words=f"COUNTS {one.sentence()}{''.join(f'; nothing from {_gap(case, gap)}' for gap in one.gaps)}",
        )
        for one in found
    ]


def _gap(case: Case, gap: WindowGap) -> str:
    days = missing_days(gap, zone_of(case))
    names = [f"{day.day}" for day in days[:-1]] + [f"{days[-1]:%-d %B}"]
    said = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{show(case, gap.start_us)} to {show(case, gap.end_us)}: the day{'s' if len(days) > 1 else ''} to {said}"


def _ends(case: Case, asked: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """`ends`: every stated end, and an event set against each."""
    found = ends(asked["ends"], asked.get("event", ""), held)
    basis = tuple(entry for end in found.ends for entry in end.entries) + found.protected
    said = found.sentences(lambda at_us: show(case, at_us))
    return [News(evidence=basis, words=f"ENDS {asked['ends']}: {words}") for words in said]


def _inside(case: Case, asked: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """`inside`: each event's own class."""
    listed = Designations(excluded=asked["excluded"], party=asked["party"])
    found = [classed(subject, held, listed, now_us) for subject in asked["inside"]]
    return [News(evidence=one.evidence, words=f"CLASSED {one.sentence()}") for one in found]


def _counting(case: Case, asked: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """`counting`: every reading of a term side by side, with what moved each; never one of them alone."""
    told, entries = readings(case.counting[asked["counting"]], held, now_us)
    lines = [News(evidence=(), words=f"READINGS of {asked['counting']}: {told.clause}")]
    lines += [News(evidence=entries, words=f"READING {sentence(one)}") for one in told.readings]
    return lines + [
        News(evidence=(), words=f"READINGS of {asked['counting']}, an end announced: {end}") for end in told.ends
    ]


def _mixed(case: Case, asked: Mapping[str, Any], held: OnRecord, now_us: int) -> list[News]:
    """`mixed`: which groups are put on some ground at once, by whom; each stays what it is."""
    ground = Circle(centre=point_of(case, asked["mixed"]), radius_mm=int(asked["radius_m"]) * 1000)
    found = mixed_on(ground, [body for _, _, body in held.whereabouts], now_us, now_us)
    name = case.places[asked["mixed"]].name
    if found is None:
        return [News(evidence=(), words=f"MIXED GROUND {name}: nobody puts two groups there at once")]
    basis = tuple(entry for entry, _, body in held.whereabouts if body.actor in found.actors)
    by = ", ".join(found.by)
    words = f"MIXED GROUND {name}: {' and '.join(found.actors)}, by the word of {by}; neither becomes the other by being there"
    return [News(evidence=basis, words=words)]


QUESTIONS: dict[str, Ask] = {
    "counting": _counting,
    "counts": _counts,
    "ends": _ends,
    "inside": _inside,
    "mixed": _mixed,
}
"""What a `judge` row may ask beside a deal."""
