"""A restored backup is a fork: the host signs nothing before it holds again what it signed before."""

from __future__ import annotations

import asyncio
import http.server
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from tests.support import world
from tests.support.hosts import HOST_KEY, REAL, HostProcess, Local, checked, message, notice, submission

from detente.ledger.checkpoints.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import cosign, cosigner_name
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.entry import Submission
from detente.storage import MemoryStore

ALL = ["cjtf", "rus", "un"]
KEY = NoteKey(name=world.genesis().origin, public=HOST_KEY.public)


def cut_back(store: MemoryStore, size: int) -> MemoryStore:
    """Return the store as an old backup has it."""
    old = MemoryStore()
    old._rows = list(store._rows[:size])
    return old


async def filled() -> tuple[Local, list[bytes], list[bytes], bytes]:
    """A host with ten entries; the submissions, their receipts, and the newest note, cosigned by the UN."""
    host = Local()
    un = await host.login("un")
    raws = [submission("un", notice(words=f"n{i}"), ALL, facet_audience=["rus", "un"]) for i in range(10)]
    receipts = [(await host.client.post("/v1/entries", content=raw, headers=un)).content for raw in raws]
    signed = open_checkpoint((await host.client.get("/checkpoint", headers=un)).content, KEY)
    line = cosign(signed.checkpoint, cosigner_name(KEY.name, "un"), world.signing("un", "cosigner"), 1)
    return host, raws, receipts, signed.note.with_lines([line]).encode()


