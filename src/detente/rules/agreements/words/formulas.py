"""Formulas of the small logic in controlled English, every bracket kept as (…): for reading beside the formula, never to be parsed back."""

from __future__ import annotations

from collections.abc import Sequence

from detente.errors import Refused
from detente.geometry.durations import SECOND_US
from detente.records.agreements.term import Named
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula, Signature, Window
from detente.rules.agreements.logic.parser import parse_formula
from detente.rules.agreements.patterns.expansion import FIELDS, IN_EFFECT
from detente.rules.agreements.words.plain import listed, many

_COMPARE = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_AGGREGATE = {"CNT": "the number of different", "MAX": "the greatest", "MIN": "the least", "SUM": "the sum of"}


def formula_text(text: str, events: Sequence[Named]) -> str:
    """Say a written formula of a term; one that cannot be read is quoted."""
    signatures = tuple(Signature(event.name, FIELDS) for event in events)
    try:
        formula, _ = parse_formula(text, (*signatures, IN_EFFECT))
    except Refused:
        return f"“{text}”"
    return say(formula)


def say(f: Formula) -> str:
    """Say a formula."""
    match f:
        case fm.Truth(value):
            return "always" if value else "never"
        case fm.Event(name, args):
            return f"there is {_event(name, args)}"
        case fm.Compare(op, left, right):
            return f"{fm.term_text(left)} {_COMPARE[op]} {fm.term_text(right)}"
        case fm.Not(fm.Event(name, args)):
            return f"there is no {_event(name, args)}"
        case fm.Not(body):
            return f"it is not so that {_in(body)}"
        case fm.And(left, right):
            return f"{_in(left)}, and {_in(right)}"
        case fm.Or(left, right):
            return f"{_in(left)}, or {_in(right)}"
        case fm.Implies(left, right):
            return f"if {_in(left)}, then {_in(right)}"
        case fm.Equiv(left, right):
            return f"{_in(left)} exactly when {_in(right)}"
        case fm.Exists(names, body):
            return f"for some {listed(names)}, {_in(body)}"
        case fm.Forall(names, body):
            return f"for every {listed(names)}, {_in(body)}"
        case fm.Aggregate(result, op, value, groups, body):
            each = f", for each {listed(groups)}," if groups else ""
            return f"{result} is {_AGGREGATE[op]} {value}{each} for which {_in(body)}"
        case fm.Since(window, left, right):
            return f"{_in(left)}, at every moment since {_in(right)}{_window(window, 'ago')}"
        case fm.Until(window, left, right):
            return f"{_in(left)}, at every moment until {_in(right)}{_window(window, 'from now')}"
        case _:
            return _unary(f)


def _unary(f: Formula) -> str:
    match f:
        case fm.Previous(window, body):
            return f"at the moment before{_window(window, 'ago')}, {_in(body)}"
        case fm.Next(window, body):
            return f"at the moment after{_window(window, 'from now')}, {_in(body)}"
        case fm.Once(window, body):
            return f"at some moment{_window(window, 'ago') or ' up to now'}, {_in(body)}"
        case fm.Historically(window, body):
            return f"at every moment{_window(window, 'ago') or ' up to now'}, {_in(body)}"
        case fm.Eventually(window, body):
            return f"at some moment{_window(window, 'from now') or ' from now on'}, {_in(body)}"
        case fm.Always(window, body):
            return f"at every moment{_window(window, 'from now') or ' from now on'}, {_in(body)}"
    raise TypeError(f"no formula: {f!r}")


def _event(name: str, args: Sequence[tuple[str, fm.LogicTerm]]) -> str:
    fields = [f"{field} {fm.term_text(term)}" for field, term in args]
    return f"{name}{' with ' if fields else ''}{listed(fields)}"


def _in(f: Formula) -> str:
    plain = isinstance(f, fm.Truth | fm.Event | fm.Compare) or (isinstance(f, fm.Not) and isinstance(f.body, fm.Event))
    return say(f) if plain else f"({say(f)})"


def _window(window: Window, way: str) -> str:
    if window == fm.ANY_TIME:
        return ""
    first, last = window.from_us, window.to_us
    if last is None:
        return f" {length(first)} or more {way}"
    if first == last:
        return f" exactly {length(first)} {way}"
    if first == 0:
        return f" at most {length(last)} {way}"
    if first == 1:
        return f" at most {length(last)} {way}, and not now"
    return f" {length(first)} to {length(last)} {way}"


def length(us: int) -> str:
    """Say a length of time in the largest unit that fits exactly; never in days, which have readings."""
    for unit, size in (("hour", 3_600), ("minute", 60), ("second", 1)):
        if us and us % (size * SECOND_US) == 0:
            return many(us // (size * SECOND_US), unit)
    return f"{us} µs"
