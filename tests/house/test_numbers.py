"""The numbers of the house count what they say: `make check` prints them, and a reader believes them."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.numbers import UNTYPED, folders, functions, rows, untyped_lines, written_tests
from tests.house.source import PACKAGE

MOST_UNTYPED = {"cli": 23, "scenario": 84, "station": 2}
"""Lines with `Any` at most, as reached: lower a number when fewer are left, and raise none."""


def test_a_folder_counts_its_own_modules_and_not_those_below_it():
    files = [Path("a/__init__.py"), Path("a/x.py"), Path("a/b/y.py"), Path("z.py")]
    assert folders(files) == {Path("a"): 2, Path("a/b"): 1, Path(): 1}


def test_a_line_is_counted_once_however_often_it_says_any(tmp_path: Path):
    """`Anything` is another word, and a package that was not asked about does not count."""
    (tmp_path / "cli" / "deep").mkdir(parents=True)
    (tmp_path / "host").mkdir()
    (tmp_path / "cli" / "deep" / "a.py").write_text("from typing import Any\nx: dict[Any, Any]\ny = Anything\n")
    (tmp_path / "host" / "b.py").write_text("z: Any\n")
    assert untyped_lines(tmp_path, ["cli"]) == {"cli": 2}


def test_a_function_is_as_long_as_it_is_read():
    """A method, too, and one inside another."""
    tree = ast.parse("class A:\n    def b(self):\n        def c():\n            return 1\n        return c\n")
    assert sorted(functions({Path("m.py"): tree})) == [(2, "m.py: c"), (4, "m.py: b")]


def test_every_test_function_is_counted(tmp_path: Path):
    (tmp_path / "test_a.py").write_text("def test_b(): ...\nclass C:\n    def test_d(self): ...\ndef helper(): ...\n")
    assert written_tests(tmp_path) == 2


def test_every_number_is_there():
    """One line each, and none of them nothing: an empty count is a count of the wrong folder."""
    said = [(what, number) for what, number, _ in rows()]
    assert len(said) == 9
    assert all(
        int(str(number)) > 0 for what, number in said if "more than one class" not in what and "contract" not in what
    )


def test_no_more_lines_say_any_than_were_reached():
    """So that the number only shrinks: who leaves fewer lowers the bound with them."""
    found = untyped_lines(PACKAGE, UNTYPED)
    assert {name: count for name, count in found.items() if count > MOST_UNTYPED[name]} == {}
