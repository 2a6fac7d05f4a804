"""The monitor says what the definition says, whatever the order in which events come."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.agreements import reference
from tests.rules.agreements.logic.formulas import SIGNATURES, formulas, logs, plain

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.batch import evaluate
from detente.rules.agreements.logic.columns import columns_of
from detente.rules.agreements.logic.guarded import check
from detente.rules.agreements.logic.monitor import Monitor

QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck))


def stands(monitor):
    """What stands, as the reference writes it."""
    return {(v.at_us, tuple(v.bindings[name] for name in sorted(v.bindings))) for v in monitor.verdicts()}


def extras(formula):
    """Values that formulas can make by aggregation: sums of small values over few events."""
    return range(20) if any(isinstance(part, fm.Aggregate) for part in fm.walk(formula)) else ()


def defined(formula, log):
    return reference.found(formula, plain(log), extras(formula))


@settings(QUIET, max_examples=100)
@given(formulas(), logs(6), st.randoms())
def test_any_order_of_arrival_gives_what_the_definition_gives(formula, log, chance):
    """After every event, what stands is what the definition gives for the events so far."""
    terms = fm.Terms(SIGNATURES, (fm.Rule("rule", formula),))
    monitor = Monitor(terms)
    chance.shuffle(log)
    told = set()
    for happening in log:
        for change in monitor.add(happening):
            at = (change.verdict.at_us, tuple(change.verdict.bindings[n] for n in sorted(change.verdict.bindings)))
            if change.kind == "found":
                assert at not in told
                told.add(at)
            elif change.kind == "withdrawn":
                told.remove(at)
    assert stands(monitor) == defined(formula, log)
    assert told == stands(monitor)


@settings(QUIET, max_examples=100)
@given(formulas(), logs(6))
def test_the_batch_engine_gives_what_the_definition_gives(formula, log):
    """Operators on columns, over events in any order, find what the definition finds."""
    made = evaluate(check(formula, events=SIGNATURES), columns_of(log, SIGNATURES))
    assert set(made.rows()) == defined(formula, log)
    assert len(made) == len(set(made.rows()))


@settings(QUIET, max_examples=100)
@given(formulas(), logs(40))
def test_the_two_engines_agree_on_longer_logs(formula, log):
    """Where the reference would take too long, the engines, which share no operator, still agree."""
    monitor = Monitor(fm.Terms(SIGNATURES, (fm.Rule("rule", formula),)))
    for happening in log:
        monitor.add(happening)
    assert stands(monitor) == set(evaluate(check(formula, events=SIGNATURES), columns_of(log, SIGNATURES)).rows())
