"""Verdicts in a viewer's picture: from its own entries only, revised by late ones, published once, reconstructable."""

from __future__ import annotations

import msgspec
from tests.rules.agreements.castello import D_US, HOUR_US, K1, TRUCE
from tests.rules.agreements.say import answering, claim, truce, us
from tests.support.play import Play, fold, notice, picture_of

from detente.picture.agreements.agreements import Agreements
from detente.records.agreements.agreement import AnnexA
from detente.records.agreements.verdict import VerdictsFirst
from detente.records.entries.erasure import Erasure
from detente.records.entries.watermark import Watermark
from detente.records.notices.response import Response
from detente.records.registry import REGISTRY, Form, Registry
from detente.rules.agreements.judging.publishing import RULESET, batch

EVERYBODY = "opposition rus syr un us"


def acknowledge(about: str) -> Response:
    return Response(
        about=about, answer="acknowledge", by_role="watch", readback=None, unit=None, version=about, words=""
    )


def unanswered() -> tuple[Play, str, str]:
    """An agreement, a notice one hour after D, and nothing more."""
    play = Play()
    play.now_us = D_US - HOUR_US
    agreement = play.say("un", EVERYBODY, truce(answering()))
    told = play.say("rus", EVERYBODY, notice(), at_us=us(1))
    return play, agreement, told


def answers(agreements: Agreements, agreement: str, hour: float) -> dict[str, str]:
    return {v.party: v.answer for v in agreements.verdicts(agreement, us(hour))}


def test_a_duty_is_pending_until_its_deadline_and_breached_after_it():
    play, agreement, _ = unanswered()
    seen = picture_of(play, "un").agreements
    assert answers(seen, agreement, 1.5) == {"syr": "pending"}
    assert answers(seen, agreement, 2) == {"syr": "pending"}
    assert answers(seen, agreement, 2.001) == {"syr": "breached"}


def test_a_late_acknowledgement_that_was_timely_turns_breached_into_kept_with_one_revision():
    """Signed in time, recorded three hours later: the accusation is revised, once, in the slot of that entry."""
    play, agreement, told = unanswered()
    first = picture_of(play, "un")
    (breached,) = first.agreements.verdicts(agreement, us(3))
    assert (breached.answer, breached.fast_until_us) == ("breached", us(2) + TRUCE.horizon_us)
    body = batch(agreement, [breached], us(3), 3, RULESET)
    published = play.say("un", EVERYBODY, body, at_us=us(3))
    late = play.say("syr", EVERYBODY, acknowledge(told), at_us=us(5))
    index, at_us, entry, header, facets = play.said[-1]
    play.said[-1] = (index, at_us, entry, msgspec.structs.replace(header, signed_at_us=us(1.5)), facets)
    picture = picture_of(play, "un")
    (due,) = picture.agreements.take_due()
    assert (due.trigger, due.revises, due.was) == (late, published, ("breached",))
    assert [v.answer for v in due.verdicts] == ["kept"]
    assert picture.agreements.take_due() == []
    assert answers(picture.agreements.as_of(4), agreement, 3) == {"syr": "breached"}
    play.say(
        "un", EVERYBODY,
        batch(agreement, due.verdicts, us(5), due.size, RULESET, revises=published, trigger=late, was=due.was),
    )  # fmt: skip
    again = picture_of(play, "un").agreements
    assert ("un", agreement, late) in again.slots
    assert len(again.verdicts(agreement, us(6))) == 1


def test_a_station_of_the_release_before_keeps_verdicts_that_it_does_not_understand_and_goes_on():
    """It says which and how many, that verdicts rest on less than there is, and takes in what comes after."""
    play, agreement, _ = unanswered()
    (breached,) = picture_of(play, "un").agreements.verdicts(agreement, us(3))
    play.say("un", EVERYBODY, batch(agreement, [breached], us(3), 3, RULESET), at_us=us(3))
    play.say("rus", EVERYBODY, notice(), at_us=us(4))
    former = Registry(
        Form(body=VerdictsFirst, check=lambda body: (), form="full", kind="verdict", version=1)
        if f.kind == "verdict"
        else f
        for f in REGISTRY.forms()
    )
    there = fold(play.known("syr", former))
    seen = there.freshness(there.agreements, play.now_us)
    assert seen.incomplete and seen.not_understood == {"verdict/2": 1}
    assert not there.freshness(there.airspace, play.now_us).incomplete
    assert len([*there.airspace.live()]) == 2
    assert answers(there.agreements, agreement, 3) == {"syr": "breached"}
    here = picture_of(play, "syr")
    assert not here.freshness(here.agreements, play.now_us).incomplete


def test_an_acknowledgement_recorded_late_does_not_count_where_the_record_is_the_clock():
    play, agreement, told = unanswered()
    recorded = truce(answering(evidence=msgspec.structs.replace(answering().evidence, clock="recorded")))
    play.say("un", EVERYBODY, recorded, supersedes=agreement, at_us=us(1.1))
    play.say("syr", EVERYBODY, acknowledge(told), at_us=us(5))
    assert answers(picture_of(play, "un").agreements, agreement, 6) == {"syr": "breached"}


