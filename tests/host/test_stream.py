"""The event stream: each party's own entries, in order, resumable; then the checkpoint that covers them."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support import world
from tests.support.hosts import HOST_KEY, REAL, HostProcess, Station, message, submission

from detente.ledger.checkpoints.checkpoint import open_checkpoint
from detente.ledger.checkpoints.note import NoteKey
from detente.network.following.stream import Lines

ALL = ["cjtf", "rus", "un"]
GENESIS = world.genesis(**REAL)
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    with HostProcess(tmp_path_factory.mktemp("stream")) as running:
        yield running


def raw(audience: list[str], words: str = "x") -> bytes:
    return submission("un", message(words), audience, genesis=GENESIS)


def read(station: Station, path: str, count: int, **headers: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    """Read so many events: (kind, id, data)."""
    found: list[tuple[str, str | None, dict[str, Any]]] = []
    lines = Lines()
    with station.http.stream("GET", path, headers={**station.headers, **headers}) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        for chunk in answer.iter_raw():
            found += [(event.kind, event.id, json.loads(event.data)) for event in lines.feed(chunk)]
            if len(found) >= count:
                break
    return found


def test_entries_come_in_order_with_their_index_and_then_the_checkpoint(host: HostProcess) -> None:
    """A stream begun at an index gives what the party may read from there, then a checkpoint over all of it."""
    un, rus = host.login("un"), host.login("rus")
    start = un.get("/v1/status").json()["size"]
    for audience in (["rus"], ["un"], ["rus", "cjtf"], ["cjtf"]):
        un.submit(raw(audience))
    events = read(rus, f"/v1/stream?from={start}", 3)
    assert [(kind, number) for kind, number, _ in events] == [
        ("entry", str(start)),
        ("entry", str(start + 2)),
        ("checkpoint", None),
    ]
    pages = rus.entries(start)
    assert [data for _, _, data in events[:2]] == pages
    head = open_checkpoint(events[2][2]["note"].encode(), NoteKey(name=GENESIS.origin, public=HOST_KEY.public))
    assert head.checkpoint.size == events[2][2]["size"] == start + 4


def test_a_stream_resumes_after_the_last_event_seen(host: HostProcess) -> None:
    """Last-Event-ID goes on with the next entry, without a gap or a repeat."""
    un = host.login("un")
    start = un.get("/v1/status").json()["size"]
    for _ in range(3):
        un.submit(raw(ALL))
    first = read(un, f"/v1/stream?from={start}", 1)[0]
    rest = read(host.login("un"), "/v1/stream", 2, **{"Last-Event-ID": str(first[1])})
    assert [number for _, number, _ in rest[:2]] == [str(start + 1), str(start + 2)]


def test_new_entries_arrive_within_a_second(host: HostProcess) -> None:
    """Whoever listens hears soon after the entry was acknowledged."""
    un, rus = host.login("un"), host.login("rus")
    size = un.get("/v1/status").json()["size"]
    heard: list[tuple[float, str]] = []
    ready = threading.Event()

    def listen() -> None:
        lines = Lines()
        with rus.http.stream("GET", "/v1/stream", headers=rus.headers) as answer:
            for chunk in answer.iter_raw():
                for event in lines.feed(chunk):
                    ready.set()
                    heard.append((time.monotonic(), event.kind))
                if any(kind == "entry" for _, kind in heard):
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(5)
    un.submit(raw(["rus"]))
    acknowledged = time.monotonic()
    thread.join(timeout=5)
    at = next(at for at, kind in heard if kind == "entry")
    assert at - acknowledged < 1
    assert un.get("/v1/status").json()["size"] == size + 1


def test_streams_of_one_party_are_counted(host: HostProcess) -> None:
    """The ninth stream of one party is refused; another party still gets one; a closed one makes room."""
    un, rus = host.login("un"), host.login("rus")
    opened = []
    clients = []
    for _ in range(8):
        client = httpx.Client(base_url=host.url, timeout=10, trust_env=False)
        clients.append(client)
        context = client.stream("GET", "/v1/stream", headers=un.headers)
        context.__enter__()
        opened.append(context)
    answer = un.get("/v1/stream")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (429, "too-fast")
    assert read(rus, "/v1/stream", 1)
    for context in opened:
        context.__exit__(None, None, None)
    for client in clients:
        client.close()
    deadline = time.monotonic() + 5
    while True:
        with un.http.stream("GET", "/v1/stream", headers=un.headers) as again:
            if again.status_code == 200:
                return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_stream_ends_when_the_host_stops(tmp_path: Path) -> None:
    """An orderly stop ends the streams at once and the process within seconds."""
    host = HostProcess(tmp_path).start()
    un = host.login("un")
    ended = threading.Event()

    def listen() -> None:
        with un.http.stream("GET", "/v1/stream", headers=un.headers) as answer:
            for _ in answer.iter_raw():
                pass
        ended.set()

    thread = threading.Thread(target=listen)
    thread.start()
    time.sleep(0.3)
    host.process.ask_to_end()  # type: ignore[union-attr]
    thread.join(timeout=5)
    assert ended.is_set()
    assert host._ended() == 0


def test_headers_without_end_are_cut_off(tmp_path: Path) -> None:
    """A client that sends headers and never ends them is stopped at some 64 KiB, not when memory is full."""
    with HostProcess(tmp_path) as host:
        address = httpx.URL(host.url)
        with socket.create_connection((address.host, address.port or 0)) as pipe:
            pipe.sendall(b"GET /v1/genesis HTTP/1.1\r\nHost: a\r\n")
            with pytest.raises(OSError):
                for _ in range(200):
                    pipe.sendall(b"X-More: " + b"a" * 50_000 + b"\r\n")
        assert host.http().get("/v1/genesis").status_code == 200
