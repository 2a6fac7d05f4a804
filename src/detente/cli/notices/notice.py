"""`detente notice`: turn own plan into a notice that tells no more than meant, checked before anything leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeVar

import typer

from detente.cli.notices.budget import budget_words
from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import joined, parties, send, sent
from detente.cli.session import EndedFor, Officer, Station, StationSession, To, WaitS, at_station
from detente.cli.times import Zone, moment, span, stated_zone, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from datetime import tzinfo
    from enum import StrEnum

    from detente.api.entries import ShownEntry
    from detente.geometry.stated.position import StatedPosition
    from detente.geometry.volume import Volume4D
    from detente.records.body import Stated
    from detente.records.notices.notice import Acceptance, Notice
    from detente.records.notices.place import StatedPlace

E = TypeVar("E", bound="StrEnum")


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("notice")(guarded(notice))


VolumeFiles = Annotated[
    list[str] | None,
    typer.Option("--volume", help="File with a Volume4D in the JSON of ASTM F3548-21 (- is standard input); repeat."),
]
CircleText = Annotated[
    str | None, typer.Option("--circle", help="Centre and radius: '35.2854, 40.1760, 1000 m'; or a grid and a radius.")
]
PolygonText = Annotated[
    str | None,
    typer.Option("--polygon", help="Corners in order: '35.28,40.17; 35.30,40.20; 35.25,40.21'; edges are geodesics."),
]
Landmarks = Annotated[
    list[str] | None,
    typer.Option("--landmark", help="Named place a phrase starts from: 'the airfield=35.2854,40.1760 ± 300 m'."),
]


def notice(
    activity: Annotated[
        str | None, typer.Option("--activity", help="air, ground, sea, hazard, protected-site, ...")
    ] = None,
    to: To = None,
    coarse_to: Annotated[
        list[str] | None, typer.Option("--coarse-to", help="Party that may read cell and hour only; repeat for more.")
    ] = None,
    words: Annotated[str | None, typer.Option("--words", help="What it is, in words; never what it is at.")] = None,
    volume: VolumeFiles = None,
    circle: CircleText = None,
    polygon: PolygonText = None,
    datum: Annotated[
        str | None, typer.Option("--datum", help="Datum of every figure: WGS84, ED50, ... No default.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="Start: a time with its zone, now, or +30m.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="End: a time with its zone, or +3h after the start.")
    ] = None,
    lower: Annotated[str | None, typer.Option("--lower", help="Lowest height: '500 m AGL', FL100.")] = None,
    upper: Annotated[str | None, typer.Option("--upper", help="Greatest height: '1500 m AMSL', FL240.")] = None,
    grid: Annotated[str, typer.Option("--grid", help="The place as a grid too; compared with the shape.")] = "",
    decimal: Annotated[
        str, typer.Option("--decimal", help="The place as coordinates too; compared with the shape.")
    ] = "",
    phrase: Annotated[str, typer.Option("--phrase", help="The place in words: '9 km south of the airfield'.")] = "",
    landmark: Landmarks = None,
    state: Annotated[
        str | None, typer.Option("--state", help="proposed, accepted, activated; later also ended, withdrawn, ...")
    ] = None,
    supersedes: Annotated[
        str | None,
        typer.Option("--supersedes", help="Own notice that this is the next version of; what is not given stays."),
    ] = None,
    ended_for: EndedFor = None,
    needs_readback: Annotated[bool, typer.Option("--needs-readback", help="Recipients must say it back.")] = False,
    emergency: Annotated[bool, typer.Option("--emergency", help="Flag it, for a shorter least lead time.")] = False,
    unit: Annotated[list[str] | None, typer.Option("--unit", help="Acting unit that readers may know; repeat.")] = None,
    rests_on: Annotated[list[str] | None, typer.Option("--rests-on", help="Entry it depends on; repeat.")] = None,
    shorter_lead: Annotated[
        str | None,
        typer.Option(
            "--shorter-lead-accepted-by", help="Who accepted less than the class asks: 'PARTY/OFFICER/ROLE: why'."
        ),
    ] = None,
    check_only: Annotated[bool, typer.Option("--check", help="Check and show; send nothing.")] = False,
    speak: Annotated[bool, typer.Option("--speak", help="Say the shape as words to read over a voice line.")] = False,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Send a notice. A place stated in ways that contradict each other is refused here, before anything leaves."""
    with at_station(station) as session:
        before = _before(session, supersedes)
        span_us = _span(start, until, session.now_us)
        body = _body(
            before,
            _volumes(before, volume, circle, datum, span_us, lower, upper, polygon),
            _Said(datum, decimal, grid, phrase, tuple(landmark or ())),
            _Options(
                activity=activity,
                emergency=emergency,
                needs_readback=needs_readback,
                rests_on=tuple(sorted({session.full_id(text, "--rests-on") for text in rests_on or ()})),
                shorter_lead_accepted_by=_acceptance(shorter_lead),
                state=state,
                stated_time=_stated_time(start, until, span_us),
                units=tuple(sorted(set(unit or ()))),
                words=words,
            ),
        )
        body = _with_lead(session, body)
        dropped = parties(ended_for, "--ended-for", needed=False)
        full_to, coarse = _readers(session, before, to, coarse_to, dropped)
        budget = budget_words(session, [(body.volumes, [*full_to, *coarse])], full=check_only)
        more = [*_lead_words(session, body), *budget, *_spoken(body, speak)]
        asked = {
            "coarse_to": coarse,
            "ended_for": dropped,
            "facets": [{"audience": full_to, "body": body, "form": "full"}],
            "kind": "notice",
            "officer": session.officer(officer),
            "supersedes": before.entry.id if before else None,
        }
        if check_only:
            where = zone_named(zone)
            lines = [f"Nothing was sent. It would read: {body.activity}, {body.state}, {body.words}"]
            lines += [f"  {_one(v, where)}" for v in body.volumes]
            answer(
                {"body": body, "coarse_to": coarse, "sent": False, "to": full_to}, "\n".join([*lines, *more]), as_json
            )
            return
        found = send(session, asked, wait, as_json)
        told = [f"Full to {', '.join(full_to)}" + (f"; cell and hour only to {', '.join(coarse)}." if coarse else ".")]
        told += [f"Ended for {', '.join(dropped)}."] if dropped else []
        deadline = session.now_us + session.genesis().screening.deadline_us
        told.append(f"A screening that is not there by {moment(deadline, zone_named(zone))} counts as not screened.")
        answer(joined(found, body=body), sent("Notice", found, *told, *more), as_json)


