"""A station's local API as its own officers use it: loopback, one bearer token from the station's folder.

Problems come back as `Refused`, exactly as the station said them; a station that is not there is `Unavailable`. Spoken with the
standard library's client, because loopback needs neither TLS nor a pool, and a larger client took most of the time of a verb.
"""

from __future__ import annotations

import contextlib
import http.client
import tomllib
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec

from detente.api.question import Question
from detente.errors import UNREADABLE, EvidenceError, Problem, Refused, Unavailable, problem, unreadable

A = TypeVar("A", bound=msgspec.Struct | bytes)

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
        made = written(question)
        return _read(question, self._send(question.method, made.path, made.body, made.query))

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


class QuestionRequest(NamedTuple):
    """A question as a request: the path below /local/, the query, and the body of a POST."""

    path: str
    query: dict[str, Any]
    body: bytes | None


def written(question: Question[Any]) -> QuestionRequest:
    """Return a question as the request that asks it."""
    below = question.path.removeprefix("/local/")
    whole = getattr(question, "body", None)
    if question.method == "POST" and whole is None:
        return QuestionRequest(below, {}, msgspec.json.encode(question))
    fields = (f for f in msgspec.structs.fields(question) if f.name != "body")
    asked = {f.encode_name: value for f in fields if (value := getattr(question, f.name)) != f.default}
    query = {name: _in_query(value) for name, value in asked.items() if "{" + name + "}" not in below}
    return QuestionRequest(below.format(**asked), query, None if whole is None else msgspec.json.encode(whole))


def _in_query(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, tuple) else value


def answer_in(question: Question[A], content: bytes) -> A:
    """Read an answer, checked against the type that its question names; a file is its bytes."""
    kind = question.answer_type()
    return cast(A, content if kind is bytes else msgspec.json.decode(content, type=kind))


def _read(question: Question[A], answer: RawAnswer) -> A:
    try:
        return answer_in(question, answer.content)
    except UNREADABLE as error:
        raise Unavailable(f"the station's answer cannot be read: {unreadable(error)}") from error


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
