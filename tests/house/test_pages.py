"""Every route, setting, variable and verb stands on a page. (Verbs and options: tests/cli/test_docs.py compares the whole page.)"""

from __future__ import annotations

import ast
import re
from typing import Any, get_type_hints

import pytest
from tests.house.source import pages, texts, trees

from detente.api.question import Question
from detente.cli.app import VERBS
from detente.station.local import ANSWERS
from detente.wiring.host import HostConfig
from detente.wiring.station import StationConfig

METHODS = {"DELETE", "GET", "POST", "PUT"}


def routes() -> set[tuple[str, str]]:
    """(method, path) of every route that host and station serve: the pairs that their tables are keyed by."""
    found = set()
    for path, tree in trees().items():
        if path.parts[0] in ("host", "station"):
            for node in ast.walk(tree):
                match node:
                    case ast.Tuple(elts=[ast.Constant(value=str(method)), ast.Constant(value=str(route))]) if (
                        method in METHODS and route.startswith("/")
                    ):
                        found.add((method, route))
    return found | {(asked.method, re.sub(r"\{.+\}", "{}", asked.path)) for asked in questions()}


def questions() -> list[type[Question[Any]]]:
    """What may be asked of a station by a question of `api`."""
    return [get_type_hints(answers)["asked"] for answers in ANSWERS]


def shown(path: str) -> str:
    """A path as a page writes it: what follows the last fixed part is an id or a name, the prefix may stand once in a row."""
    return path.removesuffix("/{}")


def on_a_page(path: str) -> bool:
    """Whether a page names a path, whole or, in a row of several, from its second part on (`/screenings/ID`, `/delivery/ID`)."""
    whole = shown(path)
    short = whole.removeprefix("/local").removeprefix("/v1")
    tail = r"/[A-Z]+" if path.endswith("/{}") else r"(?![\w/-])"
    wanted = re.compile(rf"(?:{re.escape(whole)}|`{re.escape(short)}){tail}")
    return any(wanted.search(text) for page, text in pages().items() if page.parts[0] == "docs")


def test_every_route_stands_on_a_page() -> None:
    """Those of the host, of its operator's listener, between stations, and of a station's own officers."""
    assert len(routes()) > 70
    assert sorted(route for route in routes() if not on_a_page(route[1])) == []


@pytest.mark.parametrize(
    ("config", "page"), [(HostConfig, "docs/host.md"), (StationConfig, "docs/formats/station-api.md")]
)
def test_every_setting_stands_on_a_page(config: type, page: str) -> None:
    """The settings of `host.toml` and `station.toml`."""
    text = next(text for path, text in pages().items() if path.as_posix() == page)
    assert [name for name in config.__struct_fields__ if not re.search(rf"`\[?{name}\]?`", text)] == []  # type: ignore[attr-defined]


def test_every_variable_of_the_environment_stands_on_a_page() -> None:
    """`DETENTE_…`"""
    used = {text for tree in trees().values() for text in texts(tree) if re.fullmatch(r"DETENTE_[A-Z_]+", text)}
    assert len(used) > 4
    assert sorted(name for name in used if not any(name in text for text in pages().values())) == []


def test_every_verb_stands_on_the_page_of_verbs() -> None:
    text = next(text for path, text in pages().items() if path.as_posix() == "docs/cli.md")
    assert [verb for verb in VERBS if f"## detente {verb}\n" not in text] == []


def test_a_route_on_no_page_is_found() -> None:
    """The alarm path first."""
    assert not on_a_page("/local/nowhere")
    assert on_a_page("/local/status")
