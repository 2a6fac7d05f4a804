"""`detente simulate`: from a file, offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli.app import app

CASE = str(Path(__file__).parents[2] / "docs/examples/seven-days-2016.yaml")
AT = "2016-09-19T16:00:00Z"


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["simulate", *words])
    return found.exit_code, found.output


def test_the_answer_as_json_and_in_words():
    """Both carry the three readings and the forecast."""
    code, text = run(CASE, "--at", AT)
    assert code == 0
    for said in ("The eighth calendar day", "168 h elapsed", "0 qualifying days in a row", "never due", "27 Sep 00:00"):
        assert said in text
    code, text = run(CASE, "--at", AT, "--json")
    found = json.loads(text)
    assert (code, [c["count"] for c in found["board"]["counts"]]) == (0, [8, 604_800_000_000, 0])
    assert [f["reached"] for f in found["forecasts"]] == [True, True, False]


def test_what_if(tmp_path: Path):
    """The sponsors reset the clock together: all three count anew."""
    more = tmp_path / "if.jsonl"
    more.write_text(
        "".join(
            json.dumps({"t": "2016-09-20T09:00:00Z", "event": "reset-of-the-clock", "by": by, "id": f"if-{by}"}) + "\n"
            for by in ("us", "ru")
        )
    )
    code, text = run(CASE, "--at", AT, "--if", str(more), "--json")
    found = json.loads(text)
    assert (code, found["supposed"]) == (0, ["if-ru", "if-us"])
    assert [f["reached"] for f in found["forecasts"]] == [False, False, False]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("counting: [", "must be YAML or JSON"),
        ("events: []", "must have `counting`"),
        ("counting: {id: x}", "missing required field"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str, says: str):
    """In a sentence, with exit code 2."""
    file = tmp_path / "x.yaml"
    file.write_text(content)
    code, text = run(str(file), "--at", AT)
    assert code == 2
    assert says in " ".join(text.split())
    assert "Traceback" not in text


def test_a_board_of_islamic_dates_says_that_a_sighting_may_differ(tmp_path: Path):
    """The caution stands in the words, not in --json alone; and the tables of the zone stand beside it."""
    file = tmp_path / "hijri.yaml"
    file.write_text(Path(CASE).read_text().replace("calendar: gregorian", "calendar: hijri"))
    _, text = run(str(file), "--at", AT)
    assert "a sighting of the moon may differ by a day" in text
    assert "Days are those of Asia/Damascus by tzdata " in text
