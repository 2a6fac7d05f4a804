"""One party lies, on real processes: a host, three stations; what the others say goes on being shown, and the liar is named."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from tests.support import lying
from tests.support.hosts import submission
from tests.support.station_process import Watch
from tests.support.stations import START_US, notice, response

from detente.ledger.genesis import ledger_id

pytestmark = pytest.mark.process


def test_a_sealed_notice_without_volumes_that_is_opened_later_stops_no_station(tmp_path):
    """The host cannot see the body; once disclosed, both readers name its author and fold what comes after, also once restarted."""
    with Watch(tmp_path) as watch:
        watch.set(START_US)
        genesis = watch.genesis.genesis
        poison = msgspec.structs.replace(notice(), volumes=())
        raw, disclosure = lying.sealed("cjtf", poison, ["rus", "un"], START_US, ledger_id(genesis))
        liar = watch.host.login("cjtf")
        liar.submit(raw)
        opened = submission("cjtf", disclosure, ["rus", "un"], genesis=genesis, signed_at_us=START_US + 1)
        liar.submit(opened)
        after = watch["rus"].send(notice(words="after the poison"), ["un"], wait_s=5)
        watch["un"].wait_for(lambda: watch["un"].entry(after))
        answer = watch["un"].send(response(bytes.fromhex(after)), ["rus"], wait_s=5)
        watch["rus"].wait_for(lambda: watch["rus"].entry(answer))
        watch.step(2)
        for party in ("rus", "un"):
            _names_the_liar(watch[party], after)
        watch["un"].kill()
        watch["un"].start()
        watch.drain()
        later = watch["rus"].send(notice(words="after the restart"), ["un"], wait_s=5)
        watch["un"].wait_for(lambda: watch["un"].entry(later))
        _names_the_liar(watch["un"], after)
        path = tmp_path / "case.bundle.json"
        path.write_bytes(watch["un"].http.get("/local/bundle").content)
        command = [sys.executable, "verifier/detente_verify.py", str(path), "--ledger", ledger_id(genesis).hex()]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def _names_the_liar(station, shown):
    (alarm,) = station.alarms("unsound")
    assert alarm["by"] == "cjtf" and "cjtf" in alarm["words"] and "volumes" in alarm["words"]
    kept = station.http.get(f"/local/{alarm['evidence'][0]}").content
    assert b'"kind":"disclosure/1"' in kept
    basis = station.status()
    assert basis["entries_size"] == basis["size"]
    assert basis["incomplete"] == {"by": {"cjtf": 1}, "not_understood": {"notice/1": 1}}
    assert shown in [row["version"] for row in station.get("notices")["notices"]]