def test_each_viewer_judges_from_its_own_entries():
    play, agreement, told = unanswered()
    play.say("syr", "rus", acknowledge(told), at_us=us(1.2))
    assert answers(picture_of(play, "rus").agreements, agreement, 3) == {"syr": "kept"}
    assert answers(picture_of(play, "un").agreements, agreement, 3) == {"syr": "breached"}


def test_what_another_party_could_conclude_is_what_it_was_told_of():
    """Before its watermark covers an entry, nothing shows that a party knew it."""
    play, agreement, told = unanswered()
    play.say("us", "un", Watermark(count=2, list_hash="00" * 32, size=3), at_us=us(1.1))
    play.say("syr", EVERYBODY, acknowledge(told), at_us=us(1.2))
    picture = picture_of(play, "un")
    known = picture.timeline.known_to("us", at_us=us(3))
    entries = [*picture.timeline.ids(known.told), *picture.timeline.ids(known.own)]
    assert answers(picture.agreements.known_to("us", entries), agreement, 3) == {"syr": "breached"}
    assert answers(picture.agreements, agreement, 3) == {"syr": "kept"}


def test_a_secret_annex_is_seen_to_be_there_by_all_and_read_by_its_readers():
    play = Play()
    play.now_us = D_US - HOUR_US
    annex = AnnexA(agreement="truce-2016", source="", tag="ILL", terms=(answering(),), title="Answers", words="")
    agreement = play.say("un", EVERYBODY, TRUCE, ("rus syr", annex), kind="agreement/1")
    terms = {
        viewer: {v.term for v in picture_of(play, viewer).agreements.verdicts(agreement, us(1))}
        for viewer in ("rus", "us")
    }
    assert "answer" in terms["rus"] and "annex-a" not in terms["rus"]
    assert "annex-a" in terms["us"] and "answer" not in terms["us"]


def test_a_saved_picture_gives_the_same_verdicts():
    play, agreement, told = unanswered()
    play.say("syr", EVERYBODY, acknowledge(told), at_us=us(1.2))
    play.say("un", EVERYBODY, claim("SOHR", "asserts", "shelling", "attack", 2, actor="syr"))
    picture = picture_of(play, "un")
    again = Agreements(picture.heads)
    again.restore(again.parse(picture.agreements.save()))
    assert again.verdicts(agreement, us(6)) == picture.agreements.verdicts(agreement, us(6))


def test_the_picture_folds_agreements_in_any_slices():
    play, agreement, told = unanswered()
    play.say("syr", EVERYBODY, acknowledge(told), at_us=us(1.2))
    known = play.known("un")
    picture = fold(known[:1])
    for one in known[1:]:
        picture.apply(one)
        picture.agreements.verdicts(agreement, us(1))
    assert picture.agreements.verdicts(agreement, us(6)) == picture_of(play, "un").agreements.verdicts(agreement, us(6))


def test_a_published_verdict_that_rested_on_a_claim_is_revised_when_the_claim_is_erased():
    """A witness's life comes before a verdict; the verdict does not stand on what is gone."""
    play = Play()
    play.now_us = D_US - HOUR_US
    agreement = play.say("un", EVERYBODY, truce(K1))
    told = claim("a witness", "asserts", "strike", "attack", 2, actor="syr", affected="opposition")
    said = play.say("un", EVERYBODY, told, at_us=us(3))
    found = [v for v in picture_of(play, "un").agreements.verdicts(agreement, us(4)) if v.party == "syr"]
    assert {v.answer for v in found} == {"breached"}
    published = play.say("un", EVERYBODY, batch(agreement, found, us(4), 3, RULESET), at_us=us(4))
    erased = play.say("un", EVERYBODY, Erasure(about=said, authority="court", reason="a witness"), at_us=us(5))
    (due,) = picture_of(play, "un").agreements.take_due()
    assert (due.trigger, due.revises, due.was) == (erased, published, ("breached",))
    assert [v.answer for v in due.verdicts] == ["kept"]


def test_what_an_erased_entry_said_is_in_no_snapshot_and_in_no_earlier_size():
    """Destroyed is destroyed at once, and not at the station's next start."""
    play = Play()
    play.now_us = D_US - HOUR_US
    play.say("un", EVERYBODY, truce(K1))
    told = claim("a witness", "asserts", "strike", "attack", 2, actor="syr", affected="opposition", says="by name")
    said = play.say("un", EVERYBODY, told, at_us=us(3))
    before = picture_of(play, "un").agreements
    assert b"by name" in b"".join(part.body for kept in before.state.kept for part in kept.parts)
    play.say("un", EVERYBODY, Erasure(about=said, authority="court", reason="a witness"), at_us=us(5))
    after = picture_of(play, "un").agreements
    assert b"by name" not in b"".join(part.body for kept in after.state.kept for part in kept.parts)
    size = next(kept.index for kept in after.state.kept if kept.id == said) + 1
    assert all(not kept.parts for kept in after.as_of(size).state.kept if kept.id == said)
