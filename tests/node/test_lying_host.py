"""What stations catch of a host that lies, and when."""

from __future__ import annotations

import msgspec
import pytest
from tests.support import world
from tests.support.stations import GENESIS, SECOND, World, message, notice

from detente.errors import EvidenceError
from detente.ledger.checkpoints.fork import ForkEvidence, verify_fork
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.readable import ReadableEntry
from detente.node.station.inputs import CheckpointArrived, EntriesArrived, LeavesArrived
from detente.node.station.parts.checking import check_page


def started(**settings) -> World:
    w = World(**settings)
    w.run(10)
    return w


# --- forks ---


def test_a_fork_is_not_seen_while_stations_speak_only_through_the_host():
    """The host shows Russia one history and the others another: each is consistent in itself, so nobody can tell."""
    w = started(direct=False)
    w.host.fork("rus")
    w.send("cjtf", notice(), ["rus", "un"])
    w.run(60)
    assert "notice" in w.kinds("un") and "notice" not in w.kinds("rus")
    assert not any(w.alarms(p, "fork") for p in w.parties)


def test_a_fork_is_caught_everywhere_with_the_first_direct_exchange():
    """With direct lines open again, both notes are kept at every station, and they convict the host to anyone."""
    w = started(direct=False)
    w.host.fork("rus")
    w.send("cjtf", notice(), ["rus", "un"])
    w.send("rus", notice(), ["cjtf"])
    w.run(60)
    assert not any(w.alarms(p, "fork") for p in w.parties)
    w.direct = True
    opened_us = w.now_us
    w.run(6)
    for party in w.parties:
        (alarm,) = w.alarms(party, "fork")
        assert alarm.at_us - opened_us <= 5 * SECOND
        found = msgspec.json.decode(w.copies[party].kept["fork"], type=ForkEvidence)
        verify_fork(found, NoteKey(name=GENESIS.origin, public=world.signing("host", "log").public))


def test_after_a_fork_no_station_cosigns():
    """A station that holds the proof of two histories vouches for neither."""
    w = started()
    w.host.fork("rus")
    w.send("cjtf", notice(), ["un"])
    w.send("rus", notice(), ["cjtf"])
    w.run(20)
    given = {party: len(notes) for party, notes in w.host.cosignatures.items()}
    w.send("cjtf", notice(), ["un"])
    w.run(20)
    assert {party: len(notes) for party, notes in w.host.cosignatures.items()} == given


def test_fork_evidence_survives_a_crash():
    """The proof is durable before anybody is told."""
    w = started()
    w.host.fork("rus")
    w.send("cjtf", notice(), ["un"])
    w.send("rus", notice(), ["cjtf"])
    w.run(20)
    assert w.restart("rus").following.distrusted
    assert w.alarms("rus", "fork")


def test_made_up_fork_evidence_convicts_nobody():
    """Two notes that agree are no evidence, whoever sends them."""
    w = started()
    note = w.host.note("un").decode()
    false = ForkEvidence(first=note, proof=(), root_in_second=w.host.main.tree.root().hex(), second=note)
    with pytest.raises(EvidenceError):
        verify_fork(false, NoteKey(name=GENESIS.origin, public=world.signing("host", "log").public))


def test_a_host_that_shows_one_station_less_is_reported_after_ten_seconds():
    """Russia hears from the others of a longer ledger than the host shows it."""
    w = started()
    frozen = w.host.main.copy()
    w.host.shown["rus"] = frozen
    w.send("cjtf", notice(), ["un"])
    w.run(5)
    assert not w.alarms("rus", "host-behind")
    w.run(15)
    assert w.alarms("rus", "host-behind")


# --- entries ---


def test_a_withheld_entry_is_noticed_by_its_tag():
    """The host keeps the notice from Russia: Russia asks once more, then raises the alarm and names the author."""
    w = started()
    entry = w.send("cjtf", notice(), ["rus", "un"])
    w.host.withheld.add(("rus", entry))
    w.run(1)
    (alarm,) = w.alarms("rus", "withheld")
    assert "cjtf" in alarm.words
    assert not w.alarms("un", "withheld")


