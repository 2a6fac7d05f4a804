"""Every pattern expands to the small logic; the expansion can be shown, read back, and monitored."""

from __future__ import annotations

import pytest
from tests.rules.agreements.castello import D_US, TRUCE
from tests.rules.agreements.shapes import PATTERNS, shaped

from detente.records.agreements import term as tm
from detente.records.agreements import term_check
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.patterns.expand import EXPAND, expand


def name(pattern: tm.Pattern) -> str:
    return type(pattern).__name__


@pytest.mark.parametrize("permitted", [False, True])
@pytest.mark.parametrize("pattern", PATTERNS, ids=name)
def test_what_is_shown_is_what_is_watched(pattern, permitted):
    """The text of an expansion, read as a file of terms, gives the very rules that the monitor runs."""
    made = expand(shaped(pattern), D_US, permitted)
    if not made.terms.rules:
        assert "not monitored" in made.text()
        return
    read, places = parse_terms(made.text())
    check_terms(read, places)
    assert read == made.terms


def test_every_pattern_has_an_expansion_and_a_check():
    assert set(EXPAND) == set(term_check.CHECKS) == {type(p) for p in PATTERNS}
    assert set(EXPAND) == set(tm.AnyPattern.__args__)  # type: ignore[attr-defined]


def test_the_castello_example_expands():
    assert [len(expand(term, D_US).terms.rules) for term in TRUCE.terms] == [2, 2, 2]
