"""`detente evidence sources` and `known`: each source's record over time; what each side could conclude, next to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from detente.cli.output import AsJson, answer, plain, progress, table
from detente.cli.session import Station, ask, basis_words, incomplete_words, one_of
from detente.cli.times import Zone, asked_as_of, moment, zone_named
from detente.rules.evidence.said import plain_name


def sources(
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this origin; repeat for more.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="As of a time with its zone, or -2d; default: now.")] = None,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show each origin's record over time: what it said, what was denied or taken back, each grade with who gave it and why."""
    from detente.api.evidence import SourcesAsked

    when = asked_as_of(at, "--at")
    with progress("asking the station", as_json):
        answered = ask(station, SourcesAsked(ago_us=when.ago_us, at_us=when.at_us))
    names = {plain_name(one.source): one.source for one in answered.sources}
    one_of("--source", [name for name in source or [] if plain_name(name) not in names], names.values(), "origin")
    wanted = {plain_name(name) for name in source or names}
    found = [one for one in answered.sources if plain_name(one.source) in wanted]
    where = zone_named(zone)
    rows = [(r.source, f"{r.said}", f"{r.contradicted}", f"{r.contradicted_by_ally}", f"{r.retracted}") for r in found]
    steps = [(r.source, moment(c.at_us, where), c.sentence()) for r in found for c in r.changes]
    words: list[RenderableType | None] = [
        table(
            "What each origin said (matters, not reprints)",
            ("origin", "said", "contradicted", "by an ally", "taken back"),
            rows,
        ),
        table("Grades over time, each by its assessor", ("origin", "when", "step"), steps)
        if steps
        else "No source has been graded.",
        incomplete_words(answered.seen.lacking),
        basis_words(answered.basis, zone),
    ]
    answer({"at_us": answered.seen.at_us, "sources": plain(found)}, words, as_json)


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
    from detente.api.evidence import ConclusionsAsked

    when = asked_as_of(at, "--at")
    with progress("asking the station", as_json):
        found = ask(station, ConclusionsAsked(ago_us=when.ago_us, at_us=when.at_us, party=tuple(party)))
    differ = [one.sentence() for one in found.matters if one.differ]
    alike = [one.matter for one in found.matters if not one.differ]
    entries = "; ".join(f"{one} {count} entries of evidence" for one, count in found.entries.items())
    rests = f"Rests on what {found.seen.by} can prove that each was told."
    words: list[RenderableType | None] = [
        f"At {moment(found.seen.at_us, zone_named(zone))}: {entries}. {rests}",
        "\n".join(differ) if differ else None,
        f"alike on {len(alike)}: {', '.join(alike)}" if alike else None,
        incomplete_words(found.seen.lacking),
        basis_words(found.basis, zone),
    ]
    value = {"at_us": found.seen.at_us, "entries": found.entries, "matters": plain(found.matters)}
    answer(value, words, as_json)


def page_path(file: str, out: Path | None) -> Path:
    """Return where the page of a file goes: as asked, or beside where one works, named after the file."""
    return out if out is not None else Path(Path(file).name.split(".")[0] + ".html")
