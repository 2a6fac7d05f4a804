"""The live picture: what others must still reckon with, in the best form that this viewer may read."""

from __future__ import annotations

import msgspec
from tests.support.play import MINUTE, START_US, Play, circle, fold, notice, picture_of

from detente.geometry.search.index import VolumeIndex
from detente.geometry.volume import Separation
from detente.ledger.facets import facet_bytes, facet_commitment
from detente.picture.known import known_of, with_disclosed
from detente.picture.notices.airspace import _PLACE_BITS
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.notices.notice import MAX_CELLS, MAX_VOLUMES, Activity, OwnNotice
from detente.records.notices.notice_state import State
from detente.records.notices.sealed import Doubt, padded
from detente.rules.notices.screening.coarse import coarse_of

CELL = 20_000_000


def versions(play: Play, viewer: str) -> list[str]:
    return [n.version for n in picture_of(play, viewer).airspace.live()]


def test_a_notice_is_live_until_it_is_ended_or_withdrawn():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    going = play.say("cjtf", "rus", notice(state=State.ACTIVATED), supersedes=n)
    assert versions(play, "rus") == [going]
    play.say("cjtf", "rus", notice(state=State.ENDED), supersedes=going)
    assert versions(play, "rus") == []


def test_a_notice_that_is_over_and_was_never_ended_has_lapsed():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    airspace = picture_of(play, "rus").airspace
    last_us = START_US + 80 * MINUTE
    assert [x.version for x in airspace.live(last_us)] == [n]
    assert [x.version for x in airspace.live(last_us + 1)] == []
    assert [x.version for x in airspace.lapsed(last_us + 1)] == [n]


def test_each_viewer_sees_the_best_form_that_it_may_read():
    play = Play()
    full = notice()
    own = OwnNotice(units=("Flight 1",), words="")
    play.say("cjtf", "rus un", ("rus", full), ("rus un", coarse_of(full, CELL)), ("", own))
    forms = {viewer: [n.form for n in picture_of(play, viewer).airspace.live()] for viewer in ("cjtf", "rus", "un")}
    assert forms == {"cjtf": ["full"], "rus": ["full"], "un": ["coarse"]}
    (coarse,) = picture_of(play, "un").airspace.live()
    assert coarse.start_us == START_US // (60 * MINUTE) * (60 * MINUTE)
    assert coarse.volumes()


def test_a_notice_of_which_nothing_may_be_read_is_still_shown_as_there():
    play = Play()
    play.say("cjtf", "rus un", ("rus", notice()))
    (seen,) = picture_of(play, "un").airspace.live()
    assert (seen.form, seen.state, seen.volumes()) == ("unreadable", None, ())


def test_notices_that_rest_on_an_entry_are_found_when_it_changes():
    play = Play()
    zone = play.say("cjtf", "rus", notice(activity=Activity.KEEP_OUT_ZONE))
    guest = play.say("rus", "cjtf", notice(activity=Activity.GUEST_ACTIVITY, rests_on=(zone,)))
    airspace = picture_of(play, "cjtf").airspace
    assert airspace.resting_firsts(zone) == (guest,)
    assert airspace.resting_firsts(guest) == ()
    moved = play.say("cjtf", "rus", notice(activity=Activity.KEEP_OUT_ZONE, words="wider"), supersedes=zone)
    assert picture_of(play, "cjtf").airspace.resting_firsts(moved) == (guest,)
    play.say(
        "rus", "cjtf", notice(activity=Activity.GUEST_ACTIVITY, rests_on=(zone,), state=State.ENDED), supersedes=guest
    )
    assert picture_of(play, "cjtf").airspace.resting_firsts(moved) == ()


def test_a_doubt_is_shown_to_its_author_alone_and_goes_when_settled():
    play = Play()
    n = play.say("cjtf", "rus", notice())
    doubt = Doubt(about=n, by_role="analyst", padding="", state="raised", words="this may not be who we think")
    play.say("cjtf", "cjtf", padded(doubt))
    assert [d.words for d in picture_of(play, "cjtf").airspace.doubts(n)] == ["this may not be who we think"]
    assert picture_of(play, "rus").airspace.doubts(n) == ()
    newer = play.say("cjtf", "rus", notice(words="moved"), supersedes=n)
    assert len(picture_of(play, "cjtf").airspace.doubts(newer)) == 1
    settled = Doubt(about=n, by_role="watch", padding="", state="settled", words="")
    play.say("cjtf", "cjtf", padded(settled))
    assert picture_of(play, "cjtf").airspace.doubts(n) == ()


