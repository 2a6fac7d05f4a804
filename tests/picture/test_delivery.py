"""Told is not read, read is not understood, understood is not passed on: each fact stands alone, with what shows it."""

from __future__ import annotations

import pytest
from tests.support.play import Play, fact_of, notice, picture_of, response, watermark

from detente.ledger.identity import KeyUse
from detente.picture.notices.delivery import STEP_OF, DeliveryStep
from detente.records.notices.response import ANSWER_MEANS


def steps(play: Play, version: str, party: str, viewer: str = "cjtf") -> list[DeliveryStep]:
    return [fact.step for fact in picture_of(play, viewer).delivery.facts(version, party)]


def test_a_notice_in_the_ledger_is_recorded_and_nothing_more():
    play = Play()
    n = play.say("cjtf", "rus un", notice())
    assert steps(play, n, "rus") == [DeliveryStep.RECORDED]
    assert fact_of(picture_of(play, "cjtf").delivery, n, "rus", DeliveryStep.TOLD) is None


def test_told_is_the_first_watermark_that_covers_the_entry():
    play = Play()
    n = play.say("cjtf", "rus", notice())  # index 1
    play.say("rus", "cjtf", watermark(1))  # covers index 0 only
    covering = play.say("rus", "cjtf", watermark(2))
    play.say("rus", "cjtf", watermark(3))
    told = fact_of(picture_of(play, "cjtf").delivery, n, "rus", DeliveryStep.TOLD)
    assert told is not None
    assert (told.entry, told.index) == (covering, 3)


def test_a_watermark_of_one_party_tells_nothing_of_another():
    play = Play()
    n = play.say("cjtf", "rus un", notice())
    play.say("un", "cjtf", watermark(2))
    assert DeliveryStep.TOLD in steps(play, n, "un")
    assert DeliveryStep.TOLD not in steps(play, n, "rus")


def test_a_watermark_cannot_speak_of_what_came_after_it():
    """A station that signs for a size the ledger has not reached is held to the size at which it spoke."""
    play = Play()
    play.say("rus", "cjtf", watermark(1_000_000))
    n = play.say("cjtf", "rus", notice())
    assert steps(play, n, "rus") == [DeliveryStep.RECORDED]


@pytest.mark.parametrize("answer", sorted(STEP_OF))
def test_each_answer_is_one_fact_and_implies_no_other(answer):
    """A unit may comply with what nobody read back; the record says that it complied, and nothing of a read-back."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", response(n, answer))
    assert steps(play, n, "rus") == [DeliveryStep.RECORDED, STEP_OF[answer]]


def test_every_answer_has_its_own_fact():
    assert set(STEP_OF) == set(ANSWER_MEANS)
    assert len(set(STEP_OF.values())) == len(STEP_OF)


def test_each_fact_names_its_entry_its_time_and_its_role_or_unit():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    read = play.say("rus", "cjtf", response(n, "acknowledge", by_role="duty-director"))
    play.say("rus", "cjtf", response(n, "passed-to-unit", unit="Air group Hmeymim"))
    delivery = picture_of(play, "cjtf").delivery
    fact = fact_of(delivery, n, "rus", DeliveryStep.READ)
    assert fact is not None
    assert (fact.entry, fact.at_us, fact.by_role) == (read, play.said[1][1], "duty-director")
    passed = fact_of(delivery, n, "rus", DeliveryStep.PASSED_TO_UNIT)
    assert passed is not None
    assert passed.unit == "Air group Hmeymim"


def test_an_answer_to_an_old_version_says_nothing_about_the_new_one():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    newer = play.say("cjtf", "rus", notice(words="moved"), supersedes=n)
    play.say("rus", "cjtf", response(n, "acknowledge"))
    assert DeliveryStep.READ in steps(play, n, "rus")
    assert steps(play, newer, "rus") == [DeliveryStep.RECORDED]


def test_every_recipient_is_listed_even_with_no_evidence():
    play = Play()
    n = play.say("cjtf", "rus un", notice())
    assert set(picture_of(play, "cjtf").delivery.of(n)) == {"rus", "un"}


@pytest.mark.parametrize("answer", ["acknowledge", "confirm", "read-back"])
def test_only_an_officers_key_shows_that_somebody_read_it(answer):
    """A station can answer by itself; it cannot read."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", response(n, answer))
    station = KeyUse(from_index=0, key="11" * 32, party="rus", role="station")
    officer = KeyUse(from_index=0, key="11" * 32, officer="o-1", party="rus", role="officer")
    by_station = picture_of(play, "cjtf", key_use=lambda key, index: station).delivery
    by_officer = picture_of(play, "cjtf", key_use=lambda key, index: officer).delivery
    assert fact_of(by_station, n, "rus", STEP_OF[answer]) is None
    fact = fact_of(by_officer, n, "rus", STEP_OF[answer])
    assert fact is not None
    assert fact.officer == "o-1"
