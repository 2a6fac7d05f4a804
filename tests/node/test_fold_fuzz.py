"""No entry stops a fold: a seeded fuzzer over bodies of every form, by every way in (`tests.support.fold_fuzz`).

Each seed is one case; a failing one is named in the assertion, and `Ground().bring(seed)` plays it again. Faults of ours are loud here
(`errors.SURVIVED` is empty in tests): nothing may raise, so that the one place which survives is never needed.
"""

from __future__ import annotations

import random

import pytest
from tests.support.fold_fuzz import BODIES, MOST_S, WAYS, Ground, scratched

from detente.records.registry import REGISTRY

EACH = 250
"""Cases on one ground: with more, what was said before costs more than the case."""


def played(first: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Play a run of cases on one ground, then load its copy again, whole and damaged, and start from damaged snapshots."""
    ground, taken = Ground(), 0
    for seed in range(first, first + count):
        try:
            taken += ground.bring(seed)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
        if seed % 25 == 0:
            ground.heard()
    ground.heard()
    assert taken > count / 4
    assert ground.world.pictures["un"].driver.missing().by["cjtf"]
    _quick(ground)
    ground.again()
    ground.snapshots(random.Random(first), 3)
    monkeypatch.setattr(
        "detente.errors.SURVIVED", (Exception,)
    )  # bytes changed after they were judged are set aside where they raise
    ground.damaged(random.Random(first))


def _quick(ground: Ground) -> None:
    """No case takes half a second of processor; the slowest is tried again alone, for the first of its sort pays for what it loads."""
    spent, seed = ground.slowest
    if spent > MOST_S and seed >= 0:
        alone = Ground()
        alone.bring(seed)
        alone.slowest = (0.0, -1)
        alone.bring(seed)
        assert alone.slowest[0] <= MOST_S, f"seed {seed} takes {alone.slowest[0]:.2f} s"


@pytest.mark.survives
def test_every_form_is_among_the_cases():
    """A new kind without an example is a kind that nobody has tried to break."""
    assert {(kind.partition("/")[0], form) for kind, form, _, _ in BODIES} == {
        (f.kind, f.form) for f in REGISTRY.forms()
    }
    assert len(BODIES) * len(WAYS) <= EACH * 8 / 4


@pytest.mark.parametrize("first", range(0, 2_000, EACH))
def test_no_entry_stops_a_fold(first, monkeypatch):
    """2 000 cases: recorded, disclosed, by a host in league, directly; then from the own copy, and from snapshots."""
    played(first, EACH, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(2_000, 102_000, EACH))
def test_no_entry_stops_a_fold_soak(first, monkeypatch):
    """100 000 more."""
    played(first, EACH, monkeypatch)


def test_scratching_changes_bytes():
    """The damage is real."""
    dice = random.Random(1)
    assert sum(scratched(b"0123456789" * 9, dice) != b"0123456789" * 9 for _ in range(100)) > 90
