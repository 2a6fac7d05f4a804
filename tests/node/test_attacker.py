"""What an attacker among the stations can do to the others' watch, and what an outage does to one's own."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from tests.support import world
from tests.support.stations import SECOND, World, circle, message, notice, response

from detente.errors import Refused
from detente.node.both.envelope import seal_envelope
from detente.node.station.inputs import DirectArrived, PresenceSet
from detente.node.station.parts.alarms import SINGLY, SPAN_US
from detente.node.station.raising import raise_alarm
from detente.records.entries.erasure import Erasure
from detente.records.notices.screening import Screening

DAY_US = 86_400 * SECOND


def started(**settings) -> World:
    w = World(**settings)
    w.run(10)
    return w


def recorded_direct(w: World) -> list[tuple[str, str, bytes]]:
    """Listen on the direct lines: (to, kind, envelope) of all that is sent from now on."""
    heard: list[tuple[str, str, bytes]] = []
    send = w._send

    def listening(party, to, kind, about, data):
        heard.append((to, kind, data))
        send(party, to, kind, about, data)

    w._send = listening
    return heard


def sealed(w: World, kind: str, payload: object, *, sender="rus", to="un", at_us: int | None = None) -> bytes:
    return seal_envelope(
        payload,
        kind=kind,
        sender=sender,
        to=to,
        ledger=w.stations[to].ledger,
        key=world.signing(sender, "station"),
        now_us=w.now_us if at_us is None else at_us,
    )


# --- an envelope is played again ---


def test_an_old_urgent_envelope_played_again_brings_nothing_back():
    """Replayed after the host recorded it, after a restart, even after its erasure: no entry, no alarm, no answer but the receipt."""
    w = started()
    heard = recorded_direct(w)
    stop = w.send("rus", message("stop"), ["cjtf"])
    w.run(10)
    w.send("cjtf", response(stop, "comply"), ["rus"])
    w.run(10)
    w.send("rus", Erasure(about=stop.hex(), authority="watch", reason="names a person"), ["cjtf"])
    w.run(10)
    old = [row for row in heard if row[1] == "urgent"]
    assert {to for to, _, _ in old} == {"cjtf", "rus"}
    for party in ("cjtf", "rus"):
        w.restart(party)
    w.run(2)
    before = {party: len(w.alarms(party)) for party in w.parties}
    for to, kind, data in old:
        w.give(to, DirectArrived(kind, data))
    w.run(2)
    assert {party: len(w.alarms(party)) for party in w.parties} == before
    for party in ("cjtf", "rus"):
        assert not w.stations[party].peers.direct
        assert not [name for name in w.copies[party].kept if name.startswith("direct/")]


def test_an_answer_to_a_routine_entry_played_again_is_not_held_twice():
    """Any response may come directly; once the ledger has it, sending it again does not fill the other's copy."""
    w = started()
    told = w.send("rus", notice(), ["cjtf"])
    w.run(2)
    w.send("cjtf", response(told), ["rus"])
    w.run(2)
    raw = next(raw for _, raw in w.copies["rus"].known.values() if b'"kind":"response/' in raw)
    known = msgspec.json.decode(raw)
    entry = {k: known[k] for k in ("facets", "header", "header_salt", "signature", "slots")}
    w.give("rus", DirectArrived("urgent", sealed(w, "urgent", {"entry": entry}, sender="cjtf", to="rus")))
    assert not w.stations["rus"].peers.direct


@pytest.mark.parametrize("kind", ["lodge", "urgent", "checkpoint"])
@pytest.mark.parametrize("off_us", [-DAY_US, DAY_US])
def test_an_envelope_of_another_day_is_refused_with_both_times(kind, off_us):
    """A day from our clock it is refused, saying which time it bears and which clock judged it."""
    w = started()
    payload = {"note": ""} if kind == "checkpoint" else {"commitment": "ab" * 32, "lodged_at_us": 1}
    with pytest.raises(Refused) as refused:
        w.give("un", DirectArrived(kind, sealed(w, kind, payload, at_us=w.now_us + off_us)))
    (found,) = refused.value.problems
    assert (found.code, found.field) == ("direct-old", "sent_at_us")
    assert "24 h" in found.rule and "clock" in found.next_step


@pytest.mark.parametrize("hours", [-14, 14])
def test_a_station_whose_clock_shows_the_wrong_zone_is_heard(hours):
    """Clocks are off by minutes, and by a zone where somebody set them wrong: a stop is not lost to that."""
    w = started()
    data = sealed(w, "lodge", {"commitment": "ab" * 32, "lodged_at_us": 1}, at_us=w.now_us + hours * 3600 * SECOND)
    w.give("un", DirectArrived("lodge", data))
    assert w.stations["un"].peers.lodged_here.held()