class _Before:
    """The own notice that is superseded: its entry, body, and who could read which form."""

    def __init__(self, entry: ShownEntry, body: Notice) -> None:
        self.entry = entry
        self.body = body
        self.readers = {part.facet.form: part.facet.audience for part in entry.facets if part}


class _Options(NamedTuple):
    """What the options say of the notice itself; None where nothing was given."""

    activity: str | None
    emergency: bool
    needs_readback: bool
    rests_on: tuple[str, ...]
    shorter_lead_accepted_by: Acceptance | None
    state: str | None
    stated_time: Stated | None
    units: tuple[str, ...]
    words: str | None


class _Said:
    """How the place was stated besides the shape."""

    def __init__(self, datum: str | None, decimal: str, grid: str, phrase: str, landmarks: tuple[str, ...]) -> None:
        self.datum, self.decimal, self.grid, self.phrase, self.landmarks = datum, decimal, grid, phrase, landmarks


def _before(session: StationSession, supersedes: str | None) -> _Before | None:
    if supersedes is None:
        return None
    import msgspec

    from detente.cli.entry_words import body_of
    from detente.records.notices.notice import Notice

    entry = session.entry(supersedes, "--supersedes").entry
    body = body_of(entry)
    if entry.header.author != session.party or not entry.header.kind.startswith("notice/") or body is None:
        rule = f"must be a notice of {session.party}, in full"
        raise Refused([problem("supersedes", "--supersedes", supersedes, rule, "See `detente notices`.")])
    return _Before(entry, msgspec.convert(body, Notice))


