"""Whoever is shown an entry that does not hold any more is told so first, in the answer's own field and in words."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.play import MINUTE, Play, circle, notice, picture_of

from detente.api.basis import Basis
from detente.api.entries import EntryFound, ShownEntry
from detente.api.over import OverRow
from detente.cli.entries.show import _Shown, _words
from detente.ledger.facets import CLOSED
from detente.picture.over import over
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import Erasure
from detente.records.notices.notice_state import State


def test_a_superseded_notice_says_by_what_and_how_that_stands():
    play = Play()
    first = play.say("cjtf", "rus", notice())
    second = play.say("cjtf", "rus", notice(words="moved"), supersedes=first)
    third = play.say("cjtf", "rus", notice(state=State.WITHDRAWN), supersedes=second)
    found = over(picture_of(play, "rus"), first, play.now_us)
    assert found is not None
    assert (found.why, found.by, found.head, found.head_state) == ("superseded", second, third, State.WITHDRAWN)
    assert found.sentence().startswith(f"SUPERSEDED by {third[:12]}, which is WITHDRAWN")


@pytest.mark.parametrize(("state", "word"), [(State.ENDED, "ENDED"), (State.WITHDRAWN, "WITHDRAWN")])
def test_an_ended_notice_says_so_itself(state, word):
    play = Play()
    first = play.say("cjtf", "rus", notice())
    last = play.say("cjtf", "rus", notice(state=state), supersedes=first)
    found = over(picture_of(play, "rus"), last, play.now_us)
    assert found is not None and found.sentence().startswith(word)


def test_what_holds_is_not_over_and_what_lapsed_is():
    play = Play()
    entry = play.say("cjtf", "rus", notice(volumes=(circle(),)))
    picture = picture_of(play, "rus")
    assert over(picture, entry, play.now_us) is None
    live = picture.airspace.get(entry)
    assert live is not None and live.end_us is not None
    found = over(picture, entry, live.end_us + MINUTE)
    assert found is not None and found.why == "lapsed"


def test_a_thread_closed_for_us_is_over_for_us_and_not_for_its_author():
    play = Play()
    first = play.say("cjtf", "rus un", notice())
    play.say("cjtf", "rus", notice(words="moved"), supersedes=first)
    closing = play.say("cjtf", "un", Closing(about=first, words=""))
    found = over(picture_of(play, "un"), first, play.now_us)
    assert found is not None and (found.why, found.by) == ("ended-for-us", closing)
    ours = over(picture_of(play, "cjtf"), first, play.now_us)
    assert ours is not None and ours.why == "superseded"


def test_an_erased_entry_is_over():
    play = Play()
    first = play.say("cjtf", "rus", notice())
    play.say("cjtf", "rus", Erasure(about=first, authority="court", reason="a name"))
    found = over(picture_of(play, "rus"), first, play.now_us)
    assert found is not None and found.why == "erased"


def test_the_first_line_shown_of_an_old_version_is_that_it_is_old():
    """Before its full text, which still says "accepted"."""
    play = Play()
    first = play.say("cjtf", "rus", notice())
    second = play.say("cjtf", "rus", notice(words="moved"), supersedes=first)
    _, _, _, header, _ = play.said[0]
    why = over(picture_of(play, "rus"), first, play.now_us)
    assert why is not None
    row = OverRow(words=why.sentence(), **msgspec.structs.asdict(why))
    entry = ShownEntry(facets=CLOSED, header=header, header_salt="00" * 32, received_at_us=0, signature="", slots=())
    basis = Basis(age_us=0, entries_size=3, fresh=True, host_reachable=True, now_us=0, queued=0, size=3, virtual=True)
    found = EntryFound(basis=basis, entry=entry, index=1, over=row, stands="proven")
    words = _words(first, _Shown(found, {}, {}, None, (), []), None)
    assert str(words[0]).startswith(f"SUPERSEDED by {second[:12]}")
