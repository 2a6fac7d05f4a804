"""What is read back at start is what was examined at admission; what viewers are shown is what the types say."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.support import hosts, world
from tests.support.hosts import START_US, message, notice, submission
from tests.support.stations import response

from detente.ledger.entry import Submission
from detente.ledger.readable import ReadableEntry, visible
from detente.node.host.examine import examine
from detente.node.host.recall import recall
from detente.node.host.rows import StoredEntry
from detente.node.host.showing import known_bytes, without_bodies
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import Erasure

EXAMPLES = [
    submission("un", notice(), ["cjtf", "rus"], salt="a"),
    submission("un", notice(), ["cjtf", "rus"], facet_audience=["rus"], salt="b"),
    submission("un", notice(), ["un"], sealed=True, salt="c"),
    submission("rus", message("привет"), ["rus", "un"], salt="d"),
    submission("un", Erasure(about="0" * 64, authority="x", reason="y"), ["un"], salt="e"),
    submission("cjtf", notice(), ["rus"], supersedes=bytes(32), salt="f"),
    submission("un", Closing(about="0" * 64, words=""), ["rus"], salt="h"),
    submission("rus", response(bytes(32)), ["cjtf"], salt="g"),
]


def row_of(raw: bytes, index: int = 5) -> StoredEntry:
    entry = examine(raw, world.SLOTS, world.LEDGER)
    leaf = b"\x01" + index.to_bytes(8, "big") + START_US.to_bytes(8, "big") + entry.tail
    return StoredEntry(index, START_US, leaf, entry.id, raw, index + 1)


@pytest.mark.parametrize("raw", EXAMPLES)
def test_recalled_is_examined(raw: bytes) -> None:
    """A restart knows of each entry what its admission knew."""
    assert recall(row_of(raw)) == examine(raw, world.SLOTS, world.LEDGER)


@pytest.mark.parametrize("raw", EXAMPLES)
@pytest.mark.parametrize("viewer", ["cjtf", "rus", "un"])
def test_shown_bytes_are_those_of_the_type(raw: bytes, viewer: str) -> None:
    """The cut-out bytes are the canonical encoding of `ReadableEntry` with the facets that this viewer may read."""
    shown = known_bytes(row_of(raw), viewer, erased=False)
    known = msgspec.json.decode(shown, type=ReadableEntry)
    whole = msgspec.json.decode(raw, type=Submission)
    assert known.facets == visible(whole.header, whole.facets, viewer)
    assert msgspec.json.encode(known) == shown
    assert json.dumps(json.loads(shown), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == shown


def test_bytes_shown_to_others_do_not_depend_on_a_hidden_facet() -> None:
    """For a party that may not read a facet, its content, length and existence change nothing but salted hashes."""
    long = submission("un", notice("x" * 3000), ["cjtf", "rus"], facet_audience=["rus"], salt="same")
    sealed = submission("un", notice("y"), ["cjtf", "rus"], sealed=True, salt="same")
    a, b = (json.loads(known_bytes(row_of(raw), "cjtf", erased=False)) for raw in (long, sealed))
    for known in (a, b):
        for salted in ("signature", "id", "slots"):
            known[salted] = len(known[salted])
        known["header"]["commitments"] = len(known["header"]["commitments"])
    assert a == b


def test_an_erased_submission_keeps_header_and_tags() -> None:
    """After erasure the leaf can still be made from what is kept, and no body or salt of a body is."""
    raw = EXAMPLES[0]
    kept = without_bodies(raw)
    before, after = (msgspec.json.decode(data, type=Submission) for data in (raw, kept))
    assert after.facets == (None, None, None, None)
    assert (after.header, after.header_salt, after.slots) == (before.header, before.header_salt, before.slots)
    assert without_bodies(kept) == kept
    assert hosts.notice().words.encode() not in kept


@pytest.mark.parametrize("size", [1, 2, 7, 300])
def test_quick_receipts_are_receipts(size: int) -> None:
    """The bytes written straight are those that the format's own functions give."""
    from detente.ledger.receipt import encode_receipt, make_receipt
    from detente.node.host.receipts import note_as_json, receipt_bytes

    hashes = [bytes([n % 256]) * 32 for n in range(size % 9)]
    note = 'a/b\n9\nq+/=\n\n— a/b x+/y==\n— "ü\\" é\n'.encode()
    whole = encode_receipt(make_receipt(b"i" * 32, b"l" * 305, size, hashes, note))
    assert receipt_bytes(b"i" * 32, b"l" * 305, size, hashes, note_as_json(note)) == whole


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("notice/1", b'{"activity":"nothing of the kind","state":7}'),
        ("message/1", b'{"urgency":"stop"}'),
        (
            "erasure/1",
            json.dumps({"about": "zz" * 32, "authority": "x", "reason": "y"}, separators=(",", ":")).encode(),
        ),
    ],
)
def test_a_host_starts_whatever_body_a_station_gave_back_to_it(kind: str, data: bytes) -> None:
    """A facet that was sealed at admission and comes back after a restore was judged by nobody: it means nothing, and stops nothing."""
    from tests.support import lying

    from detente.ledger.entry import Submission, check_submission
    from detente.node.host.host import HostLedger

    raw, _ = lying.submitted("cjtf", kind, "full", 0, data, ["rus", "un"], START_US, world.LEDGER)
    assert msgspec.json.decode(raw, type=Submission).facets[0] is not None
    checked = check_submission(raw, world.SLOTS, world.LEDGER)
    host = HostLedger(world.signed_genesis())
    row = StoredEntry(1, START_US, checked.leaf_bytes(1, START_US), checked.id, raw, 2)
    host.load([host.genesis_row(b"{}"), row])
    assert host.published == 2 and host.mode == "writing" and not host.erasures
    later = examine(submission("cjtf", notice(), ["rus"], salt="later"), world.SLOTS, world.LEDGER)
    assert host.admit(later, b"", "cjtf", START_US) == 2