def test_an_erased_notice_is_in_no_picture_any_more():
    """It was ended before: a live notice cannot be erased. Its header stays, and says that it was erased."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    over = play.say("cjtf", "rus", notice(state=State.ENDED), supersedes=n)
    play.say("cjtf", "rus", Erasure(about=over, authority="court", reason="names a witness"))
    picture = picture_of(play, "rus")
    assert list(picture.airspace.live()) == []
    entry = picture.heads.entry(over)
    assert entry is not None
    assert entry.erased


def test_a_disclosed_facet_takes_the_place_of_what_was_unreadable():
    play = Play()
    n = play.say("cjtf", "rus un", ("rus", notice()))
    index, at_us, _, header, facets = play.said[0]
    facet = facets[0]
    assert facet is not None
    committed = facet_commitment(0, bytes.fromhex("33" * 32), facet_bytes(facet)).hex()
    committed_header = msgspec.structs.replace(header, commitments=(committed, *header.commitments[1:]))
    play.said[0] = (index, at_us, n, committed_header, facets)
    play.say("cjtf", "un", Disclosure(about=n, facet=facet_bytes(facet).decode(), position=0, salt="33" * 32, words=""))
    first, disclosure = play.known("un")
    shown = fold([first, with_disclosed(disclosure, first.header)])
    assert [x.form for x in shown.airspace.live()] == ["full"]
    assert shown.heads.entry(n).state is State.ACCEPTED


def test_a_stations_own_sealed_facet_is_read_from_where_it_was_kept():
    """The host never held the doubt; the author's own station kept its opening."""
    play = Play()
    n = play.say("cjtf", "rus", notice())
    doubt = padded(Doubt(about=n, by_role="analyst", padding="", state="raised", words="who is there?"))
    play.say("cjtf", "cjtf", doubt)
    index, at_us, entry_id, header, facets = play.said[1]
    handed_over = known_of(index, at_us, entry_id, header, (None,) * 4)
    kept = known_of(index, at_us, entry_id, header, facets)
    assert fold([play.known("cjtf")[0], handed_over]).airspace.doubts(n) == ()
    assert [d.words for d in fold([play.known("cjtf")[0], kept]).airspace.doubts(n)] == ["who is there?"]


def test_two_activities_too_close_are_one_open_conflict_until_one_moves_or_ends():
    play = Play()
    a = play.say("cjtf", "rus", notice())
    b = play.say("rus", "cjtf", notice())
    conflicts = picture_of(play, "cjtf").conflicts
    (found,) = conflicts.open()
    assert {found.conflict.first, found.conflict.second} == {a, b}
    assert found.entry == b
    assert conflicts.of(a) == conflicts.of(b) == [found]
    moved = play.say("rus", "cjtf", notice(volumes=(circle(lat=36.5),)), supersedes=b)
    assert picture_of(play, "cjtf").conflicts.open() == []
    back = play.say("rus", "cjtf", notice(), supersedes=moved)
    assert len(picture_of(play, "cjtf").conflicts.of(back)) == 1
    play.say("cjtf", "rus", notice(state=State.ENDED), supersedes=a)
    assert picture_of(play, "cjtf").conflicts.open() == []


def test_the_separation_in_force_is_the_pairs_own():
    play = Play()
    play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", notice(volumes=(circle(lat=35.3563),)))  # 10 km north, 7 km between the edges
    wide = Separation(horizontal_mm=8_000_000, time_us=0, vertical_mm=0)
    narrow = Separation(horizontal_mm=6_000_000, time_us=0, vertical_mm=0)
    for separation, count in [(wide, 1), (narrow, 0)]:
        picture = picture_of(play, "cjtf", separation_for=lambda a, b, s=separation: s, widest=wide)
        assert len(picture.conflicts.open()) == count


def test_a_conflict_whose_last_moment_is_past_is_left_out():
    play = Play()
    play.say("cjtf", "rus", notice())
    play.say("rus", "cjtf", notice())
    conflicts = picture_of(play, "cjtf").conflicts
    (found,) = conflicts.open()
    assert conflicts.open(found.conflict.meeting.last_us) == [found]
    assert conflicts.open(found.conflict.meeting.last_us + 1) == []


def test_a_station_that_is_behind_settles_in_slices():
    play = Play()
    for _ in range(5):
        play.say("cjtf", "rus", notice())
        play.say("rus", "cjtf", notice())
    picture = picture_of(play, "cjtf", index=VolumeIndex(expected=16))
    left = []
    while (remaining := picture.settle(4)) > 0:
        left.append(remaining)
    assert left == [16, 12, 6, 2]
    assert len(picture.conflicts.open()) == 25


def test_no_notice_has_more_volumes_than_an_index_key_can_tell_apart():
    assert max(MAX_CELLS, MAX_VOLUMES) <= 1 << _PLACE_BITS


def test_a_coarse_notice_of_many_cells_is_found_by_any_of_them():
    play = Play()
    wide = notice(volumes=(circle(radius_km=25),))
    n = play.say("cjtf", "rus", coarse_of(wide, CELL))
    airspace = picture_of(play, "rus", index=VolumeIndex(expected=1024)).airspace
    (seen,) = airspace.live()
    assert len(seen.volumes()) > 256
    touching = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)
    for volume in seen.volumes()[::100]:
        assert [x.version for x in airspace.near([volume], touching)] == [n]
    play.say("cjtf", "rus", coarse_of(notice(state=State.ENDED), CELL), supersedes=n)
    assert (
        len(picture_of(play, "rus", index=(index := VolumeIndex(expected=1024))).airspace.near([circle()], touching))
        == 0
    )
    assert len(index) == 0
