"""Submissions over HTTP: signed beforehand, verified, durable, in the tree, folded, answered with a receipt.

The host is a real process on a ledger that already holds 100 000 live notices; 64 clients on raw sockets, in a process of
their own, keep one request each under way. Both share the machine's two cores with nothing held apart. The first second is
warm-up and not counted. The baseline is what one core of this machine can do in Ed25519 verifications alone, measured in the
same run: a host that checks signatures on one core cannot be faster, whatever else it leaves out.

    python bench/bench_submissions.py [--quick] [--live 100000] [--seconds 10]
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import selectors
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import msgspec
from bench.table import Row, render
from tests.support import hosts, world

from detente.ledger.entry import ENTRY_DOMAIN, Submission, encode_header, encode_submission, entry_id, header_commitment
from detente.ledger.genesis import genesis_leaf, ledger_id
from detente.ledger.keys import verify
from detente.network.serving.tls import client_context, issue, make_authority
from detente.node.host.rows import StoredEntry
from detente.storage import SqliteStore

CLIENTS = 64
LINES = 4
"""Entries in one batch request. With 64 clients that keeps 256 entries under way, which at 10 000/s is 26 ms by Little's law;
larger batches are faster and cannot answer within 50 ms."""
AUTHOR = "un"
LIMITS = """
[limits]
entries = { burst = 100000000, per_second = 100000000 }
bytes = { burst = 100000000000, per_second = 100000000000 }
logins = { burst = 100000, per_second = 100000 }
"""


class Measured(NamedTuple):
    """What one run did: entries a second, and latencies of requests in seconds, sorted."""

    per_second: float
    latencies: list[float]

    def quantile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def entries(start: int, count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (id, leaf without index and time, submission) of so many signed 1 kB notices, cheaply."""
    genesis = world.genesis(**hosts.REAL)
    raw = hosts.submission(AUTHOR, hosts.notice(words="transit " * 30), ["cjtf", "rus", AUTHOR], genesis=genesis)
    base = msgspec.json.decode(raw, type=Submission)
    key = world.signing(AUTHOR, "watch-1")
    commitments = b"".join(bytes.fromhex(text) for text in base.header.commitments)
    tags = bytes.fromhex("".join(base.slots))
    for number in range(start, start + count):
        header = msgspec.structs.replace(base.header, signed_at_us=hosts.START_US + number)
        signed = encode_header(header)
        signature = key.sign(ENTRY_DOMAIN + signed)
        salt = hashlib.sha256(number.to_bytes(8, "big")).digest()
        identity = entry_id(signed, signature)
        submission = msgspec.structs.replace(base, header=header, header_salt=salt.hex(), signature=signature.hex())
        yield identity, header_commitment(salt, identity) + commitments + tags, encode_submission(submission)


def preload(folder: Path, live: int) -> None:
    """Write a store that holds genesis and so many live notices, as a host would have."""
    signed = world.signed_genesis(**hosts.REAL)
    store = SqliteStore(folder / "ledger.db")
    data = msgspec.json.encode(signed)
    leaf = genesis_leaf(signed.genesis)
    store.append([StoredEntry(0, signed.genesis.created_us, leaf, ledger_id(signed.genesis), data, 1)], 0).result()
    batch: list[StoredEntry] = []
    for index, (identity, tail, raw) in enumerate(entries(0, live), start=1):
        head = b"\x01" + index.to_bytes(8, "big") + hosts.START_US.to_bytes(8, "big")
        batch.append(StoredEntry(index, hosts.START_US, head + tail, identity, raw, 0))
        if len(batch) == 256 or index == live:
            sealed = [row._replace(sealed_size=index + 1) for row in batch]
            store.append(sealed, sealed[0].index).result()
            batch.clear()
    store.close()


