"""Whoever follows a pointer in the prose finds what it names: paths, pages, modules and what stands in them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from tests.house.source import PACKAGE, ROOT, pages, prose, trees

FOLDERS = ("bench", "docs", "src", "tests", "verifier")
TOKEN = re.compile(r"[^\s`'\"()\[\],;|]+")
PATH = re.compile(r"[\w./-]*[\w-]\.(?:py|md|yaml|svg)")
MODULE = re.compile(r"(?<![\w./-])detente(?:\.[a-z_0-9]+)+")
MEMBER = re.compile(r"`([a-z_]+)\.([a-zA-Z_0-9]+)(?:\.\w+)*`")
DRAWN = re.compile(r"(?<![\w./])([a-z_]+)\.([a-zA-Z_]\w*)")
FENCED = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
WORD = re.compile(r"`([a-z_]+)`")

SUFFIXES = {"db", "json", "key", "md", "py", "toml"}
NOT_OURS = {"AGREEMENT.md", "report.md", "ruamel.yaml", "tests/scenario/golden/CASE.txt"}
"""Files that a reader will have, and a library whose name looks like one."""


@cache
def endings() -> frozenset[str]:
    """Every way to name a file of the project: `geometry/volume.py` for `src/detente/geometry/volume.py`, and so on."""
    files = [*ROOT.glob("*"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))]
    found = set()
    for file in files:
        parts = file.relative_to(ROOT).parts
        found |= {"/".join(parts[start:]) for start in range(len(parts))}
    return frozenset(found)


@cache
def names() -> dict[str, frozenset[str]]:
    """What may be named after a module's or a package's name and a dot: what is defined or used in it, the modules in it."""
    found: dict[str, set[str]] = {}
    for path, tree in trees().items():
        here = found.setdefault(path.stem, set())
        for node in ast.walk(tree):
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    here.add(name)
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    here.add(name)
        for above in path.parents:
            found.setdefault(above.name, set()).update({path.stem, path.parent.name})
    return {name: frozenset(held) for name, held in found.items()}


def lost_paths(text: str) -> set[str]:
    """The files that a text names and that are not there."""
    tokens = {token.rstrip(".:").removeprefix("./").partition(":")[0] for token in set(TOKEN.findall(text))}
    return {token for token in tokens if PATH.fullmatch(token)} - endings() - NOT_OURS


def lost_modules(text: str) -> set[str]:
    """The modules that a text names and that are not there; the last part may be what stands in one."""
    lost = set()
    for name in MODULE.findall(text):
        parts = name.split(".")[1:]
        whole, most = PACKAGE.joinpath(*parts), PACKAGE.joinpath(*parts[:-1])
        if not any(at.is_dir() or at.with_suffix(".py").is_file() for at in (whole, most) if at != PACKAGE):
            lost.add(name)
    return lost - {"detente.example"}


def lost_members(text: str) -> set[str]:
    """What a text names as `module.name` and is not there; `field.part` and names of files are not meant."""
    return {
        f"{module}.{name}"
        for module, name in MEMBER.findall(text)
        if module in names() and name not in names()[module] and name not in SUFFIXES
    }


def lost_in_drawings(text: str) -> set[str]:
    """What a drawing names as `module.name` and is not there."""
    drawn = [pair for drawing in FENCED.findall(text) for pair in DRAWN.findall(drawing)]
    return {f"{module}.{name}" for module, name in drawn if name not in names().get(module, ())}


MADE = re.compile(r"^```python (\S+)$", re.MULTILINE)


@pytest.mark.parametrize("where", ["pages", "modules"])
def test_every_file_named_in_prose_is_there(where: str) -> None:
    """A path may be cut at its left: `geometry/volume.py`, `records.md`. A page may make files as an example: those are not there."""
    found = pages() if where == "pages" else prose()
    lost = {(path, name) for path, text in found.items() for name in lost_paths(text) - set(MADE.findall(text))}
    assert lost == set()


@pytest.mark.parametrize("where", ["pages", "modules"])
def test_every_module_named_in_prose_is_there(where: str) -> None:
    """Written whole: `detente.rules.agreements.logic`."""
    found = pages() if where == "pages" else prose()
    assert {path: lost for path, text in found.items() if (lost := lost_modules(text))} == {}


def test_every_module_and_name_in_a_docstring_is_there() -> None:
    """Written as `module.name` or `package.module`."""
    assert {path: lost for path, text in prose().items() if (lost := lost_members(text))} == {}


def test_every_module_that_a_package_presents_is_in_it() -> None:
    """What stands between backticks in the docstring of a package is a module of it."""
    lost = {}
    for path, tree in trees().items():
        if path.name == "__init__.py":
            inside = {at.stem for at in (PACKAGE / path.parent).iterdir()}
            if words := set(WORD.findall(ast.get_docstring(tree) or "")) - inside:
                lost[path] = words
    assert lost == {}


def test_every_step_that_the_architecture_draws_is_there() -> None:
    """The two loops, step by step, as the code has them."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert "fold.admit" in "".join(FENCED.findall(text))
    assert lost_in_drawings(text) == set()


def test_a_pointer_to_nowhere_is_found() -> None:
    """The alarm path first: those that stood here once."""
    assert lost_paths("see docs/decisions/storage.md") == {"docs/decisions/storage.md"}
    assert lost_modules("`detente.rules.notices.blunting.blunt`") == {"detente.rules.notices.blunting.blunt"}
    assert lost_members("`ladder.blunted`") == {"ladder.blunted"}
    assert lost_paths("docs/threats.md") == lost_members("`ladder.begins_us`") == set()
    assert lost_in_drawings("```\n  ladder.blunted ──> ladder.begins_us\n```\n") == {"ladder.blunted"}
    assert Path("src/detente/rules/hotline/ladder.py") in prose()
