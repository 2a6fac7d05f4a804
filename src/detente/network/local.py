"""A station's local API as its own officers use it: loopback, one bearer token from the station's folder.

Problems come back as `Refused`, exactly as the station said them; a station that is not there is `Unavailable`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec

from detente.api.question import Answer, Question
from detente.errors import UNREADABLE, EvidenceError, Problem, Refused, Unavailable, problem, unreadable

A = TypeVar("A", bound=Answer)

TIMEOUT = httpx.Timeout(90.0, connect=3.0)


class LocalStation:
    """The local listener of one station. Use as a context manager."""

    def __init__(self, url: str, token: str, folder: Path) -> None:
        self.folder = folder
        self.url = url
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, trust_env=False
        )

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

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> LocalStation:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, method: str, path: str, body: bytes | None, query: dict[str, Any]) -> httpx.Response:
        try:
            answer = self._http.request(method, f"/local/{path}", content=body, params=query)
        except httpx.ConnectError:
            raise Unavailable(
                f"no station answers at {self.url}; start it: detente station --folder {self.folder}"
            ) from None
        except httpx.HTTPError as error:
            raise Unavailable(f"the station at {self.url} did not finish its answer: {error!r}") from error
        if answer.is_error:
            raise _error(answer)
        return answer


def written(question: Question[Any]) -> tuple[str, dict[str, Any]]:
    """Return a question's path below /local/ with its own field in place, and its other fields: a query's, or a body's."""
    given: dict[str, Any] = msgspec.to_builtins(question)
    path = question.path.removeprefix("/local/").format(**given)
    left = {name: value for name, value in given.items() if "{" + name + "}" not in question.path}
    if question.method == "POST":
        return path, left
    return path, {
        n: ",".join(map(str, value)) if isinstance(value, list | tuple) else value for n, value in left.items()
    }


class _Details(msgspec.Struct):
    problems: tuple[Problem, ...] = ()


def _error(answer: httpx.Response) -> Exception:
    try:
        problems = msgspec.json.decode(answer.content, type=_Details).problems
    except UNREADABLE:
        problems = ()
    codes = {found.code for found in problems}
    words = "; ".join(found.sentence() for found in problems) or f"status {answer.status_code}"
    if answer.status_code >= 500 or not problems or "unavailable" in codes:
        return Unavailable(f"the station could not answer: {words}")
    return EvidenceError(words) if codes == {"evidence"} else Refused(problems)


def _decoded(answer: httpx.Response) -> Any:
    try:
        return msgspec.json.decode(answer.content)
    except UNREADABLE as error:
        raise Unavailable(f"the station's answer cannot be read: {unreadable(error)}") from error
