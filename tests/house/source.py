"""What the tests of the house read: the modules of the package as syntax trees, and the prose in and beside them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "detente"


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of the package, by its path below the package."""
    return {file.relative_to(PACKAGE): ast.parse(file.read_text()) for file in sorted(PACKAGE.rglob("*.py"))}


@cache
def pages() -> dict[Path, str]:
    """Every page of documentation, by its path below the root. What was true of a former release may stay in the changelog."""
    files = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {file.relative_to(ROOT): file.read_text() for file in files}


@cache
def prose() -> dict[Path, str]:
    """Docstrings and comments of every module of the package, by path below the root."""
    found = {}
    for path, tree in trees().items():
        file = PACKAGE / path
        comments = [line.partition("#")[2] for line in file.read_text().splitlines() if "#" in line]
        found[file.relative_to(ROOT)] = "\n".join([*docstrings(tree), *comments])
    return found


def docstrings(tree: ast.AST) -> Iterator[str]:
    """The strings that stand for themselves: docstrings of modules, classes, functions and fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


def texts(tree: ast.AST) -> list[str]:
    """Every string that a module could show: its constants but docstrings."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]