def _span(start: str | None, until: str | None, now_us: int) -> tuple[int, int] | None:
    if start is None and until is None:
        return None
    first = time_us(start or "now", "--from", now_us)
    if until is None:
        raise Refused([problem("time", "--until", "", "must say until when", "Add --until, such as +3h.")])
    last = time_us(until, "--until", first if until.startswith("+") else now_us)
    if last <= first:
        raise Refused([problem("time", "--until", until, "must be after --from", "Correct the times.")])
    return first, last


def _volumes(
    before: _Before | None,
    files: list[str] | None,
    circle: str | None,
    datum: str | None,
    span_us: tuple[int, int] | None,
    lower: str | None,
    upper: str | None,
    polygon: str | None,
) -> tuple[tuple[Volume4D, ...], StatedPosition | None]:
    import msgspec

    from detente.cli.places import options as given

    if before is not None and not files and circle is None and polygon is None:
        kept = before.body.volumes
        if span_us is not None:
            kept = tuple(msgspec.structs.replace(v, start_us=span_us[0], end_us=span_us[1]) for v in kept)
        return kept, None
    if files and span_us is not None:
        rule = "stands beside --volume, whose file says its own times"
        raise Refused(
            [problem("time", "--from, --until", "", rule, "Leave the times out, or give a circle or polygon.")]
        )
    return given.volumes(files, circle, datum, span_us, lower, upper, polygon)


_CHANGED = ("rests_on", "shorter_lead_accepted_by", "stated_time", "units")
"""What a next version takes from the options where they are given, and keeps otherwise."""


def _body(
    before: _Before | None, shape: tuple[tuple[Volume4D, ...], StatedPosition | None], said: _Said, given: _Options
) -> Notice:
    import msgspec

    from detente.records.notices.notice import Activity, Notice
    from detente.records.notices.notice_state import State

    volumes, centre = shape
    words = given.words if given.words is not None else before.body.words if before else None
    place = _place(said, centre, volumes) or (before.body.place if before and volumes == before.body.volumes else None)
    activity = _one_of(Activity, given.activity or (before.body.activity if before else None), "--activity")
    state = _one_of(State, given.state or (before.body.state if before else State.ACCEPTED), "--state")
    if words is None:
        raise Refused([problem("words", "--words", "", "must say in words what it is", "Add --words.")])
    if before is not None:
        changed = {name: value for name in _CHANGED if (value := getattr(given, name))}
        flags = {name: True for name in ("emergency", "needs_readback") if getattr(given, name)}
        return msgspec.structs.replace(
            before.body, activity=activity, place=place, state=state, volumes=volumes, words=words, **changed, **flags
        )
    return Notice(
        activity=activity,
        emergency=given.emergency,
        lead_time_us=0,
        needs_readback=given.needs_readback,
        place=place,
        rests_on=given.rests_on,
        shorter_lead_accepted_by=given.shorter_lead_accepted_by,
        state=state,
        stated_time=given.stated_time,
        units=given.units,
        users=(),
        volumes=volumes,
        words=words,
    )


def _one_of(kind: type[E], value: str | None, field: str) -> E:
    try:
        return kind(value or "")
    except ValueError:
        rule = f"must be one of: {', '.join(kind)}"
        raise Refused([problem("choice", field, value or "", rule, f"Add {field}.")]) from None


def _place(said: _Said, centre: StatedPosition | None, volumes: tuple[Volume4D, ...]) -> StatedPlace | None:
    """Compare every way in which the place was stated with the shape; Refused where two contradict each other."""
    if not (said.decimal or said.grid or said.phrase or centre):
        return None
    from detente.cli.places import options as given
    from detente.geometry.stated.grids import looks_like_grid
    from detente.geometry.stated.phrase import read_phrase
    from detente.geometry.stated.place_check import check_place
    from detente.records.notices.place import Phrase, StatedPlace, compare

    known = given.landmarks(said.landmarks, said.datum)
    for volume in volumes if said.decimal or said.grid or said.phrase else ():
        check_place(
            datum=said.datum,
            decimal=said.decimal,
            error_mm=volume.error_mm,
            grid=said.grid,
            landmarks=known,
            outline=volume.outline,
            phrase=said.phrase,
        ).require()
    decimal, grid = said.decimal, said.grid
    if centre is not None and not decimal and not grid:
        decimal, grid = ("", centre.stated) if looks_like_grid(centre.stated) else (centre.stated, "")
    spoken = None
    if said.phrase:
        name = read_phrase(said.phrase).landmark
        origin = next((p for n, p in known.items() if _same(n, name)), None) or next(iter(known.values()))
        spoken = Phrase(origin=origin.point, origin_error_mm=origin.error_mm, origin_name=name, text=said.phrase)
    error = max((volume.error_mm for volume in volumes), default=0)
    made = StatedPlace(datum=said.datum or "WGS84", decimal=decimal, error_mm=error, grid=grid, phrase=spoken)
    found = compare(made, [volume.outline for volume in volumes], "place")
    if found:
        raise Refused(found)
    return made


