"""The small parts of a station, each by itself."""

from __future__ import annotations

import msgspec
import pytest
from tests.support import world

from detente.errors import Refused
from detente.ledger.checkpoints.checkpoint import Checkpoint
from detente.node.both.envelope import read_envelope, require_signed, seal_envelope
from detente.node.station.parts.answer_times import Slots, slot_us
from detente.node.station.parts.cosigning import Cosigning
from detente.node.station.parts.lodging import Lodged, Lodgings
from detente.node.station.parts.outbox import Outbox, Queued
from detente.node.station.parts.watermarks import WatermarkTimes

S = 1_000_000
LEDGER = bytes(32)


def head(size: int) -> Checkpoint:
    return Checkpoint(origin="a/replay", root=bytes([size]) * 32, size=size)


# --- slots ---


@pytest.mark.parametrize(
    ("seen_s", "slot_s"),
    [(-240, -235), (0, 5), (4.9, 5), (5, 5), (5.1, 10.1), (3600, 3605)],
)
def test_a_slot_is_fixed_by_the_notice_and_by_when_we_first_saw_it(seen_s, slot_s):
    """5 s after the host received it; for a station that was away, or whose clock is behind, 5 s after it saw it."""
    assert slot_us(0, int(seen_s * S), 5 * S) == int(slot_s * S)


def test_a_notice_is_given_one_slot_only():
    """Asked twice, answered once."""
    slots = Slots()
    assert slots.ask(b"n", 5) and not slots.ask(b"n", 9)
    assert slots.take(5, 10) == [b"n"]
    assert slots.take(99, 10) == []


def test_an_answer_found_in_the_own_copy_frees_the_slot():
    """After a restart a notice that was answered is not answered again."""
    slots = Slots()
    slots.ask(b"n", 5)
    slots.answered(b"n")
    assert slots.due_us() is None and slots.take(99, 10) == []
    assert not slots.ask(b"n", 6)


# --- watermarks ---


def test_a_watermark_covers_what_it_names_and_not_what_came_after():
    """One entry below its size, one above: the author is told again."""
    telling = WatermarkTimes()
    telling.received("cjtf", 5, urgent=False, is_watermark=False)
    telling.received("un", 9, urgent=False, is_watermark=False)
    telling.covered(("cjtf", "un"), 6, 0)
    assert telling.waiting == {"un": 9}


def test_watermarks_come_at_most_every_five_seconds():
    """Whoever is told often is told in batches."""
    telling = WatermarkTimes()
    telling.received("cjtf", 1, urgent=False, is_watermark=False)
    assert telling.take(0) == ("cjtf",)
    telling.received("cjtf", 2, urgent=False, is_watermark=False)
    assert telling.take(4 * S) == () and telling.due_us(4 * S) == 5 * S
    telling.received("cjtf", 3, urgent=True, is_watermark=False)
    assert telling.take(4 * S) == ("cjtf",)


def test_watermarks_to_one_author_do_not_wait_for_another():
    """Else the time of its watermark would tell an author that somebody else has just written."""
    telling = WatermarkTimes()
    telling.received("cjtf", 1, urgent=False, is_watermark=False)
    assert telling.take(0) == ("cjtf",)
    telling.received("un", 2, urgent=False, is_watermark=False)
    telling.received("cjtf", 3, urgent=False, is_watermark=False)
    assert telling.take(4 * S) == ("un",)
    assert telling.take(5 * S) == ("cjtf",)


# --- times ---


def test_a_live_station_refuses_a_leaf_six_seconds_old():
    """The rule of 5 s while following."""
    cosigning = Cosigning()
    assert cosigning.judge(head(1), [100 * S], 100 * S) is None
    found = cosigning.judge(head(2), [101 * S], 107 * S - 1 * S)
    assert found is None
    assert cosigning.judge(head(3), [101 * S], 108 * S) is not None
    assert not cosigning.may()


def test_a_quiet_ledger_does_not_open_a_door_for_back_dating():
    """An hour without entries, looked at all the time: a leaf dated half an hour back is refused."""
    cosigning = Cosigning()
    cosigning.judge(head(1), [0], 0)
    cosigning.looked(3600 * S)
    assert cosigning.judge(head(2), [1800 * S], 3601 * S) is not None


def test_after_an_absence_leaves_older_than_the_absence_are_refused():
    """Last looked at 100 s: a leaf of 200 s is fair at 1000 s, one of 90 s is not."""
    cosigning = Cosigning()
    cosigning.judge(head(1), [50 * S], 100 * S)
    assert cosigning.judge(head(2), [200 * S], 1000 * S) is None
    cosigning = Cosigning()
    cosigning.judge(head(1), [50 * S], 100 * S)
    found = cosigning.judge(head(2), [90 * S], 1000 * S)
    assert found is not None and found.code == "cosign-back-dated"


