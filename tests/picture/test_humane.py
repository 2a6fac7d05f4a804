"""Go / hold says what is missing, never that a road is open; hits are reports beside notices; consent and approval are apart."""

from __future__ import annotations

import msgspec
import pytest
from tests.records.examples import EXAMPLES
from tests.support.play import (
    MINUTE,
    START_US,
    Play,
    circle,
    message,
    notice,
    picture_of,
    response,
    screening,
    watermark,
)

from detente.picture.boards.go_board import movements, sites
from detente.records.evidence.claim import Claim
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State
from detente.records.protection.humane import Consent, Coordination, HumaneNotice

NO_RULES = {"lead_protected_movement_us": 0}
DETAILS = next(body for body in EXAMPLES if isinstance(body, HumaneNotice))


def details(**changes):
    return msgspec.structs.replace(DETAILS, **changes)


def consent(about, **changes):
    plain = {"about": about, "given_us": START_US, "not_to": ("syr",), "owner": "MSF", "state": "given", "words": ""}
    return Consent(**(plain | changes))


def claim(place, **changes):
    plain = {
        "about": (), "at_stated": None, "chain": (), "count": None, "event_class": "shelling", "implies": (), "origin": "",
        "party": None, "place": place, "report": None, "said": None, "says": "shells fell here", "source": "", "stance": "asserts",
        "subject": "hospital.hit", "tag": "ILL", "who": "a local volunteer",
    }  # fmt: skip
    return Claim(**(plain | changes))


@pytest.fixture
def play():
    made = Play()
    body = notice(activity=Activity.PROTECTED_MOVEMENT, words="Convoy 7")
    made.convoy = made.say("un", "rus", body, details())
    return made


def reasons(play, at_us=None):
    (one,) = movements(picture_of(play, "un"), "un", play.now_us if at_us is None else at_us, NO_RULES)
    return one.answer, one.reasons


def test_a_movement_nobody_has_answered_is_held_and_says_why(play):
    answer, why = reasons(play)
    assert answer == "HOLD"
    assert "no consent of its owner is on record" in why
    assert "rus: no evidence that its station holds the notice" in why


def ready(play):
    play.say("un", "un", consent(play.convoy))
    play.say("rus", "un", screening(play.convoy))
    play.say("rus", "un", watermark(play.size))
    play.say("rus", "un", response(play.convoy, "acknowledge"))
    play.say("rus", "un", response(play.convoy, "passed-to-unit", unit="Flight 1"))
    play.say("rus", "un", response(play.convoy, "confirm", unit="Flight 1"))


def test_each_step_is_needed_and_the_end_is_no_word_of_comfort(play):
    ready(play)
    answer, why = reasons(play)
    assert (answer, why) == ("nothing on record holds it", ())


@pytest.mark.parametrize("left_out", ["passed-to-unit", "confirm"])
def test_an_office_that_has_it_is_not_the_unit_that_has_it(play, left_out):
    ready(play)
    play.said = [s for s in play.said if left_out.encode() not in bytes(s[4][0].body if s[4][0] else b"")]
    answer, why = reasons(play)
    assert answer == "HOLD"
    assert any("acting unit" in reason for reason in why)


def test_a_request_for_approval_holds_until_it_is_answered_and_a_notice_is_no_request(play):
    ready(play)
    assert reasons(play)[1] == ()
    asked = play.say(
        "un", "rus", Coordination(about=play.convoy, conditions="", says="asks-approval", until_us=None, words="")
    )
    assert "rus: approval asked, no answer" in reasons(play)[1]
    play.say("rus", "un", Coordination(about=asked, conditions="", says="refused", until_us=None, words="not today"))
    assert "rus: approval refused" in reasons(play)[1]
    play.say("rus", "un", Coordination(about=asked, conditions="by day", says="approved", until_us=None, words=""))
    assert reasons(play)[1] == ()


def test_a_running_stop_and_a_hit_nearby_hold_it(play):
    ready(play)
    play.say("un", "rus", msgspec.structs.replace(message("stop"), volumes=(circle(),)))
    play.say(
        "syr", "un rus", claim(circle(radius_km=0.1, start_us=START_US + 25 * MINUTE, end_us=START_US + 26 * MINUTE))
    )
    why = reasons(play)[1]
    assert any("stop(s) running" in reason for reason in why)
    assert any("reported hit (1)" in reason for reason in why)


def test_a_report_far_off_or_of_another_day_is_no_hit_and_a_denial_is_kept_beside_it(play):
    play.say("syr", "un", claim(circle(lat=36.5, radius_km=0.1)))
    play.say("syr", "un", claim(circle(start_us=START_US - 600 * MINUTE, end_us=START_US - 590 * MINUTE)))
    play.say(
        "rus", "un", claim(None, about=(play.convoy,), stance="denies", who="a spokesman", says="nothing fell there")
    )
    view = picture_of(play, "un").humane
    assert [(h.denies, h.why) for h in view.hits()] == [(True, "named")]
    assert view.hits_of(play.convoy) == []


def test_the_register_shows_what_must_be_checked_again_and_with_whom_it_is_never_shared():
    play = Play()
    site = notice(activity=Activity.PROTECTED_SITE, volumes=(circle(end_us=START_US + 10**12),), words="hospital")
    plain = details(
        is_a="site", route=(), vehicles=(), names=("Hospital",), verified_us=START_US - 10, reverify_us=START_US
    )
    entry = play.say("un", "rus", site, plain)
    play.say("un", "un", consent(entry))
    play.say("rus", "un", response(entry, "acknowledge", by_role="duty-director"))
    (line,) = sites(picture_of(play, "un"), "un", START_US + 20 * MINUTE)
    assert line.verification == "verification OVERDUE"
    assert (line.not_to, line.shared_with, line.consent) == (("syr",), ("rus",), "given by MSF")
    assert line.read_by == ("rus/duty-director",)
    assert picture_of(play, "rus").humane.consent(entry) is None


def test_a_later_version_keeps_its_consent_and_its_details(play):
    later = notice(activity=Activity.PROTECTED_MOVEMENT, state=State.ACTIVATED, words="Convoy 7")
    play.say("un", "un", consent(play.convoy))
    new = play.say("un", "rus", later, details(staff=41), supersedes=play.convoy)
    view = picture_of(play, "un").humane
    assert view.forbidden(new) == {"syr"}
    assert view.details(new).staff == 41


def test_consent_that_is_withdrawn_holds_the_movement_and_takes_nothing_back(play):
    """What was told before stays told, and stays barred from whom the owner left out."""
    first = play.say("un", "un", consent(play.convoy))
    play.say("un", "un", consent(play.convoy, state="withdrawn"), supersedes=first)
    picture = picture_of(play, "rus")
    assert [live.version for live in picture.airspace.live()] == [play.convoy]
    assert picture_of(play, "un").humane.forbidden(play.convoy) == {"syr"}
    assert "its owner withdrew consent" in reasons(play)[1]
