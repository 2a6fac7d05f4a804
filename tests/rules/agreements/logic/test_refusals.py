"""Terms that are malformed or cannot be monitored are refused, each with its place and its reason."""

from __future__ import annotations

import pytest

from detente.errors import Refused
from detente.rules.agreements.logic import parser
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.log import Reader
from detente.rules.agreements.logic.parser import parse_terms

EVENTS = """EVENT notice(id: string, zone: string, size: int)
EVENT answer(about: string, by: string)
EVENT stop()
"""
LINES = EVENTS.count("\n")

FORMULAS = [
    # text, column, words of the reason
    ("", 1, "there is no rule"),
    ("(", 2, "ends where a formula must stand"),
    (")", 1, "a formula must stand here"),
    ("(stop()", 8, "is not closed"),
    ("stop())", 7, "closed that was not opened"),
    ("stop(", 6, "ends where a formula"),
    ("((stop() AND stop())", 21, "bracket opened at line 4, column 1 is not closed"),
    ("stop() AND", 11, "ends where a formula"),
    ("AND stop()", 1, "missing on the left of AND"),
    ("stop() stop()", 8, "connective is missing"),
    ("stop() and stop()", 8, "connective is missing"),
    ("stop", 5, "a comparison must stand here"),
    ("NOT", 4, "ends where a formula"),
    ("stop() OR OR stop()", 11, "missing on the left of OR"),
    ("nothing(x)", 1, "no such event"),
    ("Notice(x, y, z)", 1, "no such event"),
    ("notice(x, y)", 1, "has 3 fields"),
    ("notice(x, y, z, w)", 1, "has 3 fields"),
    ("notice(colour=x)", 8, "no such field"),
    ("notice(id=x, id=y)", 14, "named twice"),
    ("notice(x, zone=y, z)", 1, "for all arguments or for none"),
    ("notice(x y, z)", 10, "comma is missing"),
    ("notice(x, y, s + 1)", 14, "a variable or a value"),
    ("answer(about=5)", 1, "5 is number in one place and text here"),
    ("notice(id=x) AND notice(size=x)", 18, "variable x is text in one place and number"),
    ("notice(id=x) AND x > 3", 20, "variable x is text in one place and number"),
    ('notice(size=s) AND s = "big"', 22, "number"),
    ("notice(id=x) AND x + 1 = 2", 24, "number"),
    ("NOT notice(x, y, z)", 1, "variable x is not guarded"),
    ("stop() AND NOT answer(about=x)", 12, "variable x is not guarded"),
    ("x = y AND stop()", 3, "is not guarded"),
    ("stop() AND x > 3", 14, "variable x is not guarded"),
    ("notice(id=x) OR answer(about=y)", 1, "variable y is not guarded"),
    ("EXISTS y. NOT answer(about=y)", 11, "variable y is not guarded"),
    ("FORALL y. answer(about=y)", 1, "variable y is not guarded"),
    ("notice(id=x) IMPLIES answer(about=x)", 1, "variable x is not guarded"),
    ("HISTORICALLY[0,5] answer(about=x)", 1, "variable x is not guarded"),
    ("answer(about=y) SINCE[0,5] notice(id=x)", 1, "variable y is not guarded"),
    ("(NOT answer(about=y)) UNTIL[0,5] notice(id=x)", 2, "variable y is not guarded"),
    ("notice(id=x) AND (y = x + z)", 21, "variable y is not guarded"),
    ("notice(id=x) AND EVENTUALLY answer(about=x)", 18, "EVENTUALLY' - looks into the future without bound"),
    ("notice(id=x) AND NOT EVENTUALLY[0,*) answer(about=x)", 22, "without bound"),
    ("notice(id=x) AND NOT ALWAYS stop()", 22, "without bound"),
    ("stop() UNTIL stop()", 8, "UNTIL' - looks into the future without bound"),
    ("stop() AND NEXT stop()", 12, "NEXT' - looks into the future without bound"),
    ("ONCE[5,2] stop()", 5, "reversed or empty"),
    ("ONCE(5,5] stop()", 5, "reversed or empty"),
    ("ONCE[5,5) stop()", 5, "reversed or empty"),
    ("EVENTUALLY[1h,30m] stop()", 11, "reversed or empty"),
    ("ONCE[0,5 stop()", 10, "not closed with ] or )"),
    ("ONCE[0 5] stop()", 8, "a window has two ends"),
    ("ONCE[,5] stop()", 6, "a distance in time must stand here"),
    ("ONCE[-5,0] stop()", 6, "is not negative"),
    ("ONCE[0,5w] stop()", 8, "a unit is one of"),
    ("ONCE[0,*] stop()", 9, "closes with )"),
    ("ONCE[0,1.00000001] stop()", 8, "whole microseconds"),
    ("ONCE[0,99999999999999d] stop()", 8, "below 2^62"),
    ("EXISTS x stop()", 10, "ends the variables of EXISTS"),
    ("EXISTS . stop()", 8, "a variable of EXISTS must stand here"),
    ("EXISTS x. stop()", 1, "variable x is bound and not used"),
    ("EXISTS x, x. notice(id=x)", 11, "bound twice"),
    ("c <- COUNT x (notice(id=x))", 6, "CNT, SUM, MIN or MAX"),
    ("c <- AVG s (notice(size=s))", 6, "only CNT, SUM, MIN and MAX"),
    ("c <- CNT x notice(id=x)", 12, "stands in brackets"),
    ("c <- CNT y (notice(id=x))", 1, "variable y is not free in the formula aggregated over"),
    ("c <- CNT x; z (notice(id=x))", 1, "variable z is not free"),
    ("x <- CNT x (notice(id=x))", 1, "variable x is the result and stands in the formula too"),
    ("c <- CNT x; z, z (notice(id=x, zone=z))", 16, "a group twice"),
    ("c <- SUM i (notice(id=i))", 13, "variable i is number in one place and text here"),
    ("c <- CNT x; z (NOT notice(id=x, zone=z))", 16, "is not guarded"),
    ("tp(i)", 1, "positions are not known"),
    ("ts(i)", 1, "the moment is a field"),
    ("notice(id='a')", 11, "between double quotes"),
    ('notice(id="a)', 11, "must end on its line"),
    ("notice(id=x) & stop()", 14, "has no meaning here"),
    ("notice(id=x) AND _ = 3", 18, "_ has no value"),
    ("LET f(x) = notice(id=y) IN f(x)", 12, "variable x is a parameter that the formula does not use"),
    ("LET f(x) = notice(id=x) IN f(x, y)", 28, "f takes 1 arguments, not 2"),
    ("LET f(x) = notice(id=x) f(x)", 25, "'IN' must stand here"),
    ("LET stop(x) = notice(id=x) IN stop(x)", 5, "taken already"),
    ("notice(id=(x)) AND 5", 21, "a comparison must stand here"),
    ("notice(size=s) AND s > 5m", 25, "durations stand in windows only"),
    ("(" * 120 + "stop()" + ")" * 120, 101, "more than 100"),
]