# --- queue ---


def queued(n: int, *, urgent: bool = False) -> Queued:
    return Queued(
        commitment=bytes([n]), composed_at_us=0, id=bytes([n]), kind="notice", leaf=b"", raw=bytes([n]), urgent=urgent
    )


def test_the_queue_goes_in_order_with_urgent_ones_first():
    """A stop does not wait behind a hundred notices."""
    outbox = Outbox()
    for n in range(3):
        outbox.add(queued(n))
    outbox.add(queued(9, urgent=True))
    assert [item.id[0] for item in outbox.sendable(0)] == [9, 0, 1, 2]
    assert outbox.sendable(0) == []  # one request at a time keeps the order


def test_an_urgent_entry_takes_along_what_it_supersedes():
    """The host refuses a version that comes before the one it replaces, for good."""
    outbox = Outbox()
    for n in range(3):
        outbox.add(queued(n))
    outbox.add(msgspec.structs.replace(queued(9, urgent=True), supersedes=b"\x01"))
    assert [item.id[0] for item in outbox.sendable(0)] == [1, 9, 0, 2]


def test_what_did_not_arrive_is_sent_again_after_a_second():
    """Nobody knows what became of it: the same bytes, later."""
    outbox = Outbox()
    outbox.add(queued(1))
    outbox.sendable(0)
    outbox.unreachable(0)
    assert outbox.sendable(1 * S - 1) == []
    assert [item.id for item in outbox.sendable(1 * S)] == [b"\x01"]


def test_a_submission_is_lodged_once_when_it_is_late_or_refused():
    """Three seconds without a receipt; at once when refused; never with one."""
    outbox = Outbox()
    for n in range(3):
        outbox.add(queued(n))
    outbox.receipted(b"\x00", 7)
    outbox.refused(b"\x01", ["no"])
    assert [item.id[0] for item in outbox.delayed(0)] == [1]
    assert [item.id[0] for item in outbox.delayed(3 * S)] == [2]
    assert outbox.delayed(99 * S) == []


def test_a_lodged_hash_that_comes_late_closes_too():
    """The alarm stays on record; the hash is not overdue for ever."""
    lodgings = Lodgings()
    lodgings.lodge(Lodged(commitment=b"c", lodged_at_us=0, party="rus"))
    assert len(lodgings.take_overdue(10 * S)) == 1
    assert lodgings.take_overdue(11 * S) == []
    assert lodgings.included(b"c") and not lodgings.held()


def test_a_hash_that_another_lodged_first_is_not_withdrawn_by_it():
    """Who hears of a hash may lodge it too; that takes nothing from the party whose submission it is."""
    lodgings = Lodgings()
    lodgings.lodge(Lodged(commitment=b"c", lodged_at_us=0, party="un"))
    assert lodgings.lodge(Lodged(commitment=b"c", lodged_at_us=0, party="rus"))
    assert lodgings.withdraw(b"c", "un")
    assert lodgings.all() == {b"c"}
    assert [item.party for item in lodgings.take_overdue(10 * S)] == ["rus"]
    assert [item.party for item in lodgings.included(b"c")] == ["rus"] and not lodgings.held()


# --- envelopes ---


def sealed(**changes) -> bytes:
    settings = {
        "kind": "lodge",
        "sender": "rus",
        "to": "cjtf",
        "ledger": LEDGER,
        "key": world.signing("rus", "station"),
        "now_us": 1,
    }
    return seal_envelope({"note": "x"}, **{**settings, **changes})


def test_an_envelope_reads_back_as_sealed():
    """Sender, kind, payload and time come through."""
    envelope = read_envelope(sealed(), kind="lodge", ledger=LEDGER, me="cjtf")
    require_signed(envelope, world.signing("rus", "station").public)
    assert (envelope.from_, bytes(envelope.payload)) == ("rus", b'{"note":"x"}')


@pytest.mark.parametrize("changes", [{"to": "un"}, {"kind": "urgent"}, {"ledger": bytes([1]) * 32}])
def test_an_envelope_for_another_station_kind_or_ledger_is_refused(changes):
    """What was meant for somebody or something else cannot be played to us."""
    with pytest.raises(Refused):
        read_envelope(sealed(**changes), kind="lodge", ledger=LEDGER, me="cjtf")


def test_any_flipped_byte_breaks_an_envelope():
    """Form, content or signature: something no longer holds."""
    data = sealed()
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(Refused):
            envelope = read_envelope(changed, kind="lodge", ledger=LEDGER, me="cjtf")
            require_signed(envelope, world.signing("rus", "station").public)
