"""No text of the product reads as an all-clear: all packages, all depths, and the catalogue of phrases."""

from __future__ import annotations

from pathlib import Path

from tests.house.comfort import FALSE_COMFORT
from tests.house.source import PACKAGE, texts, trees

OTHER_MEANINGS = {
    (Path("cli/app.py"), "A facility kept open: guarantor, tasks, rules of safe passage."),
    (Path("cli/protection/lifeline.py"), "A facility kept open: guarantor, tasks, rules of safe passage."),
    (Path("cli/protection/lifeline.py"), "Rule of safe passage, in order; repeat."),
    (Path("cli/protection/lifeline.py"), "Write un/watch/'clears people'."),
    (Path("geometry/clearing/why.py"), "Any one of these moves of the first clears it: "),
    (Path("geometry/clearing/why.py"), "No single move clears it."),
    (Path("scenario/yaml_file.py"), "safe"),
}
"""Texts that use such a word and say nothing of a place or a way: rules of safe passage are what a convoy is told to do, `clears
people` is somebody's task, `safe` the reader of YAML, and a move clears a conflict between two notices, which is shown with it."""


def comforting() -> set[tuple[Path, str]]:
    """Every text of the package that reads as an all-clear, and where."""
    return {(path, text) for path, tree in trees().items() for text in texts(tree) if FALSE_COMFORT.search(text)}


def test_no_text_of_any_package_gives_false_comfort():
    """At every depth: also what stands in a folder inside a folder."""
    assert len({path.parent for path in trees()}) > 20
    assert comforting() - OTHER_MEANINGS == set()


def test_a_text_that_is_gone_leaves_the_list():
    assert OTHER_MEANINGS - comforting() == set()


def test_no_standard_phrase_gives_false_comfort():
    """In English, from which the others are translated; the words to be spoken are these."""
    catalogue = (PACKAGE / "locale" / "en" / "LC_MESSAGES" / "phrases.po").read_text()
    said = [line for line in catalogue.splitlines() if line.startswith(("msgid", "msgstr", '"'))]
    assert len(said) > 20
    assert [line for line in said if FALSE_COMFORT.search(line)] == []


def test_the_search_for_false_comfort_finds_it():
    """The alarm path first: a test that cannot fail is worse than none."""
    assert FALSE_COMFORT.search("rus: all clear")
    assert FALSE_COMFORT.search("the way is clear.")
    assert not FALSE_COMFORT.search("temporary-clearance")