def test_a_withheld_entry_given_late_is_still_taken():
    """Once the host gives it, the entry is in the copy; the alarm stays on record."""
    w = started()
    entry = w.send("cjtf", notice(), ["rus"])
    w.host.withheld.add(("rus", entry))
    w.run(1)
    w.host.withheld.clear()
    index = next(iter(w.stations["rus"].following.missing))
    w._entries("rus", index, index + 1, again=True)
    assert not w.stations["rus"].following.missing
    assert any(known[0] == entry for known in w.copies["rus"].known.values())


def test_a_tag_taken_out_of_the_leaf_is_noticed_by_the_author():
    """Tags are not signed: the author compares its leaf with what it handed in."""
    w = started()
    w.host.drop_tags = True
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    assert w.alarms("cjtf", "leaf-changed")


def tampered(raw: bytes, **changes) -> bytes:
    known = msgspec.json.decode(raw, type=ReadableEntry)
    return msgspec.json.encode(msgspec.structs.replace(known, **changes))


def page_of(w: World, party: str, change) -> list:
    """Give a party's newest entry, changed, and return the alarms that follow."""
    station, history = w.stations[party], w.host.main
    first = station.following.next_entry
    w.give(party, LeavesArrived(first, b"".join(history.leaves[first:])))
    w.give(party, CheckpointArrived(w.host.note(party)))
    leaves = b"".join(history.leaves[first:])
    raws = [change(raw) for raw in w.host.known(party, first, len(history.leaves))]
    page = check_page(first, len(history.leaves), raws, leaves, station.following.viewer)
    w.give(party, EntriesArrived(page, leaves))
    return w.alarms(party, "bad-entry")


