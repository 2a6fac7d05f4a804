"""Store, root, sign, answer: whatever stops the host between two steps, nothing acknowledged is lost and there is no fork."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support import world
from tests.support.hosts import HOST_KEY, REAL, HostProcess, Local, checked, message, submission
from tests.support.lossy_store import LossyStore

from detente.errors import Unavailable
from detente.host.engine import FAILPOINTS
from detente.ledger.checkpoints.checkpoint import SignedCheckpoint, open_checkpoint
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.receipt import read_receipt
from detente.ledger.tree import Tree
from detente.storage import MemoryStore, SqliteStore

ALL = ["cjtf", "rus", "un"]
GENESIS = world.genesis(**REAL)


def failing(name: str, turn: int) -> Callable[[str], None]:
    """Fail at a step from its `turn`-th time on."""
    turns = {name: 0}

    def reach(at: str) -> None:
        if at == name:
            turns[name] += 1
            if turns[name] >= turn:
                raise Unavailable(f"failpoint {at}")

    return reach


@pytest.mark.parametrize("step", FAILPOINTS)
def test_a_failure_at_any_step_loses_nothing_acknowledged(step: str) -> None:
    """The host stops writing; a new one on the same store holds every acknowledged entry, and takes the others as a retry."""
    store = MemoryStore()
    raws = [submission("un", message(str(i)), ALL) for i in range(6)]

    async def play() -> None:
        host = Local(store, failpoint=failing(step, 4))
        un = await host.login("un")
        answers = [await host.client.post("/v1/entries", content=raw, headers=un) for raw in raws]
        done = 4 if step == "before-answer" else 3  # what is stored and signed may be answered
        assert [answer.status_code for answer in answers] == [200] * done + [503] * (6 - done)
        assert answers[-1].json()["problems"][0]["code"] == "read-only"
        assert (await host.client.get("/v1/status", headers=un)).json()["mode"] == "failed"

        again = Local(store)
        un = await again.login("un")
        receipts = [(await again.client.post("/v1/entries", content=raw, headers=un)).content for raw in raws]
        assert receipts[:done] == [answer.content for answer in answers[:done]]
        assert [checked(r, raw).leaf.index for r, raw in zip(receipts, raws, strict=True)] == [1, 2, 3, 4, 5, 6]
        assert store.size() == 7

    asyncio.run(play())


def test_nobody_is_answered_before_the_flush() -> None:
    """While the disk holds back, so does the host; when the power goes, what was not flushed was not acknowledged."""
    raw = submission("un", message(), ALL)

    async def play() -> None:
        store = LossyStore()
        store.append([Local().engine.host.genesis_row(b"{}")], 0)
        store.flush()
        host = Local(store)
        un = await host.login("un")
        waiting = asyncio.create_task(host.client.post("/v1/entries", content=raw, headers=un))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        assert (await host.client.get("/v1/entries", headers=un)).json()["size"] == 1
        after = store.cut_power()
        assert (await waiting).status_code == 503
        assert after.size() == 1

    asyncio.run(play())


def test_a_store_that_lies_about_flushing_is_caught_by_this_test() -> None:
    """The check is a real one: with a disk that answers before it has flushed, an acknowledged entry is gone."""
    raw = submission("un", message(), ALL)

    async def play() -> None:
        store = LossyStore(lies=True)
        store.append([Local().engine.host.genesis_row(b"{}")], 0)
        store.flush()
        host = Local(store)
        un = await host.login("un")
        answer = await host.client.post("/v1/entries", content=raw, headers=un)
        assert answer.status_code == 200
        assert store.cut_power().size() <= checked(answer.content, raw).leaf.index

    asyncio.run(play())


class Witness:
    """Submits from many connections and remembers every receipt it was given; judges the ledger after each crash."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sent: dict[str, bytes] = {}
        self.acknowledged: dict[str, bytes] = {}
        self.notes: list[SignedCheckpoint] = []

    def run(self, host: HostProcess, seconds: float, lines: int) -> None:
        """Submit until the host dies."""
        deadline = time.monotonic() + seconds
        try:
            station = host.login("un")
            while time.monotonic() < deadline:
                raws = [submission("un", message(str(i)), ALL, genesis=GENESIS) for i in range(lines)]
                if lines == 1:
                    answers = [station.submit(raws[0])]
                else:
                    answers = station.post("/v1/entries/batch", b"\n".join(raws) + b"\n").content.splitlines()
                with self.lock:
                    for raw, answer in zip(raws, answers, strict=True):
                        receipt = read_receipt(answer)
                        self.sent[receipt.id] = raw
                        self.acknowledged[receipt.id] = answer
        except (httpx.HTTPError, RuntimeError):  # the second: its client was closed under it
            return  # killed: what was under way has no answer

    def judge(self, host: HostProcess) -> None:
        """Check the ledger as the restarted host shows it against everything it ever signed."""
        station = host.login("un")
        size = 0
        leaves: list[bytes] = []
        while True:
            answer = station.get(f"/v1/leaves?from={len(leaves)}")
            size, width = int(answer.headers["detente-size"]), len(answer.content)
            step = 177 + 16 * world.SLOTS
            leaves += [answer.content[at : at + step] for at in range(0, width, step)]
            if len(leaves) >= size:
                break
        tree = Tree()
        tree.extend(leaves)
        key = NoteKey(name=GENESIS.origin, public=HOST_KEY.public)
        newest = open_checkpoint(station.get("/checkpoint").content, key)
        assert (newest.checkpoint.size, newest.checkpoint.root) == (size, tree.root())
        known = {entry["id"]: entry for entry in station.entries()}
        assert len(known) == size - 1, "every leaf has its entry: nothing half-written"
        for entry, receipt in self.acknowledged.items():
            shown = checked(receipt, self.sent[entry])
            assert leaves[shown.leaf.index] == bytes.fromhex(read_receipt(receipt).leaf)
            assert known[entry]["index"] == shown.leaf.index
            self.notes.append(shown.signed)
        for note in self.notes:
            assert tree.root(note.checkpoint.size) == note.checkpoint.root, "one history only"
        if self.acknowledged:
            entry = random.choice(sorted(self.acknowledged))
            assert station.submit(self.sent[entry]) == self.acknowledged[entry], "a retry gets the same receipt"


