"""Sheet and counts as a station answers them, and what its officer sees: `status-sheet` and `simulate` on an agreement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.rules.agreements.castello import D_US, HOUR_US, K12
from tests.rules.agreements.say import claim, truce, us
from tests.rules.agreements.test_sheet import TERMS, WORDS, position
from tests.support.answering import engine_of
from tests.support.fake_station import FakeStation
from tests.support.play import Play, picture_of
from typer.testing import CliRunner

from detente.api.agreements import (
    AgreementAsked,
    AgreementsAsked,
    CountsAsked,
    ProofsAsked,
    PublicationAsked,
    SheetAsked,
    VerdictsAsked,
)
from detente.api.question import Question
from detente.cli.app import app
from detente.errors import Refused
from detente.station.answers.agreements import agreement, agreements, counts, proofs, publication, sheet, verdicts
from detente.station.http import json_answer

EVERYBODY = "opposition rus syr un us"


def told() -> Play:
    """The truce; how three count; an attack on the second day, of which the station hears on the fourth; and two ends."""
    play = Play()
    play.now_us = D_US - HOUR_US
    terms = tuple(sorted(TERMS, key=lambda t: t.term))
    about = play.say("un", EVERYBODY, truce(*terms, vocabulary=WORDS))

    def says(party: str, *words: Any, hour: float, **more: Any) -> None:
        body = msgspec.structs.replace(position(party, *words, **more), about=about)
        play.say(party, EVERYBODY, body, at_us=us(hour))

    says("rus", "reads", hour=1, reading="calendar", term="k12", words="due on 19 September")
    says("syr", "reads", hour=2, reading="elapsed", term="k12")
    says("us", "reads", hour=3, reading="qualifying", term="k12")
    says("rus", "satisfied", hour=4, term="k12")
    attack = claim("RUS centre", "asserts", "v14", "attack", 20, actor="opposition", affected="syr", party="rus")
    play.say("rus", EVERYBODY, attack, at_us=us(70))
    says("syr", "ended", 168, hour=168, words="the truce is over")
    return play


@pytest.fixture(scope="module")
def engine() -> Any:
    return engine_of(picture_of(told(), "un"), "un", us(168), size=9, parties=("rus", "syr", "un", "us"))


@pytest.fixture
def officer(engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Somebody at the command line of that station."""

    class Station(FakeStation):
        def ask(self, question: Question[Any]) -> Any:
            answers: dict[type, Any] = {CountsAsked: counts, SheetAsked: sheet}
            found = answers.get(type(question))
            return found(engine, question) if found is not None else super().ask(question)

    station = Station(tmp_path / "un")
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: station)

    def run(*words: str) -> str:
        found = CliRunner().invoke(app, list(words), env={"COLUMNS": None})
        assert found.exit_code == 0, found.output
        return found.stdout

    return run


def test_the_sheet_says_whose_it_is_and_of_when(engine: Any):
    """As seen by whom at which size; and earlier, as it was then."""
    now = sheet(engine, SheetAsked(name="truce-2016"))
    assert (now.seen, now.sheet.seen) == ("as seen by un at size 9",) * 2
    early = sheet(engine, SheetAsked(at=us(60), name="truce-2016"))
    k1 = {row.name: row for row in early.sheet.terms}["k1"]
    assert [v.answer for v in k1.verdicts] == ["kept"]  # the attack had not been reported yet
    later = {row.name: row for row in now.sheet.terms}["k1"]
    assert {v.answer for v in later.verdicts} == {"breached", "kept"}


def test_the_counts_are_what_simulate_takes(engine: Any):
    """The term of seven days with its events; an agreement without one is refused with its terms."""
    (one,) = counts(engine, CountsAsked(name="truce-2016")).counts
    assert [way.id for way in one.counting.ways] == ["R1", "R2", "R3"]
    assert {event.name for event in one.events} == {"begins", "end-announced", "satisfaction", "without"}
    with pytest.raises(Refused, match="no agreement as seen by un"):
        counts(engine, CountsAsked(name="none"))


def test_an_officer_writes_the_sheet(officer: Any, tmp_path: Path):
    """One command: Markdown and one HTML page; or Markdown at once."""
    said = officer("status-sheet", "truce-2016", "--out", str(tmp_path / "out"))
    assert "truce-2016.html" in said
    page = (tmp_path / "out" / "truce-2016.html").read_text("utf-8")
    assert "The eighth calendar day, the first one counted." in page
    assert "168 h elapsed" in officer("status-sheet", "truce-2016")
    assert json.loads(officer("status-sheet", "truce-2016", "--json"))["sheet"]["viewer"] == "un"


def test_an_officer_simulates_an_agreement(officer: Any):
    """If nothing more happens; what it would take; and as it was known earlier."""
    text = officer("simulate", "truce-2016", "--at", "2016-09-19T16:00:00Z")
    for said in (
        "The eighth calendar day",
        "168 h elapsed",
        "0 qualifying days in a row",
        "What it would take",
        "as seen by un",
    ):
        assert said in text
    assert "the United States says so" in text
    assert "Russia says so" not in text  # it has said so already
    found = json.loads(
        officer(
            "simulate", "truce-2016", "--at", "2016-09-15T00:00:00Z", "--known-at", "2016-09-15T00:00:00Z", "--json"
        )
    )
    days = found["simulations"][0]["board"]["counts"][2]["days"]
    assert [c["answer"] for day in days[1:2] for c in day["checks"] if c["condition"] == "calm"] == ["yes"]


def test_a_term_that_counts_no_days(officer: Any):
    """The one that does is named."""
    found = CliRunner().invoke(app, ["simulate", "truce-2016", "--term", "k1"])
    assert found.exit_code == 2
    assert K12.term in found.output


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"party": "ruus"}, "must be a party of this ledger"),
        ({"at": us(500)}, "has not come yet"),
        ({"terms": ("k11",)}, "Did you mean `k1`?"),
    ],
)
def test_a_party_a_time_or_a_term_that_is_none_is_refused_by_the_station(engine: Any, query: dict[str, Any], says: str):
    """Of a time to come nobody can say what stood; `simulate` says what would follow."""
    with pytest.raises(Refused) as refused:
        proofs(engine, ProofsAsked(name="truce-2016", **query))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        (agreement, AgreementAsked(name="truce-2016")),
        (agreements, AgreementsAsked()),
        (agreements, AgreementsAsked(party="rus")),
        (counts, CountsAsked(name="truce-2016")),
        (proofs, ProofsAsked(name="truce-2016")),
        (publication, PublicationAsked(name="truce-2016", terms=("k1",))),
        (sheet, SheetAsked(name="truce-2016")),
        (verdicts, VerdictsAsked(name="truce-2016")),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_what_is_answered_reads_as_its_type(engine: Any, answers: Any, asked: Question[Any]):
    """From the bytes that a client gets: the same value again."""
    answer = answers(engine, asked)
    assert msgspec.json.decode(json_answer(answer).body, type=asked.answer_type()) == answer