def request(path: str, token: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: h\r\nauthorization: {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection:
    """One client: a socket, what it is waiting for, and when it began to."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.began = 0.0
        self.held = bytearray()
        self.wanted = -1

    def send(self, data: bytes) -> None:
        self.began = time.perf_counter()
        self.held.clear()
        self.wanted = -1
        self.sock.setblocking(True)
        self.sock.sendall(data)
        self.sock.setblocking(False)

    def complete(self) -> bool:
        """Read what there is; True when the whole answer, with status 200, is here."""
        while True:
            try:
                data = self.sock.recv(1 << 18)
            except (BlockingIOError, ssl.SSLWantReadError):
                break
            if not data:
                raise ConnectionError("the host hung up")
            self.held += data
            if not isinstance(self.sock, ssl.SSLSocket):
                break
        if self.wanted < 0:
            end = self.held.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.held[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(bytes(self.held[:2000]))
            self.wanted = end + 4 + int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return len(self.held) >= self.wanted


def generate(address: tuple[str, int], tls: Any, requests: list[bytes], each: int, warm_s: float, answer: Any) -> None:
    """Keep `CLIENTS` requests under way until all are answered; send back rate and latencies after warm-up."""
    context = client_context(*tls) if tls else None
    if context is not None:
        context.check_hostname = False
    selector = selectors.DefaultSelector()
    todo = iter(requests)
    began = time.perf_counter()
    latencies: list[tuple[float, float]] = []
    for _ in range(CLIENTS):
        sock = socket.create_connection(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(context.wrap_socket(sock) if context else sock)
        selector.register(connection.sock, selectors.EVENT_READ, connection)
    for key in list(selector.get_map().values()):
        key.data.send(next(todo))
    busy = CLIENTS
    while busy:
        for key, _ in selector.select():
            connection = key.data
            if connection.complete():
                now = time.perf_counter()
                latencies.append((now, now - connection.began))
                following = next(todo, None)
                if following is None:
                    selector.unregister(connection.sock)
                    busy -= 1
                else:
                    connection.send(following)
    counted = [(at, took) for at, took in latencies if at - began > warm_s][: -CLIENTS or None]
    span = counted[-1][0] - counted[0][0]
    answer.send((len(counted) * each / span, sorted(took for _, took in counted)))


def measure(
    host: hosts.HostProcess, token: str, start: int, count: int, lines: int, tls: Any, warm_s: float
) -> Measured:
    """Make the requests, then run the generator in a process of its own."""
    raws = [raw for _, _, raw in entries(start, count * lines)]
    if lines == 1:
        requests = [request("/v1/entries", token, raw) for raw in raws]
    else:
        bodies = [b"\n".join(raws[at : at + lines]) + b"\n" for at in range(0, len(raws), lines)]
        requests = [request("/v1/entries/batch", token, body) for body in bodies]
    address, _, port = host.url.partition("://")[2].rpartition(":")
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(
        target=generate, args=((address, int(port)), tls, requests, lines, warm_s, theirs)
    )
    process.start()
    found = Measured(*ours.recv())
    process.join()
    return found


def verifications() -> float:
    """Return how many Ed25519 signatures of a header's size one core checks in a second."""
    key = world.signing(AUTHOR, "watch-1")
    text = ENTRY_DOMAIN + b"x" * 900
    signature = key.sign(text)
    began = time.perf_counter()
    for _ in range(10_000):
        verify(key.public, text, signature)
    return 10_000 / (time.perf_counter() - began)


def tls_files(folder: Path) -> str:
    """Write a CA and a certificate for the host and for the author; return the host's settings."""
    for name in ("host", AUTHOR):
        authority = make_authority(name)
        pair = issue(authority, name, ["127.0.0.1", "localhost"])
        (folder / f"{name}-ca.pem").write_bytes(authority.certificate)
        (folder / f"{name}.pem").write_bytes(pair.certificate)
        (folder / f"{name}-key.pem").write_bytes(pair.key)
    return f'[tls]\ncertificate = "host.pem"\nkey = "host-key.pem"\nauthorities = {{ {AUTHOR} = "{AUTHOR}-ca.pem" }}\n'


def run(live: int, seconds: float, rate: tuple[int, int], *, mtls: bool, folder: Path) -> dict[str, Measured]:
    """Run single and batched submissions against one host."""
    folder.mkdir(parents=True, exist_ok=True)
    workers = os.environ.get("WORKERS", "1")
    settings = f"workers = {workers}\n" + LIMITS + (tls_files(folder) if mtls else "")
    host = hosts.HostProcess(folder, settings=settings)
    preload(folder, live)
    tls = None
    with host:
        if mtls:
            tls = (
                folder / f"{AUTHOR}.pem",
                folder / f"{AUTHOR}-key.pem",
                {"host": (folder / "host-ca.pem").read_bytes()},
            )
            client = hosts.httpx.Client(base_url=host.url, verify=client_context(*tls), trust_env=False, timeout=30)
            host.clients.append(client)
            token = hosts.Station(client, host.ledger, AUTHOR).headers["Authorization"]
        else:
            token = host.login(AUTHOR).headers["Authorization"]
        single = measure(host, token, live, int(rate[0] * seconds), 1, tls, 1.0)
        start = live + int(rate[0] * seconds)
        batch = measure(host, token, start, int(rate[1] * seconds / LINES), LINES, tls, 1.0)
    return {"single": single, "batch": batch}


def rows(live: int = 100_000, seconds: float = 10.0) -> list[Row]:
    """Measure and return the table's rows."""
    alone = verifications()
    found = []
    for mtls in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            measured = run(live, seconds, (4_000, 10_000), mtls=mtls, folder=Path(folder))
        pipe = "mTLS" if mtls else "plain loopback"
        for what, reach in (("single", 4_000), ("batch", 10_000)):
            one = measured[what]
            each = "one by one" if what == "single" else f"{LINES} a request"
            found.append(
                Row(
                    f"submissions, {each}, {pipe}",
                    f"{one.per_second:,.0f}/s; p50 {one.quantile(0.5) * 1e3:.1f} ms, p99 {one.quantile(0.99) * 1e3:.1f} ms",
                    f"{alone:,.0f} verifications/s on one core",
                    f"{one.per_second / alone:.2f}",
                    f"reach {reach:,}/s, p99 < 50 ms; {CLIENTS} raw-socket clients, {live:,} live notices, "
                    "generator on the same two cores, first second not counted",
                )
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--live", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    quick = options.quick
    print(render("Submissions", rows(2_000 if quick else options.live, 3.0 if quick else options.seconds)))
