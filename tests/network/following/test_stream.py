"""Cutting server-sent events out of a byte stream, however it arrives."""

from __future__ import annotations

import pytest

from detente.network.following.stream import Lines, ServerEvent

CASES = [
    (b"id: 41\nevent: entry\ndata: {}\n\n", [ServerEvent(data="{}", id="41", kind="entry")]),
    (b": beat\n\n", []),
    (b"data: one\ndata: two\n\n", [ServerEvent(data="one\ntwo", id=None, kind="message")]),
    (b"event: checkpoint\r\ndata:x\r\n\r\n", [ServerEvent(data="x", id=None, kind="checkpoint")]),
    (
        b"data: a\r\rdata: b\r\r",
        [ServerEvent(data="a", id=None, kind="message"), ServerEvent(data="b", id=None, kind="message")],
    ),
    (b"data: half", []),
    ("data: дa\n\n".encode(), [ServerEvent(data="дa", id=None, kind="message")]),
]


@pytest.mark.parametrize(("stream", "events"), CASES)
def test_events_are_the_same_whole_byte_by_byte_and_in_two_parts(stream, events):
    """Where the network cuts the bytes changes nothing."""
    tail = b"\n" if stream.endswith(b"\r") else b""
    whole = Lines()
    assert whole.feed(stream) + whole.feed(tail) == events
    single = Lines()
    assert [e for byte in stream for e in single.feed(bytes([byte]))] + single.feed(tail) == events
    for cut in range(len(stream)):
        parts = Lines()
        assert parts.feed(stream[:cut]) + parts.feed(stream[cut:]) + parts.feed(tail) == events