def test_a_restored_host_writes_again_only_with_every_leaf_and_header_it_signed() -> None:
    """Shown its own larger checkpoint it stops writing; the stations give back leaves, then entries; then it goes on, unforked."""

    async def play() -> None:
        whole, raws, receipts, note = await filled()
        un = await whole.login("un")
        leaves = (await whole.client.get("/v1/leaves?from=5", headers=un)).content
        rus_known = (await whole.client.get("/v1/entries?from=5", headers=await whole.login("rus"))).json()["entries"]

        host = Local(cut_back(whole.store, 5))  # type: ignore[arg-type]
        sessions = {party: await host.login(party) for party in ALL}
        answer = await host.client.post("/v1/cosignatures", content=note, headers=sessions["un"])
        assert answer.status_code == 200
        status = (await host.client.get("/v1/status", headers=sessions["un"])).json()
        assert (status["mode"], status["needs_size"], status["size"]) == ("recovering", 11, 5)
        fresh = submission("un", message(), ALL)
        answer = await host.client.post("/v1/entries", content=fresh, headers=sessions["un"])
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (503, "read-only")

        cut = len(leaves) // 2 // 305 * 305
        for start, part in ((5, leaves[:cut]), (5 + cut // 305, leaves[cut:])):
            path = f"/v1/recovery/leaves?from={start}"
            answer = await host.client.post(path, content=part, headers=sessions["cjtf"])
            assert answer.status_code == 200, answer.text
        assert answer.json()["size"] == 11
        assert answer.json()["mode"] == "recovering"
        lines = b"\n".join(msgspec.json.encode(known, order="sorted") for known in rus_known)
        answer = await host.client.post("/v1/recovery/entries", content=lines, headers=sessions["rus"])
        assert answer.json()["mode"] == "writing"

        assert host.engine.host.tree.root(11) == whole.engine.host.tree.root(11)
        after = [await host.client.post("/v1/entries", content=raw, headers=sessions["un"]) for raw in raws]
        assert [checked(a.content, raw).leaf.index for a, raw in zip(after, raws, strict=True)] == list(range(1, 11))
        assert [a.content for a in after[:4]] == receipts[:4]
        answer = await host.client.post("/v1/entries", content=fresh, headers=sessions["un"])
        assert checked(answer.content, fresh).leaf.index == 11
        page = (await host.client.get("/v1/entries", headers=sessions["cjtf"])).json()["entries"]
        assert len(page) == 11
        assert page[8]["facets"] == [None] * 4, "the coalition reads no more than before"

    asyncio.run(play())


def two_facets() -> bytes:
    """An entry of the UN: full for Russia, coarse for the coalition."""
    from tests.support.world import shared_keys

    from detente.ledger.entry import Draft, encode_submission, seal
    from detente.ledger.facets import facet
    from detente.records.notices.notice import CoarseCell, CoarseNotice
    from detente.records.registry import REGISTRY

    kind, _, full = REGISTRY.write(notice())
    coarse = CoarseNotice(
        activity=notice().activity,
        cell_ndeg=50_000_000,
        cells=(CoarseCell(706, 802, 1, 2),),
        needs_readback=False,
        state=notice().state,
    )
    facets = (facet(["rus"], msgspec.json.decode(full), "full"), facet(["cjtf"], msgspec.to_builtins(coarse), "coarse"))
    draft = Draft(audience=("cjtf", "rus"), author="un", facets=(*facets, None, None), kind=kind, signed_at_us=1)
    made = seal(draft, world.signing("un", "watch-1"), world.salts("two"), world.LEDGER, world.SLOTS, shared_keys("un"))
    return encode_submission(made)


def test_openings_given_back_by_different_stations_are_put_together() -> None:
    """One station may read one facet, another the other; the host holds both again, and shows each what it may read."""
    raw = two_facets()

    async def play() -> None:
        whole = Local()
        await whole.client.post("/v1/entries", content=raw, headers=await whole.login("un"))
        note = (await whole.client.get("/checkpoint", headers=await whole.login("un"))).content
        host = Local(cut_back(whole.store, 1))  # type: ignore[arg-type]
        for party in ("rus", "cjtf"):
            there, here = await whole.login(party), await host.login(party)
            await host.client.post("/v1/recovery/checkpoint", content=note, headers=here)
            leaves = (await whole.client.get("/v1/leaves?from=1", headers=there)).content
            await host.client.post("/v1/recovery/leaves?from=1", content=leaves, headers=here)
            known = (await whole.client.get("/v1/entries", headers=there)).json()["entries"][0]
            line = msgspec.json.encode(known, order="sorted")
            answer = await host.client.post("/v1/recovery/entries", content=line, headers=here)
            assert answer.json()["mode"] == "writing"
        held = msgspec.json.decode(host.store.rows([1])[0].submission or b"", type=Submission)
        assert [opening is not None for opening in held.facets] == [True, True, False, False]

    asyncio.run(play())


def test_what_is_given_back_must_prove_itself() -> None:
    """Leaves that do not lead to the signed root, and entries that are not their leaf's, change nothing."""

    async def play() -> None:
        whole, _, _, note = await filled()
        un = await whole.login("un")
        leaves = (await whole.client.get("/v1/leaves?from=5", headers=un)).content
        known = (await whole.client.get("/v1/entries?from=5", headers=un)).json()["entries"]
        host = Local(cut_back(whole.store, 5))  # type: ignore[arg-type]
        here = await host.login("un")

        async def give(path: str, body: bytes) -> tuple[int, str, int]:
            answer = await host.client.post(f"/v1/recovery/{path}", content=body, headers=here)
            return answer.status_code, answer.text, host.store.size()

        assert (await give("leaves?from=5", leaves))[0] == 409, "nothing is wanted yet"
        await give("checkpoint", note)
        flipped = bytearray(leaves)
        flipped[-1] ^= 1
        assert (await give("leaves?from=5", bytes(flipped)))[::2] == (400, 5)
        assert (await give("leaves?from=7", leaves[610:]))[::2] == (409, 5)
        assert (await give("leaves?from=5", leaves))[::2] == (200, 11)
        lie = {**known[0], "facets": [None, *known[0]["facets"][:3]]}
        status, text, _ = await give("entries", msgspec.json.encode(lie, order="sorted"))
        assert (status, "commitment" in text) == (400, True)
        swapped = {**known[0], "index": known[1]["index"]}
        assert (await give("entries", msgspec.json.encode(swapped, order="sorted")))[0] == 400
        assert host.engine.host.mode == "recovering"

    asyncio.run(play())


def test_a_checkpoint_of_ours_over_another_history_stops_the_host_for_good() -> None:
    """If a backup was restored and written on, two histories bear one signature: the host stops and keeps the evidence."""

    async def play() -> None:
        host, _, _, _ = await filled()
        un = await host.login("un")
        other = sign_checkpoint(Checkpoint(origin=KEY.name, root=b"x" * 32, size=7), HOST_KEY)
        answer = await host.client.post("/v1/recovery/checkpoint", content=other.data, headers=un)
        assert answer.status_code == 400
        assert "another root" in answer.text
        again = Local(host.store)
        assert again.engine.host.mode == "failed"
        assert other.data in again.store.kept("fork/").values()

    asyncio.run(play())


def test_a_forgotten_checkpoint_is_remembered_over_restarts() -> None:
    """A restart does not make a restored host forget what it was shown."""

    async def play() -> None:
        whole, _, _, note = await filled()
        store = cut_back(whole.store, 5)  # type: ignore[arg-type]
        host = Local(store)
        await host.client.post("/v1/recovery/checkpoint", content=note, headers=await host.login("rus"))
        assert Local(store).engine.host.mode == "recovering"

    asyncio.run(play())


def test_the_operator_may_go_on_without_headers_that_nobody_has() -> None:
    """A station that is gone for good must not stop the others for good; the gap stays visible as leaves without entries."""

    async def play() -> None:
        whole, _, _, note = await filled()
        un = await whole.login("un")
        leaves = (await whole.client.get("/v1/leaves?from=5", headers=un)).content
        host = Local(cut_back(whole.store, 5))  # type: ignore[arg-type]
        here = await host.login("un")
        await host.client.post("/v1/recovery/checkpoint", content=note, headers=here)
        await host.client.post("/v1/recovery/leaves?from=5", content=leaves, headers=here)
        host.engine.accept_missing()
        raw = submission("un", message(), ALL)
        answer = await host.client.post("/v1/entries", content=raw, headers=here)
        assert checked(answer.content, raw).leaf.index == 11
        assert [known["index"] for known in (await host.client.get("/v1/entries", headers=here)).json()["entries"]] == [
            *range(1, 5),
            11,
        ]
        assert Local(host.store).engine.host.mode == "writing"

    asyncio.run(play())


@contextmanager
def station_showing(answer: Callable[[], tuple[int, bytes]]) -> Iterator[str]:
    """A station's direct listener that answers one question."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.process
def test_a_host_restored_from_a_backup_asks_the_stations_before_it_writes(tmp_path: Path) -> None:
    """With a station that holds a larger checkpoint, the restored process comes up read-only, and says what it needs."""
    genesis = world.genesis(**REAL)
    shown: list[tuple[int, bytes]] = [(404, b"")]
    with station_showing(lambda: shown[0]) as url:
        settings = f'peers = {{ un = "{url}" }}\n'
        host = HostProcess(tmp_path / "host", settings=settings)
        with host:
            un = host.login("un")
            _until(lambda: un.get("/v1/status").json()["mode"] == "writing")
            un.submit(submission("un", message(), ALL, genesis=genesis))
        shutil.copytree(tmp_path / "host", tmp_path / "backup")
        with host:
            un = host.login("un")
            _until(lambda: un.get("/v1/status").json()["mode"] == "writing")
            un.submit(submission("un", message(), ALL, genesis=genesis))
            shown[0] = (200, un.get("/checkpoint").content)
        restored = HostProcess(tmp_path / "backup", fresh=False)
        with restored:
            un = restored.login("un")
            _until(lambda: un.get("/v1/status").json()["needs_size"] == 3)
            answer = un.post("/v1/entries", submission("un", message(), ALL, genesis=genesis))
            assert (answer.status_code, json.loads(answer.content)["problems"][0]["code"]) == (503, "read-only")


@pytest.mark.process
def test_a_host_whose_stations_are_all_away_reads_and_does_not_write(tmp_path: Path) -> None:
    """Nobody can say what was signed before, so nothing is signed now."""
    settings = 'peers = { un = "http://127.0.0.1:9", rus = "http://127.0.0.1:9" }\n'
    with HostProcess(tmp_path, settings=settings) as host:
        un = host.login("un")
        assert un.get("/v1/entries").status_code == 200
        assert un.get("/v1/status").json()["mode"] == "recovering"


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_whole_host_takes_nothing_back() -> None:
    """What it has not lost it need not be given: refused before the body is read, whatever the body is."""

    async def play() -> None:
        host, _, _, _ = await filled()
        un = await host.login("un")
        known = (await host.client.get("/v1/entries?from=1", headers=un)).json()["entries"]
        lines = b"\n".join(msgspec.json.encode(entry, order="sorted") for entry in known)
        for path, body in (("entries", lines), ("entries", b"x" * (9 << 20)), ("leaves?from=1", b"\0" * 305)):
            answer = await host.client.post(f"/v1/recovery/{path}", content=body, headers=un)
            assert (answer.status_code, answer.json()["problems"][0]["code"]) == (409, "not-recovering")
            assert "GET /v1/status" in answer.json()["problems"][0]["next_step"]

    asyncio.run(play())


def test_a_recovering_host_that_restarts_still_takes_late_openings() -> None:
    """One station gave an entry back; the host was killed and started again; the other's openings are still put to it."""

    async def play() -> None:
        whole = Local()
        made = two_facets()
        await whole.client.post("/v1/entries", content=made, headers=await whole.login("un"))
        note = (await whole.client.get("/checkpoint", headers=await whole.login("un"))).content
        store = cut_back(whole.store, 1)  # type: ignore[arg-type]
        for party in ("rus", "cjtf"):
            host = Local(store)  # started again from what is stored
            there, here = await whole.login(party), await host.login(party)
            if party == "rus":
                await host.client.post("/v1/recovery/checkpoint", content=note, headers=here)
                leaves = (await whole.client.get("/v1/leaves?from=1", headers=there)).content
                await host.client.post("/v1/recovery/leaves?from=1", content=leaves, headers=here)
            known = (await whole.client.get("/v1/entries", headers=there)).json()["entries"][0]
            answer = await host.client.post(
                "/v1/recovery/entries", content=msgspec.json.encode(known, order="sorted"), headers=here
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["mode"] == "writing"
        held = msgspec.json.decode(store.rows([1])[0].submission or b"", type=Submission)
        assert [opening is not None for opening in held.facets] == [True, True, False, False]

    asyncio.run(play())
