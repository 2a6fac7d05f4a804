"""Limits: one party's flood is that party's trouble."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import Refused
from detente.node.host.limits import LimitRules, Limits, Rate

RULES = LimitRules(entries=Rate(burst=10, per_second=2), bytes=Rate(burst=1000, per_second=100))


def test_a_flood_is_refused_with_the_wait_and_others_keep_their_service() -> None:
    """After the burst the flooder waits; the other party does not notice."""
    limits = Limits(RULES)
    for _ in range(10):
        limits.submission("rus", 1, 1, 0)
    with pytest.raises(Refused) as refused:
        limits.submission("rus", 1, 1, 0)
    assert refused.value.problems[0].code == "too-fast"
    assert refused.value.problems[0].value == "1"
    limits.submission("un", 10, 1, 0)
    limits.submission("rus", 1, 1, 500_000)


def test_a_request_larger_than_the_burst_is_slow_not_impossible() -> None:
    """A full bucket serves it once; then the debt has to be paid."""
    limits = Limits(RULES)
    limits.submission("un", 1, 1500, 0)
    with pytest.raises(Refused) as refused:
        limits.submission("un", 1, 1, 0)
    assert refused.value.problems[0].value == "6"
    limits.submission("un", 1, 1, 5_010_000)


@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(1, 12)), max_size=60))
def test_never_more_than_burst_and_rate_allow(steps: list[tuple[int, int]]) -> None:
    """Whatever the pattern, what was let through by a moment is at most burst + one debt + rate x time."""
    limits, tick_us, passed = Limits(RULES), 0, 0
    for pause_us, amount in steps:
        tick_us += pause_us
        try:
            limits.take("entries", "un", RULES.entries, amount, tick_us)
            passed += amount
        except Refused:
            pass
        assert passed <= 10 + 2 + 2 * tick_us / 1_000_000 + 1


def test_strangers_do_not_fill_the_memory() -> None:
    """An attacker with many addresses is forgotten, oldest first."""
    limits = Limits(RULES)
    for number in range(Limits.KEPT + 100):
        limits.take("logins", f"10.0.0.{number}", RULES.logins, 1, 0)
    assert len(limits.buckets["logins"]) == Limits.KEPT
