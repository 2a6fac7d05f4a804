"""docs/formats/records/ is true: its examples are the golden bodies, and its tables are the code's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.records.examples import GOLDEN

from detente.records.notices.lead import LEAST
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import NEXT, State
from detente.records.registry import REGISTRY

COMMON = Path(__file__).parents[2] / "docs" / "formats" / "records.md"
PAGES = sorted((Path(__file__).parents[2] / "docs" / "formats" / "records").glob("*.md"))
PAGE = "\n".join(page.read_text() for page in (COMMON, *PAGES))
EXAMPLES = dict(re.findall(r"```json (\S+)\n(.*?)\n```", PAGE, re.DOTALL))


def fits(shown: Any, golden: Any) -> bool:
    """Whether an example is the golden value; a text that ends in an ellipsis is its beginning."""
    if isinstance(shown, str) and shown.endswith("…"):
        return isinstance(golden, str) and golden.startswith(shown[:-1])
    if isinstance(shown, dict) and isinstance(golden, dict):
        return list(shown) == list(golden) and all(fits(shown[k], golden[k]) for k in shown)
    if isinstance(shown, list) and isinstance(golden, list):
        return len(shown) == len(golden) and all(map(fits, shown, golden))
    return bool(shown == golden)


def test_every_form_has_its_example_and_every_example_is_the_golden_body():
    assert set(EXAMPLES) == {f"{form.kind}-{form.version}-{form.form}" for form in REGISTRY.forms()}
    for name, text in EXAMPLES.items():
        assert fits(json.loads(text), json.loads((GOLDEN / f"{name}.json").read_text())), name


def test_every_kind_has_its_section_and_its_row():
    sections = set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE))
    rows = dict(re.findall(r"^\| `(\w+)/\d+` \| ([a-z, -]+) \|", PAGE, re.MULTILINE))
    for form in REGISTRY.forms():
        assert form.kind in sections
        assert form.form in rows[form.kind].split(", ")
    assert set(rows) == REGISTRY.kinds()


def test_the_state_table_is_the_codes():
    rows = re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \|$", PAGE, re.MULTILINE)
    table = {State(before): {State(after) for after in following.split(", ")} for before, following in rows}
    assert table == {before: set(NEXT[before].values()) - {before} for before in NEXT if NEXT[before]}


def test_the_lead_table_names_every_class():
    named = re.search(r"\| Class \| Least lead.*?\n\n", PAGE, re.DOTALL)
    assert named is not None
    assert all(activity.value in named[0] for activity in Activity)
    assert set(LEAST) == set(Activity)
