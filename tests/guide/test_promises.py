"""Every promise of the documents names the test that holds it (docs/threats.md, last table), and no promise stands without one.

A sentence is a promise if it says that something is shown, refused, caught, flagged or an alarm, or that it cannot or never
happens. Whoever adds one adds its row: a test that holds it, or, where the words promise nothing, why they do not.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ["threats.md", *(p.relative_to(DOCS).as_posix() for p in sorted((DOCS / "formats").rglob("*.md")))]
PAGES += [f"decisions/{p.name}" for p in sorted((DOCS / "decisions").glob("*.md")) if not p.name.startswith("0006")]
"""Decision 0006 is a list of what is *not* done; it goes when its last row does."""

PROMISE = re.compile(
    r"\b(?:is|are|be|stays?) (?:\w+ ){0,2}(?:shown|told|alarmed|refused|caught|flagged|rejected|noticed|warned|slowed|withheld)\b"
    r"|\bcannot\b|\bcan never\b|\bnever\b|\balarms?\b",
    re.IGNORECASE,
)
TITLE = "## Promises and the tests that hold them"
NONE = "no promise: "
REASON = 20
"""Letters that a reason has at least."""

EVERY_ROW = ("Parties", "The host")
"""Sections of threats.md in which every row of a table is a promise, whatever its words."""


class Row(NamedTuple):
    page: str
    quote: str
    held_by: str


def plain(text: str) -> str:
    """One line, without the marks of Markdown."""
    return re.sub(r"\s+", " ", re.sub(r"[*`|]", " ", text)).strip()


def blocks(text: str) -> list[tuple[str, str]]:
    """Return (section, paragraph or row), without code blocks and the table of promises itself."""
    text = re.sub(r"```.*?```", "", text.partition(TITLE)[0], flags=re.DOTALL)
    section, found, held = "", [], ""
    for line in [*text.splitlines(), ""]:
        starts = line.lstrip().startswith(("|", "- ", "* ")) or re.match(r"\s*\d+\. ", line)
        if not line.strip() or line.startswith("#") or starts:
            found.append((section, held))
            held = ""
        if line.startswith("#"):
            section = line.strip("# ")
        elif not re.fullmatch(r"[\s|:-]*", line):
            held += f" {line.strip()}"
    return [(section, block) for section, block in found if block]


def promises(page: str) -> list[str]:
    """Return every sentence of a page that promises something."""
    found = []
    for section, block in blocks((DOCS / page).read_text()):
        row = block.lstrip().startswith("|")
        if row and page == "threats.md" and section in EVERY_ROW and "Can |" not in block and "Caught by" not in block:
            found.append(plain(block))
        else:
            sentences = re.split(r"(?<=[.!?:])\s+(?=[A-Z*`\[(])", block)
            found += [plain(one) for one in sentences if PROMISE.search(plain(one))]
    return found


@cache
def table() -> list[Row]:
    text = (DOCS / "threats.md").read_text().partition(TITLE)[2]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [Row(*(cell.strip() for cell in line.strip("| ").split(" | ", 2))) for line in lines]


@cache
def names_in(file: str) -> frozenset[str]:
    """Return the names of a file's tests, read and not imported."""
    tree = ast.parse((ROOT / "tests" / file).read_text())
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(f.name for f in functions if f.name.startswith("test_"))


def unheld(page: str, rows: list[Row]) -> list[str]:
    """Return the promises of a page that no row quotes."""
    quotes = [plain(row.quote) for row in rows if row.page == page]
    return [one for one in promises(page) if not any(quote in one for quote in quotes)]


@pytest.mark.parametrize("page", PAGES)
def test_every_promise_of_a_page_has_its_row(page: str) -> None:
    """Add the row to docs/threats.md: the words, and the test that holds them."""
    assert unheld(page, table()) == []


@pytest.mark.parametrize("page", sorted({row.page for row in table()}))
def test_every_row_still_stands_on_its_page(page: str) -> None:
    """What was reworded takes its row along; what is gone takes it away."""
    said = promises(page)
    assert [r.quote for r in table() if r.page == page and not any(plain(r.quote) in one for one in said)] == []


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row.page}: {row.quote[:40]}")
def test_every_row_names_tests_that_exist_or_says_why_it_promises_nothing(row: Row) -> None:
    if row.held_by.startswith(NONE):
        assert len(row.held_by) >= len(NONE) + REASON
        return
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row.held_by)
    assert named, row
    assert [(file, name) for file, name in named if name not in names_in(file)] == []


def test_a_promise_without_a_row_is_found() -> None:
    """The search finds what it is there to find: take any row away, and its sentence stands alone."""
    for row in table():
        rest = [other for other in table() if other is not row]
        left = unheld(row.page, rest)
        assert left or any(plain(other.quote) in one for one in promises(row.page) for other in rest)
    assert PROMISE.search("An officer is always shown what was dropped.")
    assert PROMISE.search("A party cannot read it.")
    assert not PROMISE.search("Rows are read one by one.")


def importers(package: str) -> set[str]:
    """Return the files of Detente that import a package, wherever in the file."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == package for name in names):
                found.add(file.relative_to(ROOT / "src" / "detente").as_posix())
    return found


def test_a_dependency_is_used_where_its_decision_says() -> None:
    """Decision 0005: one library verifies no entry, one is loaded for phrases alone, and zones come from the pinned tables."""
    assert importers("cryptography") == {"network/serving/tls.py"}
    assert importers("babel") == {"wiring/phrases.py"}
    assert importers("tzdata") <= {"geometry/zones.py"}
    assert not any(file.startswith("rules/agreements/") for file in importers("zoneinfo") - {"geometry/zones.py"})
