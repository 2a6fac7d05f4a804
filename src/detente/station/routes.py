"""From a function that answers a question to a route: the question is read from path, query and body, the answer written as JSON.

A new route is one function in `station/answers`: `station/local.py` finds it. Path, question and answer are types of `api`, from which
the client, the API's description and the test double are made too.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, get_type_hints

import msgspec
import msgspec.inspect

from detente.api.question import AnyQuestion, Question
from detente.api.sending import Sent
from detente.api.station import Health
from detente.errors import Refused, problem
from detente.ledger.known_names import misfit
from detente.node.station.troubles import stands_still
from detente.station import http
from detente.station.engine import StationLoop

Given = msgspec.Struct | bytes
Answers = Callable[[StationLoop, Any], Given] | Callable[[StationLoop, Any], Awaitable[Given]]


def route(engine: StationLoop, answers: Answers) -> tuple[tuple[str, str], http.Handler]:
    """Return (method, path) and the handler for a function `(engine, question) -> answer`; both types are its annotations."""
    question = asked_of(answers)
    assert question is not None
    name = named_in_path(question)

    async def handler(request: http.LocalRequest) -> http.LocalReply:
        found = answers(engine, read_question(question, request, name))
        given = await found if inspect.isawaitable(found) else found
        if isinstance(given, bytes):
            return http.LocalReply(body=given, kind=question.kind)
        return http.json_answer(given, status=status_of_answer(given))

    return (question.method, question.path.replace("{" + name + "}", "{}")), handler


def asked_of(function: Callable[..., object]) -> type[AnyQuestion] | None:
    """Return the question that a function `(engine, asked)` answers, None if it answers none."""
    if "asked" not in function.__annotations__:
        return None
    hint = get_type_hints(function)["asked"]
    return hint if isinstance(hint, type) and issubclass(hint, Question) and hasattr(hint, "path") else None


def named_in_path(question: type[AnyQuestion]) -> str:
    """Return the field that stands in the path's last segment, "" where none does."""
    segment = question.path.rpartition("/")[2]
    return segment[1:-1] if segment.startswith("{") else ""


def status_of_answer(given: msgspec.Struct) -> int:
    """Return 202 for an entry that is not in the ledger yet, 503 where the picture stands still, else 200."""
    if isinstance(given, Sent):
        return 202 if given.state in ("held", "queued", "sent") else 200
    if isinstance(given, Health):
        return 503 if stands_still(list(given.troubles)) else 200
    return 200


def statuses_of(answer: type) -> tuple[int, ...]:
    """Return every status with which an answer of a type may come (`status_of_answer`)."""
    return (200, 202) if answer is Sent else (200, 503) if answer is Health else (200,)


def read_question(question: type[AnyQuestion], request: http.LocalRequest, name: str) -> AnyQuestion:
    """Read a question's fields: the one in the path, and the query's or the body's. Raises Refused for each that does not fit."""
    fields = {f.name: f for f in msgspec.structs.fields(question)}
    if question.method == "POST" and "body" not in fields:
        asked: AnyQuestion = http.read_body(request, question)
        return asked
    lists = {f.encode_name for f in fields.values() if isinstance(f.default, tuple)}
    given: dict[str, object] = {
        key: tuple(filter(None, text.split(","))) if key in lists else text for key, text in request.query.items()
    }
    if name:
        given[name] = request.rest
    if question.method == "POST":
        given["body"] = _body(request, fields["body"].type)
    try:
        read: AnyQuestion = msgspec.convert(given, question, strict=False)
    except msgspec.ValidationError as error:
        field, rule, step = misfit(error, question, "See docs/formats/station-api.md")
        bounds = next((_bounds(f.type) for f in fields.values() if f.encode_name == field), "")
        raise Refused([problem("parameter", field, given.get(field, ""), bounds or rule, step)]) from None
    return read


def _bounds(kind: object) -> str:
    """Say between which numbers a number must be, both of them allowed; "" of what is no number."""
    info = msgspec.inspect.type_info(kind)
    for one in info.types if isinstance(info, msgspec.inspect.UnionType) else (info,):
        if isinstance(one, msgspec.inspect.IntType) and None not in (one.ge, one.le):
            return f"must be a whole number from {one.ge} to {one.le}"
    return ""


def _body(request: http.LocalRequest, kind: type) -> object:
    """Return a body as its Struct; as its own bytes where whoever answers holds each of them against a signature."""
    return msgspec.Raw(request.body) if kind is msgspec.Raw else http.read_body(request, kind)
