"""One word, one meaning: a public class name stands for one class in the whole package."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

from tests.house.source import trees

STILL_DOUBLE = frozenset(
    [
        "Account",
        "Alarm",
        "Answer",
        "Answered",
        "Answers",
        "Asked",
        "Book",
        "Box",
        "Call",
        "Called",
        "Cell",
        "Change",
        "Changed",
        "Clock",
        "Column",
        "Contradiction",
        "Counted",
        "Desk",
        "Difference",
        "Doubt",
        "End",
        "Engine",
        "Event",
        "Gap",
        "Held",
        "Hit",
        "Host",
        "Kept",
        "Known",
        "Limits",
        "Line",
        "Listed",
        "Log",
        "Mark",
        "Matter",
        "Meeting",
        "Meetings",
        "Officer",
        "Open",
        "Pair",
        "Part",
        "Party",
        "Peer",
        "Period",
        "Permission",
        "Phrase",
        "Picture",
        "Place",
        "Point",
        "Position",
        "Presence",
        "Published",
        "Question",
        "Reading",
        "Register",
        "Request",
        "Row",
        "Rule",
        "Said",
        "Side",
        "Signed",
        "Since",
        "Span",
        "Standing",
        "Step",
        "Table",
        "Telling",
        "Term",
        "Told",
        "Touch",
        "Verdict",
        "Verdicts",
        "Window",
        "Within",
        "Word",
        "Words",
    ]
)
"""Names that stand for more than one class today. The list only shrinks: a name that has become unique must leave it."""


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
    assert {name: paths for name, paths in double().items() if name not in STILL_DOUBLE} == {}


def test_a_name_that_is_no_longer_double_leaves_the_list():
    assert STILL_DOUBLE - double().keys() == frozenset()
