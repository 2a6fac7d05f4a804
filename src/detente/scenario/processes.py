"""Starts a host and stations as real processes on loopback, waits until they listen, and ends them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import msgspec

from detente.errors import Problem, Refused, Unavailable

END_WITHIN_S = 10.0


class Running:
    """One process: its module and folder, what it said when it began to listen, and its log beside the folder."""

    def __init__(self, module: str, folder: Path) -> None:
        self.name = folder.name
        self.log = folder.with_suffix(".log")
        with self.log.open("ab") as log:
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

    def end(self) -> None:
        """Ask it to finish; kill it if it does not."""
        self._process.terminate()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()


@contextlib.contextmanager
def running(host: Path, stations: Mapping[str, Path]) -> Iterator[tuple[Running, dict[str, Running]]]:
    """Run a host and stations, by party, for the length of a block."""
    started: list[Running] = []
    try:
        the_host = Running("detente.host.server", host)
        started.append(the_host)
        of_party = {party: Running("detente.station.server", folder) for party, folder in stations.items()}
        started += of_party.values()
        for process in started:
            process.wait()
        yield the_host, of_party
    finally:
        for process in reversed(started):
            process.end()


class Door:
    """One JSON interface over HTTP with a bearer token: a station's local listener, or the host's operator listener."""

    def __init__(self, url: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60.0, trust_env=False
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
