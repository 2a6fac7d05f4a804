"""A slip of the author is refused at its own desk; what slips past it is let go by an officer; a host that lies is caught."""

from __future__ import annotations

import pytest
from tests.records.test_stated import CONTRADICTORY, claim
from tests.support import world
from tests.support.hosts import notice as host_notice
from tests.support.stations import World, notice
from tests.support.threads import hospital, refused, tell

from detente.errors import Refused
from detente.ledger.entry import check_submission
from detente.node.host.examine import examine
from detente.node.station import inputs
from detente.records.notices.notice_state import State


def started() -> World:
    w = World(pictures=True)
    w.run()
    return w


def superseding(w: World) -> tuple[str, str]:
    """A hospital told to rus and un, and its second version."""
    first = tell(w, "cjtf", (hospital(), ["rus", "un"]))
    w.run(1)
    second = tell(w, "cjtf", (hospital(words="moved"), ["rus", "un"]), supersedes=first)
    w.run(1)
    return first, second


def rightly_refusing(w: World, first: str) -> None:
    """From now on the host refuses what supersedes this version, in the words of a real one."""
    accept = w.host.accept

    def judged(party: str, raw: bytes, now_us: int) -> bytes | None:
        if f'"supersedes":"{first}"'.encode() in raw:
            from detente.errors import problem

            raise Refused([problem("superseded", "header.supersedes", first, "has been superseded", "Look at it.")])
        return accept(party, raw, now_us)

    w.host.accept = judged


def test_an_old_version_is_refused_at_the_own_desk_with_the_newest_one():
    w = started()
    first, second = superseding(w)
    assert refused(w, "cjtf", (hospital(words="third"), ["rus", "un"]), supersedes=first) == ["superseded"]
    assert refused(w, "cjtf", (hospital(words="third"), ["rus", "un"]), supersedes=second) == []


def test_a_version_still_in_the_queue_counts_as_said():
    """The host is away: the second version waits, and a third must follow it, not its forerunner."""
    w = started()
    first = tell(w, "cjtf", (hospital(), ["rus", "un"]))
    w.run(1)
    w.host.dead = True
    w.run(1)
    second = tell(w, "cjtf", (hospital(words="moved"), ["rus", "un"]), supersedes=first)
    assert refused(w, "cjtf", (hospital(words="third"), ["rus", "un"]), supersedes=first) == ["superseded"]
    assert refused(w, "cjtf", (hospital(words="third"), ["rus", "un"]), supersedes=second) == []


def test_a_slip_that_an_officer_lets_go_in_time_is_no_alarm_anywhere_else():
    """The desk of a former version signed it. The hash is lodged, for others cannot know; it is withdrawn before it is missed."""
    w = started()
    first, _ = superseding(w)
    rightly_refusing(w, first)
    slip = tell(w, "cjtf", (hospital(words="slip"), ["rus", "un"]), supersedes=first)
    w.run(5)
    assert w.stations["rus"].peers.lodged_here.held()
    w.give("cjtf", inputs.Dismissed(bytes.fromhex(slip), "watch-1"))
    w.run(30)
    assert [w.alarms(party, "not-included") for party in w.parties] == [[], [], []]
    assert not w.stations["rus"].peers.lodged_here.held()


def test_the_alarm_of_a_slip_is_closed_at_others_with_the_authors_word():
    """It stays on their lists, says why it is closed, and is closed after a restart too."""
    w = started()
    first, _ = superseding(w)
    rightly_refusing(w, first)
    slip = tell(w, "cjtf", (hospital(words="slip"), ["rus", "un"]), supersedes=first)
    w.run(20)
    (standing,) = w.alarms("rus", "not-included")
    assert not standing.closed
    w.give("cjtf", inputs.Dismissed(bytes.fromhex(slip), "watch-1"))
    w.run(1)
    (alarm,) = w.alarms("rus", "not-included")
    assert alarm.closed == "withdrawn by cjtf: an officer there has seen that the host refused it, and lets it go"
    assert w.stations["rus"].alarms.standing() == 0
    assert not w.stations["rus"].peers.lodged_here.held() and not w.stations["cjtf"].sending.withdrawals
    w.restart("rus")
    assert [a.closed != "" for a in w.alarms("rus", "not-included")] == [True]
    assert w.stations["rus"].alarms.standing() == 0


