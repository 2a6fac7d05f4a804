"""What the system says of a screening, a silence or a missing owner never reads as an all-clear."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import detente.picture
import detente.records
from detente.picture.delivery import Fact, Step
from detente.picture.directory import Answers
from detente.picture.screenings import Answered
from detente.records.claim import TAG_MEANS
from detente.records.response import ANSWER_MEANS as RESPONSE_MEANS
from detente.records.screening import ANSWER_MEANS, Answer

FALSE_COMFORT = re.compile(r"\b(all[- ]?clear|clear(ed|s)?|safe|no conflicts?|deconflicted|free to)\b", re.IGNORECASE)


def texts_in(package: object) -> list[tuple[str, str]]:
    """Return every string a package could show: all its constants but docstrings, with the file that holds each."""
    found = []
    for folder in package.__path__:  # type: ignore[attr-defined]
        for file in sorted(Path(folder).glob("*.py")):
            tree = ast.parse(file.read_text())
            docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            found += [
                (file.name, node.value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
            ]
    return found


def test_no_text_in_records_or_picture_gives_false_comfort():
    texts = texts_in(detente.records) + texts_in(detente.picture)
    assert len(texts) > 300
    assert [(file, text) for file, text in texts if FALSE_COMFORT.search(text)] == []


def test_the_search_for_false_comfort_finds_it():
    """The alarm path first: a test that cannot fail is worse than none."""
    assert FALSE_COMFORT.search("rus: all clear")
    assert FALSE_COMFORT.search("the way is clear.")
    assert not FALSE_COMFORT.search("temporary-clearance")


def test_each_screening_answer_says_what_it_does_not_mean():
    assert "no assurance" in ANSWER_MEANS["none raised"]
    assert "unknown" in ANSWER_MEANS["not screened"]


def test_every_rendered_sentence_is_free_of_false_comfort():
    answers: list[Answer | None] = ["concern", "none raised", "not screened", None]
    screenings = [
        Answered(
            answer=answer,
            at_us=0,
            buffer_mm=0,
            data_age_us=0,
            due_us=0,
            entry=entry,
            party="rus",
            speaks_for=(),
        ).sentence()
        for answer in answers
        for entry in ("e", None)
    ]
    facts = [
        Fact(
            at_us=0, by_role=None, entry="e", index=0, officer=None, party="rus", step=step, unit=None, version="v"
        ).sentence()
        for step in Step
    ]
    owners = [
        Answers(by="rus", how=how, party="syr", through=()).sentence()  # type: ignore[arg-type]
        for how in ("itself", "nobody", "through another", "unknown party")
    ]
    meanings = [*ANSWER_MEANS.values(), *RESPONSE_MEANS.values(), *TAG_MEANS.values()]
    for sentence in [*screenings, *facts, *owners, *meanings]:
        assert not FALSE_COMFORT.search(sentence), sentence
