"""An offer is no permission and silence accepts nothing; a guest's notice that rests on none in force is flagged, and recorded."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.play import MINUTE, START_US, Play, notice, picture_of

from detente.picture.notices.endangered import Search
from detente.records.agreements.permission import Permission, PermissionReply
from detente.records.notices.notice import Activity
from detente.records.protection.lifeline import Lifeline
from detente.rules.agreements.permits import Stands, standing

HOUR = 60 * MINUTE
LAPSES = START_US + 2 * HOUR
GUEST = msgspec.structs.replace(notice(), activity=Activity.GUEST_ACTIVITY)
OUTLINE = GUEST.volumes[0].outline
FROM, UNTIL = GUEST.start_us, max(v.end_us for v in GUEST.volumes)


def terms(act="offer", **given):
    plain = {
        "act": act,
        "activities": (Activity.GUEST_ACTIVITY,),
        "conditions": ("Daylight only.",),
        "from_us": FROM,
        "guest": "un",
        "host": "rus",
        "in_answer_to": None,
        "lapses_us": LAPSES,
        "permission": "monitors",
        "supervision": "",
        "until_us": UNTIL,
        "volumes": (),
        "words": "",
    }
    return Permission(**(plain | given))


def stands(play, entry, at_us):
    permit = picture_of(play, "cjtf").permits.permit(entry)
    return None if permit is None else standing(permit, at_us)


def reply(entry, answer):
    return PermissionReply(about=entry, answer=answer, words="why")


def test_an_offer_lapses_unless_the_guest_accepts_it_in_time():
    """At its last moment it still stands; an acceptance after it revives nothing."""
    play = Play()
    offer = play.say("rus", "cjtf un", terms())
    assert stands(play, offer, LAPSES) is Stands.OFFERED
    assert stands(play, offer, LAPSES + 1) is Stands.LAPSED
    play.say("un", "cjtf rus", reply(offer, "accept"), at_us=LAPSES + 1)
    assert stands(play, offer, LAPSES + 2) is Stands.LAPSED


def test_only_the_side_that_was_asked_accepts_and_only_the_host_withdraws_what_is_agreed():
    play = Play()
    offer = play.say("rus", "cjtf un", terms())
    for party in ("rus", "cjtf"):
        play.say(party, "cjtf rus un".replace(party, "").strip(), reply(offer, "accept"))
    assert stands(play, offer, play.now_us) is Stands.OFFERED
    play.say("un", "cjtf rus", reply(offer, "accept"))
    assert stands(play, offer, max(FROM, play.now_us)) is Stands.IN_FORCE
    assert stands(play, offer, UNTIL + 1) is Stands.EXPIRED
    play.say("un", "cjtf rus", reply(offer, "withdraw"))
    assert stands(play, offer, max(FROM, play.now_us)) is Stands.IN_FORCE
    play.say("rus", "cjtf un", reply(offer, "withdraw"))
    assert stands(play, offer, max(FROM, play.now_us)) is Stands.WITHDRAWN


def test_a_third_party_cannot_offer_what_is_the_hosts():
    play = Play()
    assert stands(play, play.say("un", "cjtf rus", terms("grant")), play.now_us) is None


def lifeline(**given):
    plain = Lifeline(
        channel="hotline", from_us=START_US, guarantor="un", lifeline="road", name="Road", outline=OUTLINE,
        rules=("Come by day.",), state="open", tasks=(), until_us=None, words="",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **given)


def flagged(play, at_us):
    return [why for _, _, why in picture_of(play, "cjtf").permits.flagged(at_us)]


def rests_on(*entries, **given):
    return msgspec.structs.replace(GUEST, rests_on=tuple(sorted(entries)), **given)


def test_a_guests_notice_without_a_permission_is_flagged_and_one_that_rests_on_one_in_force_is_not():
    play = Play()
    play.say("un", "cjtf rus", rests_on("aa" * 32))  # of which nobody here can read what it is
    assert flagged(play, play.now_us) == ["needs a permission of its host, and rests on none that may be read here"]
    play = Play()
    grant = play.say("rus", "cjtf un", terms("grant", lapses_us=None))
    play.say("un", "cjtf rus", rests_on(grant))
    assert flagged(play, play.now_us) == []
    play.say("rus", "cjtf un", reply(grant, "withdraw"))
    assert "withdrawn" in flagged(play, play.now_us)[0]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"guest": "cjtf"}, "it is for cjtf"),
        ({"activities": (Activity.AIR,)}, "it is for air"),
        ({"until_us": UNTIL - 1}, "beyond its time"),
        ({"act": "offer", "lapses_us": LAPSES}, "offered, not accepted"),
    ],
)
def test_a_permission_that_does_not_cover_it_carries_nothing(changes, why):
    play = Play()
    grant = play.say("rus", "cjtf un", terms(**{"act": "grant", "lapses_us": None, **changes}))
    play.say("un", "cjtf rus", rests_on(grant))
    assert why in flagged(play, play.now_us)[0]


def test_other_classes_need_none():
    play = Play()
    play.say("un", "cjtf rus", notice())
    assert flagged(play, play.now_us) == []


def test_two_accounts_of_a_lifeline_stand_beside_each_other_and_a_newer_one_replaces_ones_own():
    play = Play()
    plain = lifeline()
    first = play.say("un", "cjtf rus", plain)
    play.say("rus", "cjtf un", msgspec.structs.replace(plain, state="closed", words="shelling"))
    play.say("un", "cjtf rus", msgspec.structs.replace(plain, state="restricted", words="days only"), supersedes=first)
    kept = picture_of(play, "cjtf").permits.lifelines()
    assert sorted((k.author, k.lifeline.state) for k in kept) == [("rus", "closed"), ("un", "restricted")]


def endangers(play, source, viewer="cjtf"):
    """What a change puts in danger, by the notices' versions."""
    dangers = picture_of(play, viewer).dangers
    change = dangers.change(source)
    assert change is not None
    search = Search(dangers, change, "said")
    while search.look(100):
        pass
    return change.change, [one.open.version for one in search.ranked()]


def test_what_a_host_withdraws_and_a_lifeline_that_closes_find_what_rests_on_them():
    play = Play()
    grant = play.say("rus", "cjtf un", terms("grant", lapses_us=None))
    road = play.say("rus", "cjtf un", lifeline())
    guest = play.say("un", "cjtf rus", rests_on(grant))
    convoy = play.say("un", "cjtf rus", rests_on(road))
    gone = play.say("rus", "cjtf un", reply(grant, "withdraw"))
    closed = play.say("rus", "cjtf un", lifeline(state="closed", words="no passage"), supersedes=road)
    assert endangers(play, gone) == ("ended", [guest])
    assert endangers(play, closed) == ("ended", [convoy])
    assert picture_of(play, "cjtf").dangers.change(play.say("un", "cjtf rus", reply(grant, "withdraw"))) is None
