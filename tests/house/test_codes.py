"""Error codes: each stands on docs/errors.md (tests/cli/test_docs.py compares it whole), and means one status everywhere."""

from __future__ import annotations

import msgspec
from docs.codes import codes

from detente.errors import problem
from detente.network.serving.http import TITLES, problem_details
from detente.network.statuses import STATUS, status_of
from detente.station.http import refusal

COMPUTED = {"*", "erasure-*", "http-*"}
"""What is put together when it is said: codes handed on from elsewhere, a side's fault, another server's status."""


def test_the_codes_of_every_spelling_of_problem_are_found() -> None:
    """Given at once, by a maker with a prefix, by `Faults.add`, by a helper of a helper."""
    assert {
        "body",
        "superseded",
        "step-taken",
        "canonical-float",
        "identity-key-revoked",
        "too_small",
    } <= codes().keys()
    assert len(codes()) > 350


def test_no_more_codes_are_put_together_than_these() -> None:
    """A code that only exists while the program runs is on no page."""
    assert {code for code in codes() if "*" in code} == COMPUTED


def test_host_and_station_give_a_code_the_same_status() -> None:
    """`superseded` was 409 at the host and 422 at the station."""
    for code in codes():
        found = (problem(code, "", "", "rule", "step"),)
        at_host = msgspec.json.decode(problem_details(status_of(found), found))
        assert refusal(found).status == at_host["status"] == status_of(found)
        assert at_host["title"] == TITLES[status_of(found)]


def test_every_row_of_the_table_of_statuses_is_of_a_code_that_exists() -> None:
    """`tile` stands for `tile-path`."""
    heads = {code.partition("-")[0] for code in codes()}
    assert {code for code in STATUS if code not in codes() and code not in heads} == set()