def test_an_urgent_message_that_waited_two_days_for_its_station_still_arrives_directly():
    """What is sent again and again is sealed anew before it would be too old; the signed entry in it stays the same."""
    w = started()
    w.host.dead, w.direct = True, False
    stop = w.send("rus", message("stop"), ["un"])
    w.run(5)
    for _ in range(5):
        w.now_us += 10 * 3600 * SECOND
        w.run(2)
    w.direct = True
    w.run(2)
    assert w.stations["un"].peers.direct[stop].id == stop.hex()
    assert w.stations["rus"].peers.acked[stop]["un"]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_hash_lodged_again_after_its_leaf_is_in_the_ledger_is_no_alarm(restarted):
    """The old lodge envelope of an included entry, played again: nothing waits, nothing is raised."""
    w = started()
    heard = recorded_direct(w)
    w.no_host = {"rus"}
    w.send("rus", notice(), ["cjtf"])
    w.run(5)
    w.no_host = set()
    w.run(10)
    old = [data for to, kind, data in heard if (to, kind) == ("un", "lodge")]
    assert old
    if restarted:
        w.restart("un")
    for data in old:
        w.give("un", DirectArrived("lodge", data))
    w.run(20)
    assert not w.alarms("un", "not-included")


# --- alarms at the other side ---


def test_hashes_of_nothing_lodged_by_one_party_raise_a_handful_of_alarms_and_a_count():
    """A hundred made-up hashes: five alarms one by one, then one that counts, again at ten times as many."""
    w = started()
    for n in range(100):
        w.give("un", DirectArrived("lodge", sealed(w, "lodge", {"commitment": f"{n:064x}", "lodged_at_us": 1})))
    w.give(
        "un", DirectArrived("lodge", sealed(w, "lodge", {"commitment": "ff" * 32, "lodged_at_us": 1}, sender="cjtf"))
    )
    w.run(30)
    raised = w.alarms("un", "not-included")
    by_rus = [a for a in raised if "rus" in a.words]
    assert len(by_rus) == SINGLY + 2
    assert "rus has brought about 60 alarms of this kind" in by_rus[-1].words
    assert [a.by for a in raised if "cjtf" in a.words] == ["cjtf"]


def test_an_hour_later_alarms_are_shown_one_by_one_again():
    """The bound is on a span: what a party does the next day is not hidden behind what it did today."""
    w = started()
    station = w.stations["un"]
    for n in range(20):
        raise_alarm(station, "withheld", f"index {n}", f"leaf {n} by rus", w.now_us, by="rus")
    shown = len(w.alarms("un", "withheld"))
    raise_alarm(station, "withheld", "index 99", "leaf 99 by rus", w.now_us + SPAN_US, by="rus")
    assert shown == SINGLY + 1
    assert w.alarms("un", "withheld")[-1].about == "index 99"


def test_the_bound_holds_over_a_restart():
    """Restarting the station does not let the same party fill the console again."""
    w = started()
    for n in range(20):
        w.give("un", DirectArrived("lodge", sealed(w, "lodge", {"commitment": f"{n:064x}", "lodged_at_us": 1})))
    w.run(30)
    before = len(w.alarms("un", "not-included"))
    w.restart("un")
    for n in range(20, 25):
        w.give("un", DirectArrived("lodge", sealed(w, "lodge", {"commitment": f"{n:064x}", "lodged_at_us": 1})))
    w.run(30)
    assert len(w.alarms("un", "not-included")) <= before + 1


def test_stops_are_never_counted_away():
    """Twenty stops by one party are twenty alarms: each may be somebody's life."""
    w = started()
    for n in range(20):
        w.send("rus", message("stop", words=f"stop {n}"), ["un"])
    w.run(2)
    assert len(w.alarms("un", "stop")) == 20


def test_a_party_cannot_fill_anothers_copy_with_hashes():
    """More than may be held of one party: the oldest overdue ones go, and nothing grows."""
    w = started()
    station = w.stations["un"]
    from detente.node.station.peers import direct as station_peers

    kept = station_peers.LODGED_AT_MOST
    station_peers.LODGED_AT_MOST = 10
    try:
        for n in range(50):
            data = sealed(w, "lodge", {"commitment": f"{n:064x}", "lodged_at_us": 1})
            with contextlib.suppress(Refused):
                w.give("un", DirectArrived("lodge", data))
            w.run(2)
    finally:
        station_peers.LODGED_AT_MOST = kept
    assert station.peers.lodged_here.of("rus") <= 10
    assert len([name for name in w.copies["un"].kept if name.startswith("lodged/")]) <= 10


