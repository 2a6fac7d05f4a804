"""Stated times laid side by side: which agree after conversion to UTC, and which whole-hour slip would explain the rest."""

from datetime import datetime
from itertools import permutations

from detente.geometry.durations import HOUR_US
from detente.rules.evidence.times import TimeClaim, compare_times


def us(text):
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def claim(name, start, end, who="x"):
    return TimeClaim(claim=name, end_us=us(end), start_us=us(start), stated="", who=who, zone="")


PRINTED = claim("encyclopaedia 15:55-16:56", "2016-09-17T15:55+03:00", "2016-09-17T16:56+03:00")
CENTRE = claim("Russian centre 17:00-17:50", "2016-09-17T17:00+03:00", "2016-09-17T17:50+03:00")
CANBERRA = claim("18 September in Canberra", "2016-09-18T00:00+10:00", "2016-09-18T23:59:59+10:00")


def test_the_one_hour_trap_of_deir_ez_zor_is_named():
    """The printed times contradict the other two accounts; one hour later they agree with both. Nobody else's clock needs moving."""
    report = compare_times([PRINTED, CENTRE, CANBERRA])
    assert report.agree == ((CENTRE.claim, CANBERRA.claim),)
    assert report.disagree == ((PRINTED.claim, CENTRE.claim), (PRINTED.claim, CANBERRA.claim))
    assert [(s.claim, s.shift_us) for s in report.slips] == [(PRINTED.claim, HOUR_US)]


def test_claims_that_agree_need_no_slip():
    """Two accounts that overlap agree, and so do two that only touch."""
    touching = claim("after", "2016-09-17T17:50+03:00", "2016-09-17T18:00+03:00")
    report = compare_times([CENTRE, touching])
    assert (report.agree, report.slips) == (((CENTRE.claim, "after"),), ())


def test_a_claim_no_slip_explains_is_left_as_a_contradiction():
    """A day's difference is no zone error; it is shown and not explained away."""
    other_day = claim("next day", "2016-09-19T12:00+00:00", "2016-09-19T13:00+00:00")
    report = compare_times([CENTRE, other_day])
    assert (report.disagree, report.slips) == (((CENTRE.claim, "next day"),), ())


def test_the_order_of_claims_does_not_matter():
    """Whatever order the claims came in, the same pairs agree and the same slip is named."""
    reports = [compare_times(order) for order in permutations([PRINTED, CENTRE, CANBERRA])]
    assert len({frozenset(map(frozenset, r.agree)) for r in reports}) == 1
    assert len({tuple((s.claim, s.shift_us) for s in r.slips) for r in reports}) == 1
