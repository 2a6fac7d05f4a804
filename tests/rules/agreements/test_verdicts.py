"""What follows for a term: each pattern against its meaning written plainly, any order of arrival, doubt that is never dropped, proofs."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.agreements.castello import DAMASCUS, EVERYONE, HOUR_US, K1, K8, K12, ROAD, TWO_ORIGINS
from tests.rules.agreements.say import EVERYWHERE, ID, Table, answering, at, claim, hours, place, truce, us, what
from tests.rules.agreements.shapes import shaped

from detente.errors import EvidenceError
from detente.records.agreements import term as tm
from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.records.notices.response import Response
from detente.rules.agreements.judging.proofs import proofs_of
from detente.rules.agreements.logic.checker import Log, check
from detente.rules.agreements.logic.log import Reader
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.sheets.status import standings

QUICK = msgspec.structs.replace(TWO_ORIGINS, origins=1, silence="counts")


def plain(pattern: tm.Pattern, **slots: object) -> tm.Term:
    """A term without excuses, one origin, everywhere, everyone."""
    return shaped(pattern, **({"excused_by": (), "evidence": QUICK, "scope": EVERYWHERE} | slots))


def happened(subject: str, cls: str, hour: float, actor: str = "syr", **more: object):
    return claim("monitor", "asserts", subject, cls, hour, actor=actor, **more)


def position(party: str, says: str, **more: object) -> Position:
    given = {
        "about": ID, "at": None, "by_authority": "unknown", "party": party, "power": "", "reading": "", "says": says, "source": "",
        "tag": "ILL", "term": "", "who": party, "words": "",
    }  # fmt: skip
    return Position(**(given | more))


def assent(party: str, act: str, hour: float | None = None) -> Assent:
    when = None if hour is None else at(us(hour), "then")
    return Assent(about=ID, act=act, at=when, party=party, source="", tag="ILL", terms=(), who=party, words="so")


# --- the case


def castello() -> Table:
    table = Table(truce(K1, K8, K12))
    table.told(claim("Russian centre", "asserts", "pull-back.syr", "pull-back", 62, actor="syr", party="rus"), 63)
    table.told(claim("Russian centre", "denies", "pull-back.opp", "pull-back", 62, actor="opposition", party="rus"), 63)
    table.told(claim("SOHR", "denies", "pull-back.syr", "pull-back", 62, actor="syr"), 64)
    table.told(claim("Pentagon", "cannot-confirm", "pull-back.syr", "pull-back", 62, actor="syr", party="us"), 65)
    return table


def test_two_opposite_words_and_one_cannot_confirm_leave_the_pull_back_undetermined():
    """Case truce-2016, acceptance 3: what would settle it is listed; silence on the other side proves nothing."""
    found = castello().verdicts(66, "k8")
    assert {v.answer for v in found.values()} == {"undetermined"}
    syr = found[("syr", "", "")]
    assert "1 of 2 independent origins" in syr.why and "cannot confirm" in syr.why
    assert syr.settles == ("1 more independent origin on pull-back.syr/syr",)
    assert syr.caveats == ("the text of this term is summarised, not verified",)


def test_two_more_observers_settle_it():
    table = castello()
    for side in ("syr", "opposition"):
        for who in ("UN monitor", "Red Crescent"):
            subject = "pull-back.syr" if side == "syr" else "pull-back.opp"
            table.told(claim(who, "observes", subject, "pull-back", 62, actor=side), 70)
    assert {v.answer for v in table.verdicts(71, "k8").values()} == {"kept"}


def test_a_place_that_reaches_over_the_edge_of_the_area_is_not_decided_for_either():
    table = Table(
        truce(plain(tm.Absence(never=what("shelling")), scope=msgspec.structs.replace(EVERYWHERE, area=(ROAD,))))
    )
    table.told(happened("s.1", "shelling", 1, place=place(10)), 2)
    assert table.answer(3, "syr") == "kept"
    table.told(happened("s.2", "shelling", 1, place=place(3)), 2)
    assert table.answer(3, "syr") == "undetermined"
    table.told(happened("s.3", "shelling", 1, place=place(0)), 2)
    assert table.answer(3, "syr") == "breached"


def test_ten_reprints_of_one_origin_are_one():
    table = Table(truce(plain(tm.Absence(never=what("shelling")), evidence=msgspec.structs.replace(QUICK, origins=2))))
    for n in range(10):
        table.told(happened("s.1", "shelling", 1, origin="OUTLET:unnamed", chain=(f"Relay {n}",)), 2)
    assert table.answer(3, "syr") == "undetermined"
    table.told(claim("eyewitness", "observes", "s.1", "shelling", 1, actor="syr"), 3)
    assert table.answer(3, "syr") == "breached"


def test_said_and_denied_at_the_threshold_is_contested_and_a_retraction_settles_it():
    table = Table(truce(plain(tm.Absence(never=what("shelling")))))
    table.told(happened("s.1", "shelling", 1), 2)
    table.told(claim("SYR", "denies", "s.1", "shelling", 1, actor="syr", party="syr"), 3)
    assert table.answer(3, "syr") == "contested"
    table.told(claim("monitor", "retracts", "s.1", "shelling", 1, actor="syr"), 4)
    assert table.answer(5, "syr") == "kept"


def test_only_those_who_may_declare_count():
    term = plain(tm.Absence(never=what("shelling")), evidence=msgspec.structs.replace(QUICK, declared_by=("un",)))
    table = Table(truce(term))
    table.told(happened("s.1", "shelling", 1), 2)
    assert table.answer(3, "syr") == "undetermined"
    table.told(claim("UN", "asserts", "s.1", "shelling", 1, actor="syr", party="un"), 3)
    assert table.answer(3, "syr") == "breached"


def test_each_blames_the_other_and_neither_is_accused():
    table = Table(truce(plain(tm.Absence(never=what("shelling")))))
    table.told(claim("SYR", "asserts", "s.1", "shelling", 1, actor="opposition", party="syr"), 2)
    table.told(claim("HNC", "asserts", "s.1", "shelling", 1, actor="syr", party="opposition"), 2)
    assert (table.answer(3, "syr"), table.answer(3, "opposition")) == ("contested", "contested")


# --- who is which


def tie(actor: str, of: str, by: str, relation: str = "listed-as", stance: str = "asserts") -> Affiliation:
    return Affiliation(
        actor=actor, from_us=None, of=of, party=by, relation=relation, source="", stance=stance, tag="ILL", until_us=None,
        who=by, words="",
    )  # fmt: skip


def excluded_groups() -> Table:
    scope = msgspec.structs.replace(K1.scope, affected=EVERYONE)
    return Table(truce(plain(tm.Absence(never=what("shelling")), scope=scope)))


def test_an_act_of_an_excluded_group_is_outside_and_said_to_be():
    table = excluded_groups()
    table.told(tie("nusra", "excluded groups", "rus"), 0)
    table.told(happened("s.1", "shelling", 1, actor="nusra"), 2)
    assert table.answer(3, "opposition") == "kept"
    assert "outside the scope" in table.watching.live["x"].weighed["s.1/nusra"].why_not


def test_a_group_that_two_parties_call_different_things_is_contested():
    table = excluded_groups()
    table.told(happened("s.1", "shelling", 1, actor="ahrar"), 2)
    table.told(tie("ahrar", "opposition", "us", "part-of"), 2)
    assert table.answer(3, "opposition") == "breached"
    table.told(tie("ahrar", "excluded groups", "rus"), 3)
    assert table.answer(3, "opposition") == "contested"
    table.told(tie("ahrar", "excluded groups", "us", stance="denies"), 4)
    assert table.answer(5, "opposition") == "contested"


def test_nobody_named_on_ground_with_an_excluded_group_is_never_silently_kept():
    table = excluded_groups()
    table.told(tie("nusra", "excluded groups", "rus"), 0)
    table.told(happened("s.1", "shelling", 1, actor="", place=place(0)), 2)
    assert table.answer(3, "syr") == "undetermined"
    both = {
        "concern_only": True,
        "party": "rus",
        "place": place(0),
        "source": "",
        "stance": "asserts",
        "tag": "ILL",
        "words": "",
    }
    for actor in ("nusra", "ahrar"):
        body = Whereabouts(actor=actor, share="mixed", who="rus", **both)
        table.told(body, 2)
    assert "on this ground are ahrar, nusra" in table.verdicts(3)[("syr", "", "")].why


# --- effect, words and deeds


def test_a_party_that_calls_it_over_has_a_reading_of_its_own_from_then():
    """SYR says that it is over from 168 h; what happens after breaches the text, and nothing as SYR says."""
    table = Table(truce(plain(tm.Absence(never=what("attack")))))
    table.told(position("syr", "ended", at=at(us(168), "19 September, 19:00")), 169, author="syr")
    table.told(happened("convoy", "attack", 168.5), 170)
    found = table.verdicts(171)
    assert found[("syr", "", "")].answer == "breached"
    assert found[("syr", "as syr says", "")].answer == "kept"
    assert found[("syr", "as syr says", "")].life == "terminated"


def test_a_withdrawal_ends_it_by_the_text_only_where_the_text_gives_the_power():
    power = plain(tm.Power(act="withdraw", after=None, jointly=False, terms=(), within=None))
    power = msgspec.structs.replace(power, term="k14", bearers=("syr",))
    for terms, expected in (((), "breached"), ((power,), "kept")):
        table = Table(truce(plain(tm.Absence(never=what("attack"))), *terms))
        table.told(assent("syr", "withdrawal", 10), 10, author="syr")
        table.told(happened("later", "attack", 11), 12)
        assert table.verdicts(13, "x")[("syr", "", "")].answer == expected


def test_a_memorandum_suspended_in_words_and_used_in_deeds_is_shown_as_both():
    term = msgspec.structs.replace(answering(), bearers=("rus",))
    table = Table(truce(term))
    table.told(assent("rus", "suspension"), 5, author="rus")
    from tests.records.examples import NOTICE

    about = table.told(NOTICE, 6, author="us", word="ee" * 32)
    table.told(
        Response(about=about, answer="acknowledge", by_role="watch", readback=None, unit=None, version=about, words=""), 6.1,
        author="rus",
    )  # fmt: skip
    (rus,) = [s for s in standings(table.watching, table.watching.verdicts(us(7)), us(7)) if s.party == "rus"]
    assert rus.sentence() == "rus: in words, suspended; in deeds, acts on it"


def test_a_term_that_follows_another_begins_once_that_is_kept():
    calm = plain(tm.CalmFor(and_daily=None, by=None, lasts=hours(24), reset=None, without=what("attack")))
    after = plain(tm.Absence(never=what("flight")), period=tm.Period(after="x", begins=None, ends=None, lasts=None))
    table = Table(truce(calm, msgspec.structs.replace(after, term="then", bearers=("syr",))))
    table.told(happened("flight.1", "flight", 10), 11)
    assert table.verdicts(12, "then")[("syr", "", "")].answer == "not in force"
    table.told(happened("flight.2", "flight", 30), 31)
    assert table.verdicts(32, "then")[("syr", "", "")].answer == "breached"
    table.told(happened("attack.1", "attack", 10), 33)
    assert table.verdicts(34, "then")[("syr", "", "")].answer == "kept"


# --- the other patterns


def test_a_permission_allows_what_is_forbidden_only_after_what_must_come_before():
    may = plain(tm.Permitted(despite=("x",), may=what("flight"), only_after=what("told"), within=hours(2)))
    never = plain(tm.Absence(never=what("flight")))
    table = Table(truce(never, msgspec.structs.replace(may, term="may")))
    table.told(happened("f.1", "flight", 5), 6)
    assert (table.verdicts(7, "x")[("syr", "", "")].answer, table.verdicts(7, "may")[("syr", "", "")].answer) == (
        "breached",
    ) * 2
    table.told(happened("told.1", "told", 4), 8)
    assert (table.verdicts(9, "x")[("syr", "", "")].answer, table.verdicts(9, "may")[("syr", "", "")].answer) == (
        "kept",
    ) * 2


def test_a_reciprocal_duty_ends_with_the_others_breach():
    a = msgspec.structs.replace(plain(tm.Absence(never=what("flight"))), term="a", bearers=("syr",))
    b = msgspec.structs.replace(plain(tm.Absence(never=what("shelling"))), term="b", bearers=("opposition",))
    owes = msgspec.structs.replace(plain(tm.Reciprocal(duty="a", while_kept=("b",))), term="owes", bearers=("syr",))
    table = Table(truce(a, b, owes))
    table.told(happened("f.1", "flight", 5), 6)
    assert table.verdicts(7, "owes")[("syr", "", "")].answer == "breached"
    table.told(happened("s.1", "shelling", 4, actor="opposition"), 8)
    assert table.verdicts(9, "owes")[("syr", "", "")].answer == "kept"


def test_mutual_satisfaction_is_never_silence():
    term = msgspec.structs.replace(
        plain(tm.MutualSatisfaction(by=None, of="k1", parties=("rus", "us"))), bearers=("rus", "us")
    )
    table = Table(truce(term, K1))
    assert table.verdicts(1, "x")[("rus", "", "")].answer == "pending"
    table.told(position("rus", "satisfied", term="k1"), 2, author="rus")
    assert table.verdicts(3, "x")[("rus", "", "")].answer == "pending"
    table.told(position("us", "not satisfied", term="k1"), 3, author="us")
    assert table.verdicts(4, "x")[("rus", "", "")].answer == "contested"
    table.told(position("us", "satisfied", term="k1"), 5, author="us")
    assert table.verdicts(6, "x")[("rus", "", "")].answer == "kept"


def test_seven_days_under_each_reading():
    """Nothing happens: full after 168 h, after seven calendar days, and never where each day must have aid."""
    table = Table(truce(msgspec.structs.replace(K12, reckoning=DAMASCUS)))
    answers = {v.reading.name: (v.answer, v.at_us) for v in table.verdicts(168, "k12").values() if v.party == "rus"}
    assert answers["elapsed"] == ("kept", us(168))
    assert answers["calendar"] == ("kept", us(149) - 1)
    assert answers["qualifying"] == ("pending", None)
    fresh = Table(truce(K12))
    assert {v.reading.name: v.answer for v in fresh.verdicts(167.9, "k12").values()}["elapsed"] == "pending"


# --- laws

SUBJECTS = ("s.1", "s.2", "s.3", "s.4")
PATTERNS = {
    "absence": tm.Absence(never=what("a")),
    "at_most": tm.AtMost(most=1, per=hours(5), what=what("a")),
    "precedes": tm.Precedes(each=False, first=what("b"), least=None, most=hours(3), then=what("a")),
    "within": tm.Within(after=what("b"), by=tm.Deadline(at=None, after=hours(4)), each=False, must=what("a")),
    "calm_for": tm.CalmFor(and_daily=None, by=None, lasts=hours(8), reset=None, without=what("a")),
}


def meaning(name: str, events: list[tuple[str, str, int]], now: int) -> set[tuple[str, str]]:
    """What a pattern means, written plainly on events (class, subject, hour) all established, all of syr: the verdicts."""
    a = sorted((h, s) for c, s, h in events if c == "a" and h >= 0)
    b = sorted((h, s) for c, s, h in events if c == "b" and h >= 0)
    match name:
        case "absence":
            return {("", "breached" if a else "kept")}
        case "at_most":
            return {("", "breached" if any(sum(h - 5 < k <= h for k, _ in a) > 1 for h, _ in a) else "kept")}
        case "precedes":
            return {("", "breached" if any(not any(h - 3 <= k <= h for k, _ in b) for h, _ in a) else "kept")}
        case "within":
            if not b:
                return {("", "pending")}
            done = {s: any(h <= k <= h + 4 for k, _ in a) for h, s in b}
            over = {s: now > h + 4 for h, s in b}
            return {(f"{s}/syr", "kept" if done[s] else "breached" if over[s] else "pending") for s in done}
        case _:
            starts = [0, *(h for h, _ in a)]
            return {
                (
                    "",
                    "kept"
                    if any(s + 8 <= now and not any(s < h <= s + 8 for h, _ in a) for s in starts)
                    else "pending",
                )
            }


@pytest.mark.parametrize("name", PATTERNS)
@settings(max_examples=30, deadline=None)
@given(
    events=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20)), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_a_pattern_is_what_it_means_in_any_order_of_arrival(name, events, order):
    named = [(c, f"m.{n}", h) for n, (c, h) in enumerate(events)]
    term = msgspec.structs.replace(plain(PATTERNS[name]), bearers=("syr",))
    table = Table(truce(term))
    arriving = list(named)
    order.shuffle(arriving)
    for c, s, h in arriving:
        table.told(happened(s, c, h), 30)
        table.verdicts(order.choice((5, 25)))
    found = {(v.instance, v.answer) for v in table.verdicts(25).values()}
    assert found == meaning(name, named, 25)


STANCES = ("asserts", "observes", "denies", "cannot-confirm", "retracts")


@settings(max_examples=30, deadline=None)
@given(
    said=st.lists(
        st.tuples(
            st.sampled_from(("m1", "m2", "m3", "m4")), st.sampled_from(STANCES), st.sampled_from(SUBJECTS),
            st.sampled_from(("a", "b")), st.integers(0, 12), st.integers(0, 6), st.sampled_from(("syr", "opposition", "x", "")),
        ),
        max_size=9,
    ),
    seed=st.integers(0, 1000),
)  # fmt: skip
def test_doubtful_and_contradicting_claims_give_one_answer_in_any_order(said, seed):
    """Bands, denials, retractions, rivals, unknown actors: what stands at the end does not depend on what came first."""
    terms = [msgspec.structs.replace(plain(p), term=n.replace("_", "-")) for n, p in PATTERNS.items()]
    bodies = [(claim(w, s, m, c, h, h + d, actor=a), 20 + n) for n, (w, s, m, c, h, d, a) in enumerate(said)]
    tables = []
    for shuffled in (False, True):
        table = Table(truce(*terms))
        order = list(enumerate(bodies))
        if shuffled:
            random.Random(seed).shuffle(order)
        for n, (body, hour) in order:
            table.told(body, hour, word=f"{n + 1:064x}")
            table.watching.verdicts(us(21))
        tables.append(table)
    first, second = (t.watching.verdicts(us(50)) for t in tables)
    assert first == second


@settings(max_examples=20, deadline=None)
@given(
    said=st.lists(
        st.tuples(st.sampled_from(STANCES[:4]), st.sampled_from(SUBJECTS), st.sampled_from("ab"), st.integers(0, 12), st.integers(0, 3)),
        max_size=8,
    )
)  # fmt: skip
def test_every_proof_of_a_verdict_is_accepted_and_none_on_other_events(said):
    terms = [msgspec.structs.replace(plain(p), term=n.replace("_", "-"), bearers=("syr",)) for n, p in PATTERNS.items()]
    table = Table(truce(*terms))
    for n, (stance, subject, cls, hour, more) in enumerate(said):
        table.told(claim(f"m{n}", stance, subject, cls, hour, hour + more, actor="syr"), 20)
    for live in table.watching.live.values():
        verdicts = [v for v in table.watching.verdicts(us(50)) if v.term == live.term.term]
        proven = proofs_of(live, verdicts)
        read, _ = parse_terms(proven.terms)
        rules = {rule.name: rule.formula for rule in read.rules}
        events = [(h.at_us, h.name, h.fields) for h in Reader(read.events).happenings(proven.log.encode())]
        for proof in proven.proofs:
            check(proof, rules, Log(events))
            if proof["holds"] and proof["evidence"]:
                with pytest.raises(EvidenceError):
                    check(proof, rules, Log(events[:0]))
        wanted = [v for v in verdicts if v.answer in ("breached", "contested") and v.breaches]
        assert not wanted or proven.proofs


def test_a_verdict_says_how_late_a_report_could_still_change_it():
    table = Table(truce(answering()))
    from tests.records.examples import NOTICE

    table.told(NOTICE, 1, author="us", word="ee" * 32)
    (v,) = table.verdicts(3).values()
    assert (v.answer, v.settled) == ("breached", True)
    assert v.open_us == (us(1), us(2))
    assert v.fast_until_us == us(2) + 30 * 24 * HOUR_US
