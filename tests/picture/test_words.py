"""What the system says of a screening, a silence or a missing owner never reads as an all-clear."""

from __future__ import annotations

from tests.house.comfort import FALSE_COMFORT

from detente.picture.notices.delivery import DeliveryStep, Fact
from detente.picture.notices.screenings import ScreeningOnRecord
from detente.picture.parties.directory import AnswersFor
from detente.records.evidence.claim import TAG_MEANS
from detente.records.notices.response import ANSWER_MEANS as RESPONSE_MEANS
from detente.records.notices.screening import ANSWER_MEANS, Answer


def test_each_screening_answer_says_what_it_does_not_mean():
    assert "no assurance" in ANSWER_MEANS["none raised"]
    assert "unknown" in ANSWER_MEANS["not screened"]


def test_every_rendered_sentence_is_free_of_false_comfort():
    answers: list[Answer | None] = ["concern", "none raised", "not screened", None]
    screenings = [
        ScreeningOnRecord(
            answer=answer,
            at_us=0,
            buffer_mm=0,
            data_age_us=0,
            due_us=0,
            entry=entry,
            party="rus",
            speaks_for=(),
        ).sentence()
        for answer in answers
        for entry in ("e", None)
    ]
    facts = [
        Fact(
            at_us=0, by_role=None, entry="e", index=0, officer=None, party="rus", step=step, unit=None, version="v"
        ).sentence()
        for step in DeliveryStep
    ]
    owners = [
        AnswersFor(by="rus", how=how, party="syr", through=()).sentence()  # type: ignore[arg-type]
        for how in ("itself", "nobody", "through another", "unknown party")
    ]
    meanings = [*ANSWER_MEANS.values(), *RESPONSE_MEANS.values(), *TAG_MEANS.values()]
    for sentence in [*screenings, *facts, *owners, *meanings]:
        assert not FALSE_COMFORT.search(sentence), sentence
