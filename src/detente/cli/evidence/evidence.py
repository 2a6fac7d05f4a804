"""`detente evidence import ucdp|acled FILE`, `detente evidence support CLAIMS.jsonl`: who stands behind what, counted by origin."""

from __future__ import annotations

import gzip
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import RenderableType

from detente.cli.evidence.evidence_sources import known, page_path, sources
from detente.cli.output import AsJson, answer, guarded, plain, progress, read_bytes, table
from detente.cli.session import one_of
from detente.cli.times import zone_named
from detente.errors import UNREADABLE, Problem, Refused, problem, unreadable
from detente.geometry.zones import TABLES
from detente.ledger.known_names import did_you_mean
from detente.records import registry
from detente.records.evidence.claim import Claim
from detente.rules.evidence.contradictions import contradictions
from detente.rules.evidence.datasets.acled import read_acled
from detente.rules.evidence.datasets.imported import Import
from detente.rules.evidence.datasets.page import page
from detente.rules.evidence.datasets.tallies import Tally, tally
from detente.rules.evidence.datasets.ucdp import read_ucdp
from detente.rules.evidence.origins import support
from detente.rules.evidence.said import ClaimSaid, said
from detente.storage import private

SHOWN = 20
"""Lines shown of a long list; the whole is in --json, --html and --reports."""


class DataSet(StrEnum):
    """The data sets that can be read."""

    UCDP = "ucdp"
    ACLED = "acled"


READERS = {DataSet.ACLED: read_acled, DataSet.UCDP: read_ucdp}

Which = Annotated[DataSet, typer.Argument(help="The data set that the file is of.")]
DataFile = Annotated[str, typer.Argument(help="CSV in the data set's own columns, plain or .gz; - is standard input.")]
ClaimsFile = Annotated[
    str,
    typer.Argument(
        help="JSON lines: claim bodies (docs/formats/records/evidence.md), or {id, at_us, claim}; - is standard input."
    ),
]
Html = Annotated[Path | None, typer.Option("--html", help="Write the figures as a page, too.")]
Reports = Annotated[
    Path | None, typer.Option("--reports", help="Write each event as JSON lines: its report, then its claims.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse the whole file when any row is bad.")]
DaysOf = Annotated[
    str | None,
    typer.Option("--zone", help="Whose days the dates are, for the whole file; default: each row's country."),
]
Ally = Annotated[list[str] | None, typer.Option("--ally", help="Two parties stated to be allies: cjtf,sdf; repeat.")]


def register(app: typer.Typer) -> None:
    """Add the verb with its two parts."""
    evidence = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
    evidence.command("import")(guarded(import_))
    evidence.command("support")(guarded(support_))
    evidence.command("page")(guarded(page_))
    evidence.command("sources")(guarded(sources))
    evidence.command("known")(guarded(known))
    app.add_typer(
        evidence, name="evidence", help="Read event data as reports with their sources; count support by origins."
    )


def import_(
    which: Which,
    file: DataFile,
    html: Html = None,
    reports: Reports = None,
    strict: Strict = False,
    zone: DaysOf = None,
    as_json: AsJson = False,
) -> None:
    """Read a data set: events per source, independent origins, where sources differ on one day and place; name each bad row."""
    with progress(f"reading {file}", as_json):
        made = READERS[which](_text(file), days_of(zone))
        found = tally(made)
    if strict and made.refused:
        raise Refused(made.refused)
    if html is not None:
        private.write_text(html, page(made, found, Path(file).name))
    if reports is not None:
        bodies = (body for event in made.events for body in (event.report(), *event.claims()))
        rows = (msgspec.json.encode({"kind": registry.write(body)[0], "body": body}) + b"\n" for body in bodies)
        private.write(reports, b"".join(rows))
    value = {
        "tally": found,
        "refused": made.refused,
        "cautions": made.cautions,
        "tables": TABLES,
        "html": str(html) if html else None,
    }
    answer(plain(value), _import_words(made, found, html), as_json)


def page_(
    file: DataFile,
    out: Annotated[Path | None, typer.Option("--out", help="The page's file; default: named after FILE.")] = None,
    zone: DaysOf = None,
    as_json: AsJson = False,
) -> None:
    """Make one page of a UCDP or ACLED file: events per source and over time, origins, where sources differ on one day and place."""
    text = _text(file)
    which = DataSet.ACLED if "event_id_cnty" in text.partition("\n")[0] else DataSet.UCDP
    with progress(f"reading {file}", as_json):
        made = READERS[which](text, days_of(zone))
        found = tally(made)
    path = page_path(file, out)
    private.write_text(path, page(made, found, Path(file).name))
    value = {
        "data_set": which,
        "differences": len(found.differences),
        "events": found.events,
        "page": str(path),
        "refused": found.refused,
        "tables": TABLES,
    }
    sizes = f"{found.events} events, {len(found.by_source)} sources, {len(found.differences)} differences, {found.refused} rows refused"
    words = f"{path}: {sizes}"
    answer(plain(value), words, as_json)