def crash(folder: Path, rounds: int, seed: int) -> None:
    """Kill the host at random moments under load, again and again, and judge after each restart."""
    dice = random.Random(seed)
    witness = Witness()
    host = HostProcess(folder)
    host.start()
    for _ in range(rounds):
        threads = [threading.Thread(target=witness.run, args=(host, 20, lines)) for lines in (1, 1, 7)]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.02, 0.35))
        host.kill()
        for thread in threads:
            thread.join()
        witness.notes.clear()
        host.start()
        witness.judge(host)
    host.kill()
    assert witness.acknowledged


@pytest.mark.process
def test_killed_at_random_moments_twenty_times(tmp_path: Path) -> None:
    """kill -9 under load: nothing acknowledged is lost, nothing half-written appears, no fork."""
    crash(tmp_path, 20, 1)


@pytest.mark.soak
@pytest.mark.process
def test_killed_at_random_moments_two_hundred_times(tmp_path: Path) -> None:
    """The same, for longer."""
    crash(tmp_path, 200, 2)


@pytest.mark.process
@pytest.mark.parametrize("step", FAILPOINTS)
def test_killed_exactly_between_two_steps(tmp_path: Path, step: str) -> None:
    """kill -9 at each named step of the durable order: the entry under way is either whole, with a proof, or absent."""
    raws = [submission("un", message(str(i)), ALL, genesis=GENESIS) for i in range(4)]
    host = HostProcess(tmp_path, failpoints=f"{step}=kill@3")
    receipts: list[bytes] = []
    with host:
        station = host.login("un")
        with pytest.raises(httpx.HTTPError):
            for raw in raws:
                receipts.append(station.submit(raw))
        assert host.process is not None
        assert host.process.ended(10) is not None
        host._ended()
    assert len(receipts) == 2
    host.failpoints = ""
    with host:
        station = host.login("un")
        there = [entry["index"] for entry in station.entries()]
        assert there == ([1, 2] if step == "before-store" else [1, 2, 3])
        again = [station.submit(raw) for raw in raws]
        assert again[:2] == receipts
        assert [checked(r, raw).leaf.index for r, raw in zip(again, raws, strict=True)] == [1, 2, 3, 4]


def test_genesis_is_written_once(tmp_path: Path) -> None:
    """A host that was killed while it made its ledger starts with genesis as leaf 0, whether it was stored or not."""
    for _ in range(2):
        store = SqliteStore(tmp_path / "ledger.db")
        host = Local(store)
        assert host.engine.host.published == 1
        store.close()


def test_an_erasure_cut_short_is_finished_at_the_next_start() -> None:
    """Crash after the erasure was published and before the body was destroyed: the next start destroys it."""
    from detente.records.entries.erasure import Erasure

    store = MemoryStore()
    kept: list[Any] = []

    async def play() -> None:
        host = Local(store)
        un = await host.login("un")
        raw = submission("un", message("to be forgotten"), ALL)
        entry = json.loads((await host.client.post("/v1/entries", content=raw, headers=un)).content)["id"]
        kept.append(store.rows([1])[0])
        body = Erasure(about=entry, authority="officer", reason="a name")
        await host.client.post("/v1/entries", content=submission("un", body, ALL), headers=un)
        store.amend(1, kept[0].id, kept[0].submission)  # as if the destruction had not reached the disk
        Local(store)
        assert b"forgotten" not in (store.rows([1])[0].submission or b"")

    asyncio.run(play())
