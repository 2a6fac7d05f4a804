"""Sources and items are graded apart, by people with names, and every change has a cause."""

from __future__ import annotations

from tests.rules.evidence.claims import said

from detente.records.evidence.assessment import Assessment
from detente.rules.evidence.contradictions import contradictions
from detente.rules.evidence.grades import Graded, current, history, source_record

DENIAL = said("SDF", "denies", "talks", 8, party="sdf", name="n2")
ADMISSION = said("Coalition", "asserts", "talks.captives", 21, party="cjtf", implies=("talks",), name="s9")
PAIRS = contradictions([DENIAL, ADMISSION], {frozenset(("cjtf", "sdf"))})


def graded(entry, at_us, reliability, credibility, basis=(), assessor="observer", about="n2"):
    body = Assessment(
        about=about,
        assessor=assessor,
        basis=basis,
        credibility=credibility,
        reason=f"reason {entry}",
        reliability=reliability,
        source="SDF",
        topic="talks",
    )
    return Graded(assessment=body, at_us=at_us, entry=entry)


B2 = graded("g1", 9, "B", "2")
D4 = graded("g2", 22, "D", "4", basis=("s9",))


def test_a_change_keeps_the_earlier_grade_its_reason_and_its_cause():
    (line,) = history([D4, B2]).values()
    assert [(c.was, c.grade, c.basis) for c in line] == [("--", "B2", ()), ("B2", "D4", ("s9",))]
    assert line[1].sentence() == "observer: B2 to D4, because: reason g2"


def test_the_grade_as_it_stood_then_can_be_asked():
    assert current("n2", [B2, D4], 20)["observer"].grade == "B2"
    assert current("n2", [B2, D4], 22)["observer"].grade == "D4"


def test_two_assessors_stand_side_by_side():
    other = graded("g3", 10, "C", "3", assessor="another")
    assert {a: c.grade for a, c in current("n2", [B2, other], 30).items()} == {"observer": "B2", "another": "C3"}


def test_a_source_may_be_graded_without_an_item_and_an_item_without_its_source():
    assert history([graded("g4", 1, "F", None, about=None)])[("sdf", "talks", "observer")][0].grade == "F-"


def test_a_sources_record_over_time_is_shown_and_proves_nothing():
    found = source_record("SDF", [DENIAL, ADMISSION], [B2, D4], PAIRS, {"n2": "contradicted"})
    assert (found.said, found.contradicted, found.contradicted_by_ally) == (1, 1, 1)
    assert [c.grade for c in found.changes] == ["B2", "D4"]
    assert found.outcomes == (("contradicted", 1),)
