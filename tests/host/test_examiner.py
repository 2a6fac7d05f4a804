"""Checking on other cores gives the same answers, in the same order, and a dead worker costs a retry, not an entry."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from tests.support import world
from tests.support.hosts import message, notice, submission

from detente.errors import Refused, Unavailable
from detente.host.examiner import Examiner, examine_here

ALL = ["cjtf", "rus", "un"]
GOOD = [submission("un", notice() if i % 2 else message(str(i)), ALL) for i in range(20)]
MIXED = [raw if i % 5 else raw.replace(b'"urgency":"routine"', b'"urgency":"lazy"') for i, raw in enumerate(GOOD)]


def shape(found: object) -> object:
    return found.problems if isinstance(found, Refused) else found


@pytest.mark.process
def test_workers_answer_as_this_process_does() -> None:
    """Good and bad, one or hundreds at once: the order and the words are the same."""

    async def play() -> None:
        examiner = Examiner(world.SLOTS, world.LEDGER)
        await examiner.start(2)
        raws = MIXED * 20
        here = examine_here(raws, world.SLOTS, world.LEDGER)
        assert any(isinstance(found, Refused) for found in here)
        there = await asyncio.gather(*(examiner.examine(raws[at : at + 50]) for at in range(0, len(raws), 50)))
        assert [shape(found) for part in there for found in part] == [shape(found) for found in here]
        await examiner.stop()

    asyncio.run(play())


@pytest.mark.process
def test_a_worker_that_dies_is_done_without() -> None:
    """What it was checking is unavailable, and to be sent again; the rest is checked here."""

    async def play() -> None:
        examiner = Examiner(world.SLOTS, world.LEDGER)
        await examiner.start(1)
        process = examiner._workers._workers[0].process
        os.kill(process.pid, signal.SIGSTOP)
        waiting = asyncio.create_task(examiner.examine(GOOD))
        await asyncio.sleep(0.1)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await waiting
        assert len(await examiner.examine(GOOD)) == len(GOOD)
        process.wait()
        await examiner.stop()

    asyncio.run(play())