def test_a_station_that_was_away_hears_of_the_withdrawal_later():
    w = started()
    first, _ = superseding(w)
    rightly_refusing(w, first)
    slip = tell(w, "cjtf", (hospital(words="slip"), ["rus", "un"]), supersedes=first)
    w.run(20)
    w.direct = False
    w.give("cjtf", inputs.Dismissed(bytes.fromhex(slip), "watch-1"))
    w.run(10)
    assert not w.alarms("rus", "not-included")[0].closed
    w.restart("cjtf")
    w.direct = True
    w.run(10)
    assert w.alarms("rus", "not-included")[0].closed


def test_a_host_that_refuses_wrongly_is_still_caught():
    """Its pretext is what a real refusal says. Nobody but the author takes the hash back, so its absence is an alarm."""
    w = started()
    _, second = superseding(w)
    rightly_refusing(w, second)
    tell(w, "cjtf", (hospital(words="a true third"), ["rus", "un"]), supersedes=second)
    w.run(30)
    for party in ("rus", "un"):
        (alarm,) = w.alarms(party, "not-included")
        assert (alarm.by, alarm.closed) == ("cjtf", "")


def test_an_officer_lets_a_refused_entry_go_and_the_others_are_told():
    w = started()
    w.host.refusing = {"cjtf": "too fast"}
    entry = w.send("cjtf", notice(), ["rus", "un"])
    w.run(20)
    w.host.refusing = {}
    assert w.alarms("un", "not-included")
    w.give("cjtf", inputs.Dismissed(entry, "watch-1"))
    w.run(6)
    assert not w.stations["cjtf"].sending.outbox.items
    assert w.alarms("cjtf", "refused")[0].closed == "dismissed by watch-1"
    assert "an officer there has seen" in w.alarms("un", "not-included")[0].closed
    with pytest.raises(Refused):
        w.give("cjtf", inputs.Dismissed(entry, "watch-1"))


@pytest.mark.parametrize("first", [False, True], ids=["it never lodged", "it lodged the same hash first"])
def test_nobody_withdraws_what_another_lodged(first):
    """A host in league with one party cannot make another's hash vanish: its word counts for its own alone."""
    from detente.node.station.inputs import DirectArrived
    from detente.node.station.peers.direct import envelope

    w = started()
    w.host.delayed = {"cjtf"}
    w.send("cjtf", notice(), ["rus"])
    w.run(5)
    ((commitment, _),) = w.stations["un"].peers.lodged_here.open

    def said(kind, **more):
        payload = {"commitment": commitment.hex(), **more}
        w.give("un", DirectArrived(kind, envelope(w.stations["rus"], payload, kind, "un", w.now_us)))

    if first:  # it heard of the hash, and its word came before the author's
        mine = w.stations["un"].peers.lodged_here.withdraw(commitment, "cjtf")
        said("lodge", lodged_at_us=w.now_us)
        assert w.stations["un"].peers.lodged_here.lodge(mine)
    said("unlodge")
    w.run(15)
    assert [(a.by, a.closed) for a in w.alarms("un", "not-included")] == [("cjtf", "")]


def test_a_refusal_reads_as_a_sentence():
    """It names the newest version and what to do; no full stop stands beside another."""
    from tests.node.host.test_host import Bench, refusal

    bench = Bench()
    _, first, _ = bench.put("un", host_notice())
    _, second, _ = bench.put("un", host_notice("second"), supersedes=first)
    found = refusal(bench.put, "un", host_notice("third"), supersedes=first)
    assert found.value == second.hex()
    assert found.rule == f"is the newest version of the thread; {first.hex()[:12]} has been superseded"
    assert ".." not in found.sentence() and "this one" not in found.sentence()


def test_what_the_own_station_judges_is_what_the_host_judges():
    """The slip above, sealed, is refused by a real host for the same reason."""
    from tests.node.host.test_host import Bench
    from tests.support.hosts import submission

    bench = Bench()
    _, first, _ = bench.put("un", host_notice())
    bench.put("un", host_notice(state=State.ENDED), supersedes=first)
    raw = submission("un", host_notice("slip"), ["rus"], supersedes=first)
    assert check_submission(raw, world.SLOTS, world.LEDGER).header.supersedes == first.hex()
    with pytest.raises(Refused) as error:
        bench.host.admit(examine(raw, bench.host.slots, bench.host.ledger), raw, "un", bench.now_us)
    assert error.value.problems[0].code == "superseded"


def test_a_time_whose_offset_contradicts_its_zone_is_refused_at_the_own_desk():
    """Noon at +03:00 was 13:00 on no clock of Gaza that day; a zone that is none is refused as well."""
    w = started()
    for (text, zone), code in ((CONTRADICTORY[0][:2], "offset"), (("2024-04-15T12:00:00+02:00", "Mars/Base"), "zone")):
        assert refused(w, "cjtf", (claim(text, zone), ["rus"])) == [code]
