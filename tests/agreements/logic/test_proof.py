"""Every verdict has a proof; a separate checker accepts it from the log alone, and refuses it when anything is changed."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from tests.agreements import reference
from tests.agreements.logic.formulas import SIGNATURES, formulas, logs, plain

from detente.agreements.logic import formula as fm
from detente.agreements.logic.checker import check
from detente.agreements.logic.proof import Prover, held_of, log_of

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
