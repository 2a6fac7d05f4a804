"""A question of `api` is read from path, query or body, is answered by one function, and its client gets the type it asked for."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, get_type_hints

import pytest

import detente.api
from detente.api.permissions import Permissions, PermissionsAsked
from detente.api.question import Answer, Question
from detente.errors import Refused
from detente.network.local import written
from detente.station.http import LocalRequest
from detente.station.local import ANSWERS
from detente.station.routes import read_question


class AboutAnswered(Answer, frozen=True, kw_only=True):
    about: str


class AboutAsked(Question[AboutAnswered], frozen=True, kw_only=True, forbid_unknown_fields=True):
    path = "/local/about/{about}"
    about: str
    at_us: int | None = None
    parties: tuple[str, ...] = ()


def asked(rest: str, **query: str) -> AboutAsked:
    request = LocalRequest(body=b"", headers={}, method="GET", path="", query=query, rest=rest)
    found = read_question(AboutAsked, request, "about")
    assert isinstance(found, AboutAsked)
    return found


def questions() -> list[type[Question[Any]]]:
    for module in pkgutil.iter_modules(detente.api.__path__, "detente.api."):
        importlib.import_module(module.name)
    found: list[type[Question[Any]]] = []
    ahead = Question.__subclasses__()
    while ahead:
        found.append(one := ahead.pop())
        ahead += one.__subclasses__()
    return [one for one in found if one.__module__.startswith("detente.api.") and "path" in vars(one)]


def test_every_question_is_answered_by_exactly_one_function():
    answered = [get_type_hints(answers)["asked"] for answers in ANSWERS]
    assert sorted(q.__name__ for q in questions()) == sorted(q.__name__ for q in answered)
    assert len({(q.method, q.path) for q in answered}) == len(answered)


@pytest.mark.parametrize("answers", ANSWERS, ids=lambda a: a.__name__)
def test_a_function_gives_the_answer_that_its_question_names(answers):
    types = get_type_hints(answers)
    assert types["return"] is types["asked"].answer_type()


def test_what_the_client_writes_is_what_the_station_reads():
    question = AboutAsked(about="ab" * 32, at_us=7, parties=("rus", "un"))
    path, query, _ = written(question)
    assert path == f"about/{'ab' * 32}"
    assert asked(path.rpartition("/")[2], **{name: str(value) for name, value in query.items()}) == question


def test_what_is_left_out_is_not_sent():
    assert written(AboutAsked(about="x")) == ("about/x", {}, None)
    assert asked("x", parties="") == AboutAsked(about="x")


@pytest.mark.parametrize("query", [{"at": "7"}, {"at_us": "noon"}], ids=str)
def test_a_parameter_that_is_no_field_or_does_not_fit_is_refused(query):
    """The former handlers passed over a name they did not know, and a typing error read as no filter at all."""
    with pytest.raises(Refused) as refused:
        asked("x", **query)
    assert refused.value.problems[0].code == "parameter"


def test_the_answer_type_comes_from_the_brackets():
    assert PermissionsAsked.answer_type() is Permissions
