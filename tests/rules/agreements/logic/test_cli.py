"""`detente monitor` and `detente check-verdict`, and the example of the format's page."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from detente.cli.agreements import monitor as _monitor
from detente.cli.app import app

PAGE = Path(__file__).parents[4] / "docs" / "formats" / "logic.md"


def example() -> list[str]:
    """The blocks of the page's example: terms, log, verdicts."""
    return PAGE.read_text().split("## Example")[1].split("## Statements")[0].split("```")[1::2]


def run(*arguments, given=""):
    return CliRunner().invoke(app, [str(a) for a in arguments], input=given)


def written(tmp_path):
    terms, log, verdicts = example()
    (tmp_path / "terms").write_text(terms)
    (tmp_path / "log.jsonl").write_text(log.lstrip())
    return tmp_path / "terms", tmp_path / "log.jsonl", verdicts.strip()


def test_the_example_of_the_page_is_what_the_monitor_says(tmp_path):
    """The page's log gives the page's verdicts; in any order of its lines."""
    terms, log, verdicts = written(tmp_path)
    said = run("monitor", terms, log)
    assert (said.exit_code, said.stdout.strip()) == (0, verdicts)
    turned = "\n".join(reversed(log.read_text().splitlines()))
    assert run("monitor", terms, "-", given=turned).stdout.strip() == verdicts


def test_proofs_are_accepted_and_a_changed_log_refuses_them(tmp_path):
    """Exit code 0 when all are accepted, 3 when one is refused."""
    terms, log, _ = written(tmp_path)
    proofs = tmp_path / "proofs.jsonl"
    proofs.write_text(run("monitor", terms, log, "--proofs").stdout)
    assert run("check-verdict", terms, log, proofs).exit_code == 0
    with log.open("a") as file:
        file.write('{"t":"2016-09-12T17:05:00Z","event":"answer","about":"n2"}\n')
    said = run("check-verdict", terms, log, proofs, "--json")
    assert (said.exit_code, json.loads(said.stdout)["refused"]) == (3, 1)


def test_a_verdict_is_not_settled_before_its_time(tmp_path):
    """The time it is can be told apart from the log."""
    terms, log, _ = written(tmp_path)
    assert json.loads(run("monitor", terms, log, "--now", "2016-09-12T17:10:00Z").stdout)["settled"] is False


def test_what_is_wrong_is_said_with_its_place(tmp_path):
    """Exit code 2 and a sentence, for terms and for logs."""
    terms, log, _ = written(tmp_path)
    terms.write_text(terms.read_text() + "FIND bad: NOT opening(z)\n")
    said = run("monitor", terms, log)
    assert said.exit_code == 2
    assert "variable z is not guarded" in said.output
    assert _monitor.__doc__


def test_how_a_rule_was_read_can_be_shown(tmp_path):
    """With every bracket."""
    terms, log, _ = written(tmp_path)
    assert (
        "answered: notice(id=n) AND (NOT (EVENTUALLY[0s,30m] answer(about=n)))"
        in run("monitor", terms, log, "--core").stdout
    )


def test_what_may_be_read_otherwise_is_told_on_standard_error(tmp_path):
    """The verdicts on standard output stay what they are."""
    terms, log, verdicts = written(tmp_path)
    terms.write_text(terms.read_text() + "FIND late: ONCE[0,1h] notice(id=n) AND notice(id=n)\n")
    said = run("monitor", terms, log)
    assert said.exit_code == 0 and "CAUTION" in said.stderr and "reaches over the connective" in said.stderr
    assert "CAUTION" not in said.stdout and set(verdicts.splitlines()) <= set(said.stdout.splitlines())
