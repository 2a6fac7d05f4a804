"""The stream of events leaves no reader behind in silence: one that is too slow is told from which size on to look again."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from tests.support.desk_of_station import FakeHost, at_work

from detente.station.console_events import LOOK_AGAIN, ConsoleEvent, Unread, events


def told(*sizes: int) -> list[ConsoleEvent]:
    return [ConsoleEvent("entries", str(size), size) for size in sizes]


def taken(unread: Unread, count: int) -> list[ConsoleEvent]:
    async def all_of_them() -> list[ConsoleEvent]:
        return [await asyncio.wait_for(unread.take(), 1.0) for _ in range(count)]

    return asyncio.run(all_of_them())


def test_a_reader_that_keeps_up_gets_every_event_in_order():
    unread = Unread(0, most=3)
    for event in told(1, 2, 3):
        unread.put(event)
    assert taken(unread, 3) == told(1, 2, 3)


def test_a_slow_reader_is_told_to_look_again_from_the_size_it_was_last_told_of():
    """It took the event at size 5; of 6 to 8 it is told nothing, and of 9 it is again."""
    unread = Unread(0, most=3)
    unread.put(told(5)[0])
    assert taken(unread, 1) == told(5)
    for event in told(6, 7, 8, 9):
        unread.put(event)
    assert taken(unread, 2) == [ConsoleEvent(LOOK_AGAIN, "5", 5), *told(9)]


def test_one_that_goes_on_not_reading_is_told_once_and_from_where_it_stopped():
    unread = Unread(2, most=3)
    for event in told(*range(3, 50)):
        unread.put(event)
    first, *after = taken(unread, 3)
    assert first == ConsoleEvent(LOOK_AGAIN, "2", 2)
    assert LOOK_AGAIN not in [event.topic for event in after]
    assert after == sorted(after, key=lambda event: event.size)


@pytest.mark.parametrize("late", [1_001, 5_000])
def test_the_stream_of_a_station_says_look_again_and_goes_on(tmp_path, late):
    """A reader that does not read while thousands of things happen."""

    async def read() -> tuple[int, list[bytes]]:
        async with at_work(tmp_path, FakeHost()) as desk:
            stream, size = events(desk.engine), desk.engine.state.following.folded
            assert await anext(stream) == b": here\n\n"
            for listener in tuple(desk.engine.listeners):
                for n in range(late):
                    listener("entries", str(n))
            lines = [await anext(stream)]
            for listener in tuple(desk.engine.listeners):
                listener("alarm", "the last")
            while b"the last" not in lines[-1]:
                lines.append(await anext(stream))
            await stream.aclose()
            return size, lines

    size, lines = asyncio.run(read())
    again = [line for line in lines if line.startswith(b"event: look-again\n")]
    assert len(again) == 1 and lines.index(again[0]) == 0
    data = msgspec.json.decode(again[0].partition(b"data: ")[2])
    assert data["about"] == str(size) and "size" in data["basis"]
    assert len(lines) <= 1_002
