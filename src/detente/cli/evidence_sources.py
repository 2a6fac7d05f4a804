"""`detente evidence sources` and `known`: each source's record over time; what each side could conclude, next to each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from detente.cli.daily_report import held_at
from detente.cli.desk import Desk, Station, at_desk, basis_words, one_of
from detente.cli.say import AsJson, answer, plain, progress, table
from detente.cli.times import Zone, moment, past_us, zone_named
from detente.evidence.conclusions import Concluded, beside, conclude
from detente.evidence.contradictions import contradictions
from detente.evidence.grades import Graded, SourceRecord, source_record
from detente.evidence.held import Held
from detente.evidence.register import alliances
from detente.evidence.said import origin_of, plain_name


def sources(
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this origin; repeat for more.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="As of a time with its zone, or -2d; default: now.")] = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show each origin's record over time: what it said, what was denied or taken back, each grade with who gave it and why."""
    with at_desk(station) as desk:
        at_us = desk.now_us if at is None else past_us(at, "--at", desk.now_us)
        with progress("reading the entries", as_json):
            held = held_at(desk).until(at_us)
        _origins(held, source or [])
        found = records(held, at_us, source or [])
        where = zone_named(zone)
        rows = [
            (r.source, f"{r.said}", f"{r.contradicted}", f"{r.contradicted_by_ally}", f"{r.retracted}") for r in found
        ]
        steps = [(r.source, moment(c.at_us, where), c.sentence()) for r in found for c in r.changes]
        words: list[Any] = [
            table(
                "What each origin said (matters, not reprints)",
                ("origin", "said", "contradicted", "by an ally", "taken back"),
                rows,
            ),
            table("Grades over time, each by its assessor", ("origin", "when", "step"), steps)
            if steps
            else "No source has been graded.",
            basis_words(desk.status, zone),
        ]
    answer({"at_us": at_us, "sources": plain(found)}, words, as_json)


def _origins(held: Held, wanted: list[str]) -> None:
    """Check the origins asked for against those that spoke or were graded; case and spaces do not matter."""
    spoke = [said.claim.origin or said.claim.who for said in held.claims]
    names = {plain_name(name): name for name in (*spoke, *(body.source for _, _, body in held.assessments))}
    one_of("--source", [name for name in wanted if plain_name(name) not in names], names.values(), "origin")


def records(held: Held, at_us: int, only: list[str]) -> list[SourceRecord]:
    """Return the record of each origin that spoke or was graded, those that said most first."""
    now = held.current()
    names: dict[str, str] = {}
    for said in held.claims:
        names.setdefault(origin_of(said.claim), said.claim.origin or said.claim.who)
    graded = [Graded(assessment=body, at_us=at, entry=entry) for entry, at, body in held.assessments]
    for one in graded:
        names.setdefault(" ".join(one.assessment.source.casefold().split()), one.assessment.source)
    against = contradictions(now.claims, alliances(now.affiliations, at_us))
    wanted = only or sorted(names.values())
    found = [source_record(name, now.claims, graded, against) for name in wanted]
    return sorted(found, key=lambda r: (-r.said, r.source))


def known(
    party: Annotated[
        list[str], typer.Option("--party", help="Whose knowledge; repeat it to set parties next to each other.")
    ],
    at: Annotated[str | None, typer.Option("--at", help="When: a time with its zone, or -10m; default: now.")] = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say what each party could have concluded at a time from what it is proven to have been told. What differs comes first."""
    with at_desk(station) as desk:
        at_us = desk.now_us if at is None else past_us(at, "--at", desk.now_us)
        desk.parties(party, "--party")
        with progress("reading the entries", as_json):
            held = held_at(desk)
            concluded = {one: conclude(_told(desk, held, one, at_us), at_us) for one in party}
        found = beside(concluded)
        differ = [one.sentence() for one in found if one.differ]
        alike = [one.matter for one in found if not one.differ]
        words = [
            f"At {moment(at_us, zone_named(zone))}: {_entries(concluded)}. Rests on what {desk.party} can prove that each was told.",
            "\n".join(differ) if differ else None,
            f"alike on {len(alike)}: {', '.join(alike)}" if alike else None,
            basis_words(desk.status, zone),
        ]
    value = {"at_us": at_us, "entries": {p: c.entries for p, c in concluded.items()}, "matters": plain(found)}
    answer(value, words, as_json)


def _told(desk: Desk, held: Held, party: str, at_us: int) -> Held:
    """Own knowledge is the own copy; another's is what its watermarks to us cover, and its own entries to us."""
    if party == desk.party:
        return held
    from detente.api.parties import KnownAsked

    found = desk.station.ask(KnownAsked(at=at_us, party=party))
    return held.only({*found.told, *found.own})


def _entries(concluded: Mapping[str, Concluded]) -> str:
    return "; ".join(f"{party} {one.entries} entries of evidence" for party, one in concluded.items())


def page_path(file: str, out: Path | None) -> Path:
    """Return where the page of a file goes: as asked, or beside where one works, named after the file."""
    return out if out is not None else Path(Path(file).name.split(".")[0] + ".html")
