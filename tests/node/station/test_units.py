"""Before a protected movement begins, owner and recipient are told, once, that no acting unit has confirmed that it has it."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.stations import START_US, circle, notice, response
from tests.world.world import CALM, SECOND, World, quietly

from detente.records.notices.notice import Activity

HOUR = 3600 * SECOND


@pytest.fixture
def world():
    with quietly(), World(genesis=CALM) as made:
        made.run(1)
        yield made


def movement(start_us, **given):
    plain = notice(circle(36.16, 36.97, start_us=start_us))
    return msgspec.structs.replace(plain, activity=Activity.PROTECTED_MOVEMENT, emergency=True, **given)


def told(world, party):
    return [alarm.words.partition(". ")[2] for alarm in world.alarms(party, "unit-unreached")]


def test_a_recipient_whose_unit_has_confirmed_is_not_named(world):
    """Due 5 min after it was recorded, as it begins within the hour; the owner hears of both, each recipient of itself."""
    sent = world.send("un", movement(START_US + HOUR // 2), ("cjtf", "rus", "un"))
    world.run(10)
    for answer, unit in (("acknowledge", None), ("confirm", "cell 2")):
        world.send("cjtf", msgspec.structs.replace(response(sent, answer), unit=unit), ("cjtf", "un"))
    world.run(285)
    assert told(world, "un") == []
    world.run(10)
    assert told(world, "un") == ["rus: told; no acting unit is on record"]
    assert told(world, "rus") == told(world, "un")
    assert told(world, "cjtf") == []


def test_it_is_raised_once_over_a_restart_and_afresh_for_a_newer_version(world):
    sent = world.send("un", movement(START_US + HOUR // 2), ("rus", "un"))
    world.run(310)
    world.restart("un")
    world.restart("rus")
    world.run(10)
    assert [len(told(world, party)) for party in ("un", "rus")] == [1, 1]
    world.send("un", movement(START_US + HOUR // 2, words="another road"), ("rus", "un"), supersedes=sent.hex())
    world.run(310)
    assert [len(told(world, party)) for party in ("un", "rus")] == [2, 2]


def test_other_activities_and_movements_that_are_over_are_left_alone(world):
    world.send("un", notice(circle(36.16, 36.97, start_us=START_US + HOUR // 2)), ("rus", "un"))
    world.send("un", movement(START_US - 7 * HOUR), ("rus", "un"))
    world.run(310)
    assert told(world, "un") == []
