"""Terms in words, whole: clauses of the truce of 2016 and one of each other pattern, in the agreement's own vocabulary."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.rules.agreements.castello import (
    D_US,
    DAMASCUS,
    EVERYONE,
    HOUR_US,
    K1,
    K8,
    K12,
    ONE_ORIGIN,
    WHILE,
    at,
    hours,
    what,
)

from detente.records.agreements import term as tm
from detente.records.agreements.agreement import Word
from detente.records.agreements.term import Deadline, Scope, Span, Term, Wording
from detente.rules.agreements.words.formulas import formula_text
from detente.rules.agreements.words.terms import asks, slots, standing, term_words
from detente.rules.agreements.words.vocabulary import Vocabulary


def word(name: str, noun: str, verb: str = "") -> Word:
    return Word(name=name, noun=noun, verb=verb)


WORDS = Vocabulary(
    [
        word("aid.access", "aid access"),
        word("attack", "an attack", "attack anyone, by any means"),
        word("attack.received", "an attack on its own people"),
        word("excluded groups", "the groups outside the truce"),
        word("facilitation-letter", "a facilitation letter", "issue a facilitation letter"),
        word("flight", "a military flight", "fly over the agreed areas"),
        word("joint-centre-opens", "the opening of the joint centre"),
        word("k1", "the end of attacks"),
        word("k3", "the access of aid"),
        word("opposition", "the opposition"),
        word("power.reset", "a reset of the clock"),
        word("pull-back", "a pull-back", "pull back from Castello Road"),
        word("request", "a request for access"),
        word("rus", "Russia"),
        word("syr", "the Syrian side"),
        word("us", "the United States"),
    ]
)


def term(pattern: tm.Pattern, *bearers: str, **more: Any) -> Term:
    """A term with this pattern, and else nothing particular."""
    made = Term(
        bearers=bearers,
        beneficiaries=(),
        evidence=ONE_ORIGIN,
        excused_by=(),
        pattern=pattern,  # type: ignore[arg-type]
        period=WHILE,
        reckoning=DAMASCUS,
        scope=Scope(actors=EVERYONE, affected=EVERYONE, area=(), unplaced="included"),
        term="x",
        wording=Wording(source="", standing="summarised", tag="ILL", words=""),
    )
    return msgspec.structs.replace(made, **more)


AB = (tm.Named(name="a", what=what("flight")), tm.Named(name="b", what=what("request")))
DAYS_3 = Span(count=3, readings=("calendar", "elapsed"), unit="days")


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (K1, "The opposition and the Syrian side must not attack anyone, by any means."),
        (
            term(tm.MutualSatisfaction(by=Deadline(after=None, at=at(D_US + 48 * HOUR_US, "D+2")), of="k1", parties=("rus", "us"))),
            "Reached once Russia and the United States have each said by 2016-09-14 16:00Z (19:00 Asia/Damascus) that they are "
            "satisfied with the end of attacks. Silence is no satisfaction.",
        ),
        (
            K8,
            "The opposition and the Syrian side must pull back from Castello Road at the same moment, no more than one hour apart, "
            "by 2016-09-15 06:00Z (09:00 Asia/Damascus).",
        ),
        (
            K12,
            "Reached after seven days without an attack, on each of which there is aid access. The days are read in three ways "
            "(calendar days, the first one counted; 24 hours each; days in a row that each qualify). The count starts anew with a reset of "
            "the clock by Russia or the United States.",
        ),
        (
            term(tm.Power(act="withdraw", after=None, jointly=False, terms=(), within=None), "rus", "us"),
            "Russia or the United States may alone withdraw from the agreement, by declaring it.",
        ),
        (
            term(tm.Power(act="reset", after=what("attack"), jointly=True, terms=("k1",), within=hours(6)), "rus", "us"),
            "Russia and the United States may together reset the clock of the end of attacks, by declaring it no more than six hours "
            "apart, only after an attack.",
        ),
        (
            term(tm.Absence(never=what("flight")), "syr", period=tm.Period(after="k12", begins=None, ends=None, lasts=None)),
            "The Syrian side must not fly over the agreed areas.",
        ),
        (
            term(
                tm.Within(after=what("request"), by=Deadline(after=DAYS_3, at=None), each=True, must=what("facilitation-letter")),
                "syr",
            ),
            "After a request for access, the Syrian side must issue a facilitation letter, naming it, within three days, read in two "
            "ways (calendar days, the first one counted; 24 hours each).",
        ),
        (
            term(
                tm.Precedes(each=False, first=what("request"), least=hours(24), most=hours(72), then=what("flight")), "us"
            ),
            "The United States may fly over the agreed areas only after a request for access, which must lie at least 24 hours and "
            "at most 72 hours before it.",
        ),
        (
            term(tm.AtMost(most=2, per=hours(24), what=what("flight")), "us"),
            "The United States may fly over the agreed areas at most twice in any 24 hours.",
        ),
        (
            term(
                tm.Phases(
                    phases=(
                        tm.Phase(begins=None, completes=what("pull-back"), name="withdrawal", within=None),
                        tm.Phase(begins=what("request"), completes=what("aid.access"), name="access", within=hours(48)),
                    )
                ),
                "syr",
            ),
            "The Syrian side must go through these phases in this order: (1) withdrawal: complete with a pull-back; (2) access: begun by a "
            "request for access, complete with aid access, at most 48 hours after the one before.",
        ),
        (
            term(tm.Reciprocal(duty="k1", while_kept=("k3",)), "syr"),
            "The Syrian side must keep the end of attacks for as long as the others keep the access of aid.",
        ),
        (
            term(tm.Permitted(despite=("k1",), may=what("attack"), only_after=what("attack.received"), within=hours(1)), "syr"),
            "The Syrian side may attack anyone, by any means, only after an attack on its own people, at most one hour before. Doing so "
            "does not breach the end of attacks.",
        ),
        (
            term(
                tm.Written(breach="a() AND NOT ONCE[0,24h] b()", events=AB),
                "us",
            ),
            "The United States breach it wherever there is a, and (it is not so that (at some moment at most 24 hours ago, there is b)). "
            "In this, a: a military flight; b: a request for access.",
        ),
        (
            term(tm.Unmonitored(why="The distances were not re-read."), "syr"),
            "Nothing can be concluded from this term: The distances were not re-read.",
        ),
    ],
)  # fmt: skip
def test_what_a_term_asks(clause: Term, said: str):
    """Who, what, by when; every reading of a length of days."""
    assert said == asks(clause, WORDS)


def test_the_slots_of_k1():
    """Who counts, what silence means, which day."""
    assert slots(K1, WORDS) == (
        "Excused where an attack on its own people came at most one hour before.",
        "Acts by the groups outside the truce do not count; acts by somebody of whom nothing is known leave it undetermined.",
        "Acts against the groups outside the truce do not count; acts against somebody of whom nothing is known leave it undetermined.",
        "In effect as long as the agreement is.",
        "Counts what one origin says; what nobody has reported is taken not to have happened. "
        "A signed act counts from when its author signed it.",
        "A day begins at midnight in Asia/Damascus, and may have 23 or 25 hours. Dates are Gregorian.",
    )  # fmt: skip


def test_the_slots_of_k8():
    """An area that is data, two origins, and silence that proves nothing."""
    assert slots(K8, WORDS)[:3] == (
        "Only within one area given as data; what has no stated place counts.",
        "In effect as long as the agreement is.",
        "Counts what two independent origins say; where nobody reports, nothing is concluded. "
        "A signed act counts from when its author signed it.",
    )


def test_how_well_the_text_is_known_is_always_said():
    """Unknown and summarised texts are marked."""
    assert standing(K1) == "The text is a summary, not verified (UKR; DOC)."
    unknown = term(
        tm.Unmonitored(why="secret"), "syr", wording=Wording(source="", standing="unknown", tag="MEM?", words="")
    )
    assert standing(unknown) == "The text is unknown (MEM?)."
    assert not term_words(unknown, WORDS).verified


def test_what_has_no_word_is_quoted_by_its_name():
    """A gap in the vocabulary is seen, never filled in."""
    assert asks(K1, Vocabulary()) == "Opposition and syr must not bring about “attack”."


def test_signed_acts_have_words_of_their_own():
    """Answers, notices and powers need no entry in the vocabulary; one that is there comes first."""
    words = Vocabulary([word("notice.sea", "a notice of sailing", "announce a sailing")])
    asked = tm.Within(
        after=what("notice.air", "notice.sea"),
        by=Deadline(after=hours(1), at=None),
        each=True,
        must=what("acknowledge"),
    )
    said = "After a notice (air) or a notice of sailing, syr must acknowledge, naming it, within one hour."
    assert said == asks(term(asked, "syr"), words)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("a(id=i) AND c <- CNT j (ONCE[0,7d] a(id=j)) AND c > 5", "more than 5"),
        ("NOT a(id=i) SINCE[0,1h] b(id=i)", "at every moment since"),
        ("a(", "“a(”"),
    ],
)
def test_formulas_in_words(formula: str, said: str):
    """What cannot be read is quoted, not guessed."""
    assert said in formula_text(formula, AB)


def test_days_are_never_a_length_in_a_formula():
    """In the logic a day is 24 hours, and the words say hours."""
    assert formula_text("ONCE[0,7d] a()", AB) == "at some moment at most 168 hours ago, there is a"
