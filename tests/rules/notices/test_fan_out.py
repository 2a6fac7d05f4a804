"""A change finds what it endangers, people on the road first; each recipient is warned once of what it may read; a lull is no pause."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State
from detente.records.notices.warning import MAX_ENDANGERED
from detente.rules.notices.changes.fan_out import Change, OpenNotice, endangered, not_warned, warned_parties, warnings
from detente.rules.notices.changes.quiet import quiet

HOUR = 3_600_000_000
NOW = 1_000 * HOUR
TRUCE = "aa" * 32


def change(**given: Any) -> Change:
    plain: dict[str, Any] = {
        "about": (TRUCE,),
        "by": "syr",
        "change": "ended",
        "effective_us": NOW,
        "index": 10_000,
        "matter": "truce-2016",
        "readers": ("cjtf", "rus", "syr", "un"),
        "source": "bb" * 32,
        "words": "over",
    }
    return Change(**(plain | given))


def movement(index: int = 1, **given: Any) -> OpenNotice:
    plain: dict[str, Any] = {
        "activity": Activity.PROTECTED_MOVEMENT,
        "author": "un",
        "end_us": NOW + 6 * HOUR,
        "index": index,
        "readers": ("rus", "syr", "un"),
        "start_us": NOW - HOUR,
        "state": State.ACTIVATED,
        "version": f"{index:064x}",
        "why": "names it",
    }
    return OpenNotice(**(plain | given))


def order(*opens: OpenNotice, **given: Any) -> list[int]:
    found = [r for o in opens if (r := endangered(change(**given), "said", o)) is not None]
    return [r.index for r in sorted(found)]


def all_warnings(*opens: OpenNotice, already: Any = frozenset(), **given: Any) -> list[Any]:
    ranked = sorted(r for o in opens if (r := endangered(change(**given), "said", o)) is not None)
    return list(warnings(change(**given), "said", ranked, {}, already, NOW))


def test_people_on_the_road_come_before_people_at_a_place_and_those_who_have_not_left():
    later = movement(1, start_us=NOW + HOUR, state=State.ACCEPTED)
    site = movement(2, activity=Activity.PROTECTED_SITE)
    convoy = movement(3)
    assert order(later, site, convoy) == [3, 2, 1]


def test_what_was_over_or_said_after_the_change_is_not_touched():
    assert order(movement(1, end_us=NOW - 1), movement(20_000), movement(3, state=State.ENDED)) == []


def test_what_ends_at_the_very_moment_of_the_change_is_still_out():
    assert order(movement(1, end_us=NOW)) == [1]


def test_a_change_that_is_still_to_come_endangers_from_then_on():
    (one,) = [endangered(change(effective_us=NOW + 2 * HOUR), "said", movement())]
    assert one is not None
    assert one.danger_us == NOW + 2 * HOUR


def test_each_recipient_is_warned_apart_and_only_of_what_it_may_read():
    """Russia reads both movements, Syria one: Syria's warning names one, and says nothing of how many there are."""
    given = all_warnings(movement(1), movement(2, readers=("rus", "un")))
    assert {(w.recipient, len(w.endangered)) for w in given} == {("rus", 2), ("syr", 1)}
    assert "1 open notice of ours" in next(w for w in given if w.recipient == "syr").words


def test_who_may_not_read_the_change_is_not_told_of_it():
    """A warning would tell it that the change exists; its owner is told to think of it instead."""
    one = movement()
    secret = change(readers=("syr", "un"))
    assert warned_parties(secret, one) == ("syr",)
    assert not_warned(secret, one, ("cjtf", "rus", "syr")) == ("cjtf", "rus")


def test_nobody_is_warned_twice():
    one = movement(7)
    assert {w.recipient for w in all_warnings(one, already={("rus", 7)})} == {"syr"}


def test_danger_now_and_danger_later_are_asked_about_apart():
    given = all_warnings(
        movement(1), movement(2, start_us=NOW + 30 * 60_000_000, state=State.ACCEPTED, readers=("syr", "un"))
    )
    assert [(w.urgency, len(w.endangered)) for w in given if w.recipient == "syr"] == [("urgent", 1), ("priority", 1)]


def test_a_change_for_the_better_asks_without_haste():
    assert {w.urgency for w in all_warnings(movement(), change="extended")} == {"routine"}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-3, 50), st.sampled_from(sorted(Activity))), max_size=60), st.integers(1, 3))
def test_every_open_notice_reaches_every_recipient_once_and_in_order_of_danger(given_, copies):
    opens = [
        movement(
            n, activity=activity, start_us=NOW + hours * HOUR, end_us=NOW + (hours + 2) * HOUR, state=State.ACCEPTED
        )
        for n, (hours, activity) in enumerate(given_ * copies)
    ]
    given = all_warnings(*opens)
    touched = [o for o in opens if endangered(change(), "said", o) is not None]
    for party in ("rus", "syr"):
        mine = sorted((w for w in given if w.recipient == party), key=lambda w: w.step)
        named = [e for w in mine for e in w.endangered]
        assert sorted(e.version for e in named) == sorted(o.version for o in touched)
        assert [e.danger_us for e in named] == sorted(e.danger_us for e in named)
        assert [w.step for w in mine] == list(range(len(mine)))
        assert all(len(w.endangered) <= MAX_ENDANGERED for w in mine)


def test_an_announced_pause_is_its_authors_word_and_a_lull_is_nobodys():
    pause = change(change="paused", by="syr", effective_us=NOW, until_us=NOW + 7 * HOUR)
    assert quiet([pause], [], HOUR, NOW + HOUR).kind == "announced pause"
    assert quiet([pause], [], HOUR, NOW + 8 * HOUR).kind == "lull"
    assert quiet([], [NOW - 3 * HOUR], HOUR, NOW).kind == "lull"
    assert quiet([], [NOW - 3], HOUR, NOW).kind == "no quiet"


def test_another_partys_word_does_not_end_a_pause_and_a_report_does_not_either():
    pause = change(change="paused", by="syr", until_us=NOW + 7 * HOUR)
    other = change(change="ended", by="opposition")
    found = quiet([pause, other], [NOW + 1], HOUR, NOW + 2)
    assert (found.kind, found.by) == ("announced pause", "syr")
    over = msgspec.structs.replace(pause, change="ended", until_us=None)
    assert quiet([pause, over], [NOW], HOUR, NOW + 2).kind == "no quiet"
