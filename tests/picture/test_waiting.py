"""What waits for whose answer, since when, and from when on it is late."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.play import MINUTE, SECOND, Play, circle, fact_of, message, notice, picture_of, response, screening
from tests.support.read_back import figures_of

from detente.ledger.identity import KeyUse
from detente.picture.notices.delivery import DeliveryStep
from detente.records.notices.notice_state import State
from detente.records.notices.response import Readback
from detente.rules.notices.screening.coarse import coarse_of, volumes_of


def waits(play: Play, viewer: str = "cjtf") -> set[tuple[str, str]]:
    return {(wait.asked, wait.for_) for wait in picture_of(play, viewer).waiting.open()}


def test_a_notice_waits_for_each_recipients_screening_and_officer():
    play = Play()
    play.say("cjtf", "rus un", notice())
    assert waits(play) == {("rus", "screening"), ("rus", "officer"), ("un", "screening"), ("un", "officer")}


def test_a_read_back_is_waited_for_only_where_it_was_asked():
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    play.say("rus", "cjtf", response(n, "acknowledge"))
    play.say("rus", "cjtf", screening(n))
    assert waits(play) == {("rus", "read-back")}
    play.say("rus", "cjtf", response(n, "read-back"))
    assert waits(play) == set()


WRONG = msgspec.structs.replace(figures_of(circle()), points=("37SFV 04845 09181",))


@pytest.mark.parametrize(
    ("datum", "said"),
    [
        ("WGS84", WRONG),
        ("", figures_of(circle())),
        ("WGS84", msgspec.structs.replace(figures_of(circle()), start_us=None, end_us=None)),
        ("WGS84", msgspec.structs.replace(figures_of(circle()), points=("37SFV048031",))),
    ],
)
def test_a_read_back_that_is_not_what_was_told_ends_no_wait_and_is_shown(datum, said):
    """On 17 September 2016 the place was told back six kilometres off, and nothing compared it."""
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    play.say("rus", "cjtf", response(n, "read-back", readback=Readback(datum=datum, volumes=(said,))))
    picture = picture_of(play, "cjtf")
    assert {("rus", "read-back"), ("rus", "officer")} <= waits(play)
    (wrong,) = picture.read_backs.wrong()
    assert wrong.sentence().startswith("rus read back something else than cjtf told: ")
    assert fact_of(picture.delivery, n, "rus", DeliveryStep.READ_BACK) is None
    assert fact_of(picture.delivery, n, "rus", DeliveryStep.READ_BACK_OTHERWISE) is not None
    play.say("rus", "cjtf", response(n, "read-back"))
    picture = picture_of(play, "cjtf")
    assert ("rus", "read-back") not in waits(play) and picture.read_backs.wrong() == ()
    assert fact_of(picture.delivery, n, "rus", DeliveryStep.READ_BACK) is not None


def test_a_coarse_reader_reads_back_cells_and_hours():
    """Each party reads back what it was told: the cells where only those were opened to it, and not the shape."""
    play = Play()
    full = notice(needs_readback=True)
    coarse = coarse_of(full, 50_000_000)
    n = play.say("cjtf", "rus un", ("un", full), ("rus", coarse))
    play.say("rus", "cjtf", response(n, "read-back"))
    assert ("rus", "read-back") in waits(play)
    cells = Readback(datum="WGS84", volumes=tuple(figures_of(v) for v in volumes_of(coarse)))
    play.say("rus", "cjtf", response(n, "read-back", readback=cells))
    play.say("un", "cjtf", response(n, "read-back"))
    assert not {("rus", "read-back"), ("un", "read-back")} & waits(play)


@pytest.mark.parametrize("newer_first", [False, True])
def test_a_read_back_is_held_against_the_version_it_reads_back_whichever_was_recorded_first(newer_first):
    """Two outboxes race: the newer version may be recorded before what was read back of the older one. The newer asks afresh."""
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    if not newer_first:
        play.say("rus", "cjtf", response(n, "read-back"))
    newer = play.say("cjtf", "rus", notice(needs_readback=True, volumes=(circle(lat=36.0),)), supersedes=n)
    if newer_first:
        play.say("rus", "cjtf", response(n, "read-back"))
    assert fact_of(picture_of(play, "cjtf").delivery, n, "rus", DeliveryStep.READ_BACK) is not None
    assert fact_of(picture_of(play, "cjtf").delivery, newer, "rus", DeliveryStep.READ_BACK) is None
    assert ("rus", "read-back") in waits(play)


@pytest.mark.parametrize("answer", ["acknowledge", "confirm", "read-back"])
def test_what_no_officer_signed_ends_no_wait(answer):
    play = Play()
    n = play.say("cjtf", "rus", notice(needs_readback=True))
    play.say("rus", "cjtf", response(n, answer))
    station = KeyUse(from_index=0, key="", party="rus", role="station")
    picture = picture_of(play, "cjtf", key_use=lambda key, index: station)
    assert {w.for_ for w in picture.waiting.asked_of("rus")} == {"screening", "officer", "read-back"}


def test_a_new_version_asks_for_fresh_answers():
    """What was acknowledged was the old place, not the new one."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", response(n, "acknowledge"))
    newer = play.say("cjtf", "rus", notice(words="moved"), supersedes=n)
    waiting = picture_of(play, "cjtf").waiting.open()
    assert {(w.version, w.for_) for w in waiting} == {(newer, "screening"), (newer, "officer")}


def test_nothing_waits_on_a_notice_that_is_over():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    play.say("cjtf", "rus", notice(state=State.WITHDRAWN), supersedes=n)
    assert waits(play) == set()


def test_an_answer_is_late_only_after_its_deadline():
    play = Play()
    play.say("cjtf", "rus", message("urgent"))
    (wait,) = picture_of(play, "cjtf").waiting.open()
    assert wait.due_us == wait.since_us + 120 * SECOND
    assert not wait.overdue(wait.due_us)
    assert wait.overdue(wait.due_us + 1)


def test_a_stop_waits_for_yes_or_no_from_the_acting_side():
    """An officer who takes the message has not stopped anything yet."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    stop = play.say("rus", "cjtf", message("stop", about=(n,)))
    play.say("cjtf", "rus", response(stop, "acknowledge"))
    left = [w.for_ for w in picture_of(play, "rus").waiting.open() if w.asked == "cjtf"]
    assert left == ["comply-or-reject"]
    play.say("cjtf", "rus", response(stop, "comply"))
    assert not picture_of(play, "rus").waiting.asked_of("cjtf")


def test_a_query_waits_for_the_author_until_a_message_replies_to_it():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    query = play.say("rus", "cjtf", response(n, "query", words="which side of the river?"))
    assert ("cjtf", "answer") in waits(play)
    play.say("cjtf", "rus", message(in_reply_to=query))
    assert ("cjtf", "answer") not in waits(play)


def test_what_is_due_first_comes_first():
    play = Play()
    play.say("cjtf", "rus", message("priority"))
    play.wait(MINUTE)
    play.say("cjtf", "rus", message("stop", about=("ab" * 32,)))
    assert [w.for_ for w in picture_of(play, "cjtf").waiting.open()][-1] == "officer"
    dues = [w.due_us for w in picture_of(play, "cjtf").waiting.open()]
    assert dues == sorted(dues)


def test_an_answer_by_somebody_else_ends_no_wait():
    play = Play()
    n = play.say("cjtf", "rus un", notice())
    play.say("un", "cjtf rus", response(n, "acknowledge"))
    assert ("rus", "officer") in waits(play)
