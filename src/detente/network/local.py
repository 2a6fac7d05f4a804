"""A station's local API as its own officers use it: loopback, one bearer token from the station's folder.

Problems come back as `Refused`, exactly as the station said them; a station that is not there is `Unavailable`. Spoken with the
standard library's client, because loopback needs neither TLS nor a pool, and a larger client took most of the time of a verb.
"""

from __future__ import annotations

import contextlib
import http.client
import tomllib
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from detente.api.question import Answer, Question
from detente.errors import UNREADABLE, EvidenceError, Problem, Refused, Unavailable, problem, unreadable

A = TypeVar("A", bound=Answer)

CONNECT_WITHIN_S = 3.0
ANSWER_WITHIN_S = 90.0


class RawAnswer(NamedTuple):
    """A status and a body, whole."""

    status: int
    content: bytes


class LocalStation:
    """The local listener of one station. Each request has a connection of its own, so nothing is left open between them."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        self.folder = folder
        self.url = url
        self._token = token

    @classmethod
    def of(cls, folder: Path) -> LocalStation:
        """Find the listener of the station in a folder. Refused: not a station's folder; Unavailable: never started."""
        try:
            config = tomllib.loads((folder / "station.toml").read_text("utf-8"))
            local, party = str(config.get("local", "127.0.0.1:8451")), config["party"]
        except (OSError, tomllib.TOMLDecodeError, KeyError):
            rule = "must be the folder of a station, with its station.toml"
            raise Refused([problem("station", "--station", str(folder), rule, "Name the station's folder.")]) from None
        try:
            token = (folder / "local.token").read_text("ascii").strip()
        except OSError:
            raise Unavailable(
                f"the station of {party} has not run yet; start it: detente station --folder {folder}"
            ) from None
        url = f"http://{local}"
        if local.endswith(":0"):  # any free port: the running station says which
            try:
                url = msgspec.json.decode((folder / "listening.json").read_bytes(), type=dict[str, Any])["local"]
            except (*UNREADABLE, OSError, KeyError):
                raise Unavailable(f"the station of {party} does not say where it listens; start it") from None
        return cls(url, token, folder)

    def ask(self, question: Question[A]) -> A:
        """Ask a question of `api`; return its answer, typed."""
        path, given = written(question)
        body = msgspec.json.encode(given) if question.method == "POST" else None
        answer = self._send(question.method, path, body, {} if body is not None else given)
        try:
            found: A = msgspec.json.decode(answer.content, type=question.answer_type())
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Unavailable(f"the station's answer cannot be read: {error}") from error
        return found

    def get(self, path: str, **query: str | int) -> Any:
        """Ask; return the answer, decoded."""
        return _decoded(self._send("GET", path, None, query))

    def get_bytes(self, path: str, **query: str | int) -> bytes:
        """Ask for a file."""
        return self._send("GET", path, None, query).content

    def post(self, path: str, body: object, **query: str | int) -> Any:
        """Send JSON; return the answer, decoded."""
        return _decoded(self._send("POST", path, msgspec.json.encode(body), query))

    def _send(self, method: str, path: str, body: bytes | None, query: dict[str, Any]) -> RawAnswer:
        link = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=CONNECT_WITHIN_S)
        try:
            link.connect()
        except OSError:
            raise Unavailable(
                f"no station answers at {self.url}; start it: detente station --folder {self.folder}"
            ) from None
        try:
            link.sock.settimeout(ANSWER_WITHIN_S)
            with contextlib.suppress(BrokenPipeError):  # a station that refuses a body unread has answered already
                link.request(method, _target(path, query), body, {"Authorization": f"Bearer {self._token}"})
            answer = link.getresponse()
            reply = RawAnswer(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"the station at {self.url} did not finish its answer: {error!r}") from error
        finally:
            link.close()
        if reply.status >= 400:
            raise _error(reply)
        return reply


def _target(path: str, query: dict[str, Any]) -> str:
    """Return what a request asks for. A boolean is written as in JSON, and None as nothing."""
    words = {name: _word(value) for name, value in query.items()}
    return quote(f"/local/{path}") + (f"?{urlencode(words)}" if words else "")


def _word(value: str | int | bool | None) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def written(question: Question[Any]) -> tuple[str, dict[str, Any]]:
    """Return a question's path below /local/ with its own field in place, and its other fields: a query's, or a body's."""
    given: dict[str, Any] = msgspec.to_builtins(question)
    path = question.path.removeprefix("/local/").format(**given)
    left = {name: value for name, value in given.items() if "{" + name + "}" not in question.path}
    if question.method == "POST":
        return path, left
    return path, {name: ",".join(value) if isinstance(value, list | tuple) else value for name, value in left.items()}


class _Details(msgspec.Struct):
    problems: tuple[Problem, ...] = ()


def _error(answer: RawAnswer) -> Exception:
    try:
        problems = msgspec.json.decode(answer.content, type=_Details).problems
    except UNREADABLE:
        problems = ()
    codes = {found.code for found in problems}
    words = "; ".join(found.sentence() for found in problems) or f"status {answer.status}"
    if answer.status >= 500 or not problems or "unavailable" in codes:
        return Unavailable(f"the station could not answer: {words}")
    return EvidenceError(words) if codes == {"evidence"} else Refused(problems)


def _decoded(answer: RawAnswer) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except UNREADABLE as error:
        raise Unavailable(f"the station's answer cannot be read: {unreadable(error)}") from error
