"""No rule that only tests call: every public function of the rules floors is reached from a shell.

Reached is judged by names: a shell names it, or something reached does. So a rule that shares its name with something else may
escape; what is found is truly reached by nobody.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.house.source import trees

RULES = ("geometry", "picture", "records", "rules")

UNREACHED = {
    # the definition that tests hold a fast way against
    "all_conflicts": "rules/notices/pairs.py",
    "all_meetings": "geometry/search/batch.py",
    "columns_of": "rules/agreements/logic/columns.py",
    "horizontal_bounds": "geometry/exact/separation.py",
    "log_of": "rules/agreements/logic/proof.py",
    # what rests on those alone: the join of many volumes at once is measured in bench/, and nothing in the product asks it
    "Bundles": "geometry/search/leaves.py",
    "Encounters": "geometry/search/batch.py",
    "bundled": "geometry/search/leaves.py",
    "reordered": "geometry/search/bulk.py",
    # found by this test, and not decided yet: wire or delete
    "added": "rules/evidence/counts.py",
}
"""What no shell reaches, and where. The list only shrinks: what is wired or deleted must leave it."""

Rule = tuple[str, str]
"""A name, and the module that defines it."""


def named(node: ast.AST) -> set[str]:
    """Every name that a piece of code uses; a text that is a name counts, as a method may be looked up by it."""
    found = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Constant(value=str(text)) if text.isidentifier():
                found.add(text)
    return found


@cache
def defined() -> list[tuple[Rule, ast.AST]]:
    """Every function, class and method of the rules floors; two classes of one module may have methods of one name."""
    found: list[tuple[Rule, ast.AST]] = []
    for path, tree in trees().items():
        if path.parts[0] in RULES:
            classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
            for node in (*tree.body, *(part for one in classes for part in one.body)):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    found.append(((node.name, path.as_posix()), node))
    return found


def own(node: ast.AST) -> set[str]:
    """What a function uses, or a class outside its methods: its fields, its bases, what Python itself calls."""
    if not isinstance(node, ast.ClassDef):
        return named(node) - {getattr(node, "name", "")}
    parts = [*node.bases, *node.decorator_list]
    for part in node.body:
        if not isinstance(part, ast.FunctionDef) or part.name.startswith("__"):
            parts.append(part)  # type: ignore[arg-type]
    return {name for part in parts for name in named(part)}


@cache
def unreached() -> dict[str, str]:
    """The public names of the rules floors that no shell reaches, and where each is defined."""
    by_name: dict[str, list[ast.AST]] = defaultdict(list)
    for (name, _), node in defined():
        by_name[name].append(node)
    todo = set()
    for path, tree in trees().items():
        if path.parts[0] not in RULES:
            todo |= named(tree)
        else:  # what a module does when it is imported
            todo |= {n for p in tree.body if not isinstance(p, ast.FunctionDef | ast.ClassDef) for n in named(p)}
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo |= {used for node in by_name.get(name, ()) for used in own(node)} - reached
    return {name: path for (name, path), _ in defined() if not name.startswith("_") and name not in reached}


def test_every_rule_is_reached_from_a_shell() -> None:
    """A rule that is written, tested and called by nobody promises what does not happen."""
    assert {name: path for name, path in unreached().items() if name not in UNREACHED} == {}


def test_a_rule_that_is_wired_or_gone_leaves_the_list() -> None:
    assert {name: path for name, path in UNREACHED.items() if unreached().get(name) != path} == {}


def test_a_rule_that_only_tests_call_is_found() -> None:
    """The alarm path first: `all_meetings`, which the fast ways are held against, is named by nobody else."""
    assert unreached()["all_meetings"] == "geometry/search/batch.py"
    assert Path("geometry/search/batch.py") in trees()
    assert "begins_us" not in unreached()
