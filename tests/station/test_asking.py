"""Why a notice was not screened: the holder's officers read the reason, the asker's as far as its own notices tell it."""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest
from tests.support.stations import World, circle, notice

from detente.api.presence import QuestionsAsked
from detente.station.answers.presence import passed_over, questions
from detente.station.own_questions import OwnQuestions

HERE = (35.2663, 40.1527)
YEAR = 365 * 24.0


@pytest.fixture
def world():
    made = World(("cjtf", "rus"), pictures=True)
    made.run(1)
    made.state_presence("rus")
    return made


def api(world, party):
    """What the functions need of a station's engine."""
    state, picture = world.stations[party], world.pictures[party]
    return SimpleNamespace(
        now_us=world.now_us,
        own_questions=OwnQuestions(state, picture, lambda: world.now_us),
        parts=SimpleNamespace(picture=picture, virtual=True),
        state=state,
        troubles=list,
    )


def tell(world, **given):
    sent = world.send("cjtf", notice(circle(*HERE, **given)), ("rus",)).hex()
    world.run(20)
    return sent


def why(world, version):
    asker = api(world, "cjtf")
    (answered,) = world.pictures["cjtf"].screenings.of(version, world.now_us)
    return asker.own_questions.why(version, answered)


def less_budget(world, m2_s):
    """Give both sides, which read it in genesis, another budget of the day."""
    for station in world.stations.values():
        station.screening.screener.rules = msgspec.structs.replace(
            station.screening.screener.rules, budget_m2_s_per_day=m2_s
        )
        screening = msgspec.structs.replace(station.me.genesis.screening, budget_m2_s_per_day=m2_s)
        genesis = msgspec.structs.replace(station.me.genesis, screening=screening)
        station.me = msgspec.structs.replace(station.me, genesis=genesis)


def asked(world, party="rus"):
    """`GET /local/questions` of a party's station."""
    return msgspec.to_builtins(questions(api(world, party), QuestionsAsked()))


def test_the_asker_counts_its_own_spending_as_the_holder_does(world):
    """From its own notices and the public rules alone; so it can be said before anything is sent."""
    for hours in (1, 6, YEAR):
        tell(world, hours=hours)
    holder = world.stations["rus"].screening.screener.memory.spending.of("cjtf", world.now_us)
    assert api(world, "cjtf").own_questions.spent_m2_s("rus") == holder > 0
    assert asked(world, "cjtf")["ours"] == ({"party": "rus", "percent": 1, "spent_m2_s": holder},)


def test_a_notice_over_the_budget_says_so_at_both_sides(world):
    """Newcomer's F3: `not screened`, and no reason in any view of either side."""
    tell(world, hours=YEAR)
    less_budget(world, api(world, "cjtf").own_questions.spent_m2_s("rus") * 3 // 2)
    over = tell(world)
    assert why(world, over) == (
        "our notices of that day have spent 134 % of our daily budget at rus: the rest of the day is not screened"
    )
    newest = asked(world)["asked"][0]
    assert newest["notice"] == over
    assert newest["words"].startswith("not screened: budget spent (")
    assert asked(world)["patterns"][0]["spent_percent"] == 134


def test_a_notice_that_is_too_small_says_so_at_both_sides(world):
    small = tell(world, radius_m=200)
    assert why(world, small) == "our notice is smaller than the least size that is screened"
    assert asked(world)["asked"][0]["words"] == "not screened: smaller than the least size"


def test_where_only_the_holder_knows_the_asker_is_told_that_it_cannot_know():
    made = World(("cjtf", "rus"), pictures=True)
    made.run(1)
    sent = tell(made)
    assert why(made, sent).startswith("why is not told")
    assert asked(made)["asked"][0]["words"] == "not screened: no current data"


def test_a_notice_that_was_screened_or_is_anothers_gives_no_reason(world):
    sent = tell(world)
    assert why(world, sent) == ""
    (answered,) = world.pictures["rus"].screenings.of(sent, world.now_us)
    assert api(world, "rus").own_questions.why(sent, answered) == ""


def test_the_watch_and_the_view_show_who_is_passed_over_until_the_epoch_ends(world):
    tell(world)
    world.state_presence("rus", circle(*HERE, radius_m=300))
    (words,) = passed_over(api(world, "rus"))
    assert "OWN PEOPLE PASSED OVER" in words
    assert asked(world)["passed_over"] == (words,)
    assert passed_over(api(world, "cjtf")) == ()
    world.run(6 * 3600)
    assert passed_over(api(world, "rus")) == ()