def refusal(source: str) -> Refused:
    with pytest.raises(Refused) as caught:
        terms, places = parse_terms(source)
        check_terms(terms, places)
    return caught.value


@pytest.mark.parametrize(
    ("formula", "column", "reason"), FORMULAS, ids=[text[:40] or "empty" for text, _, _ in FORMULAS]
)
def test_a_formula_that_cannot_be_monitored_is_refused_with_place_and_reason(formula, column, reason):
    """Line, column, and a reason that names the variable where it is one."""
    said = str(refusal(EVENTS + formula))
    assert f"line {LINES + 1}, column {column}" in said
    assert reason in said


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("EVENT a(x, x)\na(1, 2)", "line 1, column 12", "a name of its own"),
        ("EVENT a(t)\na(1)", "line 1, column 9", "t and event are in every event"),
        ("EVENT a(x: colour)\na(1)", "line 1, column 12", "a type is one of"),
        ("EVENT a(x)\nEVENT a(y)\na(1)", "line 2, column 7", "taken already"),
        ("EVENT a(x\na(1)", "line 2, column 1", "parted by commas"),
        ("EVENT a()", "line 1, column 10", "no rule"),
        ("EVENT a()\nFIND: a()", "line 2, column 5", "the name of the rule"),
        ("EVENT a()\nFIND r a()", "line 2, column 8", "':' must stand here"),
        ("EVENT a()\nFIND r: a()\nFIND r: a()", "line 3, column 6", "two rules have one name"),
        ("EVENT a()\nFIND r: a()\na()", "line 3, column 1", "connective is missing"),
        ("EVENT a(x)\nDEFINE d(y) = a(x)\nFIND r: d(1)", "line 2, column 15", "variable x is not a parameter of d"),
        ("EVENT a(x)\nDEFINE d(y, y) = a(y)\nFIND r: d(1, 1)", "line 2, column 13", "a name of its own"),
        ("EVENT a(x)\nFIND r: d(1)\nDEFINE d(y) = a(y)", "line 2, column 9", "no such event or definition"),
        ("EVENT a(x)\nDEFINE d(y) = d(y)\nFIND r: d(1)", "line 2, column 15", "no such event or definition"),
        ("EVENT a(x)\nREQUIRE r: a(x)", "line 2, column 12", "variable x is not guarded"),
    ],
)
def test_a_statement_that_is_not_understood_is_refused(text, place, reason):
    """Terms are read whole or refused; a definition can only use what stands before it."""
    said = str(refusal(text))
    assert place in said
    assert reason in said


