"""One table of time zones for what is counted and what is shown; a stated offset that contradicts it is refused; its version is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
import tzdata
from tests.rules.agreements.castello import K1
from tests.rules.agreements.say import truce
from tests.rules.evidence.claims import us
from tests.rules.evidence.test_bundle import CASE, said
from tests.support.play import Play, picture_of

from detente.cli.times import moment, zone_named
from detente.errors import Refused
from detente.rules.agreements.judging.publishing import RULESET, batch
from detente.rules.agreements.readings.days import Days
from detente.rules.agreements.readings.report_day import period_of
from detente.rules.agreements.writing.terms import read_agreement
from detente.rules.evidence.times import TimeClaim, compare_times

TABLES = f"tzdata {tzdata.IANA_VERSION}"


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[None]:
    """An operating system whose tables still have Western Sahara at UTC+1, as many had after September 2026."""
    (tmp_path / "Africa").mkdir()
    shutil.copy(Path(tzdata.__file__).parent / "zoneinfo/Etc/GMT-1", tmp_path / "Africa/El_Aaiun")
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.usefixtures("behind")
def test_what_is_shown_reads_the_same_table_as_what_is_counted():
    """Western Sahara went to UTC+0 in September 2026: noon there is noon in UTC, whatever the operating system says."""
    noon = us("2026-11-30T12:00:00Z")
    assert moment(noon, zone_named("Africa/El_Aaiun")).endswith("(12:00 +00:00)")


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "right/UTC", "../UTC"])
def test_a_zone_that_only_this_machine_knows_is_refused_where_times_are_shown(name: str):
    with pytest.raises(Refused, match="IANA zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("day", "where"), [("2026-11-30", "Africa/El_Aaiun"), ("2016-03-25", "Asia/Damascus"), ("2024-04-20", "Asia/Gaza")]
)
@pytest.mark.usefixtures("behind")
def test_the_day_of_a_report_is_the_day_of_an_agreement(day: str, where: str):
    """Also where the clocks skip midnight, as Damascus did on 25 March 2016."""
    found, days = period_of(day, where), Days(where)
    at = date.fromisoformat(day)
    assert (found.start_us, found.end_us) == (days.start(at), days.end(at))
    assert found.tables == TABLES


CONTRADICTORY = [
    "2024-04-15T12:00:00+03:00 Asia/Gaza",
    "2016-09-12T19:00:00+02:00 Asia/Damascus",
    "2024-04-20T02:30:00+03:00 Asia/Gaza",
]


@pytest.mark.parametrize("text", CONTRADICTORY)
def test_an_agreement_whose_time_contradicts_its_zone_is_refused(text: str):
    body = json.loads(msgspec.json.encode(truce(K1)))
    read_agreement(json.dumps({**body, "begins": "2016-09-12T19:00:00+03:00 Asia/Damascus"}).encode())
    with pytest.raises(Refused, match="by its offset"):
        read_agreement(json.dumps({**body, "begins": text}).encode())


def test_two_accounts_of_one_moment_tell_which_offset_its_zone_did_not_have():
    """What another station signed stays in the record; it is compared, and its slip is named."""
    one, two = (
        TimeClaim(claim=name, end_us=us(text), start_us=us(text), stated=text, who=name, zone="Asia/Gaza")
        for name, text in (("a", "2024-04-15T12:00:00+03:00"), ("b", "2024-04-15T12:00:00+02:00"))
    )
    found = compare_times([one, two])
    assert found.against_zone == ("a",)
    assert "a states an offset that its zone did not have then" in found.sentence()


def other_tables(folder: Path) -> Path:
    """A copy of the tables by another name, in which Gaza stands at UTC+5 all the year round."""
    made = folder / "tzdata"
    shutil.copytree(Path(tzdata.__file__).parent, made, ignore=shutil.ignore_patterns("__pycache__"))
    init = made / "__init__.py"
    init.write_text(init.read_text().replace(tzdata.IANA_VERSION, "1999z"))
    shutil.copy(made / "zoneinfo/Etc/GMT-5", made / "zoneinfo/Asia/Gaza")
    return folder


def simulated(folder: Path, path: str) -> dict[str, object]:
    case = Path(__file__).parents[2] / "docs/examples/seven-days-2016.yaml"
    file = folder / "gaza.yaml"
    file.write_text(case.read_text().replace("Asia/Damascus", "Asia/Gaza").replace("2016-", "2024-"))
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from detente.cli.app import main; main()",
            "simulate",
            str(file),
            "--at",
            "2024-11-19T16:00:00Z",
            "--json",
        ],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([path, os.environ.get("PYTHONPATH", "")])},
        timeout=60,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_two_tables_are_shown_as_two(tmp_path: Path):
    """A station with other tables counts other days from the same events, and names the tables by which it does."""
    ours, theirs = simulated(tmp_path, ""), simulated(tmp_path, str(other_tables(tmp_path)))
    assert (ours["tables"], theirs["tables"]) == (TABLES, "tzdata 1999z")
    assert ours["forecasts"] != theirs["forecasts"]
    assert "by tzdata 1999z" in str(theirs["words"])


def test_verdicts_published_under_another_ruleset_are_shown_as_that():
    """Not as a contradiction, and nothing is revised on their account alone."""
    assert f"detente-terms/1 {TABLES}" == RULESET
    play = Play()
    about = play.say("un", "rus syr un us", truce(K1))
    seen = picture_of(play, "un").agreements
    made = seen.verdicts(about, us("2016-09-13T00:00:00Z"))
    for party, ruleset in (("rus", "detente-terms/1"), ("us", RULESET)):
        play.say(party, "rus syr un us", batch(about, made, us("2016-09-13T00:00:00Z"), 1, ruleset))
    found = picture_of(play, "un").agreements
    assert [(p.author, p.ruleset, p.same_ruleset) for p in found.publications(about, RULESET)] == [
        ("rus", "detente-terms/1", False),
        ("us", RULESET, True),
    ]
    assert found.take_due() == []


def test_the_verifier_prints_the_ruleset_with_its_tables():
    data = CASE.bundle(ruleset={"code": "detente-station/1", "tables": TABLES})
    assert f"its ruleset: code detente-station/1, tables {TABLES}" in said(CASE.examine(data))
