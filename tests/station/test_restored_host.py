"""A host restored from a backup would fork the ledger; the stations give it back what it lost before it may write."""

from __future__ import annotations

import shutil

import pytest
from tests.support.station_process import Watch
from tests.support.stations import START_US, notice

pytestmark = pytest.mark.process


def test_a_restored_backup_is_made_whole_by_the_stations_and_nothing_forks(tmp_path):
    """Entries sent after the backup are proven, readable and in their old places; new ones go on behind them."""
    with Watch(tmp_path) as watch:
        watch.set(START_US)
        first = watch["cjtf"].send(notice(words="before the backup"), ["rus"], wait_s=5)
        watch.step(6)
        folder, backup = tmp_path / "host", tmp_path / "backup"
        watch.host.kill()
        shutil.copytree(folder, backup)
        watch.host.start()
        watch.host.set_clock(watch.now_us)
        lost = watch["cjtf"].send(notice(words="after the backup"), ["rus", "un"], wait_s=10)
        watch.step(10)
        size = watch["un"].status()["size"]
        index = watch["rus"].entry(lost)["index"]
        watch.host.kill()
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
        with (folder / "host.toml").open("a") as settings:
            settings.write("[peers]\n")
            settings.writelines(f'{p} = "http://127.0.0.1:{port}"\n' for p, (port, _) in watch.ports.items())
        watch.host.start()
        watch.host.set_clock(watch.now_us)
        for station in watch:
            station.wait_for(lambda s=station: s.status()["host_reachable"], 20)
        after = watch["rus"].send(notice(words="and on"), ["cjtf"], wait_s=20)
        watch.step(10)
        assert watch["cjtf"].entry(after)["index"] >= size
        assert watch["rus"].entry(lost)["index"] == index
        assert watch["rus"].entry(first)["stands"] == "proven"
        assert [a for station in watch for a in station.alarms()] == []
        known = watch.host.login("un").entries()
        assert lost in [entry["id"] for entry in known]
