"""A voice call as an object: words made from the shape, read back figure by figure, each side's account its own."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.geometry.shapes import volumes
from tests.support.play import MINUTE, START_US, Play, circle, notice, picture_of

from detente.errors import Refused
from detente.geometry.stated.position import apart_mm
from detente.geometry.stated.read_back import points_of
from detente.geometry.stated.spoken import parse_spoken
from detente.records import registry
from detente.records.hotline.call import Call, Caller
from detente.records.parties.party import Party
from detente.rules.hotline.calls import compare, read_back_of, words_of

NOTICE = notice(volumes=(circle(), circle(35.2472, 40.1294)))


def call(**changes: object) -> Call:
    given: dict[str, object] = {
        "about": (),
        "at_us": START_US + 54 * MINUTE,
        "caller": Caller(officer=None, party="rus", role="watch"),
        "countersigns": None,
        "ended_us": None,
        "interpreter": None,
        "language": "ru",
        "line": "hotline",
        "outcome": "delivered",
        "readback": None,
        "said_by": "cjtf",
        "stated_time": None,
        "taker": Caller(officer="o-17", party="cjtf", role="watch"),
        "words": "It was said.",
    }
    return Call(**(given | changes))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(volumes((35.3, 40.2), 2.0, 0.5), min_size=1, max_size=3))
def test_the_words_spoken_come_from_the_shape_and_lead_back_to_it(told):
    """Every corner within the error that is said, sizes and times to the last digit; said back they agree in every figure."""
    try:
        words = words_of(told)
    except Refused as refused:
        assume(refused.problems[0].code not in ("spoken-too-small", "spoken-pole"))
        raise
    assert len(words) == len(told)
    for text, volume in zip(words, told, strict=True):
        heard = parse_spoken(text[text.index("Datum") :]).volume()
        for said, got in zip(points_of(volume.outline), points_of(heard.outline), strict=True):
            assert apart_mm(said, got) + volume.error_mm <= heard.error_mm
        assert (heard.start_us, heard.end_us) == (volume.start_us, volume.end_us)
    assert compare(read_back_of(" ".join(words)), told) == ()


DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_one_digit_heard_wrong_is_always_found(data):
    """Any digit of centre, radius or time changed for another: refused as unheard, or named as a difference. Never agreed with."""
    (words,) = words_of([circle()])
    head, _, tail = words.partition("Centre")
    parts = tail.split(" ")
    spoken = [n for n, part in enumerate(parts) if part.strip(".,") in DIGITS]
    error, height = parts.index("Error"), parts.index("From")
    n = data.draw(st.sampled_from([n for n in spoken if n < error or n > height]))
    old = parts[n].strip(".,")
    parts[n] = parts[n].replace(old, data.draw(st.sampled_from([d for d in DIGITS if d != old])))
    try:
        heard = read_back_of(f"{head}Centre{' '.join(parts)}")
    except Refused:
        return
    assert compare(heard, [circle()])


def test_every_place_of_a_notice_is_spoken_and_must_come_back():
    """Deir ez-Zor: two areas. One said back for two is a difference; points changed over are differences."""
    first, second = words_of(NOTICE.volumes)
    assert first.startswith("Place one of two. Datum Whiskey Golf Sierra eight four. Circle.")
    assert compare(read_back_of(first + second), NOTICE.volumes) == ()
    (missing,) = compare(read_back_of(first), NOTICE.volumes)
    assert (missing.at, missing.said, missing.told) == ("volumes", "1", "2")
    assert len(compare(read_back_of(second + first), NOTICE.volumes)) >= 2


def test_a_place_told_in_words_alone_is_no_read_back():
    with pytest.raises(Refused) as refused:
        read_back_of("nine kilometres south of the airfield")
    assert refused.value.problems[0].field == "heard"


def test_a_word_that_does_not_fit_is_named():
    (words,) = words_of([circle()])
    with pytest.raises(Refused) as refused:
        read_back_of(words.replace("Foxtrot", "Foxhunt"))
    assert "foxhunt" in refused.value.problems[0].value


def test_a_call_is_one_sides_word_until_the_other_countersigns_it():
    play = Play()
    account = play.say("cjtf", "rus", call())
    assert "said by cjtf, not countersigned" in picture_of(play, "cjtf").calls.of(account).sentence()
    mine = call(countersigns=account, said_by="rus", words="Передано.")
    play.say("rus", "cjtf", mine)
    stands = picture_of(play, "cjtf").calls.of(account)
    assert len(stands.countersigned) == 1
    assert stands.disagree == ()


def test_two_accounts_that_contradict_each_other_both_stand():
    """One says delivered, the other that the contact was away: neither is the truth here, and it is shown as a contradiction."""
    play = Play()
    account = play.say("cjtf", "rus", call())
    play.say("rus", "cjtf", call(countersigns=account, said_by="rus", outcome="contact-absent"))
    picture = picture_of(play, "rus")
    assert len(picture.calls.all()) == 2
    expected = {("outcome: delivered against contact-absent",), ("outcome: contact-absent against delivered",)}
    assert {stands.disagree for stands in picture.calls.all()} == expected
    assert "CONTRADICTED" in picture.calls.of(account).sentence()


def test_a_party_without_a_station_is_said_by_until_who_answers_for_it_countersigns():
    """A commander rings the UN: entered by the UN as said by him; the UN cannot countersign its own entry, Russia can."""
    play = Play()
    syr = Party(
        acts_for=(), answered_for_by="rus", cosigner_key=None, endorsements=(), exchange_key=None, name="syr", parent=None, party="syr",
        root_key=None, state="active", station_key=None, words="",
    )  # fmt: skip
    play.say("un", "cjtf rus", syr)
    ends = {
        "caller": Caller(officer=None, party="syr", role=None),
        "taker": Caller(officer=None, party="un", role="watch"),
    }
    account = play.say("un", "rus cjtf", call(said_by="syr", **ends))
    play.say(
        "cjtf", "un rus", call(said_by="cjtf", countersigns=account, **ends)
    )  # no end of the call, answers for none
    stands = picture_of(play, "un").calls.of(account)
    assert stands.sentence().startswith("said by syr, entered by un, not countersigned")
    play.say("rus", "un cjtf", call(said_by="syr", countersigns=account, **ends))
    assert len(picture_of(play, "un").calls.of(account).countersigned) == 1


def test_a_call_read_back_otherwise_is_not_delivered_whatever_it_says():
    """The taker said another grid: an alarm for both sides at once, and the outcome `delivered` delivers nothing."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    (words,) = words_of([circle()])
    wrong = play.say(
        "cjtf", "rus", call(about=(n,), readback=read_back_of(words.replace("Victor, zero", "Victor, one")))
    )
    right = play.say("cjtf", "rus", call(about=(n,), readback=read_back_of(words)))
    calls = picture_of(play, "rus").calls
    judged = calls.judged(wrong)
    assert judged is not None
    assert (judged.asker, judged.party, judged.version) == ("cjtf", "rus", n)
    assert "easting: said 14846, told 04846" in judged.sentence()
    assert not calls.of(wrong).delivered
    assert calls.of(right).delivered
    assert calls.judged(right) is None


def test_what_the_other_end_said_back_is_the_authors_word_and_no_step_of_the_other():
    """Only Russia's own response shows that Russia read it back."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("cjtf", "rus", call(about=(n,), readback=read_back_of(words_of([circle()])[0])))
    assert [f.step.value for f in picture_of(play, "cjtf").delivery.facts(n, "rus")] == ["recorded"]


def test_a_call_of_the_first_version_is_read_with_the_rest_unsaid():
    old = {k: v for k, v in msgspec.to_builtins(call()).items() if k not in ("interpreter", "language", "readback")}
    record = registry.read("call/1", "full", msgspec.json.encode(old, order="sorted"))
    assert record.body == call(language="")
