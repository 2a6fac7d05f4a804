"""A station that cannot go on says so: in status and watch, in the basis of every answer, in its health, events and log."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from structlog.testing import capture_logs
from tests.support import world
from tests.support.desk_of_station import FakeHost, at_work, refused, said_by

from detente.node.station.inputs import Tick


def run(story, *args):
    return asyncio.run(asyncio.wait_for(story(*args), 120))


def broken(request):
    raise httpx.ConnectError("nobody there")


HOSTS = {
    "host-away": broken,
    "host-refuses": lambda request: refused(403, "session-refused"),
    "host-nonsense": lambda request: httpx.Response(200, content=b"\xff\x00 not for you"),
}


@pytest.mark.parametrize("kind", HOSTS)
def test_a_host_that_is_away_refuses_or_talks_nonsense_is_told_apart_on_every_surface(tmp_path, kind):
    """Each is another call to make: the cause is named, since when, and what to do; it is gone when the host is well again."""

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            await desk.well()
            with capture_logs() as log:
                desk.host.answer = HOSTS[kind]
                desk.engine.client.forget_session()
                found = await desk.sees(kind)
            assert found["next_step"] and found["since_us"]
            assert (await desk.get("status"))["fresh"] is False
            assert (await desk.health()).status_code == 503
            assert [line["kind"] for line in log if line["event"] == "trouble"] == [kind]
            desk.host.answer = lambda request: None
            await desk.well()
            assert (await desk.health()).status_code == 200
            assert await desk.until(_told(desk, f"trouble-over {kind}"))

    run(story)


def _told(desk, words):
    async def check():
        return words in desk.told

    return check


def test_a_host_whose_checkpoint_is_not_proven_is_not_shown_as_fresh(tmp_path):
    """It answers every request, and signs with a key that nobody appointed: `fresh` was true."""

    async def story():
        host = FakeHost()
        host.key = world.signing("host", "another log")
        async with at_work(tmp_path / "rus", host) as desk:
            found = await desk.sees("nothing-proven")
            assert "size 1" in found["words"]
            status = await desk.get("status")
            assert (status["host_reachable"], status["fresh"]) == (True, False)

    run(story)


def test_a_host_that_takes_nothing_is_known_before_anybody_sends(tmp_path):
    """The picture stays fresh; what would wait is said beforehand, and again by what was sent."""

    async def story():
        host = FakeHost()
        host.mode = "failed"
        async with at_work(tmp_path / "rus", host) as desk:
            found = await desk.sees("host-read-only")
            assert "takes no submissions" in found["words"]
            assert (await desk.get("status"))["fresh"] is True
            assert (await desk.health()).status_code == 200  # whoever watches the station's process must not restart it
            host.mode = "writing"
            await desk.well()

    run(story)


def test_a_full_disk_is_said_everywhere_and_what_is_known_stays_readable(tmp_path, monkeypatch):
    """The first write that the copy refuses stops the station from taking anything in; it goes on showing what it has."""
    monkeypatch.setenv("DETENTE_FAILPOINTS", "copy-write=raise@3")

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            for _ in range(3):
                await desk.http.post("/local/presence", json={"presence": []})
            found = await desk.sees("own-copy")
            assert "copy-write" in found["words"] and "disk" in found["next_step"]
            assert (await desk.http.post("/local/presence", json={"presence": []})).status_code == 503
            await asyncio.sleep(1.5)  # following is tried again and again, and the host is not blamed for it
            assert await desk.kinds("status") == {"own-copy"}

    run(story)


def test_following_that_raises_what_nobody_expected_goes_on_and_is_shown(tmp_path):
    """An error that is no error of the host ended the task that follows it, for good and without a word."""

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            await desk.well()
            catch_up, failures = desk.engine.follower.catch_up, []

            async def fails(note=None):
                failures.append(1)
                raise ValueError("negative shift count")

            desk.engine.follower.catch_up = fails
            found = await desk.sees("work-failed")
            assert "following" in found["words"] and "negative shift count" in found["words"]
            await desk.until(_more_than(failures, 2))
            desk.engine.follower.catch_up = catch_up
            size = len(failures)
            await desk.until(_followed(desk))
            assert len(failures) <= size + 1

    run(story)


def _more_than(seen, count):
    async def check():
        return len(seen) > count

    return check


def _followed(desk):
    before = desk.engine.state.following.verified_at_us

    async def check():
        return desk.engine.state.following.verified_at_us > before

    return check


def test_a_timer_that_raises_rings_again(tmp_path, monkeypatch):
    """Watermarks, ladders and slots hang on one timer: an error in one tick stopped them all."""

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            await desk.well()
            ticks = []

            def give(given):
                if isinstance(given, Tick):
                    ticks.append(1)
                    raise KeyError("no such slot")
                return before(given)

            before = desk.engine.give
            monkeypatch.setattr(desk.engine, "give", give)
            desk.engine._tick()
            await desk.sees("work-failed")
            await desk.until(_more_than(ticks, 1))

    run(story)


def test_a_host_that_answers_a_submission_with_nonsense_is_sent_it_again(tmp_path, monkeypatch):
    """What was under way stayed under way for ever, and with it everything that was sent afterwards."""

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            tried = []

            async def submit(raws):
                tried.append(1)
                raise ValueError("zip() argument 2 is shorter than argument 1")

            desk.engine.client.submit = submit
            body = {"duties": [], "party": "rus", "words": "nobody"}
            asked = {"facets": [{"audience": ["rus"], "body": body}], "kind": "roster", "officer": "watch-1"}
            await desk.http.post("/local/send", json=asked)
            await desk.until(_more_than(tried, 1))
            await desk.sees("work-failed")

    run(story)


def test_health_tells_a_stranger_nothing_but_health(tmp_path):
    """Whoever supervises the process needs no token, and gets nothing else without one."""

    async def story():
        async with at_work(tmp_path / "rus") as desk:
            await desk.well()
            found = await desk.health()
            assert found.json() == {"fresh": True, "size": 1, "status": "ok", "troubles": []}
            assert (await desk.stranger.get("/local/status")).status_code == 401

    run(story)


@pytest.mark.parametrize("verb", [["notices"], ["log"], ["waiting", "--json"], ["status"]])
def test_every_verb_says_it_before_its_answer_and_ends_as_before(tmp_path, monkeypatch, verb):
    """On standard error, also where the answer is JSON; `status` says it first in its answer as well."""
    trouble = {"kind": "stuck", "next_step": "Start it again", "since_us": world.CREATED_US, "words": "nothing moves"}
    status = {"fresh": False, "troubles": [trouble]}
    found = said_by(status, *verb, monkeypatch=monkeypatch, folder=tmp_path)
    assert found.exit_code == 0, found.output
    assert "TROUBLE: stuck (since 2016-09-17" in found.stderr and "nothing moves. Start it again." in found.stderr
    if verb == ["status"]:
        assert found.stdout.startswith("TROUBLE: stuck")
