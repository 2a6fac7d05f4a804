"""Stations warn of their own open notices when a truce ends: soonest danger first, once each, over restarts too."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.stations import START_US, circle, message, notice, response
from tests.world.network import Fate
from tests.world.world import CALM, SECOND, World

from detente.picture.notices.endangered import Dangers
from detente.records.notices.change import Changed
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State

ALL = ("cjtf", "rus", "un")


def stated(kind="ended", about=(), **given):
    plain = {
        "about": tuple(about),
        "change": kind,
        "channels": (),
        "effective_us": START_US,
        "matter": "truce-2016",
        "parties": ("cjtf", "rus"),
        "stated_time": None,
        "until_us": None,
        "volumes": (),
        "words": "as said",
    }
    return Changed(**(plain | given))


def movement(truce, state=State.ACTIVATED, start_s=0):
    plain = notice(circle(36.15, 36.97, start_us=START_US + start_s * SECOND))
    return msgspec.structs.replace(
        plain, activity=Activity.PROTECTED_MOVEMENT, rests_on=(truce.hex(),), state=state, words="convoy"
    )


@pytest.fixture
def plain_world():
    with World(genesis=CALM) as made:
        made.run(1)
        yield made


@pytest.fixture
def world(plain_world):
    made = plain_world
    made.truce = made.send("cjtf", stated("started"), ("cjtf", "rus", "un"))
    made.waiting = made.send("un", movement(made.truce, State.ACCEPTED, start_s=1800), ("rus", "un"))
    made.convoy = made.send("un", movement(made.truce), ("cjtf", "rus", "un"))
    made.run(30)
    return made


def dangers(world, party) -> Dangers:
    return world.station(party).picture.dangers


def end_truce(world, readers=ALL, **given):
    end = world.send(
        "rus", stated("ended", (world.truce.hex(),), effective_us=world.now_us, parties=(), **given), readers
    )
    world.run(2)
    return end.hex()


def given_by(world, viewer, end):
    return sorted((w.recipient, w.step, w.urgency, w.count) for w in dangers(world, viewer).warned(end, "said"))


def test_the_truces_end_is_one_alarm_with_the_convoy_first(world):
    end = end_truce(world)
    for party in ALL:
        alarms = world.alarms(party, "endangered")
        assert [a.about for a in alarms] == [f"{end} said"]
        assert world.convoy.hex()[:12] in alarms[0].words
    found = dangers(world, "un").endangered(dangers(world, "un").change(end))
    assert [r.open.version for r in found] == [world.convoy.hex(), world.waiting.hex()]


def test_each_recipient_is_warned_of_what_it_reads_and_asked_afresh(world):
    end = end_truce(world)
    assert given_by(world, "un", end) == [("cjtf", 0, "urgent", 1), ("rus", 0, "urgent", 1), ("rus", 1, "priority", 1)]
    assert given_by(world, "cjtf", end) == [("cjtf", 0, "urgent", 1)]
    waits = [w for w in world.station("un").picture.waiting.open() if w.asker == "un" and w.for_ == "officer"]
    by_version = {w.entry for w in dangers(world, "un").warned(end, "said")}
    asked = {(w.asked, w.due_us - w.since_us) for w in waits if w.version in by_version}
    assert asked == {("cjtf", 120 * SECOND), ("rus", 120 * SECOND), ("rus", 300 * SECOND)}


def test_an_answer_settles_it_and_silence_raises_an_alarm(world):
    end = end_truce(world)
    (first,) = (w for w in dangers(world, "cjtf").warned(end, "said"))
    world.send("cjtf", response(bytes.fromhex(first.entry)), ("cjtf", "un"))
    world.run(150)
    late = list(world.alarms("un", "unanswered"))
    assert len(late) == 1
    assert "rus" in late[0].words
    assert "held by the station of rus since" in late[0].words


@pytest.mark.parametrize("keep_first", [0, 1, 2])
def test_a_restart_in_the_middle_warns_nobody_twice_and_nobody_never(world, keep_first):
    """The station of the UN is killed after some of its warnings are durable, before the rest is."""
    given = []
    engine = world.station("un").engine
    original = engine._compose

    def compose(draft):
        if draft.kind == "warning/1":
            given.append(draft)
            if len(given) > keep_first:
                return  # killed before this one was kept
        original(draft)

    engine._compose = compose
    end = world.send("rus", stated("ended", (world.truce.hex(),), effective_us=world.now_us, parties=()), ALL)
    world.settle()
    world.station("un").disk.kept.pop(f"fan/{end.hex()} said", None)
    world.restart("un")
    world.run(5)
    assert sorted(given_by(world, "un", end.hex())) == [
        ("cjtf", 0, "urgent", 1), ("rus", 0, "urgent", 1), ("rus", 1, "priority", 1)
    ]  # fmt: skip
    world.restart("un")
    world.run(5)
    assert len(given_by(world, "un", end.hex())) == 3
    assert len(world.alarms("un", "endangered")) == 1


def test_with_the_host_dead_a_warning_of_people_on_the_road_still_arrives(world):
    """The change came, then the host died before any warning got in: the urgent ones go from station to station."""
    world.network.fate = lambda sender, to, request: Fate(
        () if to == "host" and b'"kind":"warning/1"' in request.content else (0,)
    )
    end_truce(world)
    world.host.leaves()
    world.run(3)
    held = [d for d in world.station("rus").state.peers.direct.values() if d.entry.header.kind == "warning/1"]
    assert [d.entry.header.author for d in held] == ["un"]


def test_a_party_that_may_not_read_the_change_receives_nothing_about_it(world):
    """Russia tells the UN alone that it is over: the UN's station warns nobody by itself, and is itself alarmed."""
    before = len(
        world.station("cjtf").picture.timeline.ids(
            world.station("cjtf").picture.timeline.known_to("cjtf", size=10**6).current
        )
    )
    end = end_truce(world, readers=("rus", "un"))
    assert [w[0] for w in given_by(world, "un", end)] == ["rus", "rus"]
    assert world.alarms("un", "endangered")
    assert not world.alarms("cjtf", "endangered")
    after = len(
        world.station("cjtf").picture.timeline.ids(
            world.station("cjtf").picture.timeline.known_to("cjtf", size=10**6).current
        )
    )
    assert after == before


