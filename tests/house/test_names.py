"""One word, one meaning: a public class name stands for one class in the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.house.source import trees


def double() -> dict[str, list[Path]]:
    """Public class names that stand for more than one class, and where."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: paths for name, paths in found.items() if len(paths) > 1}


def test_no_new_class_takes_a_name_that_another_has():
    """Choose another word; docs/glossary.md has those that are taken."""
    assert double() == {}
