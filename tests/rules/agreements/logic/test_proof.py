"""Every verdict has a proof; a separate checker accepts it from the log alone, and refuses it when anything is changed."""

from __future__ import annotations

import copy
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.agreements import reference
from tests.rules.agreements.logic.formulas import SIGNATURES, formulas, logs, plain

from detente.errors import EvidenceError
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.checker import check, digest
from detente.rules.agreements.logic.happening import Happening
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.logic.proof import Prover, held_of, log_of

QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))


def prepared(formula, log):
    terms = fm.Terms(SIGNATURES, (fm.Rule("rule", formula),))
    return Prover(terms, held_of(terms, log)), {"rule": formula}, log_of(log)


def claims(formula, log):
    """Every moment and binding of small values, each with whether the definition says that the formula holds there."""
    extras = range(20) if any(isinstance(part, fm.Aggregate) for part in fm.walk(formula)) else ()
    trace = reference.trace_of(plain(log))
    domain = reference.domain_of(formula, trace, extras)
    names = sorted(fm.free_vars(formula))
    for i, (moment, _) in enumerate(trace):
        for values in itertools.product((0, 1, 2), repeat=len(names)):
            binding = dict(zip(names, values, strict=True))
            yield moment, binding, reference.holds(formula, trace, i, binding, domain)


@settings(QUIET, max_examples=120)
@given(formulas(), logs(6))
def test_every_verdict_either_way_has_a_proof_that_is_accepted(formula, log):
    """What holds is proved to hold, what fails to fail; and never the other way round."""
    prover, rules, kept = prepared(formula, log)
    for moment, binding, holds in claims(formula, log):
        check(prover.prove("rule", moment, binding, holds), rules, kept)
        with pytest.raises(Exception, match="does not"):
            prover.prove("rule", moment, binding, not holds)


def test_a_variable_that_stands_in_two_fields_cannot_be_two_values():
    """NOT EXISTS a. p(a, a) holds beside p(0, 1), and the proof of it need not list 0 and 1: no value is both."""
    twice = fm.Event("p", (("x", fm.Var("a")), ("y", fm.Var("a"))))
    formula = fm.Not(fm.Exists(("a",), twice))
    prover, rules, kept = prepared(formula, [Happening(1, "p", {"x": 0, "y": 1})])
    check(prover.prove("rule", 1, {}, True), rules, kept)
    prover, rules, kept = prepared(formula, [Happening(1, "p", {"x": 1, "y": 1})])
    check(prover.prove("rule", 1, {}, False), rules, kept)


def places_in(tree, path=()):
    """Every place of a JSON value."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, inner in items:
        yield from places_in(inner, (*path, key))


def changed(proof, path, value):
    made = copy.deepcopy(proof)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


def refused(proof, rules, kept) -> bool:
    try:
        check(proof, rules, kept)
    except EvidenceError:
        return True
    return False


@settings(QUIET, max_examples=40)
@given(formulas(), logs(6), st.data())
def test_a_proof_with_anything_changed_is_refused(formula, log, data):
    """Any change breaks the digest; and one made whole again by its forger is accepted only for what is true."""
    prover, rules, kept = prepared(formula, log)
    truth = {repr((moment, sorted(binding.items()))): holds for moment, binding, holds in claims(formula, log)}
    for moment, binding, holds in claims(formula, log):
        proof = prover.prove("rule", moment, binding, holds)
        path = data.draw(st.sampled_from([p for p in places_in(proof) if p]))
        value = data.draw(st.sampled_from([None, True, False, 0, 1, 2, 7, "p", [], [0, None], [[], None], {}]))
        forged = changed(proof, path, value)
        if repr(forged) == repr(proof):
            continue
        assert refused(forged, rules, kept)
        forged["digest"] = digest(forged)
        if not refused(forged, rules, kept):
            assert type(forged["holds"]) is bool
            claim = repr((forged["at_us"], sorted(forged["bindings"].items())))
            assert truth.get(claim, forged["holds"]) is forged["holds"]


@settings(QUIET, max_examples=40)
@given(formulas(), logs(6))
def test_the_opposite_of_a_proved_claim_is_refused(formula, log):
    """A forger who turns the claim round and signs the whole anew gets nowhere."""
    prover, rules, kept = prepared(formula, log)
    for moment, binding, holds in claims(formula, log):
        forged = {**prover.prove("rule", moment, binding, holds), "holds": not holds}
        assert refused({**forged, "digest": digest(forged)}, rules, kept)


def test_evidence_that_is_not_in_the_log_is_refused():
    """The answer that nobody gave does not keep a term."""
    text = "EVENT notice(id)\nEVENT answer(about)\nFIND kept: notice(n) AND EVENTUALLY[0,30m] answer(n)"
    terms, _ = parse_terms(text)
    log = [Happening(0, "notice", {"id": "n1"}), Happening(60_000_000, "answer", {"about": "n1"})]
    proof = Prover(terms, held_of(terms, log)).prove("kept", 0, {"n": "n1"})
    rules = {"kept": terms.rules[0].formula}
    assert [item["event"] for item in proof["evidence"]] == ["notice", "answer"]
    check(proof, rules, log_of(log))
    assert refused(proof, rules, log_of([log[0], Happening(60_000_000, "other", {})]))
    assert refused(proof, rules, log_of([log[0], Happening(60_000_000, "answer", {"about": "n2"})]))


def test_an_absence_is_proved_by_looking_and_refused_when_the_event_turns_up():
    """A late answer that proves timely makes the proof of the breach worthless."""
    text = "EVENT notice(id)\nEVENT answer(about)\nFIND breached: notice(n) AND NOT EVENTUALLY[0,30m] answer(n)"
    terms, _ = parse_terms(text)
    log = [Happening(0, "notice", {"id": "n1"}), Happening(3_600_000_000, "other", {})]
    proof = Prover(terms, held_of(terms, log)).prove("breached", 0, {"n": "n1"})
    rules = {"breached": terms.rules[0].formula}
    assert [item["event"] for item in proof["evidence"]] == ["notice"]
    check(proof, rules, log_of(log))
    assert refused(proof, rules, log_of([*log, Happening(60_000_000, "answer", {"about": "n1"})]))
