"""Warning time is a field: what the class asks, what was given, and who accepted less."""

from __future__ import annotations

import pytest
from tests.support.play import MINUTE, SECOND, START_US, notice

from detente.records.notices.lead import LEAST, lead_of, least_lead_us
from detente.records.notices.notice import Acceptance, Activity

HOUR = 60 * MINUTE
BEGINS_US = START_US + 20 * MINUTE


def test_every_class_has_a_least_lead_time():
    assert set(LEAST) == set(Activity)


@pytest.mark.parametrize(
    ("activity", "emergency", "hours"),
    [
        (Activity.PROTECTED_MOVEMENT, False, 48),
        (Activity.PROTECTED_MOVEMENT, True, 24),
        (Activity.HAZARD, False, 72),
        (Activity.PROTECTED_SITE, False, 0),
    ],
)
def test_least_lead_times_are_those_of_practice(activity, emergency, hours):
    assert least_lead_us(activity, emergency=emergency) == hours * HOUR


def test_a_ledger_may_set_its_own():
    rules = {"lead_protected_movement_us": 72 * HOUR, "lead_protected_movement_emergency_us": 1}
    assert least_lead_us(Activity.PROTECTED_MOVEMENT, emergency=False, rules=rules) == 72 * HOUR
    assert least_lead_us(Activity.PROTECTED_MOVEMENT, emergency=True, rules=rules) == 1


def test_a_notice_told_exactly_in_time_is_not_short_and_a_microsecond_later_is():
    assert not lead_of(notice(), BEGINS_US - 10 * MINUTE).short
    assert lead_of(notice(), BEGINS_US - 10 * MINUTE + 1).short


def test_a_notice_told_seconds_before_names_who_accepted_that():
    """Latakia, 17 September 2018: less than a minute, by one account."""
    accepted = Acceptance(officer="o-17", party="cjtf", role="watch", words="dynamic")
    lead = lead_of(notice(shorter_lead_accepted_by=accepted), BEGINS_US - 50 * SECOND)
    assert (lead.short, lead.actual_us, lead.accepted_by) == (True, 50 * SECOND, accepted)


def test_a_notice_told_after_it_began_has_a_lead_below_zero():
    assert lead_of(notice(), BEGINS_US + MINUTE).actual_us == -MINUTE
