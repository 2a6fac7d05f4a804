"""From a function that answers a question to a route: the question is read from path, query and body, the answer written as JSON.

A new route is one function in `station/answers` and its name in `ANSWERS` of `station/local.py`: path, question and answer are types
of `api`, from which the client, the API's description and the test double are made too.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, get_type_hints

import msgspec

from detente.api.question import Answer, Question
from detente.errors import Refused, problem
from detente.ledger.known_names import misfit
from detente.station import http
from detente.station.engine import Engine

A = TypeVar("A", bound=Answer)
Answers = Callable[[Engine, Any], Answer] | Callable[[Engine, Any], Awaitable[Answer]]


def route(engine: Engine, answers: Answers) -> tuple[tuple[str, str], http.Handler]:
    """Return (method, path) and the handler for a function `(engine, question) -> answer`; both types are its annotations."""
    question: type[Question[Any]] = get_type_hints(answers)["asked"]
    segment = question.path.rpartition("/")[2]
    name = segment[1:-1] if segment.startswith("{") else ""

    async def handler(request: http.Request) -> http.Answer:
        found = answers(engine, read_question(question, request, name))
        return http.json_answer(await found if inspect.isawaitable(found) else found)

    return (question.method, question.path.replace(segment, "{}") if name else question.path), handler


def read_question(question: type[Question[Any]], request: http.Request, name: str) -> Question[Any]:
    """Read a question's fields: the one in the path, and the query's or the body's. Raises Refused for each that does not fit."""
    if question.method == "POST":
        asked: Question[Any] = http.read_body(request, question)
        return asked
    lists = {f.name for f in msgspec.structs.fields(question) if isinstance(f.default, tuple)}
    given: dict[str, Any] = {
        key: tuple(filter(None, text.split(","))) if key in lists else text for key, text in request.query.items()
    }
    if name:
        given[name] = request.rest
    try:
        read: Question[Any] = msgspec.convert(given, question, strict=False)
    except msgspec.ValidationError as error:
        field, rule, step = misfit(error, question, "See docs/formats/station-api.md")
        raise Refused([problem("parameter", field, given.get(field, ""), rule, step)]) from None
    return read
