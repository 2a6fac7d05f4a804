"""Nothing that was acknowledged is lost or changed: what a former build kept opens, folds and verifies as it did there."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
from tests.golden.ledger import answers, unpack

from detente.ledger.genesis import ledger_id, read_genesis
from detente.node.host.host import HostLedger
from detente.storage import SqliteStore

FORMER = Path(__file__).parent / "former"
ANSWERS = json.loads((FORMER / "answers.json").read_text())


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return json.loads(json.dumps(answers(unpack(FORMER, tmp_path_factory.mktemp("former") / "un"))))


@pytest.mark.parametrize("question", sorted(ANSWERS))
def test_a_former_copy_gives_the_same_answers(found, question):
    """Every entry is folded, every notice, conflict, verdict and wait is what it was, and no new alarm is raised."""
    assert found[question] == ANSWERS[question]


def test_a_former_copy_opened_twice_is_judged_once(tmp_path):
    """The copy bears no verdicts on its bodies; the first start makes them, and all of an honest ledger's bodies hold."""
    from detente.node.station.handle import handle
    from detente.node.station.inputs import Tick
    from detente.wiring.station import open_station

    parts = open_station(unpack(FORMER, tmp_path / "un"))
    missing = parts.picture.driver.missing()
    assert (missing.by, missing.not_understood) == ({}, {})
    _, effects = handle(parts.state, Tick(), parts.clock.now_us())
    kept = dict(row for effect in effects if type(effect).__name__ == "Keep" for row in effect.kept)
    assert int(kept["judged"]) == parts.state.following.folded
    assert not [name for name in kept if name.startswith("unsound/")]
    parts.copy.close()


def test_a_former_bundle_verifies(tmp_path):
    """The verifier of today accepts the bundle of then."""
    path = tmp_path / "former.bundle.json"
    path.write_bytes(lzma.decompress((FORMER / "bundle.json.xz").read_bytes()))
    genesis = read_genesis((FORMER / "genesis.json").read_bytes().rstrip(b"\n")).genesis
    command = [sys.executable, "verifier/detente_verify.py", str(path), "--ledger", ledger_id(genesis).hex()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_former_hosts_store_loads_and_gives_the_same_root(tmp_path):
    """The host of today goes on where the host of then stood: same leaves, same root, same keys."""
    path = tmp_path / "ledger.db"
    path.write_bytes(lzma.decompress((FORMER / "ledger.db.xz").read_bytes()))
    store = SqliteStore(path)
    host = HostLedger(read_genesis((FORMER / "genesis.json").read_bytes().rstrip(b"\n")))
    host.load(store.read(0, store.size()))
    store.close()
    assert host.published >= ANSWERS["folded"] and host.mode == "writing"
    sizes = range(ANSWERS["folded"], host.published + 1)  # the copy may have held leaves behind its newest entry
    assert ANSWERS["root"] in {host.tree.root(size).hex() for size in sizes}
