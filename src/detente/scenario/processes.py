"""Starts a host and stations as real processes on loopback, waits until they listen, and ends them.

Each is forked from one process that has imported what they run and nothing else: importing takes ten times longer than all the rest
of a start, and a replay starts a host and its stations anew for each branch. What runs in them is what `detente host` and
`detente station` run.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import msgspec

from detente.api.question import A, Question
from detente.api.sending import SendingAsked, Sent, send_asked
from detente.errors import Problem, Refused, Unavailable
from detente.network.client import trusted
from detente.network.local import answer_in, written
from detente.storage import private
from detente.wiring import process

END_WITHIN_S = 10.0
_IMPORTED = multiprocessing.get_context("forkserver")
_IMPORTED.set_forkserver_preload(["detente.host.server", "detente.station.server", "detente.cli", "httpcore", "uvloop"])


class Running:
    """One process: its module and folder, what it said when it began to listen, and its log (beside the folder unless named)."""

    def __init__(
        self, module: str, folder: Path, log: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name = folder.name
        self.log = log or folder.with_suffix(".log")
        with private.append(self.log):
            pass  # there from the start, whatever becomes of the process
        self._first_line, said = _IMPORTED.Pipe(duplex=False)
        arguments = (module, folder, self.log, said, dict(os.environ if environment is None else environment))
        self._process = _IMPORTED.Process(target=_serve, args=arguments, name=self.name, daemon=True)
        with _outliving(signal.SIGHUP, signal.SIGTERM):
            forkserver.ensure_running()
        with _no_script():
            self._process.start()
        said.close()
        self.said: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def wait(self) -> None:
        """Wait for the one line that says where it listens. Raises Unavailable with the end of its log."""
        with os.fdopen(os.dup(self._first_line.fileno()), "rb") as said:
            line = said.readline()
        if not line:
            self._process.join(END_WITHIN_S)
            raise Unavailable(f"{self.name} did not start: {self.log.read_text('utf-8', 'replace')[-2000:]}")
        self.said = msgspec.json.decode(line, type=dict[str, Any])

    def kill(self) -> None:
        """Kill it without warning, as a crash would."""
        self._process.kill()
        self.ended()

    def ask_to_end(self) -> None:
        """Ask it to finish."""
        self._process.terminate()

    def ended(self, within_s: float = END_WITHIN_S) -> int | None:
        """Wait for its end; return its exit code (below zero: the signal that ended it), or None where it still runs."""
        self._process.join(within_s)
        if self._process.exitcode is not None:
            self._first_line.close()
        return self._process.exitcode

    def end(self) -> None:
        """Ask it to finish; kill it if it does not."""
        self.ask_to_end()
        if self.ended() is None:
            self.kill()


@contextlib.contextmanager
def _outliving(*numbers: int) -> Iterator[None]:
    """Ignore signals, and have a process that is started here ignore them: what others are forked from must live to say how they ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _no_script() -> Iterator[None]:
    """Hide the script that runs here: a forked process would run it again first, in case it had defined what is to be run."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _serve(module: str, folder: Path, log: Path, said: Connection, environment: Mapping[str, str]) -> None:
    """Run in the new process: in a session of its own, with its log as standard error and the pipe as standard output."""
    os.setsid()
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    with private.append(log) as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.dup2(said.fileno(), sys.stdout.fileno())
    said.close()
    os.environ.clear()  # of the time when the first was forked
    os.environ.update(environment)
    sys.exit(process.main(importlib.import_module(module).run, folder))


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

    def ask(self, question: Question[A]) -> A:
        """Ask a question of `api`; return its answer, typed. Raises Refused with the problems told."""
        made = written(question)
        answer = self._client.request(question.method, f"/local/{made.path}", content=made.body, params=made.query)
        if answer.is_error:
            _answer(answer)
        return answer_in(question, answer.content)

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


def hand_in(door: Door, asked: dict[str, Any]) -> Sent:
    """Have a station sign and send what a row says; wait for nobody."""
    return door.ask(SendingAsked(body=send_asked(asked)))


def _answer(answer: httpx.Response) -> dict[str, object]:
    body = msgspec.json.decode(answer.content, type=dict[str, object])
    if answer.is_error:
        raise Refused(msgspec.convert(body.get("problems", ()), tuple[Problem, ...]))
    return body
