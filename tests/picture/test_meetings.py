"""A review draws what is open and what came since, signs point by point, and nobody's word stands for another's."""

from __future__ import annotations

import msgspec
from tests.support.play import MINUTE, START_US, Play, message, notice, picture_of, response

from detente.records.agreements.meeting import Action, Meeting, MeetingReply, Minutes, MinutesPoint
from detente.rules.agreements.reviews import REMIND_US, agenda, review_words

DAY = 1_440 * MINUTE
AGREEMENT = "bb" * 32
ACTION = Action(action="roster", due_us=START_US + 5 * DAY, owner="rus", role="watch", words="names deputies")


def meeting(**given):
    plain = {
        "agenda": (),
        "agreement": AGREEMENT,
        "at_us": START_US + DAY,
        "every_us": 30 * DAY,
        "means": "video",
        "parties": ("cjtf", "rus"),
        "series": "flight-safety",
        "since_us": START_US,
        "title": "Review",
        "words": "",
    }
    return Meeting(**(plain | given))


def minutes(about, **given):
    points = tuple(MinutesPoint(agreement=AGREEMENT, point=name, words=f"point {name}") for name in ("p1", "p2"))
    plain = {"about": about, "actions": (ACTION,), "points": points, "present": ("cjtf", "rus"), "words": ""}
    return Minutes(**(plain | given))


def reply(about, *signed, refused=(), done=()):
    words = "not so" if refused else ""
    return MeetingReply(about=about, done=tuple(done), refused=tuple(refused), signed=signed, words=words)


def drawn(play, viewer="cjtf", since_us=0, parties=("cjtf", "rus")):
    view = picture_of(play, viewer).meetings
    return [item.words for item in agenda(view.matters("flight-safety", play.now_us), parties, since_us)]


def standing(play, held, viewer="un"):
    return {p.point.point: p.stands for p in picture_of(play, viewer).meetings.points(held)}


def test_an_agenda_has_what_is_open_and_what_came_since_the_oldest_first():
    """An answered message and an older stop are not on it; an open one is, however old."""
    play = Play()
    answered = play.say("cjtf", "rus", message("priority"))
    play.say("rus", "cjtf", response(answered, "acknowledge"))
    open_one = play.say("cjtf", "rus", message("priority"))
    stop = play.say("rus", "cjtf", message("stop"))
    play.say("cjtf", "rus", msgspec.structs.replace(response(stop, "comply")))
    items = drawn(play, since_us=play.now_us + 1)
    assert len(items) == 1
    assert items[0].startswith("open: cjtf has waited")
    later = drawn(play)
    assert len(later) == 2
    assert later[1].startswith("stop asked by rus")
    ids = [
        item.about for item in agenda(picture_of(play, "cjtf").meetings.matters("x", play.now_us), ("cjtf", "rus"), 0)
    ]
    assert ids == [(open_one,), (stop,)]


def test_an_agenda_tells_nobody_what_was_not_told_to_it():
    """What only two of three may read is drawn for the two, and not for the three."""
    play = Play()
    play.say("cjtf", "rus", message("priority"))
    play.say("cjtf", "rus un", message("stop"))
    of_two, of_three = drawn(play), drawn(play, parties=("cjtf", "rus", "un"))
    assert len(of_two) == 2
    assert not any("for un" in item for item in of_two)
    (stop,) = of_three
    assert "for un" in stop
    assert "stop asked by cjtf" in stop


def test_a_point_is_agreed_when_all_have_signed_it_and_its_author_signs_like_anybody_else():
    play = Play()
    held = play.say("cjtf", "rus un", minutes(play.say("cjtf", "rus un", meeting())))
    assert standing(play, held) == {"p1": False, "p2": False}
    play.say("rus", "cjtf un", reply(held, "p1", refused=("p2",)))
    assert standing(play, held) == {"p1": False, "p2": False}
    play.say("cjtf", "rus un", reply(held, "p1", "p2"))
    assert standing(play, held) == {"p1": True, "p2": False}
    play.say("un", "cjtf rus", reply(held, refused=("p1",)))  # not of this meeting: it moves nothing
    assert standing(play, held) == {"p1": True, "p2": False}
    play.say("rus", "cjtf un", reply(held, "p2"))
    assert standing(play, held) == {"p1": True, "p2": True}


def test_a_later_word_replaces_the_earlier_and_newer_minutes_carry_no_signature_over():
    play = Play()
    called = play.say("cjtf", "rus", meeting())
    held = play.say("cjtf", "rus", minutes(called))
    for party, to in (("cjtf", "rus"), ("rus", "cjtf")):
        play.say(party, to, reply(held, "p1"))
    play.say("rus", "cjtf", reply(held, refused=("p1",)))
    assert standing(play, held, "cjtf")["p1"] is False
    newer = play.say("cjtf", "rus", minutes(called, words="mended"), supersedes=held)
    view = picture_of(play, "rus").meetings
    assert [m.entry for m in view.minutes_of(called)] == [newer]
    assert not any(p.signed for p in view.points(newer))


def test_only_its_owner_says_that_an_action_is_done():
    """Open, due soon from 48 h before, late after its deadline and not at it; another's word that it is done is none."""
    play = Play()
    held = play.say("cjtf", "rus", minutes(play.say("cjtf", "rus", meeting())))
    play.say("cjtf", "rus", reply(held, done=("roster",)))
    view = picture_of(play, "cjtf").meetings
    due = ACTION.due_us
    at = {us: view.actions(held, us)[0].standing for us in (due - REMIND_US - 1, due - REMIND_US, due, due + 1)}
    assert list(at.values()) == ["open", "due soon", "due soon", "late"]
    assert any("action roster" in item for item in drawn(play))
    play.say("rus", "cjtf", reply(held, done=("roster",)))
    assert picture_of(play, "cjtf").meetings.actions(held, due + 1)[0].standing == "done"
    assert not any("action roster" in item for item in drawn(play))


def test_the_next_of_a_series_is_reminded_of_and_then_late():
    one = meeting()
    due = one.at_us + 30 * DAY
    said = [review_words(one, at).partition(":")[0] for at in (one.at_us - REMIND_US, due - REMIND_US, due + 1)]
    assert said == ["SOON", "SOON", "LATE"]
    assert "does not recur" in review_words(meeting(every_us=None), due)


def test_a_signed_point_is_an_entry_that_refers_to_its_agreement():
    """What the verb sends: the sentence names the agreement once all have signed."""
    play = Play()
    held = play.say("cjtf", "rus", minutes(play.say("cjtf", "rus", meeting())))
    for party, to in (("cjtf", "rus"), ("rus", "cjtf")):
        play.say(party, to, reply(held, "p1"))
    first, second = picture_of(play, "cjtf").meetings.points(held)
    assert first.sentence() == f"p1: agreed, signed by cjtf, rus, and is an entry of agreement {AGREEMENT[:12]}"
    assert second.sentence() == "p2: NOT AGREED; not signed by cjtf, rus"


def test_a_notice_alone_is_no_incident():
    play = Play()
    play.say("cjtf", "rus", notice())
    assert picture_of(play, "cjtf").meetings.state.incidents == {}