def _same(name: str, other: str) -> bool:
    return name.casefold().removeprefix("the ").strip() == other.casefold().removeprefix("the ").strip()


def _stated_time(start: str | None, until: str | None, span_us: tuple[int, int] | None) -> Stated | None:
    """Keep the zone in which a time was given, where it was not UTC."""
    from detente.records.body import Stated

    zone = stated_zone(start or "") or stated_zone(until or "")
    if span_us is None or not zone:
        return None
    return Stated(earliest_us=span_us[0], latest_us=span_us[1], text=f"{start or 'now'} to {until}", zone=zone)


def _with_lead(session: StationSession, body: Notice) -> Notice:
    import msgspec

    from detente.records.notices.lead import least_lead_us

    least = least_lead_us(body.activity, emergency=body.emergency, rules=session.genesis().rules)
    return msgspec.structs.replace(body, lead_time_us=least)


def _acceptance(text: str | None) -> Acceptance | None:
    from detente.records.notices.notice import Acceptance

    if text is None:
        return None
    who, colon, why = text.partition(":")
    named = [part.strip() for part in who.split("/")]
    if len(named) != 3 or not all(named) or not colon or not why.strip():
        rule = "must be PARTY/OFFICER/ROLE, a colon, and why"
        step = "Write 'rus/watch-1/watch: agreed by telephone at 14:05'."
        raise Refused([problem("acceptance", "--shorter-lead-accepted-by", text, rule, step)])
    return Acceptance(officer=named[1], party=named[0], role=named[2], words=why.strip())


def _lead_words(session: StationSession, body: Notice) -> list[str]:
    from detente.records.notices.lead import lead_of
    from detente.records.notices.notice_state import LIVE

    if body.state not in LIVE:
        return []
    lead = lead_of(body, session.now_us, session.genesis().rules)
    short_of = f" SHORT of the {span(lead.least_us)} that its class asks." if lead.short else "."
    begins = "it has begun already" if lead.actual_us < 0 else f"lead time {span(lead.actual_us)}"
    return [f"Told now, {begins}{short_of}" if lead.short else f"Told now, {begins}."]


def _readers(
    session: StationSession,
    before: _Before | None,
    to: list[str] | None,
    coarse_to: list[str] | None,
    dropped: list[str],
) -> tuple[list[str], list[str]]:
    full, coarse = parties(to, needed=False), parties(coarse_to, needed=False)
    if before is not None and not full and not coarse:
        full, coarse = (
            [party for party in before.readers.get(form, ()) if party not in dropped] for form in ("full", "coarse")
        )
        return full or [session.party], coarse
    if not full and not coarse:
        parties(None)
    if twice := sorted({*full} & {*coarse}):
        rule = "stands in --to too: who may read all of it needs no cell and hour"
        raise Refused(
            [problem("audience", "--coarse-to", ", ".join(twice), rule, "Name each party under one of them.")]
        )
    return full or [session.party], coarse


def _spoken(body: Notice, speak: bool) -> list[str]:
    if not speak:
        return []
    from detente.geometry.stated.spoken import speak as words_of

    return [f"To say: {words_of(volume)}" for volume in body.volumes]


def _one(volume: Volume4D, zone: tzinfo | None) -> str:
    import msgspec

    from detente.cli.entry_words import volume_words

    return volume_words(msgspec.to_builtins(volume), zone)