def support_(file: ClaimsFile, ally: Ally = None, as_json: AsJson = False) -> None:
    """Count what stands behind each subject: independent origins for and against, relays apart; contradictions side by side."""
    all_said = _claims(read_bytes(file))
    alliances = [_pair(text) for text in ally or []]
    spoke = {one.claim.party for one in all_said if one.claim.party is not None}
    one_of("--ally", sorted(set().union(*alliances)), spoke, "party of these claims")
    found, against = support(all_said), contradictions(all_said, alliances)
    value = {
        "support": [{**plain(one), "independent": one.independent} for one in found.values()],
        "contradictions": [{**plain(pair), "words": pair.sentence()} for pair in against],
    }
    lines = [one.sentence() for one in found.values()]
    lines += [f"contradiction: {pair.sentence()}" for pair in against]
    answer(value, "\n".join(lines) or "no claims", as_json)


def days_of(name: str | None) -> str:
    """Return the zone whose days a file's dates are; "" where each row's country says it. Raises `Refused`."""
    zone_named(name)
    return name or ""


def _text(file: str) -> str:
    data = read_bytes(file)
    try:
        return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        rule = "must be UTF-8 text, plain or gzip"
        raise Refused([problem("encoding", "file", file, rule, f"Save it again as UTF-8: {error}.")]) from None


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    claim: Claim
    at_us: int = 0
    id: str = ""


def _claims(data: bytes) -> list[ClaimSaid]:
    """Read the claims; a line that is none is refused by number, and all such lines are told."""
    found: list[ClaimSaid] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        field = f"line {number}"
        bare = True
        try:
            value: object = msgspec.json.decode(line)
            bare = not (isinstance(value, dict) and "claim" in value)
            given = _Line(claim=msgspec.convert(value, Claim)) if bare else msgspec.convert(value, _Line)
        except UNREADABLE as error:
            problems.append(
                problem(
                    "claim",
                    field,
                    line.decode("utf-8", "replace"),
                    f"must be a claim: {unreadable(error)}",
                    did_you_mean(error, Claim if bare else _Line) or "Correct the line.",
                )
            )
            continue
        problems += [msgspec.structs.replace(p, field=f"{field}.{p.field}") for p in registry.check(given.claim)]
        found.append(said(given.id or field, given.claim, given.at_us))
    if problems:
        raise Refused(problems)
    return found


def _pair(text: str) -> frozenset[str]:
    parties = frozenset(part.strip() for part in text.split(",") if part.strip())
    if len(parties) != 2:
        raise Refused(
            [problem("ally", "--ally", text, "must be two party ids with a comma between", "Write cjtf,sdf.")]
        )
    return parties


def _import_words(made: Import, found: Tally, html: Path | None) -> list[RenderableType | None]:
    origins = ", ".join(f"{count} with {n}" for n, count in found.by_origins)
    head = [
        f"{found.events} events of {found.rows} rows, {found.first_day} to {found.last_day}",
        f"independent origins: {origins}; {found.more_sources_than_origins} events have more articles than origins",
        f"{found.assumed} events do not tell their first source: the office stands for it",
        f"{len(found.differences)} times two sources give one day and place and different counts: side by side, never added",
        f"the days of each row are those of its country, or of the zone given, by {TABLES}",
        f"{found.cautions} rows taken with a stated repair, {found.refused} refused",
    ]
    rows = [(name, count) for name, count in found.by_source[:SHOWN]]
    differ = [
        (d.day, d.place, "; ".join(f"{', '.join(r.origins)}: {r.low}-{r.high}" for r in d.rows))
        for d in found.differences[:SHOWN]
    ]
    told = [p.sentence() for p in (*made.refused, *made.cautions)[:SHOWN]]
    return [
        "\n".join(head),
        table("Events per source", ("source", "events"), rows),
        table("Same day, same place, different counts (deaths)", ("day", "place", "by origin"), differ)
        if differ
        else None,
        "\n".join(told) if told else None,
        f"page: {html}" if html else None,
    ]
