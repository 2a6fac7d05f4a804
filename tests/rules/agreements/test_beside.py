"""Kept, beside a bulletin with five breaches: the verdict says how far it goes, in value and words, on the sheet and published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.rules.agreements.castello import K1, K12
from tests.rules.agreements.say import Table, claim, truce, us
from tests.support.answering import engine_of
from tests.support.fake_station import FakeStation
from tests.support.play import Play, picture_of
from typer.testing import CliRunner

from detente.api.agreements import VerdictsAsked
from detente.cli.app import app
from detente.records.body import Stated
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.count import Counted
from detente.rules.agreements.judging.publishing import RULESET, batch, sentence
from detente.rules.agreements.sheets.html import html
from detente.rules.agreements.sheets.markdown import markdown
from detente.rules.agreements.sheets.sheet import sheet
from detente.station.answers.agreements import verdicts

EVERYBODY = "opposition rus syr un us"
SAYS = "as far as single reports go"


def bulletin(count: int, first: float = 0, last: float = 24, **more: Any) -> Bulletin:
    """What the opposition counts of the government's acts between two hours; it names no single one."""
    given: dict[str, Any] = {
        "chain": (), "cumulative": False, "origin": "", "parts": (), "party": "opposition", "says": "", "scope": "government acts only",
        "source": "", "split_by": "", "tag": "ILL", "total": Counted(best=count, high=count, low=count, unit="violations"), "who": "opp",
        "window": Stated(earliest_us=us(first), latest_us=us(last), text="the first day", zone=""),
    }  # fmt: skip
    return Bulletin(**(given | more))


def kept(table: Table, hour: float = 30) -> Any:
    return next(v for v in table.watching.verdicts(us(hour)) if v.party == "syr" and v.term == "k1")


def told(*bodies: Any, hour: float = 25) -> Table:
    table = Table(truce(K1))
    for body in bodies:
        table.told(body, hour)
    return table


def test_kept_beside_a_bulletin_with_five_breaches_says_how_far_it_goes():
    """Five acts, government only: which, is not said. It breaches nothing, and it is not passed over."""
    found = kept(told(bulletin(5)))
    assert (found.answer, found.by_silence) == ("kept", True)
    (stands,) = found.beside
    assert (stands.who, stands.party, stands.total.best, stands.scope) == (
        "opp",
        "opposition",
        5,
        "government acts only",
    )
    said = sentence(found)
    assert f"KEPT, {SAYS.upper()}: nothing that breaches it was reported so far" in said
    assert "opp counts 5 violations (government acts only; the first day;" in said


@pytest.mark.parametrize(
    "other",
    [bulletin(0), bulletin(5, -48, -24), bulletin(5, 40, 60)],
    ids=["none counted", "before the truce", "not come yet"],
)
def test_a_count_of_none_or_of_another_time_stands_beside_nothing(other: Bulletin):
    found = kept(told(other))
    assert (found.answer, found.beside) == ("kept", ())
    assert SAYS not in sentence(found)


def test_a_verdict_that_rests_on_a_report_needs_no_such_word():
    attack = claim("UN", "observes", "shells", "attack", 3, actor="syr", affected="opposition", party="un")
    other = claim(
        "RUS", "observes", "shells", "attack", 3, actor="syr", affected="opposition", party="rus", origin="RUS"
    )
    found = kept(told(bulletin(5), attack, other))
    assert found.answer != "kept"
    assert found.beside == ()


def play_of(*bodies: tuple[str, Any, float]) -> tuple[Play, str]:
    play = Play()
    play.now_us = us(-1)
    about = play.say("un", EVERYBODY, truce(K1))
    for author, body, hour in bodies:
        play.say(author, EVERYBODY, body, at_us=us(hour))
    return play, about


def test_a_corrected_bulletin_takes_the_place_of_the_former_and_a_view_of_before_has_none():
    play, about = play_of(("opposition", bulletin(5), 25))
    old = play.said[-1][2]
    play.say("opposition", EVERYBODY, bulletin(0), at_us=us(26), supersedes=old)
    seen = picture_of(play, "un").agreements
    assert all(not v.beside for v in seen.verdicts(about, us(30)))
    before = seen.as_of(3)
    assert [v.beside[0].total.best for v in before.verdicts(about, us(30)) if v.party == "syr"] == [5]
    assert all(not v.beside for v in seen.as_of(2).verdicts(about, us(30)))


def test_the_sheet_and_what_is_published_say_it_too():
    play, about = play_of(("opposition", bulletin(5), 25))
    seen = picture_of(play, "un").agreements
    watching = seen.watching[about]
    made = sheet(watching, seen.book, us(30), viewer="un", size=2, virtual=False)
    for text in (markdown(made), html(made)):
        assert SAYS in text
        assert "opp counts 5 violations" in text
    body = batch(about, seen.verdicts(about, us(30)), us(30), 2, RULESET)
    assert all(SAYS.upper() in said.words and said.answer == "kept" for said in body.verdicts)


def test_the_days_of_a_count_stand_beside_what_reporters_count_in_them():
    """Seven days of calm are counted from single reports; the bulletin of the first day is said there."""
    play = Play()
    play.now_us = us(-1)
    pattern = msgspec.structs.replace(K12.pattern, reset=None)
    about = play.say("un", EVERYBODY, truce(msgspec.structs.replace(K12, pattern=pattern)))
    play.say("opposition", EVERYBODY, bulletin(5), at_us=us(25))
    seen = picture_of(play, "un").agreements
    made = sheet(seen.watching[about], seen.book, us(30), viewer="un", size=2, virtual=False)
    (row,) = made.terms
    assert any("opp counts 5 violations" in one for one in row.not_counted)


def test_an_officer_reads_it_in_the_table_and_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    play, about = play_of(("opposition", bulletin(5), 25))
    engine = engine_of(picture_of(play, "un"), "un", us(30), size=2)
    found = verdicts(engine, VerdictsAsked(name=about))
    assert all(v.beside[0].total.best == 5 for v in found.verdicts)
    station = FakeStation(tmp_path)
    ask = station.ask
    monkeypatch.setattr(station, "ask", lambda q: verdicts(engine, q) if isinstance(q, VerdictsAsked) else ask(q))
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: station)
    shown = " ".join(
        CliRunner().invoke(app, ["agreement", "verdicts", "truce-2016"], env={"COLUMNS": "300"}).output.split()
    )
    assert f"KEPT, {SAYS}" in shown
    assert "opp counts 5 violations (government acts only; the first day;" in shown
