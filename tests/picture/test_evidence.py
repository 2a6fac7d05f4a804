"""Evidence is a view: folded entry by entry, cut at an earlier size, emptied by an erasure, and *incomplete* where it lacks something."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.evidence.claims import said
from tests.rules.evidence.test_counts import bulletin
from tests.support.play import Play, empty_picture, fold, notice, picture_of
from tests.support.plays import after_erasure, strange

from detente.picture.evidence.evidence import held_of
from detente.records.entries.erasure import Erasure
from detente.records.evidence.affiliation import Affiliation
from detente.records.evidence.assessment import Assessment
from detente.records.evidence.claim import Claim
from detente.records.notices.notice import Activity
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import support

SIDES = ("cjtf", "rus")


def claim(who: str, stance: str = "asserts", subject: str = "talks") -> Claim:
    return said(who, stance, subject).claim


def ally() -> Affiliation:
    return Affiliation(
        actor="sdf", from_us=None, of="cjtf", party=None, relation="allied-with", source="page 3", stance="asserts", tag="DOC",
        until_us=None, who="Coalition", words="",
    )  # fmt: skip


def grade(source: str) -> Assessment:
    return Assessment(
        about=None, assessor="un", basis=(), credibility=None, reason="has been right", reliability="B", source=source, topic=""
    )  # fmt: skip


@st.composite
def reports(draw) -> Play:
    """Two sides say things that bear on evidence, correct them, and have some of them erased."""
    play, said_by = Play(), []
    for n in range(draw(st.integers(1, 15))):
        author = draw(st.sampled_from(SIDES))
        to = "rus" if author == "cjtf" else "cjtf"
        act = draw(st.sampled_from(["claim", "deny", "count", "grade", "ally", "notice", "site", "correct", "erase"]))
        own = [entry for entry, by, _ in said_by if by == author]
        if act == "correct" and own:
            old = draw(st.sampled_from(own))
            body = next(b for entry, _, b in said_by if entry == old)
            said_by = [row for row in said_by if row[0] != old]
            said_by.append((play.say(author, to, body, supersedes=old), author, body))
        elif act == "erase" and own:
            play.say(author, to, Erasure(about=draw(st.sampled_from(own)), authority="law", reason="r"))
        else:
            body = {
                "ally": ally(),
                "count": bulletin(n, f"{10 + n}T09:00", f"{11 + n}T09:00"),
                "deny": claim(f"source {n}", "denies"),
                "grade": grade("source 1"),
                "notice": notice(),
                "site": notice(activity=Activity.PROTECTED_SITE),
            }.get(act, claim(f"source {n}"))
            entry = play.say(author, to, body)
            if act not in ("notice", "site"):  # what may follow a notice is held in test_fold
                said_by.append((entry, author, body))
    return play


def held(picture, size: int | None = None) -> OnRecord:
    return held_of(picture.evidence.entries(size))


@settings(max_examples=60, deadline=None)
@given(reports(), st.integers(0, 15))
def test_a_snapshot_and_the_tail_make_the_whole(play, cut):
    known = play.known("rus")
    late = empty_picture()
    assert late.restore(fold(known[:cut]).snapshot("root", "ruleset"), "root", "ruleset")
    for one in known[cut:]:
        late.apply(one)
    assert held(late) == held(fold(known))
    assert late.evidence.save() == fold(known).evidence.save()


@settings(max_examples=60, deadline=None)
@given(reports(), st.integers(0, 16))
def test_what_stood_at_an_earlier_size_is_what_was_folded_until_then(play, size):
    """But for what was erased since: that is gone from every copy, and from what is said of the past too."""
    known = after_erasure(play, "rus")
    assert held(fold(known), size) == held(fold([one for one in known if one.index < size]))


@settings(max_examples=60, deadline=None)
@given(reports())
def test_what_is_erased_is_gone_as_if_it_had_never_been_readable(play):
    assert held(picture_of(play, "rus")) == held(fold(after_erasure(play, "rus")))


def test_a_correction_takes_the_place_of_what_it_corrects():
    play = Play()
    first = play.say("cjtf", "rus", claim("Page"))
    later = play.say("cjtf", "rus", claim("Page", subject="talks.captives"), supersedes=first)
    found = held(picture_of(play, "rus"))
    assert [s.id for s in found.claims] == [first, later]
    assert [s.id for s in found.current().claims] == [later]


def test_nobody_takes_away_what_another_said():
    """A host that lets one party supersede another's claim hides nothing: the claim stands, and so does its support."""
    play = Play()
    first = play.say("cjtf", "rus", claim("Coalition"))
    play.say("un", "rus", claim("Nobody", subject="other"), supersedes=first)
    current = held(picture_of(play, "rus")).current()
    assert support(current.claims)["talks"].for_ == ("Coalition",)


def test_of_notices_the_bodies_of_protected_places_are_kept_and_the_others_are_counted():
    play = Play()
    transit = play.say("cjtf", "rus", notice())
    site = play.say("cjtf", "rus", notice(activity=Activity.PROTECTED_SITE))
    found = held(picture_of(play, "rus"))
    assert list(found.recorded) == [transit, site]
    assert [entry for entry, _, _ in found.notices] == [site]


@pytest.mark.parametrize("kind", ["claim/2", "bulletin/1", "claim/9"])
def test_what_cannot_be_taken_in_makes_it_incomplete_and_stops_nothing(kind):
    play = Play()
    strange(play, "cjtf", "rus", kind)
    entry = play.say("cjtf", "rus", claim("Page"))
    picture = picture_of(play, "rus")
    assert picture.freshness(picture.evidence, play.now_us).not_understood == {kind: 1}
    assert [s.id for s in held(picture).claims] == [entry]


def test_a_body_that_the_view_cannot_bear_costs_that_entry_and_is_said(monkeypatch):
    """Whatever raises in the view: the entry is counted, the next one is taken in."""
    monkeypatch.setattr("detente.errors.SURVIVED", (Exception,))
    play = Play()
    play.say("cjtf", "rus", claim("Page"))
    entry = play.say("cjtf", "rus", claim("Other page"))
    picture = empty_picture()
    apply = picture.evidence.apply
    calls = iter([True, False])

    def raises(known):
        if next(calls):
            raise RuntimeError("no more")
        apply(known)

    monkeypatch.setattr(picture.evidence, "apply", raises)
    for one in play.known("rus"):
        picture.apply(one)
    (fault,) = picture.driver.take_faults()
    assert (fault.view, fault.author) == ("evidence", "cjtf")
    assert picture.freshness(picture.evidence, play.now_us).incomplete
    assert [s.id for s in held(picture).claims] == [entry]


def test_a_cut_is_not_changed_by_what_is_folded_later():
    """A question is worked out beside the fold, from a cut taken when it was asked."""
    play = Play()
    play.say("cjtf", "rus", claim("Page"))
    picture = picture_of(play, "rus")
    cut = picture.evidence.entries()
    play.say("cjtf", "rus", claim("Other page"))
    picture.apply(play.known("rus")[-1])
    assert (len(cut), len(picture.evidence.entries())) == (1, 2)


def test_a_snapshot_holds_every_body_as_it_was():
    play = Play()
    for body in (claim("Page"), ally(), grade("Page"), bulletin(3, "13T09:00", "14T09:00")):
        play.say("cjtf", "rus", body)
    view = picture_of(play, "rus").evidence
    assert view.parse(view.save()) == view.entries()
    with pytest.raises((KeyError, msgspec.DecodeError)):
        view.parse(view.save().replace(b"claims", b"claimz"))
