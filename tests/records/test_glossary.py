"""The glossary has each word once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

TERMS = re.findall(
    r"^- (\*\*[^*]+\*\*(?: \([^)]+\))?) - ",
    (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(),
    re.MULTILINE,
)


def test_each_word_is_explained_once():
    assert len(TERMS) > 50
    assert [term for term, count in Counter(TERMS).items() if count > 1] == []


def test_the_facts_of_delivery_are_in_it():
    assert {"**recorded**", "**told**", "**read back**", "**passed to unit**", "**no evidence**"} <= set(TERMS)
