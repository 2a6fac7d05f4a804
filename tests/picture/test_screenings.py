"""Three honest answers. Absent by its deadline an answer is "not screened", and no sentence reads as an all-clear."""

from __future__ import annotations

from tests.picture.test_directory import party
from tests.support.play import Play, notice, picture_of, screening


def answers(play: Play, version: str, now_us: int, viewer: str = "cjtf") -> dict[str, str | None]:
    return {a.party: a.answer for a in picture_of(play, viewer).screenings.of(version, now_us)}


def test_silence_is_an_open_question_until_the_deadline_and_not_screened_after_it():
    play = Play()
    n = play.say("cjtf", "rus un", notice())
    due_us = play.now_us + picture_of(play, "cjtf").screenings.deadline_us
    assert answers(play, n, due_us) == {"rus": None, "un": None}
    assert answers(play, n, due_us + 1) == {"rus": "not screened", "un": "not screened"}


def test_an_answer_says_with_which_buffer_how_old_and_for_whom():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", screening(n, "none raised"))
    (answer,) = picture_of(play, "cjtf").screenings.of(n, play.now_us)
    assert answer.sentence().startswith("rus: none raised (buffer 2 km, data 90 min old, for rus)")


def test_an_answer_counts_only_for_whom_its_author_answers():
    """That it speaks for another is no word of its own: the party entry says so, or it is not shown."""
    play = Play()
    play.say("rus", "cjtf un", party("syr", answered_for_by="rus"))
    n = play.say("cjtf", "rus un", notice())
    play.say("rus", "cjtf", screening(n, "none raised"))
    play.say("un", "cjtf", screening(n, "none raised"))
    rus, un = picture_of(play, "cjtf").screenings.of(n, play.now_us)
    assert (rus.speaks_for, un.speaks_for) == (("rus", "syr"), ())


def test_the_first_answer_stands():
    """A second screening of one version changes nothing: otherwise asking again would be a way of probing."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", screening(n, "concern"))
    play.say("rus", "cjtf", screening(n, "none raised"))
    assert answers(play, n, play.now_us) == {"rus": "concern"}


def test_an_answer_to_the_old_version_is_none_to_the_new():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", screening(n))
    newer = play.say("cjtf", "rus", notice(words="moved"), supersedes=n)
    late_us = play.now_us + picture_of(play, "cjtf").screenings.deadline_us + 1
    assert answers(play, newer, late_us) == {"rus": "not screened"}
