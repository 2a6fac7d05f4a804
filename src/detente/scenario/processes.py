"""Starts a host and stations as real processes on loopback, waits until they listen, and ends them."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec

from detente.errors import Problem, Refused, Unavailable
from detente.network.client import trusted
from detente.storage import private

END_WITHIN_S = 10.0


class Running:
    """One process: its module and folder, what it said when it began to listen, and its log beside the folder."""

    def __init__(self, module: str, folder: Path) -> None:
        self.name = folder.name
        self.log = folder.with_suffix(".log")
        with private.append(self.log) as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(folder)], stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        self.said: dict[str, Any] = {}

    def wait(self) -> None:
        """Wait for the one line that says where it listens. Raises Unavailable with the end of its log."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(END_WITHIN_S)
            raise Unavailable(f"{self.name} did not start: {self.log.read_text('utf-8', 'replace')[-2000:]}")
        self.said = msgspec.json.decode(line, type=dict[str, Any])

    def kill(self) -> None:
        """Kill it without warning, as a crash would."""
        self._process.kill()
        self._process.wait(END_WITHIN_S)

    def ask_to_end(self) -> None:
        """Ask it to finish."""
        self._process.terminate()

    def end(self) -> None:
        """Ask it to finish; kill it if it does not."""
        self.ask_to_end()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()


@contextlib.contextmanager
def running(host: Path, stations: Mapping[str, Path]) -> Iterator[tuple[Running, dict[str, Running]]]:
    """Run a host and stations, by party, for the length of a block; also a closed terminal or a SIGTERM ends the block."""
    started: list[Running] = []
    with _signals_end_the_block() as ignore:
        try:
            started.append(the_host := Running("detente.host.server", host))
            of_party: dict[str, Running] = {}
            for party, folder in stations.items():
                started.append(station := Running("detente.station.server", folder))
                of_party[party] = station
            for process in started:
                process.wait()
            yield the_host, of_party
        finally:
            ignore()  # a second signal must not leave the rest of them running
            for process in started:
                process.ask_to_end()
            for process in reversed(started):
                process.end()


@contextlib.contextmanager
def _signals_end_the_block() -> Iterator[Callable[[], None]]:
    """Have what ends this process unwind it first: the processes that it started are in sessions of their own, and hear nothing.

    Gives what stops listening to further signals. Off the main thread, where no signal arrives, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)}

    def ignore() -> None:
        for number in before:
            signal.signal(number, signal.SIG_IGN)

    for number in (signal.SIGHUP, signal.SIGTERM):
        if before[number] is not signal.SIG_IGN:  # under nohup a closed terminal ends nothing
            signal.signal(number, end)
    try:
        yield ignore
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Door:
    """One JSON interface over HTTP with a bearer token: a station's local listener, or the host's operator listener."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=60.0,
            verify=trusted(None, url),
            trust_env=False,
        )

    def get(self, path: str, **query: str | int) -> dict[str, object]:
        """Ask, and return the answer. Raises Refused with the problems told."""
        return _answer(self._client.get(path, params=query))

    def get_bytes(self, path: str) -> bytes:
        """Ask for a file."""
        answer = self._client.get(path)
        if answer.is_error:
            _answer(answer)
        return answer.content

    def post(self, path: str, body: object, **query: str | int) -> dict[str, object]:
        """Send JSON, and return the answer. Raises Refused with the problems told."""
        return _answer(self._client.post(path, content=msgspec.json.encode(body), params=query))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _answer(answer: httpx.Response) -> dict[str, object]:
    body = msgspec.json.decode(answer.content, type=dict[str, object])
    if answer.is_error:
        raise Refused(msgspec.convert(body.get("problems", ()), tuple[Problem, ...]))
    return body
