"""A version goes to everybody who has the one before, or it is ended for those whom it leaves out; who is left behind is seen."""

from __future__ import annotations

from tests.support.play import Play, notice, picture_of
from tests.support.stations import World
from tests.support.threads import ask, coarse, hospital, refused, tell

from detente.picture.boards.matrix import matrix
from detente.records.notices.notice_state import State
from detente.records.parties.roster import Roster


def told(full: list[str], coarse_to: list[str], state: State = State.ACCEPTED, words: str = "hospital"):
    body = hospital(state, words)
    return [(body, full), *([(coarse(body), coarse_to)] if coarse_to else [])]


def world() -> tuple[World, str]:
    """cjtf told rus of a hospital in full, and un its cell and hour."""
    w = World(pictures=True)
    w.run()
    entry = tell(w, "cjtf", *told(["rus"], ["un"]))
    w.run(20)
    return w, entry


def live_at(w: World, party: str) -> list[str]:
    return [live.version for live in w.pictures[party].airspace.live()]


def test_a_version_that_leaves_a_reader_with_a_live_notice_is_refused_before_it_is_signed():
    """For a change and for a withdrawal alike: un would go on reckoning with what is over."""
    w, entry = world()
    for state in (State.ACCEPTED, State.WITHDRAWN):
        assert refused(w, "cjtf", *told(["rus"], [], state), supersedes=entry) == ["reader-left-out"]
    assert refused(w, "cjtf", *told(["rus"], ["un"], State.WITHDRAWN), supersedes=entry) == []


def test_a_reader_left_out_is_told_that_it_is_over_and_nothing_else():
    """The notice leaves its picture, with its waits; it learns of no newer version and of no other reader."""
    w, entry = world()
    assert w.pictures["un"].waiting.asked_of("un")
    newer = ask(w, "cjtf", *told(["rus"], [], words="moved to the school"), supersedes=entry, ended_for=("un",))
    w.run(1)
    assert live_at(w, "rus") == [newer]
    assert live_at(w, "un") == []
    assert [wait for wait in w.pictures["un"].waiting.asked_of("un") if wait.version == entry] == []
    (raw,) = [raw for _, raw in w.copies["un"].known.values() if b'"closing/1"' in raw]
    assert b"rus" not in raw and newer.encode() not in raw and b"school" not in raw
    assert not [row for row in w.copies["rus"].known.values() if b'"closing/1"' in row[1]]
    assert w.pictures["un"].heads.closing(entry) is not None
    assert w.pictures["cjtf"].heads.closing(entry) is None


def test_ended_for_names_only_who_has_something_and_is_left_out():
    w, entry = world()
    both = told(["rus"], ["un"])
    assert refused(w, "cjtf", *both, supersedes=entry, ended_for=("un",)) == ["ended-for"]
    assert refused(w, "cjtf", *told(["rus"], ["un"]), ended_for=("rus",)) == ["ended-for"]


def test_who_was_left_behind_by_a_former_version_is_seen_in_the_matrix_until_it_is_ended_there():
    """Ledgers of a former version have such: withdrawn here, live there."""
    w, entry = world()
    newer = tell(w, "cjtf", *told(["rus"], []), supersedes=entry)
    w.run(1)
    (row,) = matrix(w.pictures["cjtf"], "cjtf")
    assert (row.version, row.behind) == (newer, {"un": entry})
    over = ask(w, "cjtf", *told(["rus"], [], State.WITHDRAWN), supersedes=newer, ended_for=("un",))
    w.run(1)
    assert live_at(w, "un") == []
    assert matrix(w.pictures["cjtf"], "cjtf") == ()
    assert w.pictures["cjtf"].heads.head_of(entry) == over


def test_a_withdrawn_notice_that_somebody_still_has_as_live_is_listed():
    w, entry = world()
    over = tell(w, "cjtf", *told(["rus"], [], State.WITHDRAWN), supersedes=entry)
    w.run(1)
    (row,) = matrix(w.pictures["cjtf"], "cjtf")
    assert (row.version, row.behind, row.cells) == (over, {"un": entry}, ())


def test_every_kind_that_supersedes_goes_to_all_who_have_the_former_one():
    """A roster, a line, a permission: whoever relies on the old one goes on relying on it."""
    w = World(pictures=True)
    w.run()
    roster = Roster(duties=(), party="cjtf", words="evening")
    first = ask(w, "cjtf", (roster, ["rus", "un"]))
    w.run(1)
    assert refused(w, "cjtf", (roster, ["rus"]), supersedes=first) == ["reader-left-out"]
    newer = ask(w, "cjtf", (roster, ["rus"]), supersedes=first, ended_for=("un",))
    w.run(1)
    assert w.pictures["un"].heads.closing(first) is not None
    assert refused(w, "cjtf", (roster, ["rus"]), supersedes=newer) == []


def test_an_ended_notice_leaves_nobody_behind():
    """Whoever was told the end needs no version more."""
    w, entry = world()
    ended = ask(w, "cjtf", *told(["rus"], ["un"], State.ENDED), supersedes=entry)
    w.run(1)
    assert live_at(w, "un") == [] and matrix(w.pictures["cjtf"], "cjtf") == ()
    assert refused(w, "cjtf", *told(["rus"], ["un"], State.ENDED), supersedes=ended) == ["notice_state"]


def test_only_its_author_closes_a_thread_for_somebody():
    """A closing by another says nothing, whatever host recorded it."""
    from detente.records.entries.closing import Closing

    play = Play()
    entry = play.say("cjtf", "rus un", notice())
    play.say("rus", "un", Closing(about=entry, words=""))
    assert [live.version for live in picture_of(play, "un").airspace.live()] == [entry]


def test_a_host_refuses_a_closing_of_what_nothing_has_superseded():
    """A live notice is ended by a version that says so, to all who have it."""
    from tests.node.host.test_host import Bench, refusal
    from tests.support.hosts import notice as host_notice

    from detente.records.entries.closing import Closing

    bench = Bench()
    _, first, _ = bench.put("un", host_notice())
    assert refusal(bench.put, "un", Closing(about=first.hex(), words=""), ["rus"]).code == "closing-head"
    bench.put("un", host_notice("second"), ["cjtf", "un"], supersedes=first)
    bench.put("un", Closing(about=first.hex(), words=""), ["rus"])
    assert refusal(bench.put, "rus", Closing(about=first.hex(), words=""), ["un"]).code == "closing-about"
