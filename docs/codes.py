"""Collects every error code that the package can give, from its source: `problem(code, …)` and whatever passes a code on to it.

A function that hands one of its parameters to `problem` as the code, whole or in an f-string (`f"entry-{code}"`), is a *maker*; the
code is then what its callers give. What is only known when it runs is shown by its fixed part and a star.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "src" / "detente"

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Maker(NamedTuple):
    """A function that makes a problem: which argument its code comes from, and what is put before it."""

    at: int
    before: str


@cache
def codes() -> dict[str, list[str]]:
    """Return every code with the modules that raise it."""
    trees = {file: ast.parse(file.read_text()) for file in sorted(PACKAGE.rglob("*.py"))}
    makers = {_module(file): dict(_makers(tree)) for file, tree in trees.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for file, tree in trees.items():
        known = {"problem": Maker(0, ""), "add": Maker(0, ""), **_imported(tree, makers), **makers[_module(file)]}
        for code in _given(tree, known):
            found[code].add(file.relative_to(PACKAGE).as_posix())
    return {code: sorted(files) for code, files in sorted(found.items())}


def _module(file: Path) -> str:
    return ".".join(("detente", *file.relative_to(PACKAGE).with_suffix("").parts))


def _makers(tree: ast.Module) -> Iterator[tuple[str, Maker]]:
    """The makers of a module; one may rest on another, so they are looked for until no more are found."""
    known: dict[str, Maker] = {"problem": Maker(0, "")}
    functions = [
        (node, parameters)
        for node in _nodes(tree)
        if isinstance(node, Function)
        and (parameters := [a.arg for a in node.args.args if a.arg not in ("self", "cls")])
    ]
    size = 0
    while size < len(known):
        size = len(known)
        for function, parameters in functions:
            for maker, code in _calls(function, known):
                before, name = _parts(code)
                if name in parameters:
                    known.setdefault(function.name, Maker(parameters.index(name), maker.before + before))
    return ((name, maker) for name, maker in known.items() if name != "problem")


def _imported(tree: ast.Module, makers: dict[str, dict[str, Maker]]) -> dict[str, Maker]:
    """The makers that a module imports."""
    found = {}
    for node in _nodes(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (maker := makers.get(node.module or "", {}).get(alias.name)) is not None:
                    found[alias.asname or alias.name] = maker
    return found


def _calls(node: ast.AST, known: dict[str, Maker]) -> Iterator[tuple[Maker, ast.expr]]:
    """Each call of a maker, and the expression that it is given as the code. `add` is a set's, too: a fault has five parts."""
    for call in _nodes(node):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
            maker = known.get(name)
            if maker is not None and len(call.args) > maker.at and (name != "add" or len(call.args) == 5):
                yield maker, call.args[maker.at]


@cache
def _nodes(within: ast.AST) -> list[ast.AST]:
    """The calls, functions and imports below a node; kept, because they are looked through again and again."""
    return [node for node in ast.walk(within) if isinstance(node, ast.Call | Function | ast.ImportFrom)]


def _parts(code: ast.expr) -> tuple[str, str]:
    """Split a code into its fixed beginning and the variable that follows it ("" if none does)."""
    match code:
        case ast.Name(id=name):
            return "", name
        case ast.JoinedStr(values=[ast.Constant(value=str(before)), ast.FormattedValue(value=ast.Name(id=name))]):
            return before, name
    return "", ""


def _given(tree: ast.Module, known: dict[str, Maker]) -> Iterator[str]:
    """The codes that a module gives to makers."""
    passed_on = {
        argument.arg
        for node in _nodes(tree)
        if isinstance(node, Function) and node.name in known
        for argument in node.args.args
    }
    for maker, code in _calls(tree, known):
        if _parts(code)[1] not in passed_on or not _parts(code)[1]:
            yield from (maker.before + said for said in _said(code, tree))


def _said(code: ast.expr, tree: ast.Module) -> set[str]:
    """What an expression can be: its constants, either side of a condition, what a name is ever set to, else a star."""
    match code:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return _said(one, tree) | _said(other, tree)
        case ast.JoinedStr(values=values):
            return {"".join(v.value if isinstance(v, ast.Constant) else "*" for v in values)}
    return {"*"}
