"""A stop arrives without a host, is matched privately, runs a clock on both sides, and closes only on a yes or no."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.stations import LEDGER, circle, message, notice, response
from tests.support.stations import world as keys
from tests.world.world import CALM, SECOND, World

from detente.geometry.volume import NDEG, Point
from detente.ledger.entry import Draft
from detente.ledger.facets import Facet
from detente.node.station.acting.stops import matched
from detente.node.station.effects import SendDirect
from detente.node.station.inputs import DirectAnswered
from detente.node.station.sending.send import envelope
from detente.records.hotline.duress import Duress
from detente.records.hotline.message import WithinRadius
from detente.records.registry import REGISTRY

HERE = Point(round(36.1517 * NDEG), round(36.9678 * NDEG))


@pytest.fixture
def world():
    with World(genesis=CALM) as made:
        made.run(1)
        yield made


def stop(**given):
    plain = msgspec.structs.replace(message("stop", "Stop: a convoy is under fire here"), volumes=())
    return msgspec.structs.replace(plain, within=WithinRadius(centre=HERE, radius_mm=3_000_000), **given)


def clock(world, viewer, party="rus"):
    return next(c for c in world.station(viewer).picture.stops.clocks() if c.party == party)


def test_it_is_matched_against_own_notices_and_hidden_presence_and_nothing_of_that_leaves(world):
    world.send("rus", notice(circle(36.16, 36.97)), ("rus", "un"))
    world.station("rus").states_presence(circle(36.15, 36.96))
    world.run(10)
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(2)
    (alarm,) = world.alarms("rus", "stop")
    assert alarm.about == sent.hex()
    assert "own air" in alarm.words
    assert "presence of rus" in alarm.words
    seen = b"".join(raw for _, raw in world.station("un").disk.known.values())
    assert b"presence of rus" not in seen
    assert b"concerns" not in seen


def test_where_nothing_matches_the_clock_runs_all_the_same_until_it_is_answered(world):
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(30)
    assert "Nothing that this station knows of" in world.alarms("rus", "stop")[0].words
    assert clock(world, "un").closed_us is None
    assert clock(world, "un").lapse(world.now_us, "un").us == 30 * SECOND
    world.send("rus", response(sent, "acknowledge"), ("rus", "un"))
    world.run(5)
    assert clock(world, "un").closed_us is None
    assert clock(world, "un").read_us is not None
    world.send("rus", response(sent, "comply"), ("rus", "un"))
    world.run(5)
    for viewer in ("un", "rus"):
        assert clock(world, viewer).answer == "comply"
        assert clock(world, viewer).lapse(world.now_us, viewer).us == 35 * SECOND


def test_only_who_was_asked_closes_it(world):
    sent = world.send("un", stop(), ("cjtf", "rus", "un"))
    world.run(2)
    world.send("cjtf", response(sent, "comply"), ("cjtf", "rus", "un"))
    world.run(2)
    assert clock(world, "un", "cjtf").answer == "comply"
    assert clock(world, "un", "rus").closed_us is None


def test_a_stop_that_names_a_notice_finds_its_newest_version_and_the_units_its_author_keeps(world):
    first = world.send("rus", notice(circle(33, 36)), ("rus", "un"))
    world.run(5)
    second = world.send("rus", notice(circle(33.1, 36)), ("rus", "un"), supersedes=first.hex())
    world.run(5)
    said = msgspec.structs.replace(stop(about=(first.hex(),)), within=None)
    found = matched(world.station("rus").state, said, world.now_us)
    assert [(m.own.version, m.why) for m in found] == [(second.hex(), "named")]


def test_with_the_host_dead_it_arrives_once_and_is_shown_once(world):
    world.host.leaves()
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(3)
    assert [a.about for a in world.alarms("rus", "stop")] == [sent.hex()]
    world.host.returns()
    world.run(10)
    world.restart("rus")
    world.run(3)
    assert len(world.alarms("rus", "stop")) == 1
    assert clock(world, "rus").closed_us is None


def with_duress(world, word):
    """Send the same message with or without a quiet word; return what the host and the other side hold of it."""
    body = message("routine", "All is well here")
    kind, form, data = REGISTRY.write(body)
    facets = [Facet(audience=("rus", "un"), body=msgspec.Raw(data), form=form), None, None, None]
    sealed = frozenset()
    if word:
        _, duress_form, duress = REGISTRY.write(Duress(for_roles=("duty-director",), words=word))
        facets[3] = Facet(audience=("un",), body=msgspec.Raw(duress), form=duress_form)
        sealed = frozenset({3})
    draft = Draft(
        audience=("rus", "un"), author="un", facets=tuple(facets), kind=kind, sealed=sealed, signed_at_us=world.now_us
    )
    entry, _ = world.station("un").seals(draft, keys.signing("un", "watch-1"))
    world.run(2)
    index, raw = world.station("rus").disk.find(entry)
    return (
        entry,
        world.recorded()[index],
        msgspec.json.decode(raw),
        world.host.store.rows([index])[0].leaf,
    )


def test_a_quiet_word_is_kept_by_its_own_side_and_looks_like_nothing_to_all_others(world):
    """Host and reader hold the same shape, byte count and leaf size with and without it; only the commitments are other noise."""
    plain, told = with_duress(world, ""), with_duress(world, "Not of my own will.")
    assert b"Not of my own will" in world.station("un").disk.kept[f"opened/{told[0].hex()}"]
    assert len(msgspec.json.encode(plain[1])) == len(msgspec.json.encode(told[1]))
    assert [f is None for f in plain[1].facets] == [f is None for f in told[1].facets]
    assert len(plain[3]) == len(told[3])
    assert plain[2].keys() == told[2].keys()
    assert [f is None for f in plain[2]["facets"]] == [f is None for f in told[2]["facets"]]
    assert LEDGER


def test_a_stop_answered_while_the_host_was_down_does_not_run_again_when_it_returns(world):
    """Two queues race, and the answer is recorded before the stop. It was answered once and stays answered, at both sides."""
    world.host.leaves()
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(24)
    answer = world.send("rus", response(sent, "comply"), ("rus", "un"))
    world.run(60)
    world.cut("un", "host")
    world.host.returns()
    world.run(5)
    world.mend("un", "host")
    world.run(30)
    assert world.station("un").disk.find(answer)[0] < world.station("un").disk.find(sent)[0]
    for viewer in ("un", "rus"):
        assert clock(world, viewer).answer == "comply"
        assert not world.station(viewer).picture.waiting.asked_of("rus")
        assert not world.station(viewer).state.acting.timers.running(sent.hex(), "rus", "stop")


def test_by_its_own_clock_a_station_says_how_long_its_officers_took(world):
    """From the moment at which its station held it to the signature of its officer, whatever the host recorded when."""
    world.host.leaves()
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(24)
    world.send("rus", response(sent, "comply"), ("rus", "un"))
    world.host.returns()
    world.run(30)
    for viewer in ("un", "rus"):
        took = clock(world, viewer).took
        assert (took.us, took.began.by, took.ended.by) == (24 * SECOND, "rus", "rus")
        assert "comply after 24 s by rus's own clock" in clock(world, viewer).sentence(world.now_us, viewer)


def test_a_station_that_is_asked_says_of_itself_that_it_holds_the_stop(world):
    sent = world.send("un", stop(), ("rus", "un"))
    world.run(2)
    assert "held by this station" in clock(world, "rus").sentence(world.now_us, "rus")
    assert "RUNNING for 2 s" in clock(world, "rus").sentence(world.now_us, "rus")
    third = clock(world, "un").sentence(world.now_us, "cjtf")
    assert sent and "RUNNING, asked 2016" in third and "by un's own clock, and it is" in third


def test_the_first_direct_acknowledgement_stands(world):
    """Asked again because its answer was lost, a station says again since when it holds the entry; no later time takes its place."""
    world.host.leaves()
    sent = world.send("un", stop(), ("rus", "un"))
    world.run()
    first_us = world.station("un").state.peers.acknowledged(sent.hex(), "rus")
    assert first_us == world.station("rus").state.peers.acknowledged(sent.hex(), "rus") == world.now_us
    data = envelope(
        world.station("un").state,
        {"entry": world.station("rus").state.peers.direct[sent].entry},
        "urgent",
        "rus",
        world.now_us,
    )
    world.run(10)
    world.restart("rus")
    world.station("un").repeats(SendDirect("rus", "urgent", sent, data))
    world.run(1)
    for party in ("un", "rus"):
        assert world.station(party).state.peers.acknowledged(sent.hex(), "rus") == first_us


@pytest.mark.parametrize("at_us", [0, 2**53 - 1], ids=["1970", "2255"])
def test_an_acknowledgement_by_an_absurd_clock_is_none(world, at_us):
    """Signed or not, it cannot be: no latency of 46 years is shown, the peer is named, and the stop is sent again."""
    world.host.leaves()
    world.cut("un", "rus")
    sent = world.send("un", stop(), ("rus", "un"))
    world.run()
    answer = envelope(
        world.station("rus").state, {"id": sent.hex(), "received_at_us": at_us}, "urgent", "un", world.now_us
    )
    world.station("un").gives(DirectAnswered("rus", "urgent", sent, answer))
    assert world.station("un").state.peers.acknowledged(sent.hex(), "rus") is None
    assert [a.by for a in world.alarms("un", "bad-direct")] == ["rus"]
    world.mend("un", "rus")
    world.run(3)
    assert world.station("un").state.peers.acknowledged(sent.hex(), "rus") is not None
