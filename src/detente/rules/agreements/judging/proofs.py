"""Proofs of verdicts that `detente check-verdict` accepts or refuses without trusting the monitor: rules, events and proofs of one term.

A verdict of *breached* has the proof that its breach is certain; *kept* that at each moment at which something spoke for a breach none
was possible; *contested* and *undetermined* that a breach is possible, and that it is not certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.happening import Happening, row_of
from detente.rules.agreements.logic.index import EventStore
from detente.rules.agreements.logic.log import write
from detente.rules.agreements.logic.proof import NoProof, Prover

MOST_PROOFS = 200


class Proven(msgspec.Struct, frozen=True, kw_only=True):
    """One term: `terms` and `log` are what `check-verdict` reads, `proofs` one for each claim that a verdict rests on."""

    log: str
    proofs: tuple[dict[str, Any], ...]
    term: str
    terms: str
    unproven: tuple[str, ...]


def proofs_of(live: LiveTerm, verdicts: Sequence[Verdict]) -> Proven:
    """Prove the verdicts of a term from its events. What no proof is for is named: it rests on no rule, or on the calendar alone."""
    events = live.events()
    terms = live.expansion.terms
    prover = Prover(terms, _held(live, events))
    found: list[dict[str, Any]] = []
    unproven: list[str] = []
    for v in verdicts:
        mine = _proofs(prover, live, v)
        found += mine
        if not mine:
            unproven.append(" ".join(filter(None, (v.term, v.party, v.reading.name, v.instance))))
    return Proven(
        log="".join(_line(event) for event in events),
        proofs=tuple(found[:MOST_PROOFS]),
        term=live.term.term,
        terms=live.expansion.text(),
        unproven=tuple(unproven),
    )


def _proofs(prover: Prover, live: LiveTerm, v: Verdict) -> list[dict[str, Any]]:
    match v.answer:
        case "breached":
            return _claims(prover, live, "breach_certain", v, holds=True)
        case "contested" | "undetermined":
            rules = ("reached", "reached") if live.expansion.kind == "condition" else ("breach", "breach")
            possible = _claims(prover, live, f"{rules[0]}_possible", v, holds=True)
            return possible + (_fails(prover, live, f"{rules[1]}_certain", v) if possible else [])
        case "kept" if live.expansion.kind == "condition":
            return _claims(prover, live, "reached_certain", v, holds=True)
        case "kept" if live.expansion.kind == "power":
            return _claims(prover, live, "used_certain", v, holds=True)
        case "kept":
            return _fails(prover, live, "breach_possible", v)
    return []


def _claims(prover: Prover, live: LiveTerm, rule: str, v: Verdict, holds: bool) -> list[dict[str, Any]]:
    assert live.monitor is not None
    found = []
    for watch in live.monitor.watches:
        if watch.rule.name != rule:
            continue
        for binding, moments in watch.found.moments.items():
            bindings = dict(zip(watch.names, binding, strict=True))
            if not _of(bindings, v):
                continue
            for at_us in moments[:1]:
                found.append(prover.prove(rule, at_us, bindings, holds))  # type: ignore[arg-type]
    return found


def _of(bindings: dict[str, Any], v: Verdict) -> bool:
    """Whether a binding is of this verdict."""
    if "p" in bindings and bindings["p"] != v.party:
        return False
    if "r" in bindings and bindings["r"] != v.reading.name:
        return False
    return "i" not in bindings or bindings["i"] in (v.instance, *v.breaches) or not v.breaches


def _fails(prover: Prover, live: LiveTerm, rule: str, v: Verdict) -> list[dict[str, Any]]:
    """Prove that a breach fails wherever one could be: at each duty's start, or at each event that might have been one."""
    found = []
    formula = prover.rules.get(rule)
    if formula is None:
        return []
    names = fm.free_vars(formula)
    for at_us, everything in _places(live, v):
        bindings = {name: value for name, value in everything.items() if name in names}
        try:
            found.append(prover.prove(rule, at_us, bindings, False))
        except NoProof:
            continue
    return found


def _places(live: LiveTerm, v: Verdict) -> list[tuple[int, dict[str, Any]]]:
    owed = live.owed.get((v.instance, v.party, v.reading.name))
    if owed is not None:
        return [(owed.since_us, {"i": owed.instance, "p": owed.party, "r": owed.reading.name, "d": owed.due_us})]
    if live.expansion.kind != "limit":
        return []
    names = {f"maybe_{role.name}" for role in live.expansion.roles if role.whose == "actor"}
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for event in live.events():
        if event.name in names and event.fields.get("party") == v.party:
            found[(event.at_us, str(event.fields["id"]))] = {"i": event.fields["id"], "p": v.party, "r": v.reading.name}
    return [(at_us, bindings) for (at_us, _), bindings in sorted(found.items())]


def _held(live: LiveTerm, events: Sequence[Happening]) -> EventStore:
    held = EventStore(live.expansion.terms.events)
    for event in events:
        held.add_moment(event.at_us)
        held.add_row(event.name, row_of(event, held.signatures[event.name]))
    return held


def _line(event: Happening) -> str:
    return (
        msgspec.json.encode({"event": event.name, "t": write(event.at_us), **event.fields}, order="sorted").decode()
        + "\n"
    )
