"""The host is down; a stop is sent, acknowledged directly and complied with; the host comes back. Real processes, the real clock."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.support.station_process import Watch
from tests.support.stations import message, response

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    with Watch(tmp_path_factory.mktemp("outage"), virtual=False) as made:
        yield made


def clocks(station, stop):
    return {row["party"]: row for row in station.get("stops")["stops"] if row["stop"] == stop}


def test_a_stop_answered_while_the_host_was_down_stays_answered_and_told_by_whom_and_when(watch, tmp_path):
    """The answer is recorded before the stop: its sender's station comes back last. Nothing runs again, and nobody loses evidence."""
    cjtf, rus = watch["cjtf"], watch["rus"]
    watch.host.kill()
    stop = cjtf.send(message("stop"), ["rus"])
    held_us = cjtf.wait_for(lambda: cjtf.get(f"acknowledged/{stop}")["acknowledged"].get("rus"))
    (mine,) = clocks(rus, stop).values()
    assert "held by this station" in mine["sentence"] and mine["acknowledged_us"] == held_us
    answer = rus.send(response(bytes.fromhex(stop), "comply"), ["cjtf"])
    cjtf.wait_for(lambda: clocks(cjtf, stop)["rus"]["answer"] == "comply")
    cjtf.kill()
    watch.host.start()
    rus.wait_for(lambda: rus.entry(answer)["stands"] == "proven", 20)
    cjtf.start()
    for station in (cjtf, rus):
        station.wait_for(lambda s=station: s.entry(stop)["stands"] == s.entry(answer)["stands"] == "proven", 20)
        row = clocks(station, stop)["rus"]
        assert (row["answer"], row["acknowledged_us"]) == ("comply", held_us)
        assert row["took"]["us"] >= 0 and row["took"]["began"] == {"at_us": held_us, "by": "rus"}
        (course,) = station.get(f"courses/{stop}")["courses"]
        assert (course["standing"], course["acknowledged_us"]) == ("complied, unit not named", held_us)
        for step in course["steps"]:
            took = step["took"]
            assert took["us"] >= 0 and took["began"]["by"] == took["ended"]["by"]
            assert all(us is None or us >= 0 for us in (step["since_recorded_us"], step["since_before_us"]))
    assert cjtf.entry(answer)["index"] < cjtf.entry(stop)["index"]
    for station in (cjtf, rus):
        path = tmp_path / f"{station.party}.json"
        # A bundle stands under the newest checkpoint that others have cosigned: the stop is in it as soon as they have.
        found = station.wait_for(lambda s=station, p=path: _in_the_bundle(verified(s, p, stop, held_us + 1)), 20)
        (asked,) = found["answers"]
        assert (found["exit"], asked["answer"]) == (0, "yes, by its own clock")
        assert any("acknowledged it directly to cjtf" in ground for ground in asked["grounds"])


def _in_the_bundle(found):
    """The verifier's answer, once the bundle has the entry; what it says of it is another matter."""
    (asked,) = found["answers"]
    return None if any("0 entries in this bundle" in ground for ground in asked["grounds"]) else found


def verified(station, path, entry, before_us):
    """What the separate verifier says of this station's bundle: was Russia told of an entry before a time?"""
    path.write_bytes(station.http.get("/local/bundle").content)
    asked = ["--party", "rus", "--entry", entry, "--before", str(before_us), "--ledger", station.status()["ledger"]]
    command = [sys.executable, "verifier/detente_verify.py", str(path), "--json", *asked]
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout)
