"""Words come last: no result of a function that makes a sentence is cut, searched or compared by the product."""

from __future__ import annotations

import ast

import pytest
from tests.house.source import trees
from tests.house.words_used import makers, of_words, taken_apart

ALLOWED = {
    # a page of refusals may be long: what is cut is still only shown, and `problems` beside it says the same as values
    ("network/serving/http.py", "problem_details"),
}
"""Where words are taken apart for a reason: module and function. The list only shrinks: what is mended must leave it."""

PLANTED = """
from detente.rules.agreements.words.verdicts import verdict_words
from detente.rules.hotline.step_words import step_words as shown

def climbs(call):
    words = shown(call)
    told = f"step: {words}"
    return PLACE

def stands(found):
    said = [row.sentence() for row in found]
    for one in said:
        PLACE_OF_ROW

def why(verdict):
    made = verdict_words(verdict)
    return made.reading.split(", ")
"""


def found_in(text: str) -> list[str]:
    tree = ast.parse(text)
    return [name for name, _ in taken_apart(tree, makers(trees()), of_words(trees()))]


def test_no_words_are_taken_apart_to_decide():
    """Whoever has to know keeps the value beside the words: words change with a better sentence, and with the language."""
    known, packaged = makers(trees()), of_words(trees())
    found = {
        (path.as_posix(), name): line
        for path, tree in trees().items()
        for name, line in taken_apart(tree, known, packaged, inside="words" in path.parts[:-1])
    }
    assert not {where: line for where, line in found.items() if where not in ALLOWED}
    assert found.keys() >= ALLOWED, "what is mended must leave the list"


@pytest.mark.parametrize(
    "taken",
    [
        'told.partition(" Duty director")',
        'words.removeprefix("told: ")',
        'words.replace("not held", "held")',
        '"(urgent)" in words',
        'words == "elapsed"',
        "words[3:-5]",
        're.search("as (.*) says", words)',
    ],
)
def test_each_way_of_taking_words_apart_is_found(taken: str):
    """Planted: the ways in which the product once did it, through a local name, an alias, an f-string, a loop and a field."""
    text = PLANTED.replace("PLACE_OF_ROW", 'one.startswith("ALARM at")').replace("PLACE", taken)
    assert found_in(text) == ["climbs", "stands", "why"]


@pytest.mark.parametrize(
    "kept", ["told", "words or None", "words is None", "[words, told]", "words.upper()", "len(words)"]
)
def test_words_may_be_shown_and_joined(kept: str):
    text = PLANTED.replace("PLACE_OF_ROW", "print(one)").replace("PLACE", kept).replace('.split(", ")', "")
    assert found_in(text) == []


def test_a_method_of_that_name_elsewhere_is_no_words():
    """What a package `words` calls `standing` makes words there; a function of another module with that name does not."""
    text = "from detente.rules.agreements.permits import standing\n\ndef valid(one):\n    return standing(one) == 'valid'\n"
    assert found_in(text) == []
