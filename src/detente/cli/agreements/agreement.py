"""`detente agreement`: propose, assent to, take positions on, show, judge and publish what was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypedDict, get_args

import msgspec
import typer

from detente.api.agreements import (
    AgreementAsked,
    AgreementRow,
    AgreementsAsked,
    AgreementShown,
    AgreementsShown,
    ProofsAsked,
    ProofsShown,
    PublicationAsked,
    VerdictRow,
    VerdictsAsked,
    VerdictsShown,
)
from detente.cli.output import AsJson, answer, chosen, guarded, read_bytes, read_json, table
from detente.cli.sending import joined, parties, send, sent
from detente.cli.session import (
    EndedFor,
    Officer,
    Station,
    StationSession,
    To,
    WaitS,
    at_station,
    basis_words,
    one_of,
    short,
)
from detente.cli.times import Zone, stated_zone, time_us, zone_named
from detente.cli.times import moment as written
from detente.errors import Refused, problem
from detente.records.agreements.assent import Act, Assent
from detente.records.agreements.position import Position, Says
from detente.records.body import Stated
from detente.rules.agreements.facts.events import moment as moment_of
from detente.rules.agreements.patterns.expand import despite, expand
from detente.rules.agreements.writing.terms import read_agreement
from detente.storage import private

TermsFile = Annotated[str, typer.Argument(help="The agreement, as JSON (docs/formats/terms.md); - is standard input.")]
Name = Annotated[str, typer.Argument(help="Short name of the agreement, or an id of one of its versions.")]
Term = Annotated[str, typer.Option("--term", help="The term it is about; left out: the whole agreement.")]
Words = Annotated[str, typer.Option("--words", help="What was said, in its own words.")]
Source = Annotated[str, typer.Option("--source", help="Where that can be read.")]
Party = Annotated[str | None, typer.Option("--party", help="Whose word it is, when passed on; else your own party.")]
WhoSaid = Annotated[str, typer.Option("--who", help="Who said it, in words; else the party.")]
AtTime = Annotated[
    str | None, typer.Option("--at", help="From when it counts, with its zone: 2016-09-19T19:00:00+03:00.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="As it stood at a time, with its zone, or at a size: size:812.")
]
Of = Annotated[str | None, typer.Option("--for", help="As this party could conclude it, as far as the record shows.")]
Terms = Annotated[list[str] | None, typer.Option("--term", help="Only this term; repeat for more.")]
ACTS: tuple[Act, ...] = get_args(Act)
SAYS: tuple[Says, ...] = get_args(Says)


def register(app: typer.Typer) -> None:
    """Add the verb with its parts."""
    verbs = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
    for name, verb in (
        ("expand", expand_),
        ("propose", propose),
        ("assent", assent),
        ("position", position),
        ("show", show),
        ("verdicts", verdicts),
        ("publish", publish),
    ):
        verbs.command(name)(guarded(verb))
    app.add_typer(verbs, name="agreement", help="Agreements: terms as data, who says what of them, and what follows.")


def expand_(file: TermsFile, term: Terms = None, as_json: AsJson = False) -> None:
    """Show what each term means in the small logic; nothing is sent, no station is needed."""
    read = read_agreement(read_bytes(file))
    one_of("--term", term or [], (t.term for t in read.terms), "term of the agreement")
    made = {
        t.term: expand(t, moment_of(read.begins), bool(despite(read.terms, t))).text()
        for t in read.terms
        if not term or t.term in term
    }
    answer(made, "\n".join(made.values()), as_json)


def propose(
    file: TermsFile,
    to: To = None,
    annex: Annotated[
        list[str] | None, typer.Option("--annex", help="FORM=FILE@PARTY,PARTY: a secret annex and its readers.")
    ] = None,
    supersedes: Annotated[str | None, typer.Option("--supersedes", help="The version that this one replaces.")] = None,
    ended_for: EndedFor = None,
    station: Station = None,
    officer: Officer = None,
    wait: WaitS = 10,
    as_json: AsJson = False,
) -> None:
    """Put an agreement, or a new version of it, on record. Every fault of every term is said before anything is signed."""
    read = read_agreement(read_bytes(file))
    with at_station(station) as session:
        readers = sorted({session.party, *parties(to)})
        facets: list[dict[str, object]] = [{"audience": readers, "body": read, "form": "full"}]
        facets += [_annex(text, session.party) for text in annex or []]
        asked: dict[str, object] = {"facets": facets, "kind": "agreement", "officer": session.officer(officer)}
        if supersedes is not None:
            asked["supersedes"] = session.full_id(supersedes, "--supersedes")
            asked["ended_for"] = parties(ended_for, "--ended-for", needed=False)
        got = send(session, asked, wait, as_json)
        answer(got, sent(f"Agreement {read.agreement}, version {read.version},", got), as_json)


def _annex(text: str, me: str) -> dict[str, object]:
    form, _, rest = text.partition("=")
    file, _, readers = rest.rpartition("@")
    if not file or form not in ("annex-a", "annex-b", "annex-c"):
        rule = "is annex-a, annex-b or annex-c, then =FILE@PARTY,PARTY"
        raise Refused([problem("annex", "--annex", text, rule, "Write it so.")])
    body = read_json(file, dict[str, object], "--annex")
    return {"audience": sorted({me, *parties([readers], "--annex")}), "body": body, "form": form}


def assent(
    agreement: Name,
    act: Annotated[str, typer.Option("--act", help=f"One of: {', '.join(ACTS)}.")] = "assent",
    term: Terms = None,
    at: AtTime = None,
    party: Party = None,
    who: WhoSaid = "",
    words: Words = "",
    source: Source = "",
    to: To = None,
    station: Station = None,
    officer: Officer = None,
    wait: WaitS = 10,
    as_json: AsJson = False,
) -> None:
    """Say what a party does about being bound: assent, reservation, suspension, resumption, withdrawal."""
    done = chosen("--act", act, ACTS)
    with at_station(station) as session:
        found = _agreement(session, agreement)
        body = Assent(
            about=found.id,
            act=done,
            at=_stated(at),
            party=party or session.party,
            source=source,
            tag="DOC" if source else "MEM+",
            terms=tuple(sorted(set(term or []))),
            who=who or party or session.party,
            words=words,
        )
        _say(session, "assent", body, found, to, officer, wait, as_json, f"{act.capitalize()}")


def position(
    agreement: Name,
    says: Annotated[str, typer.Option("--says", help=f"One of: {', '.join(SAYS)}.")],
    term: Term = "",
    at: AtTime = None,
    reading: Annotated[str, typer.Option("--reading", help='With "reads": calendar, elapsed, qualifying, ...')] = "",
    power: Annotated[str, typer.Option("--power", help='With "declares": end, extend, reset, suspend, withdraw.')] = "",
    authority: Annotated[
        str, typer.Option("--authority", help="competent, not competent, unknown: may the speaker say so?")
    ] = "unknown",
    party: Party = None,
    who: WhoSaid = "",
    words: Words = "",
    source: Source = "",
    to: To = None,
    station: Station = None,
    officer: Officer = None,
    wait: WaitS = 10,
    as_json: AsJson = False,
) -> None:
    """Say where the agreement, or a term of it, stands for a party: in words. Deeds are seen beside it."""
    said = chosen("--says", says, SAYS)
    with at_station(station) as session:
        found = _agreement(session, agreement)
        body = Position(
            about=found.id,
            at=_stated(at),
            by_authority=authority,  # type: ignore[arg-type]
            party=party or session.party,
            power=power,  # type: ignore[arg-type]
            reading=reading,
            says=said,
            source=source,
            tag="DOC" if source else "MEM+",
            term=term,
            who=who or party or session.party,
            words=words,
        )
        _say(session, "position", body, found, to, officer, wait, as_json, "Position")


def show(
    agreement: Annotated[str | None, typer.Argument(help="Short name or id; left out: all.")] = None,
    station: Station = None,
    as_of: AsOf = None,
    for_: Of = None,
    as_json: AsJson = False,
) -> None:
    """Show agreements: parties in words and in deeds, and how many terms stand how."""
    with at_station(station) as session:
        seen = viewpoint(as_of, for_)
        got: AgreementShown | AgreementsShown
        if agreement is not None:
            got = one = session.station.ask(AgreementAsked(name=agreement, **seen))
            rows: Sequence[AgreementRow] = [one.agreement]
        else:
            got = every = session.station.ask(AgreementsAsked(**seen))
            rows = every.agreements
    lines = [line for row in rows for line in _row_words(row)] or ["No agreement."]
    answer(got, [*lines, f"{got.seen}. {basis_words(got.basis)}"], as_json)


def _row_words(row: AgreementRow) -> list[str]:
    counts = ", ".join(f"{n} {a}" for a, n in sorted(row.answers.items()))
    beside = row.as_far_as_single_reports_go
    counts += f" ({beside} of them as far as single reports go)" if beside else ""
    return [
        f"{row.agreement} ({row.title}), version {row.version}, id {short(row.id)}",
        *(["  ENDED FOR US: its author tells us no later version."] if row.ended_for_us else []),
        f"  verdicts: {counts or 'none'}; text not verified: {', '.join(row.unverified) or 'none'}",
        *(f"  {one.said}" for one in row.parties),
    ]


def verdicts(
    agreement: Name,
    term: Terms = None,
    as_of: AsOf = None,
    for_: Of = None,
    proofs: Annotated[
        Path | None,
        typer.Option("--proofs", help="Write terms, events and proofs of each term here, for check-verdict."),
    ] = None,
    zone: Zone = None,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """What follows from the entries at hand, per term, party and reading; with what would settle it, and how late it can change."""
    with at_station(station) as session:
        seen = viewpoint(as_of, for_)
        got = session.station.ask(VerdictsAsked(name=agreement, **seen))
        one_of("--term", term or [], (v.term for v in got.verdicts), "term of the agreement")
        rows = tuple(v for v in got.verdicts if not term or v.term in term)
        if proofs is not None:
            _write_proofs(session.station.ask(ProofsAsked(name=agreement, terms=tuple(term or ()), **seen)), proofs)
    cells = [(v.term, v.party, v.reading, v.instance[:12], _headline(v), v.why, _open(v, zone)) for v in rows]
    shown = table(
        f"{got.agreement}, {got.seen}, at {written(got.at_us, zone_named(zone))}",
        ("term", "party", "reading", "duty", "verdict", "why", "can change at once until"),
        cells,
    )
    value = msgspec.structs.replace(got, verdicts=rows)
    answer(value, [shown, *dict.fromkeys(_notes(value)), basis_words(got.basis)], as_json)


def _notes(got: VerdictsShown) -> Iterator[str]:
    """Yield what must be read with the verdicts: each line once, however many verdicts it is of."""
    rows = got.verdicts
    yield from (f"{v.term}: {said}" for v in rows for said in v.qualified)
    yield from (f"{v.term}: {said}" for v in rows for said in v.caveats)
    yield from (f"{v.term} {v.party}: would be settled by {'; '.join(v.settles)}" for v in rows if v.settles)
    yield from (f"{v.term}: not counted: {n.event}: {n.why}" for v in rows for n in v.not_counted)
    yield f"Ruleset: {got.ruleset}."
    for one in got.published:
        if not one.same_ruleset:
            yield (
                f"Published by {one.author} ({short(one.entry)}) under another ruleset, {one.ruleset}: "
                "its answers may differ for that reason alone."
            )


def _headline(verdict: VerdictRow) -> str:
    only = ", as far as single reports go" if verdict.beside else ""
    return f"{verdict.answer.upper()}{only}"


def _open(verdict: VerdictRow, zone: str | None) -> str:
    until = verdict.fast_until_us
    return "" if until is None else written(until, zone_named(zone))


def _write_proofs(got: ProofsShown, folder: Path) -> None:
    private.make_folder(folder)
    for one in got.terms:
        base = folder / one.term
        private.write_text(base.with_suffix(".terms"), one.terms)
        private.write_text(base.with_suffix(".log.jsonl"), one.log)
        lines = "".join(msgspec.json.encode(proof, order="sorted").decode() + "\n" for proof in one.proofs)
        private.write_text(base.with_suffix(".proofs.jsonl"), lines)


def publish(
    agreement: Name,
    term: Terms = None,
    to: To = None,
    station: Station = None,
    officer: Officer = None,
    wait: WaitS = 10,
    as_json: AsJson = False,
) -> None:
    """Publish verdicts as they stand now. Later entries that change them are recorded as revisions, by the station itself."""
    with at_station(station) as session:
        got = session.station.ask(PublicationAsked(name=agreement, terms=tuple(term or ())))
        readers = sorted({session.party, *parties(to)})
        asked = {
            "facets": [{"audience": readers, "body": got.body, "form": "full"}],
            "kind": "verdict",
            "officer": session.officer(officer),
            "refers_to": [got.id],
        }
        said = send(session, asked, wait, as_json)
        lines = [v.words for v in got.body.verdicts]
        answer(joined(said, published=got.body), sent("Publication", said, *lines), as_json)


def _say(
    session: StationSession,
    kind: str,
    body: Assent | Position,
    found: AgreementRow,
    to: list[str] | None,
    officer: str | None,
    wait: int,
    as_json: bool,
    what: str,
) -> None:
    readers = sorted({session.party, *parties(to)})
    asked = {
        "facets": [{"audience": readers, "body": body, "form": "full"}],
        "kind": kind,
        "officer": session.officer(officer),
        "refers_to": [found.id],
    }
    got = send(session, asked, wait, as_json)
    answer(got, sent(f"{what} on {found.agreement}", got), as_json)


def _agreement(session: StationSession, name: str) -> AgreementRow:
    return session.station.ask(AgreementAsked(name=name)).agreement


class Viewpoint(TypedDict, total=False):
    """Whose picture a question about agreements is asked of, and as of when (`AsSeenAsked`)."""

    at: int
    party: str
    size: int


def viewpoint(as_of: str | None, party: str | None) -> Viewpoint:
    """Return whose picture is asked for, as of when."""
    seen: Viewpoint = {} if party is None else {"party": party}
    if as_of is not None:
        if as_of.startswith("size:") and as_of[5:].isdigit():
            seen["size"] = int(as_of[5:])
        else:
            seen["at"] = time_us(as_of, "--as-of")
    return seen


def _stated(text: str | None) -> Stated | None:
    if text is None:
        return None
    at_us = time_us(text, "--at")
    return Stated(earliest_us=at_us, latest_us=at_us, text=text, zone=stated_zone(text))
