"""A station among an honest host and honest others: what is sent arrives, is told, screened, and cosigned."""

from __future__ import annotations

import msgspec
from tests.support.stations import LEDGER, SECOND, World, circle, message, notice, response
from tests.support.stations import world as keys

from detente.ledger.entry import check_submission, encode_submission
from detente.records.entries.watermark import Watermark
from detente.records.hotline.step import Step
from detente.records.notices.screening import Screening


def test_a_notice_reaches_those_addressed_and_nobody_else():
    """A notice to Russia is in Russia's copy, under a proven root, and the UN's copy has its leaf only."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    assert "notice" in w.kinds("rus")
    assert "notice" not in w.kinds("un")
    assert w.stations["un"].following.size == w.stations["rus"].following.size == w.host.main.tree.size
    assert not any(w.alarms(p) for p in w.parties)


def test_a_queue_entry_closes_when_its_leaf_is_proven_in_the_own_copy():
    """A receipt alone does not end the sending station's care: its own proven leaf does."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus"])
    assert w.stations["cjtf"].sending.outbox.items
    w.run(1)
    assert not w.stations["cjtf"].sending.outbox.items
    assert not [name for name in w.copies["cjtf"].kept if name.startswith("outbox/")]


def watermarks(w, viewer):
    return [(k, k.body(Watermark)) for k in w.stations[viewer].picture.entries if k.kind == "watermark"]


def test_told_is_the_recipients_own_word_and_goes_to_the_author_only():
    """Russia's watermark covers the coalition's notice, is addressed to the coalition, and the UN does not see it."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus"])
    w.run(10)
    (seen,) = [(k, b) for k, b in watermarks(w, "cjtf") if k.header.author == "rus"]
    index = next(k.index for k in w.stations["rus"].picture.entries if k.kind == "notice")
    assert seen[1].size > index
    assert seen[0].header.audience == ("cjtf",)
    assert not watermarks(w, "un")


def test_watermarks_do_not_answer_watermarks():
    """After one notice the ledger comes to rest: an hour later nothing but the exchange of checkpoints goes on."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus", "un"])
    w.run(60)
    size = w.host.main.tree.size
    w.run(600)
    assert w.host.main.tree.size == size


def test_an_urgent_message_is_told_at_once_and_ordinary_ones_wait_five_seconds():
    """Watermarks: at most every 5 s, but at once for urgent and stop."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    before = len(watermarks(w, "cjtf"))
    w.send("cjtf", notice(words="a second"), ["rus"])
    w.run(1)
    assert len(watermarks(w, "cjtf")) == before
    w.send("cjtf", message("urgent"), ["rus"])
    w.run(0.1)
    assert len(watermarks(w, "cjtf")) == before + 1


def screenings(w, viewer):
    return [k for k in w.stations[viewer].picture.entries if k.kind == "screening"]


def test_every_notice_gets_exactly_one_screening_in_its_slot_whatever_the_answer():
    """5 s after the host received the notice, from each party addressed, of one length; nothing before, nothing after."""
    w = World()
    w.run()
    w.state_presence("rus", circle(35.2663, 40.1527, 800))
    near = w.send("cjtf", notice(circle(35.2663, 40.1527)), ["rus", "un"])
    far = w.send("cjtf", notice(circle(36.0, 41.0)), ["rus", "un"])
    w.run(4.9)
    assert not screenings(w, "cjtf")
    w.run(60)
    found = screenings(w, "cjtf")
    answers = {(k.header.author, k.body(Screening).about): k.body(Screening).answer for k in found}
    assert len(found) == len(answers) == 4
    assert answers["rus", near.hex()] == "concern"
    assert answers["rus", far.hex()] == "none raised"
    assert answers["un", near.hex()] == "not screened"
    times = {k.received_at_us for k in found}
    assert times == {
        next(k.received_at_us for k in w.stations["rus"].picture.entries if k.kind == "notice") + 5_000_000
    }
    assert len({len(msgspec.json.encode(k.body(Screening))) for k in found}) == 1


def test_an_epoch_is_committed_to_once_changed_or_not():
    """One sealed entry per station and epoch; its opening stays at the station, and no one else is addressed."""
    w = World()
    w.run(10)
    sealed = [s for s in w.host.main.entries.values() if s.header.kind == "sealed/1"]
    assert sorted(s.header.author for s in sealed) == ["cjtf", "rus", "un"]
    assert all(s.header.audience == (s.header.author,) and s.facets == (None,) * 4 for s in sealed)
    assert any(name.startswith("opened/") for name in w.copies["rus"].kept)
    w.now_us += 6 * 3600 * SECOND
    w.run(10)
    assert len([s for s in w.host.main.entries.values() if s.header.kind == "sealed/1"]) == 6


def test_a_proven_checkpoint_is_cosigned():
    """More than half of the stations cosign each checkpoint within the second."""
    w = World()
    w.run()
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    assert set(w.host.cosignatures) == {"cjtf", "rus", "un"}


def test_an_unanswered_urgent_message_raises_an_alarm_after_two_minutes():
    """Deir ez-Zor, call 1: not acknowledged by an officer for 120 s; the words say that a station holds it, never notified."""
    w = World()
    w.run()
    call = w.send("rus", message("urgent"), ["cjtf"])
    w.run(119)
    assert not w.alarms("rus", "unanswered")
    w.run(2)
    (alarm,) = w.alarms("rus", "unanswered")
    assert alarm.about == f"{call.hex()} at cjtf: director, alternate-channel"
    assert "held by the station of cjtf" in alarm.words and "no officer has answered after 2 min" in alarm.words
    assert "undelivered" not in alarm.words and "notified" not in alarm.words
    assert [k.body(Step).reach for k in w.stations["cjtf"].picture.entries if k.kind == "step"] == [
        "director",
        "alternate-channel",
    ]
    (called,) = w.alarms("cjtf", "called")
    assert "take it and relay it" in called.words


def test_an_officers_answer_stops_the_clock_and_a_station_does_not():
    """The station's own acknowledgement is not an answer; an officer's response is."""
    w = World()
    w.run()
    call = w.send("rus", message("urgent"), ["cjtf"])
    w.run(60)
    assert w.stations["rus"].peers.acked[call]
    w.send("cjtf", response(call), ["rus"])
    w.run(120)
    assert not w.alarms("rus", "unanswered")


def test_a_station_that_restarts_while_the_host_is_away_keeps_the_order_of_its_queue():
    """Each version of a notice after the one that it replaces: in any other order the host refuses them for good."""
    world = World()
    world.run(1)
    world.host.dead = True
    versions = [world.send("cjtf", notice(words="version 0"), ("rus",))]
    for n in range(1, 8):
        versions.append(world.send("cjtf", notice(words=f"version {n}"), ("rus",), supersedes=versions[-1].hex()))
        world.restart("cjtf")
    world.host.dead = False
    world.run(30)
    recorded = [check_submission(encode_submission(s), keys.SLOTS, LEDGER).id for s in world.host.main.entries.values()]
    assert [entry for entry in recorded if entry in versions] == versions
