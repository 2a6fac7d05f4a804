"""Rosters, lines as measured, hand-overs signed by both shifts, approvals inside a party: the pure rules."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import msgspec
from tests.records.examples import EXAMPLES

from detente.records.hotline.call import Call
from detente.records.hotline.channel import Channel
from detente.records.hotline.step import LadderName
from detente.records.hotline.trial import Trial
from detente.records.parties.approval import Approval, ApprovalRule, Need
from detente.records.parties.handover import Handover
from detente.records.parties.roster import Duty
from detente.rules.hotline.approvals import Vote, rule_for, standing
from detente.rules.hotline.callees import CARRIES, next_line
from detente.rules.hotline.channel import attempts, may_carry, measure
from detente.rules.hotline.roster import Gap, gaps, handovers, matter, may_take, note, on_watch

H = 3_600_000_000
S = 1_000_000
CALL = next(e for e in EXAMPLES if isinstance(e, Call))
LINE = next(e for e in EXAMPLES if isinstance(e, Channel))


def duty(officer: str, role: str, from_h: int, until_h: int, deputy: str | None = None) -> Duty:
    return Duty(deputy=deputy, from_us=from_h * H, languages=("en",), officer=officer, role=role, until_us=until_h * H)


SHIFTS = (
    duty("a", "watch", 0, 8, "d"),
    duty("b", "watch", 8, 16),
    duty("c", "director", 0, 6),
    duty("c", "director", 10, 24),
)


def test_who_is_on_watch_at_a_time_in_which_role():
    """At 3 h a watch officer and a director; at 8 h both shifts, for a span is closed; at 9 h no director."""
    assert [(o.role, o.officer) for o in on_watch(SHIFTS, 3 * H)] == [("director", "c"), ("watch", "a")]
    assert [o.officer for o in on_watch(SHIFTS, 8 * H) if o.role == "watch"] == ["a", "b"]
    assert [o.role for o in on_watch(SHIFTS, 9 * H)] == ["watch"]


def test_gaps_are_shown():
    """No director from 6 to 10 h, nobody on watch from 16 h; a role that nobody holds at all is one gap."""
    assert gaps(SHIFTS, ["director", "legal", "watch"], 0, 24 * H) == (
        Gap("director", 6 * H, 10 * H),
        Gap("legal", 0, 24 * H),
        Gap("watch", 16 * H, 24 * H),
    )


def test_any_officer_on_watch_may_take_what_is_urgent_and_others_are_shown():
    """Whatever the role; a deputy stands in; somebody off watch is not turned away, and that is shown."""
    assert may_take(SHIFTS, "c", 3 * H) == "on watch"
    assert may_take(SHIFTS, "d", 3 * H) == "as deputy"
    assert may_take(SHIFTS, "b", 3 * H) == "not on watch"
    assert may_take((), "b", 3 * H) == "no roster"


def test_a_handover_is_signed_by_both_shifts_over_the_same_list():
    """The note; the note and another list; the note and its acceptance; an acceptance by somebody else."""
    open_ = [matter("bb" * 32, 5, "waiting", "waited for"), matter("aa" * 32, 9, "ladder", "UNDELIVERED to rus")]
    left = note(open_, party="cjtf", role="watch", outgoing="a", incoming="b", at_us=8 * H, words="")
    assert [o.what for o in left.open] == ["ladder", "waiting"]
    accepted = Handover(**{f: getattr(left, f) for f in left.__struct_fields__} | {"accepts": "11" * 32})
    other = Handover(**{f: getattr(accepted, f) for f in left.__struct_fields__} | {"open": (), "count": 0})
    first = ("11" * 32, "a", left)
    for said, words in (
        ([first], "waits for b to sign"),
        ([first, ("22" * 32, "b", other)], "waits for b to sign"),
        ([first, ("22" * 32, "c", accepted)], "NOT SIGNED by b but by c"),
        ([("11" * 32, "c", left), ("22" * 32, "b", accepted)], "NOT SIGNED by a but by c"),
        ([first, ("22" * 32, "b", accepted)], "signed by both"),
    ):
        (found,) = handovers(said)
        assert words in found.sentence()


# --- lines ---


def call(at_us: int, outcome: str, countersigns: str | None = None) -> Call:
    fields = {f: getattr(CALL, f) for f in CALL.__struct_fields__}
    return Call(**fields | {"at_us": at_us, "ended_us": None, "outcome": outcome, "countersigns": countersigns})


def trial(at_us: int, outcome: str, latency_s: int | None = None) -> Trial:
    return Trial(
        answered_by=None,
        at_us=at_us,
        channel="hotline",
        latency_us=None if latency_s is None else latency_s * S,
        outcome=outcome,
        party="rus",
        words="",
    )


def test_a_line_is_measured_from_its_trials_and_calls():
    """Deir ez-Zor: the line carried both calls, and nobody took the message: up, and not delivered."""
    calls = [call(H, "contact-absent"), call(2 * H, "on-hold"), call(2 * H, "on-hold", countersigns="aa" * 32)]
    trials = [
        trial(3 * H, "answered", 9),
        trial(4 * H, "failed"),
        trial(5 * H, "answered", 30),
        trial(6 * H, "answered", 12),
    ]
    found = measure(attempts("hotline", trials, calls), 0, 24 * H)
    assert (found.attempts, found.uptime_permille, found.taken_permille) == (6, 833, 500)
    assert (found.latency_median_us, found.latency_worst_us) == (12 * S, 30 * S)
    deir = measure(attempts("hotline", [], calls), 0, 24 * H)
    assert (deir.uptime_permille, deir.taken_permille) == (1000, 0)


def test_of_a_line_that_nobody_tried_nothing_is_known():
    """No uptime of 100 % for silence."""
    assert measure((), 0, H).uptime_permille is None
    assert "nothing is known" in measure((), 0, H).sentence()


def test_what_a_line_may_carry_is_agreed_refused_or_unsaid():
    """Never assumed."""
    assert [may_carry(LINE, load) for load in ("stop", "permission", "incident")] == ["yes", "no", "unsaid"]


# --- approvals ---


def says(officer: str, roles: tuple[str, ...], what: str = "approve") -> Vote:
    return Vote(officer, roles, Approval(about="aa" * 32, says=what, words="x"))


NEEDS = (Need(count=1, role="director"), Need(count=1, role="legal"))


def test_m_of_n_by_role():
    """A director and a legal officer; one who is both fills one seat; the composer none."""
    both = says("x", ("director", "legal"))
    assert standing(NEEDS, "a", {"x": both}).state == "held"
    assert standing(NEEDS, "a", {"x": both, "y": says("y", ("director",))}).state == "approved"
    assert standing(NEEDS, "x", {"x": both, "y": says("y", ("director",))}).missing == (("legal", 1),)


def test_no_approval_is_wasted_whatever_the_order():
    """Three seats, three officers of several roles: who sits where must not depend on names or order."""
    needs = (Need(count=1, role="a"), Need(count=1, role="b"), Need(count=1, role="c"))
    for names in permutations("xyz"):
        roles = [("a", "b", "c"), ("a",), ("a", "b")]
        votes = {name: says(name, held) for name, held in zip(names, roles, strict=True)}
        assert standing(needs, "w", votes).state == "approved"


def test_dissent_stops_nothing_and_is_on_record():
    """Two approve, one dissents; withdrawn by who composed it, it does not leave."""
    votes = {"x": says("x", ("director",)), "y": says("y", ("legal",)), "z": says("z", ("legal",), "dissent")}
    found = standing(NEEDS, "a", votes)
    assert (found.state, found.dissent_by) == ("approved", ("z",))
    assert standing(NEEDS, "a", {**votes, "a": says("a", ("watch",), "withdraw")}).state == "withdrawn"
    assert standing(NEEDS, "a", {"z": says("z", ("legal",), "withdraw")}).state == "held"


def test_urgent_and_stop_are_never_held():
    """Any officer on watch may send them; a rule on messages holds the others."""
    from tests.support.stations import message

    rules = {"message": ApprovalRule(kinds=("message",), needs=NEEDS, words="")}
    assert rule_for(rules, "message", message("urgent")) is None
    assert rule_for(rules, "message", message("stop")) is None
    assert rule_for(rules, "message", message("routine")) is not None
    assert rule_for(rules, "notice", None) is None


def test_a_step_names_no_line_that_is_never_to_carry_it():
    """House F10: a line's `never` was stored and not heeded, by the very step that names the line to try."""
    other = msgspec.structs.replace(LINE, alternates=(), channel="zz", never=())
    assert "permission" in LINE.never
    assert next_line([LINE], "stop") == LINE
    barred = msgspec.structs.replace(LINE, alternates=(), carries=(), never=("stop",))
    assert next_line([barred], "stop") is None
    assert next_line([barred, other], "stop") == other
    assert next_line([barred], "urgent") == barred
    assert CARRIES.keys() == set(get_args(LadderName))