def test_the_announced_end_of_a_pause_warns_when_it_comes(world):
    pause = world.send(
        "rus",
        stated("paused", (world.truce.hex(),), effective_us=world.now_us, until_us=world.now_us + 600 * SECOND),
        ALL,
    )
    world.run(590)
    assert dangers(world, "un").warned(pause.hex(), "over") == []
    world.run(20)
    warned = {(w.recipient, w.urgency) for w in dangers(world, "un").warned(pause.hex(), "over")}
    assert warned >= {("cjtf", "urgent"), ("rus", "urgent")}


def test_a_pause_that_was_extended_does_not_end_before_its_new_end(world):
    first = world.send("rus", stated("paused", (world.truce.hex(),), until_us=world.now_us + 600 * SECOND), ALL)
    longer = world.send("rus", stated("paused", (world.truce.hex(),), until_us=world.now_us + 1200 * SECOND), ALL)
    world.run(700)
    assert dangers(world, "un").warned(first.hex(), "over") == []
    world.run(600)
    assert dangers(world, "un").warned(longer.hex(), "over")


def test_a_moved_zone_finds_what_lies_on_its_ground(plain_world):
    world = plain_world
    zone = msgspec.structs.replace(notice(circle(36.4, 36.97)), activity=Activity.KEEP_OUT_ZONE)
    first = world.send("rus", zone, ALL)
    plain = msgspec.structs.replace(movement(bytes(32)), rests_on=())
    convoy = world.send("un", plain, ALL)
    world.run(10)
    moved = msgspec.structs.replace(zone, volumes=(circle(36.15, 36.97),))
    change = world.send("rus", moved, ALL, supersedes=first.hex())
    world.run(2)
    (given,) = [w for w in dangers(world, "un").warned(change.hex(), "said") if w.recipient == "cjtf"]
    assert given.count == 1
    assert convoy.hex()[:12] in world.alarms("un", "endangered")[0].words


def test_an_urgent_message_is_still_what_it_was(plain_world):
    world = plain_world
    sent = world.send("un", message("urgent"), ("rus", "un"))
    world.run(130)
    assert [a.about.partition(" ")[0] for a in world.alarms("un", "unanswered")] == [sent.hex()]