CHANGES = {
    "another words": lambda raw: raw.replace(b"activity", b"aktivity"),
    "another time": lambda raw: tampered(raw, received_at_us=1),
    "another signature": lambda raw: tampered(raw, signature="00" * 64),
    "another author": lambda raw: raw.replace(b'"author":"cjtf"', b'"author":"un"'),
    "another id": lambda raw: tampered(raw, id="00" * 32),
    "another salt": lambda raw: tampered(raw, header_salt="00" * 32),
    "another index": lambda raw: tampered(raw, index=1),
    "another ledger": lambda raw: raw.replace(world.ledger_id(GENESIS).hex().encode(), b"0" * 64),
    "cut off": lambda raw: raw[:-2],
    "another slot": lambda raw: tampered(raw, slots=("00" * 16,) * 8),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_entry_that_was_changed_is_not_taken(change):
    """Forged, truncated, re-signed, moved, from another ledger: kept as evidence, not in the picture."""
    w = started()
    w.no_host = set(w.parties)
    raw_sent = w.send("cjtf", notice(), ["rus"])
    item = w.stations["cjtf"].sending.outbox.items[raw_sent]
    w.host.accept("cjtf", item.raw, w.now_us)
    assert page_of(w, "rus", CHANGES[change])
    assert "notice" not in w.kinds("rus")


def test_entries_out_of_order_are_put_back_into_the_order_of_the_ledger():
    """The order of a page is not believed: the leaves say the order."""
    w = started()
    w.no_host = {"rus"}
    for words in ("one", "two", "three"):
        w.send("cjtf", notice(words=words), ["rus"])
        w.run(1)
    station, history = w.stations["rus"], w.host.main
    first, stop = station.following.next_entry, len(history.leaves)
    raws = w.host.known("rus", first, stop)[::-1]
    leaves = b"".join(history.leaves[first:])
    page = check_page(first, stop, raws, leaves, station.following.viewer)
    assert [entry.index for entry in page.believed] == sorted(entry.index for entry in page.believed)
    assert len(page.believed) == len(raws)


def test_leaves_in_another_order_do_not_give_the_signed_root():
    """Reordered leaves are thrown out, and the proven part stays."""
    w = started()
    w.no_host = {"rus"}
    w.send("cjtf", notice(), ["un"])
    w.run(10)
    station, history = w.stations["rus"], w.host.main
    first = station.following.tree.size
    new = [bytearray(leaf) for leaf in history.leaves[first:]]
    new[0][17:49], new[1][17:49] = new[1][17:49], new[0][17:49]
    w.give("rus", LeavesArrived(first, b"".join(new)))
    w.give("rus", CheckpointArrived(w.host.note("rus")))
    assert w.alarms("rus", "root-mismatch")
    assert station.following.size == station.following.tree.size == first


def test_an_entry_signed_with_a_key_of_another_party_is_not_taken():
    """The host cannot let one party speak for another: keys belong to parties at each index."""
    w = started()
    from detente.ledger.entry import encode_submission, seal

    draft = world.notice_draft(author="un", audience=("rus",), facets=(None,) * 4)
    ledger = world.ledger_id(GENESIS)
    made = seal(draft, world.signing("cjtf", "watch-1"), w.salts, ledger, world.SLOTS, world.shared_keys("un"))
    w.host.accept("un", encode_submission(made), w.now_us)
    w.run(1)
    assert w.alarms("rus", "bad-entry")


# --- times ---


def test_a_back_dated_leaf_is_not_cosigned_and_stays_so_until_an_officer_releases_it():
    """Dated 10 s before the clocks of those who watch: alarm, and no cosignature however often the host asks."""
    w = started()
    w.host.date_back_us = 10 * SECOND
    w.send("cjtf", notice(), ["rus"])
    w.run(1)
    w.host.date_back_us = 0
    assert w.alarms("un", "back-dated") or w.alarms("un", "backwards")
    before = len(w.host.cosignatures["un"])
    w.run(10)
    w.send("cjtf", notice(), ["rus"])
    w.run(10)
    assert len(w.host.cosignatures["un"]) == before
    w.release("un")
    w.run(1)
    assert len(w.host.cosignatures["un"]) > before


def test_leaves_of_an_absence_are_fair_when_they_are_not_older_than_the_absence():
    """A station away for ten minutes cosigns again when it is back."""
    w = started()
    w.no_host = {"un"}
    w.send("cjtf", notice(), ["rus"])
    w.run(600)
    before = len(w.host.cosignatures["un"])
    w.no_host = set()
    w.run(10)
    assert not w.alarms("un", "back-dated")
    assert len(w.host.cosignatures["un"]) > before


# --- refusing and delaying ---


def test_a_submission_that_the_host_delays_is_lodged_and_becomes_an_alarm_at_every_station():
    """No receipt for 3 s: lodged; not included 10 s later: alarm where it was lodged and at home."""
    w = started()
    w.host.delayed = {"rus"}
    w.send("rus", notice(), ["cjtf"])
    w.run(4)
    assert ("rus", "un", "lodge") in w.sent_direct
    w.run(8)
    assert not w.alarms("un", "not-included")
    w.run(3)
    assert w.alarms("un", "not-included") and w.alarms("rus", "not-included")


def test_a_lodged_submission_that_is_included_in_time_is_no_alarm():
    """Ten seconds are enough for a host that was only slow."""
    w = started()
    w.no_host = {"rus"}
    w.send("rus", notice(), ["cjtf"])
    w.run(8)
    assert w.stations["un"].peers.lodged_here.held()
    w.no_host = set()
    w.run(20)
    assert not w.alarms("un", "not-included") and not w.alarms("rus", "not-included")
    assert not w.stations["un"].peers.lodged_here.held()


def test_a_refusal_is_told_to_the_officer_and_lodged():
    """A refusal may be a pretext: the hash is left with the others at once."""
    w = started()
    w.host.refusing = {"rus": "we do not like you"}
    w.send("rus", notice(), ["cjtf"])
    w.run(1)
    (alarm,) = w.alarms("rus", "refused")
    assert "do not like" in alarm.words
    assert ("rus", "un", "lodge") in w.sent_direct


# --- no host ---


def test_with_the_host_dead_ordinary_entries_wait_and_a_stop_still_arrives():
    """The stop is seen at the other station without any host; the notice waits in a durable queue."""
    w = started()
    w.host.dead = True
    w.run(1)
    queued = w.send("cjtf", notice(), ["rus"])
    stop = w.send("rus", message("stop"), ["cjtf", "un"])
    w.run(0)
    assert stop in w.stations["cjtf"].peers.direct and stop in w.stations["un"].peers.direct
    assert w.stations["rus"].peers.acked[stop].keys() == {"cjtf", "un"}
    assert queued in w.stations["cjtf"].sending.outbox.items
    assert not w.stations["cjtf"].sending.host_answers


def test_a_stop_is_in_the_ledger_as_soon_as_the_host_lives():
    """The same signed bytes: one entry, with one id, whichever way it came first."""
    w = started()
    w.host.dead = True
    stop = w.send("rus", message("stop"), ["cjtf"])
    w.run(5)
    w.host.dead = False
    w.run(10)
    assert not w.stations["cjtf"].peers.direct
    assert [known for known in w.copies["cjtf"].known.values() if known[0] == stop]
    assert not w.stations["rus"].peers.unacked


def test_an_answer_to_a_direct_stop_goes_back_directly():
    """With the host dead the clock of a stop is stopped by the officer's answer that came directly."""
    from tests.support.stations import response

    w = started()
    w.host.dead = True
    stop = w.send("rus", message("stop"), ["cjtf"])
    w.run(20)
    w.send("cjtf", response(stop, "comply"), ["rus"])
    w.run(200)
    assert not w.alarms("rus", "unanswered")


def test_an_urgent_message_to_a_station_that_is_away_is_tried_until_it_is_there():
    """Undelivered, not notified: sent again every second, acknowledged when the line is back."""
    w = started()
    w.host.dead = True
    w.direct = False
    call = w.send("rus", message("urgent"), ["cjtf"])
    w.run(130)
    assert call not in w.stations["rus"].peers.acked
    assert w.alarms("rus", "unanswered")
    w.direct = True
    w.run(2)
    assert call in w.stations["rus"].peers.acked


def test_a_direct_message_by_someone_else_is_refused():
    """Only the author's own station may hand over its urgent entries, under its own signature."""
    from detente.errors import Refused
    from detente.node.both.envelope import seal_envelope
    from detente.node.station.inputs import DirectArrived

    w = started()
    data = seal_envelope(
        {"note": ""},
        kind="checkpoint",
        sender="rus",
        to="cjtf",
        ledger=world.ledger_id(GENESIS),
        key=world.signing("un", "station"),
        now_us=w.now_us,
    )
    with pytest.raises(Refused):
        w.give("cjtf", DirectArrived("checkpoint", data))


# --- crashes ---


def test_nothing_acknowledged_is_lost_when_a_station_is_killed_between_any_two_steps():
    """Queue, direct entries, slots and alarms are made again from the copy; each notice still gets one screening."""
    for moment in (0.0, 0.5, 2.0, 4.9, 5.0, 6.0):
        w = started()
        w.state_presence("rus")
        entry = w.send("cjtf", notice(), ["rus", "un"])
        w.run(moment)
        for party in w.parties:
            w.restart(party)
        w.run(30)
        about = [
            k
            for k in w.stations["cjtf"].picture.entries
            if k.kind == "screening" and k.header.refers_to == (entry.hex(),)
        ]
        assert sorted(k.header.author for k in about) == ["rus", "un"], moment
        assert "notice" in w.kinds("rus")


def test_a_copy_that_was_changed_on_disk_is_not_started_from():
    """The leaves must still give the root that was proven."""
    w = started()
    leaf = bytearray(w.copies["un"].leaves[1])
    leaf[20] ^= 1
    w.copies["un"].leaves[1] = bytes(leaf)
    with pytest.raises(EvidenceError):
        w.restart("un")


def test_a_party_cannot_fill_another_stations_copy_past_the_host():
    """With the host dead, two hundred urgent messages of one party are held and no more; others still get through."""
    w = started()
    w.host.dead = True
    for n in range(205):
        w.send("rus", message("urgent", words=f"call {n}"), ["cjtf"])
        w.settle()
    stop = w.send("un", message("stop"), ["cjtf"])
    w.run(0)
    assert len([held for held in w.stations["cjtf"].peers.direct.values() if held.party == "rus"]) == 200
    assert stop in w.stations["cjtf"].peers.direct
