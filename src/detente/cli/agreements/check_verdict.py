"""`detente check-verdict TERMS LOG.jsonl PROOFS`: are verdicts true, from the log alone? Trusts no monitor."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from detente.cli.agreements.monitor import LogFile, TermsFile, text_of, warn
from detente.cli.output import AsJson, answer, guarded, read_bytes
from detente.errors import EVIDENCE, UNREADABLE, EvidenceError, Refused, problem, unreadable
from detente.rules.agreements.logic.checker import Log, check
from detente.rules.agreements.logic.formula import Formula
from detente.rules.agreements.logic.guarded import violations
from detente.rules.agreements.logic.log import Reader, write
from detente.rules.agreements.logic.parser import parse_terms

ProofsFile = Annotated[
    str,
    typer.Argument(help="Proofs, one JSON object a line, or verdicts with proofs as `monitor --proofs` writes them."),
]


class CheckedProof(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one proof; `rule` and `t` as it names them, None where it does not."""

    accepted: bool
    rule: object
    t: str | None
    why: str


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("check-verdict")(guarded(check_verdict))


def check_verdict(terms: TermsFile, log: LogFile, proofs: ProofsFile, as_json: AsJson = False) -> None:
    """Accept or refuse each proof. Leaves with 3 if one is refused."""
    text = text_of(terms)
    read, _ = parse_terms(text)
    warn(text)
    rules = {rule.name: violations(rule.formula) if rule.required else rule.formula for rule in read.rules}
    kept = Log((h.at_us, h.name, h.fields) for h in Reader(read.events).happenings(read_bytes(log)))
    results = [_checked(proof, rules, kept) for proof in _proofs(read_bytes(proofs))]
    refused = [result for result in results if not result.accepted]
    words = "\n".join(f"{'accepted' if r.accepted else 'REFUSED '}  {r.rule}  {r.t}  {r.why}" for r in results)
    answer({"refused": len(refused), "results": results}, words or "no proofs", as_json)
    if refused:
        raise typer.Exit(EVIDENCE)


def _checked(proof: object, rules: dict[str, Formula], kept: Log) -> CheckedProof:
    at_us = proof.get("at_us") if isinstance(proof, dict) else None
    rule = proof.get("rule") if isinstance(proof, dict) else None
    t = write(at_us) if type(at_us) is int else None
    try:
        first, last = check(proof, rules, kept)
    except EvidenceError as error:
        return CheckedProof(accepted=False, rule=rule, t=t, why=str(error))
    why = f"as the log shows from {write(first)} to {write(last)}"
    return CheckedProof(accepted=True, rule=rule, t=t, why=why)


def _proofs(data: bytes) -> list[object]:
    found = []
    for number, text in enumerate(data.splitlines(), 1):
        if not text.strip():
            continue
        try:
            item = msgspec.json.decode(text)
        except UNREADABLE as error:
            raise Refused(
                [problem("proof", f"line {number}", text[:100], unreadable(error), "Give JSON lines.")]
            ) from None
        found.append(item["proof"] if isinstance(item, dict) and "proof" in item else item)
    return found
