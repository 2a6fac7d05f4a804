"""What the storms of this world found in production, each as short as it can be told."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from tests.support.stations import message, notice, response
from tests.world.world import World, WorldStation

from detente.errors import DetenteError


async def _hands_in_its_cosignature(station: WorldStation) -> None:
    with contextlib.suppress(DetenteError):
        await station.engine.client.cosignature(station.state.following.checkpoint.data)


def test_a_cosignature_that_comes_while_the_host_does_not_write_is_no_fork():
    """The disk refused one batch; a station cosigned what it had. After the restart the host was called forked, for ever."""
    with World() as world:
        world.run(1)
        world.host.fails_at = "before-store"
        sent = world.station("rus").sends(notice(), ["un"])
        world.run(1)
        assert world.host.engine.host.failed
        un = world.station("un")
        work: asyncio.Task[None] = un.process.context.run(world.loop.create_task, _hands_in_its_cosignature(un))
        world.run(1)
        assert work.done()
        world.host.leaves()
        world.host.returns()
        world.run(60)
        assert world.host.engine.host.failed == ""
        assert world.station("un").picture.heads.entry(sent.hex()) is not None


def test_a_host_that_a_former_build_called_forked_writes_again_if_the_note_agrees_with_its_ledger():
    with World() as world:
        world.run(1)
        world.host.store.keep("fork/seen", world.station("un").state.following.checkpoint.data)
        world.host.leaves()
        world.host.returns()
        assert world.host.engine.host.failed == ""


def test_after_a_restart_a_query_recorded_before_the_urgent_message_it_is_about_asks_its_author_within_two_days():
    """What reads the own copy knows an entry only once the picture has it: the query waited seven days, for every reader of it."""
    with World() as world:
        world.run(1)
        world.cut("cjtf", "host")
        world.cut("rus", "host")
        sent = world.send("rus", message("urgent"), ["cjtf"])
        world.run(1)
        world.send("cjtf", msgspec.structs.replace(response(sent, "query"), words="which road?"), ["rus", "un"])
        world.mend("cjtf", "host")
        world.run(60)
        world.mend("rus", "host")
        world.run(60)
        assert [kind for kind in world.kinds("cjtf") if kind in ("message", "response")] == ["response", "message"]
        for _ in range(2):
            running = world.station("cjtf").state.acting.timers.clocks(world.now_us)
            assert [(clock.matter.ladder, clock.matter.party) for clock in running] == [("query-urgent", "rus")]
            world.restart("cjtf")
