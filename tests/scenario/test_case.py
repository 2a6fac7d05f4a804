"""A case file is read whole or refused: every fault with its row and field."""

import pytest

from detente.errors import Refused
from detente.scenario.case import load, read, shipped

GOOD = """
case: small
title: t
about: a
zone: "+03:00"
starts: 2016-09-17T13:20:00Z
sources: {S: "somewhere"}
parties: [{party: a, name: A, tag: DOC, source: [S], officers: [{officer: o, roles: [watch]}]}]
places: {P: {name: p, decimal: "35.1, 40.2", datum: WGS84, tag: ILL, source: [S]}}
rules: {buffer_m: 1}
branches: {one: "the only one"}
rows:
  - {id: r1, at: 2016-09-17T13:21:00Z, by: a, do: fact, says: "something", tag: ILL, source: [S]}
"""


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_case_is_good(name):
    """Each has rows in every branch, and every row a tag and a source."""
    case = load(name)
    assert all(case.rows_of(branch) for branch in case.branches)
    assert all(row.tag and row.source for row in case.rows)


def test_the_example_is_good():
    assert read(GOOD).rows[0].at_us == 1_474_118_460_000_000


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("by: a", "by: nobody", "rows[0] (r1)"),
        ("source: [S]}\n", "source: [Z]}\n", "rows[0] (r1)"),
        ("do: fact", "do: notice", "rows[0] (r1).notice"),
        ("13:21:00Z", "13:19:00Z", "rows[0] (r1).at"),
        ("35.1, 40.2", "north", "places.P.decimal"),
        ("tag: ILL, source: [S]}\n", "tag: MAYBE, source: [S]}\n", "rows[0].tag"),
        ("do: fact", "do: strike", "rows[0].do"),
        ("title: t", "titel: t", ""),
        ("case: small", "case: [", ""),
    ],
)
def test_what_the_format_does_not_allow_is_refused_by_field(old, new, field):
    assert old in GOOD
    head, _, tail = GOOD.rpartition(old)
    with pytest.raises(Refused) as refused:
        read(head + new + tail)
    assert field in [p.field for p in refused.value.problems]
    assert all(p.rule and p.next_step for p in refused.value.problems)


def test_an_unknown_case_is_refused_with_those_that_ship():
    with pytest.raises(Refused) as refused:
        load("atlantis-1999")
    assert "deir-ez-zor-2016" in refused.value.problems[0].next_step
