"""What is said of an entry that was handed in: told by what happens at the station, and true also where it has happened already."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from detente.station.sending import _until_settled

ENTRY = b"\x01" * 32


def engine(item, size=4):
    """What waiting needs of an engine; `item` is what stands in the queue."""
    state = SimpleNamespace(
        find=lambda entry: None,
        following=SimpleNamespace(next_entry=size, recent={}, size=size),
        sending=SimpleNamespace(outbox=SimpleNamespace(items={ENTRY: item} if item else {})),
    )
    return SimpleNamespace(listeners=set(), state=state)


def queued(state="sent", index=None):
    return SimpleNamespace(index=index, problems=(), state=state)


def settled(made, *happens, wait_s=5, changes_keys=False):
    """Hand in, let one thing after the other happen, and return (state in the queue, index, seconds it took)."""

    async def story():
        loop = asyncio.get_running_loop()
        began = loop.time()

        async def world():
            for one in happens:
                await asyncio.sleep(0.01)
                one(made)
                for told in tuple(made.listeners):
                    told("topic", "about")

        running = asyncio.create_task(world())
        item, index = await _until_settled(made, ENTRY, changes_keys, wait_s)
        took_s = loop.time() - began
        await running
        assert not made.listeners
        return item and item.state, index, took_s

    return asyncio.run(asyncio.wait_for(story(), 20))


def receipted(made):
    made.state.sending.outbox.items[ENTRY] = queued("receipted", 4)


def proven(made):
    made.state.following.size = 5


def read(made):
    made.state.following.next_entry = 5


def gone(made):
    """The own copy has it: it left the queue, and stands among what was read."""
    made.state.sending.outbox.items.clear()
    made.state.following.recent[ENTRY] = (4, b"")
    made.state.following.size = made.state.following.next_entry = 5


def refused(made):
    made.state.sending.outbox.items[ENTRY] = queued("refused")


def test_it_waits_for_the_receipt_and_for_the_ledger_that_has_it():
    state, index, took_s = settled(engine(queued()), receipted, proven)
    assert (state, index) == ("receipted", 4) and took_s < 2


def test_an_entry_that_left_the_queue_before_anybody_looked_has_its_index():
    """Receipt, proof and reading came between two looks."""
    assert settled(engine(queued()), gone)[:2] == (None, 4)


def test_a_refusal_is_said_at_once():
    state, index, took_s = settled(engine(queued()), refused)
    assert (state, index) == ("refused", None) and took_s < 2


@pytest.mark.parametrize("changes_keys", [False, True])
def test_what_changes_keys_is_waited_for_until_it_holds_here(changes_keys):
    """Else this station would sign with the key that was replaced."""
    made = engine(queued())
    settled(made, receipted, proven, read, changes_keys=changes_keys)
    assert made.state.following.next_entry == 5 or not changes_keys


def test_a_time_that_is_over_is_over():
    state, index, took_s = settled(engine(queued()), wait_s=1)
    assert (state, index) == ("sent", None) and 1 <= took_s < 5


def test_without_a_wait_nothing_is_waited_for():
    assert settled(engine(queued()), wait_s=0)[:2] == ("sent", None)
