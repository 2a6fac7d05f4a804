"""What a host is put together from: its folder, its clock, its failpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import world
from tests.support.hosts import REAL, write_folder

from detente.errors import Refused, Unavailable
from detente.host.engine import FAILPOINTS
from detente.wiring.clocks import StepClock, SystemClock, clock_for
from detente.wiring.failpoints import failpoint_for, read_plan
from detente.wiring.host import HostConfig, open_host


def test_the_clock_is_the_one_that_genesis_asks_for() -> None:
    """A virtual ledger stands still until it is moved, and never goes back; a real one has no such door."""
    step = clock_for(world.genesis())
    assert isinstance(step, StepClock)
    assert step.now_us() == step.now_us() == world.CREATED_US
    step.set(world.CREATED_US + 5)
    with pytest.raises(Refused, match="Step forward only"):
        step.set(world.CREATED_US)
    assert isinstance(clock_for(world.genesis(**REAL)), SystemClock)


def test_more_than_half_of_the_stations_must_answer_unless_the_operator_says_how_many() -> None:
    """With three stations two; with none nobody is asked."""
    peers = dict.fromkeys(("cjtf", "rus", "un"), "http://x")
    assert [HostConfig(peers=peers).needed, HostConfig(peers=peers, answers_needed=3).needed, HostConfig().needed] == [
        2,
        3,
        0,
    ]


def test_a_folder_that_lacks_something_is_refused_in_words(tmp_path: Path) -> None:
    """No genesis, a torn key: the error names the file."""
    with pytest.raises(Unavailable, match=r"genesis\.json"):
        open_host(tmp_path)
    write_folder(tmp_path)
    (tmp_path / "host.key").write_text("abc")
    with pytest.raises(Refused, match="64 hex digits"):
        open_host(tmp_path)


def test_the_operators_token_is_drawn_once_and_is_private(tmp_path: Path) -> None:
    """The token stays the same over restarts and is readable by its owner only."""
    write_folder(tmp_path)
    tokens = []
    for _ in range(2):
        parts = open_host(tmp_path)
        tokens.append(parts.operator_token)
        parts.store.close()
    assert tokens[0] == tokens[1]
    assert (tmp_path / "operator.token").stat().st_mode & 0o777 == 0o600


def test_failpoints_that_do_not_exist_are_refused() -> None:
    """A test that fails nothing proves nothing."""
    assert read_plan("after-store=kill@3,before-sign=raise", FAILPOINTS)["after-store"].turn == 3
    for text in ("after-lunch=kill", "after-store=faint", "after-store", "after-store=kill@x"):
        with pytest.raises(Refused):
            read_plan(text, FAILPOINTS)


def test_a_failpoint_fails_from_its_turn_on() -> None:
    """And at no other point."""
    reach = failpoint_for(read_plan("after-store=raise@2", FAILPOINTS))
    reach("after-store")
    reach("before-sign")
    for _ in range(2):
        with pytest.raises(Unavailable):
            reach("after-store")
