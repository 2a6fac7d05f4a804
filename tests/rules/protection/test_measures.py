"""The library of measures: kinds to record under, each with a real case, its tag and its source."""

from __future__ import annotations

import re

from detente.rules.protection.measures import MEASURES
from detente.wiring.phrases import catalogue


def test_each_kind_is_there_once_with_what_to_note_what_to_do_and_a_sourced_case():
    names = [m.name for m in MEASURES]
    assert len(set(names)) == len(names) > 15
    for m in MEASURES:
        assert m.says and m.note and m.then and m.case
        assert m.source and all(re.fullmatch(r"[SL]\d+[a-z]?", key) for key in m.source)
        assert re.search(r"\d{4}", m.case)


def test_every_phrase_that_a_kind_names_is_in_the_catalogue():
    known = set(catalogue("en"))
    assert {p for m in MEASURES for p in m.phrases} <= known


def test_near_misses_are_kinds_of_their_own():
    """Most of what keeps people apart is learnt where nobody was hurt."""
    assert sum(m.near_miss for m in MEASURES) >= 6
    assert {m.where for m in MEASURES} == {"air", "ground", "line", "notice", "protected", "sea"}


def test_no_kind_says_what_distance_is_too_near():
    """The memorandum set no number, and neither does a measure: kinds and words only, distances belong to cases."""
    for m in MEASURES:
        assert not re.search(r"\d+ ?(m|km|ft|nm)\b", f"{m.says} {m.then}")
