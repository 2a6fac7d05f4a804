"""`detente monitor TERMS LOG.jsonl`: what rules find in a log of events, as JSON lines; no host is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from detente.cli.output import AsJson, guarded, read_bytes
from detente.errors import Refused, problem
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.log import Reader, moment
from detente.rules.agreements.logic.monitor import HORIZON_US, RuleVerdict
from detente.rules.agreements.logic.parser import cautions, parse_terms
from detente.rules.agreements.logic.proof import Prover, held_of
from detente.rules.agreements.logic.report import find, line

TermsFile = Annotated[
    str, typer.Argument(help="Terms: EVENT, DEFINE, FIND and REQUIRE statements (docs/formats/logic.md).")
]
LogFile = Annotated[str, typer.Argument(help="Events, one JSON object a line, in any order; - is standard input.")]
Now = Annotated[
    str | None, typer.Option("--now", help="The time it is; else that of the last event. RFC 3339 or a number.")
]
Horizon = Annotated[
    float, typer.Option("--horizon-days", help="How late a report may come and still be answered at once.")
]
Proofs = Annotated[bool, typer.Option("--proofs", help="Give each verdict a proof that check-verdict accepts.")]
Core = Annotated[bool, typer.Option("--core", help="Show how each rule was read, and find nothing.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("monitor")(guarded(monitor))


def monitor(
    terms: TermsFile,
    log: LogFile,
    now: Now = None,
    horizon_days: Horizon = HORIZON_US / 86_400e6,
    proofs: Proofs = False,
    core: Core = False,
    as_json: AsJson = False,
) -> None:
    """Find what rules say of a log: one verdict a line, with its time, bindings and certainty. Always JSON lines."""
    text = text_of(terms)
    read, places = parse_terms(text)
    warn(text)
    checked = check_terms(read, places)
    if core:
        for rule, made in checked:
            typer.echo(f"{rule.name}: {fm.text(made)}")
        return
    data = read_bytes(log)
    reader = Reader(read.events)
    found = find(checked, reader.columns(data), None if now is None else _moment(now), round(horizon_days * 86_400e6))
    for said in _with_proofs(found, read, reader, data) if proofs else map(line, found):
        typer.echo(said)


def _with_proofs(found: Iterator[RuleVerdict], terms: fm.Terms, reader: Reader, data: bytes) -> Iterator[str]:
    prover = Prover(terms, held_of(terms, reader.happenings(data)))
    for verdict in found:
        yield line(verdict, proof=prover.prove(verdict.rule, verdict.at_us, verdict.bindings))


def warn(terms: str) -> None:
    """Say on standard error what in the terms may be read otherwise than it was meant."""
    for found in cautions(terms):
        typer.echo(f"CAUTION: {found.sentence()}", err=True)


def text_of(path: str) -> str:
    """Read a file of text."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise Refused([problem("terms", "file", path, "must be UTF-8 text", "Check the file.")]) from None


def _moment(text: str) -> int:
    try:
        return moment(int(text) if text.lstrip("-").isdigit() else text)
    except ValueError as error:
        raise Refused([problem("time", "--now", text, str(error), "Give a time with its zone.")]) from None