def test_every_rule_that_is_wrong_is_named():
    """One refused rule does not hide another."""
    problems = refusal(
        EVENTS + "FIND one: NOT stop() AND x > 1\nFIND two: notice(id=x)\nFIND three: EVENTUALLY stop()"
    ).problems
    assert ["one" in p.field or "three" in p.field for p in problems] == [True, True]


LOG_LINES = [
    (b'{"t": "2016-09-12T16:00:00", "event": "stop"}', "no zone"),
    (b'{"t": "yesterday", "event": "stop"}', "RFC 3339"),
    (b'{"t": "2016-13-12T16:00:00Z", "event": "stop"}', "RFC 3339"),
    (b'{"t": "2016-09-12T16:00:00.1234567Z", "event": "stop"}', "six digits"),
    (b'{"event": "stop"}', "missing required field"),
    (b'{"t": 1, "event": 5}', "Expected"),
    (b'{"t": 1}', "missing required field"),
    (b'{"t": 1.5, "event": "stop"}', "Expected"),
    (b'{"t": 99999999999999999999, "event": "stop"}', "too far"),
    (b'{"t": 1, "event": "notice", "id": "a", "zone": "z"}', "missing required field"),
    (
        b'{"t": 1, "event": "notice", "id": "a", "zone": "z", "size": "big"}',
        "Expected `int`, got `str`, in the field size",
    ),
    (b'{"t": 1, "event": "stop"', "truncated"),
    (b"[1]", "Expected"),
    (b'{"t": 1, "event": "st\xffop"}', "invalid"),
]


@pytest.mark.parametrize(("line", "reason"), LOG_LINES, ids=[repr(text) for text, _ in LOG_LINES])
def test_a_line_that_does_not_fit_is_refused_with_its_number(line, reason):
    """A log is taken whole or not at all; every wrong line is named."""
    terms, _ = parse_terms(EVENTS + "stop()")
    data = b'{"t": 1, "event": "stop"}\n\n' + line + b'\n{"t": 2, "event": "other"}\n'
    for read in (Reader(terms.events).happenings, Reader(terms.events).columns):
        with pytest.raises(Refused) as caught:
            read(data)
        assert [p.field for p in caught.value.problems] == ["line 3"]
        assert reason in str(caught.value)


TRAP = "EVENT tick()\nEVENT viol()\nFIND calm: tick() AND NOT ONCE[0,7d] viol() AND tick()\n"


def test_a_temporal_operator_that_reaches_over_an_and_without_brackets_is_cautioned():
    """Read as NOT ONCE (viol AND tick): calm is found over a violation. It stays so, as elsewhere, and it is said."""
    (found,) = parser.cautions(TRAP)
    assert (found.code, found.field, found.value) == ("reach", "line 3, column 27", "ONCE")
    assert "reaches over the connective at line 3, column 45" in found.rule
    assert parser.cautions(TRAP.replace("ONCE[0,7d] viol()", "(ONCE[0,7d] viol())")) == ()
    assert parser.cautions(TRAP.replace("viol() AND tick()", "(viol() AND tick())")) == ()
