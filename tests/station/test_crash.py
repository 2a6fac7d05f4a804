"""kill -9 at random moments, and a stop past a dead host, with real processes on a real clock."""

from __future__ import annotations

import random
import threading
import time

import httpx
import pytest
from tests.support.station_process import Watch
from tests.support.stations import message, notice

pytestmark = pytest.mark.process


@pytest.fixture
def watch(tmp_path):
    with Watch(tmp_path, virtual=False) as made:
        for station in made:
            station.wait_for(lambda s=station: s.status()["host_reachable"] and s.status()["size"], 20)
        yield made


def now_notice(words: str):
    from tests.support.stations import circle

    start_us = time.time_ns() // 1000
    return notice(circle(35.26, 40.15, start_us=start_us), words=words)


def test_a_stop_sent_with_the_host_dead_is_seen_at_the_other_station_within_a_second(watch):
    """The host is killed; the stop goes from station to station and is acknowledged there."""
    watch.host.kill()
    began = time.monotonic()
    stop = watch["rus"].send(message("stop"), ["cjtf"])
    found = watch["cjtf"].wait_for(lambda: watch["cjtf"].entry(stop), 5)
    took = time.monotonic() - began
    assert "direct" in found["stands"]
    assert took < 1.0
    watch["rus"].wait_for(lambda: watch["rus"].get(f"acknowledged/{stop}")["acknowledged"])


def kill_at_random_moments(watch: Watch, kills: int, seed: int) -> None:
    """Officers send all the time; stations and host are killed; what was acknowledged must be there."""
    rng = random.Random(seed)
    sent: dict[str, list[str]] = {"cjtf": [], "rus": [], "un": []}
    others = {"cjtf": ["rus", "un"], "rus": ["cjtf", "un"], "un": ["cjtf", "rus"]}
    running = True

    def officer(party: str) -> None:
        count = 0
        while running:
            count += 1
            body = message("urgent" if count % 5 == 0 else "routine", words=f"{party} {count}")
            try:
                sent[party].append(watch[party].send(body, others[party]))
            except (httpx.HTTPError, AssertionError, RuntimeError):  # the station is being killed
                time.sleep(0.05)
            time.sleep(0.03)

    officers = [threading.Thread(target=officer, args=(party,)) for party in sent]
    for thread in officers:
        thread.start()
    for _ in range(kills):
        time.sleep(rng.uniform(0.05, 0.6))
        victim = rng.choice(["cjtf", "rus", "un", "host"])
        process = watch.host if victim == "host" else watch[victim]
        process.kill()
        process.start()
    running = False
    for thread in officers:
        thread.join()
    for party, entries in sent.items():
        for other in others[party]:
            for entry in entries:
                found = watch[other].wait_for(lambda o=other, e=entry: watch[o].entry(e), 30)
                watch[other].wait_for(lambda o=other, e=entry: watch[o].entry(e)["stands"] == "proven", 30)
                assert found
    # Late and unanswered are true of a killed process, and so is that a ladder calls its officers; so are times more than 5 s from
    # the clock of one that stood still.
    true_of_the_killed = ("called", "host-away", "not-included", "unanswered", "back-dated", "post-dated")
    bad = [a for station in watch for a in station.alarms() if a["kind"] not in true_of_the_killed]
    assert bad == []
    for station in watch:
        station.wait_for(lambda s=station: not s.status()["outbox"], 30)
        seen = [e["id"] for e in station.entries("message")]
        assert len(seen) == len(set(seen))


def test_nothing_acknowledged_is_lost_when_stations_are_killed(watch):
    """Twenty kills of stations and host here; the long run makes two hundred."""
    kill_at_random_moments(watch, 20, seed=3)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_stations_are_killed_two_hundred_times(watch):
    """The same for a long time."""
    kill_at_random_moments(watch, 200, seed=2)