# --- the host is down ---


def test_while_the_host_is_down_there_is_one_alarm_however_much_waits():
    """Ten notices during an outage: one alarm, which says since when and what to do; none for each of them."""
    w = started()
    w.host.dead = True
    for n in range(10):
        w.send("rus", notice(words=f"n{n}"), ["cjtf"])
        w.run(5)
    w.run(60)
    (alarm,) = w.alarms("rus")
    assert alarm.kind == "host-away"
    assert "has not answered since 2016-09-17T13:00:1" in alarm.words and "lodged" in alarm.words
    assert not w.alarms("un") and not w.alarms("cjtf")
    w.host.dead = False
    w.run(60)
    assert [a.kind for a in w.alarms("rus")] == ["host-away"]
    w.host.dead = True
    w.send("rus", notice(words="again"), ["cjtf"])
    w.run(60)
    assert [a.kind for a in w.alarms("rus")] == ["host-away"] * 2


def test_a_host_that_comes_back_and_still_leaves_it_out_is_an_alarm():
    """Ten seconds after the host answers again, what it has not included is its own doing."""
    w = started()
    w.host.dead = True
    w.send("rus", notice(), ["cjtf"])
    w.run(30)
    w.host.dead, w.host.delayed = False, {"rus"}
    w.run(30)
    assert w.alarms("rus", "not-included") and w.alarms("un", "not-included")


# --- presence that came late ---


def screenings(w, viewer):
    return {
        k.body(Screening).about: k.body(Screening).answer
        for k in w.stations[viewer].picture.entries
        if k.kind == "screening" and k.header.author == "rus"
    }


def test_presence_stated_between_a_notice_and_its_slot_counts():
    """The notice came at 13:00:10, presence was stated at :13, the slot is at :15: the answer rests on what is held then."""
    w = started()
    told = w.send("cjtf", notice(circle(35.2663, 40.1527)), ["rus"])
    twice = w.send("cjtf", notice(circle(35.2663, 40.1527), words="the same ground"), ["rus"])
    far = w.send("cjtf", notice(circle(36.0, 41.0)), ["rus"])
    w.run(3)
    w.state_presence("rus", circle(35.2663, 40.1527, 800))
    w.run(1)
    assert not screenings(w, "cjtf")
    w.run(5)
    assert screenings(w, "cjtf") == {told.hex(): "concern", twice.hex(): "concern", far.hex(): "none raised"}


def test_presence_stated_again_before_the_slot_spends_no_budget_twice_and_survives_a_restart():
    """What was worked out ahead is taken back whole: asked once, paid once, also when the station restarts in between."""
    w = started()
    w.state_presence("rus", circle(35.2663, 40.1527, 800))
    w.send("cjtf", notice(circle(35.2663, 40.1527)), ["rus"])
    w.run(1)
    once = w.stations["rus"].screening.screener.memory.spending
    assert len(w.stations["rus"].screening.screener.memory.asked) == 1
    for _ in range(3):
        w.give("rus", PresenceSet((), ("rus",)))
        w.restart("rus")
        w.run(0.5)
    desk = w.stations["rus"].screening.screener.memory
    assert desk.spending == once and len(desk.asked) == 1
    w.run(10)
    assert set(screenings(w, "cjtf").values()) == {"concern"}, "withdrawn presence counts to the end of its epoch"


# --- said of what waits ---


def test_what_the_other_station_holds_is_not_called_undelivered():
    """The station of cjtf acknowledged it: the words say since when it holds it, and that no officer answered."""
    w = started()
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(130)
    (alarm,) = w.alarms("rus", "unanswered")
    assert "held by the station of cjtf since 2016-09-17T13:00:10Z, no officer has answered after 2 min" in alarm.words
    assert "undelivered" not in alarm.words


def test_what_no_station_has_acknowledged_is_undelivered():
    """With the line and the host gone nobody is known to hold it."""
    w = started(direct=False)
    w.host.dead = True
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(130)
    assert all("undelivered" in a.words for a in w.alarms("rus", "unanswered"))


@pytest.mark.parametrize("direct", [False, True])
def test_since_when_it_is_held_is_known_after_a_restart(direct):
    """By the other station's acknowledgement, or where only the host carried it by its watermark."""
    w = started(direct=direct)
    w.send("rus", message("urgent"), ["cjtf"])
    w.run(60)
    w.restart("rus")
    w.run(70)
    (alarm,) = w.alarms("rus", "unanswered")
    assert "held by the station of cjtf since 2016-09-17T13:00:1" in alarm.words
