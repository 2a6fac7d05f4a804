"""An expectation of a row is met by what came of that row's own entries, and by nothing that another row brought about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from detente.api.delivery import CoursesAsked, DeliveryAsked
from detente.api.notices import EndangeredAsked, ScreeningsAsked
from detente.api.question import A as AnswerOf
from detente.api.question import Question
from detente.api.rehearsal import ClockAsked, DrainedAsked
from detente.api.sending import SendingAsked
from detente.api.station import AlarmsAsked
from detente.network.local import answer_in
from detente.scenario.case import Case, read
from detente.scenario.player import Played, Player

A, B, OWED = "aa" * 32, "bb" * 32, "cc" * 32
FAR_US = 2**62
AT = 1_474_118_460_000_000
BASIS = {
    "age_us": 0, "entries_size": 3, "fresh": True, "host_reachable": True, "now_us": AT, "queued": 0, "size": 3, "virtual": True,
}  # fmt: skip
CASE = """
case: two-rows
title: two rows
about: two notices of one party, and two urgent messages
zone: "+03:00"
starts: 2016-09-17T13:20:00Z
sources: {S: "somewhere"}
parties:
  - {party: a, name: A, tag: DOC, source: [S], officers: [{officer: o, roles: [watch]}]}
  - {party: b, name: B, tag: DOC, source: [S], officers: [{officer: o, roles: [watch]}]}
places: {P: {name: p, decimal: "35.1, 40.2", datum: WGS84, tag: ILL, source: [S]}}
rules: {buffer_m: 1}
branches: {one: "the only one"}
rows:
  - {id: first, at: 2016-09-17T13:21:00Z, by: a, to: [b], do: KIND, says: one, tag: ILL, source: [S], KIND: {officer: o, BODY}}
  - {id: second, at: 2016-09-17T13:21:00Z, by: a, to: [b], do: KIND, says: two, tag: ILL, source: [S],
     KIND: {officer: o, BODY}, expect: EXPECT}
"""
NOTICE = 'activity: air, at: [P], radius_m: 2000, from: 2016-09-17T14:00:00Z, until: 2016-09-17T15:00:00Z, words: "w"'
MESSAGE = "urgency: urgent, subject: s, words: w"


class World:
    """The doors of two stations at which something came of the first row's entry alone."""

    def __init__(
        self, *, screening: str = "", alarms: dict[str, list[dict[str, Any]]] | None = None, lead_s: int = 0
    ) -> None:
        self.sent, self.screening, self.lead_s = [A, B], screening, lead_s
        self.alarms = alarms or {}
        self.party = ""

    def at(self, party: str) -> World:
        door = object.__new__(World)
        door.__dict__.update(self.__dict__, party=party)
        return door

    def ask(self, question: Question[AnswerOf]) -> AnswerOf:
        """Answer as the station of this door would."""
        found = {**BASIS, "basis": BASIS, **self._found(question)}
        return answer_in(question, msgspec.json.encode(found))

    def _found(self, question: Question[Any]) -> dict[str, Any]:
        match question:
            case SendingAsked():
                return {"id": self.sent.pop(0), "index": 1, "problems": [], "state": "included"}
            case DrainedAsked():
                return {"busy": 0, "drained": True, "wake_us": FAR_US}
            case ClockAsked():
                return {}
            case AlarmsAsked():
                return {"alarms": self.alarms.get(self.party, [])}
            case EndangeredAsked():
                return {"boards": []}
            case DeliveryAsked():
                return {"delivery": {}, "over": None}
            case ScreeningsAsked(entry=entry):
                return {"screenings": [screened(self.screening)] if self.screening and entry == A else []}
            case CoursesAsked(entry=entry):
                courses = [short_lead(self.lead_s)] if self.lead_s and entry == A else []
                return {"about": None, "courses": courses, "over": None, "superseded_by": None}
        raise AssertionError(question)


def screened(answer: str) -> dict[str, Any]:
    """Party b's answer to the first row's notice."""
    unknown = {"at_us": None, "buffer_mm": None, "data_age_us": None, "speaks_for": []}
    return {**unknown, "answer": answer, "due_us": 0, "entry": OWED, "party": "b", "words": f"b: {answer} - x"}


def short_lead(lead_s: int) -> dict[str, Any]:
    """The course of the first row's notice at party b, to which it was recorded so long before it began."""
    at = [{"at_us": AT, "lead_us": lead_s * 1_000_000, "short": True, "step": "recorded", "unit": None}]
    course = {"alarm": None, "missing": [], "open_queries": 0, "party": "b", "standing": "recorded", "steps": []}
    more = {"unit_reached_us": None, "units": [], "version": A, "words": ""}
    return {**course, **more, "leads": {"accepted": None, "at": at, "least_us": 600_000_000, "party": "b"}}


def played(world: World, kind: str, body: str, expect: str, row: str, tmp_path: Path) -> Played:
    """Play the two rows; the expectation stands at the row that is named."""
    text = CASE.replace("BODY", body).replace("KIND", kind)
    text = text.replace(", expect: EXPECT", "") if row == "first" else text.replace("EXPECT", expect)
    if row == "first":
        text = text.replace("says: one,", f"says: one, expect: {expect},")
    case: Case = read(text)
    doors: Any = {party: world.at(party) for party in ("a", "b")}
    host: Any = world.at("host")
    host.get, host.post = lambda path: {"size": 1}, lambda path, body: {}
    return Player(case, "one", host, doors, tmp_path, lambda line: None).play()


def alarm(party_of: str, kind: str = "unanswered", after_s: int = 120) -> dict[str, list[dict[str, Any]]]:
    raised = {"about": f"{A} at b: director", "at_us": AT + after_s * 1_000_000, "kind": kind, "words": f"{kind} w"}
    return {party_of: [raised]}


CAME_ABOUT_FOR_THE_FIRST = {
    "a concern": (World(screening="concern"), "notice", NOTICE, "{screening: concern}"),
    "none raised": (World(screening="none raised"), "notice", NOTICE, "{screening: none raised}"),
    "an alarm in time": (World(alarms=alarm("a")), "message", MESSAGE, "{unanswered_after_s: 120}"),
    "a call up the ladder": (World(alarms=alarm("b", "called")), "message", MESSAGE, "{called: [b]}"),
    "a short lead": (World(lead_s=30), "notice", NOTICE, '{short_lead: {b: "30 s"}}'),
}


@pytest.mark.parametrize("name", CAME_ABOUT_FOR_THE_FIRST)
def test_what_came_of_one_row_does_not_satisfy_what_another_expects(name: str, tmp_path: Path):
    world, kind, body, expect = CAME_ABOUT_FOR_THE_FIRST[name]
    world.sent = [A, B]
    found = played(world, kind, body, expect, "second", tmp_path)
    assert [words.partition(":")[0] for words in found.unmet] == ["second"]


@pytest.mark.parametrize("name", CAME_ABOUT_FOR_THE_FIRST)
def test_what_came_of_a_row_satisfies_what_it_expects(name: str, tmp_path: Path):
    world, kind, body, expect = CAME_ABOUT_FOR_THE_FIRST[name]
    world.sent = [A, B]
    assert played(world, kind, body, expect, "first", tmp_path).unmet == []


def test_an_alarm_of_another_kind_is_no_missed_answer(tmp_path: Path):
    """The station that raises "host-away" in that very moment has not said that nobody answered."""
    world = World(alarms={"a": [{"about": "host", "at_us": AT + 120_000_000, "kind": "host-away", "words": "away"}]})
    assert played(world, "message", MESSAGE, "{unanswered_after_s: 120}", "first", tmp_path).unmet != []
