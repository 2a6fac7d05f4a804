"""What values are: when two are equal, which comes first, and what sums of them are.

A number that is whole is held as `int`, so that one value has one form whoever wrote it first. What has no answer (text plus a
number, division by zero, text below a number) makes the comparison false, whichever it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from detente.rules.agreements.logic.formula import AggregateOp, ArithOp, CompareOp, Const, LogicTerm, Value, Var

Key = tuple[bool, Value]


def canonical(value: Value) -> Value:
    """Return the one form of a value: whole numbers as int."""
    if type(value) is float and value.is_integer():
        return int(value)
    return value


def key(value: Value) -> Value | Key:
    """Return what stands for a value in a dict: true and 1 are equal to Python and not here."""
    return (True, value) if value is True or value is False else value


def number(value: Value) -> bool:
    """Tell whether a value is a number; true is none."""
    return type(value) is int or type(value) is float


def compare(op: CompareOp, left: Value, right: Value) -> bool:
    """Return what a comparison answers; across kinds only `=` and `!=` have an answer."""
    if op == "=":
        return key(left) == key(right)
    if op == "!=":
        return key(left) != key(right)
    if not ((number(left) and number(right)) or (type(left) is str and type(right) is str)):
        return False
    match op:
        case "<":
            return left < right  # type: ignore[operator]
        case "<=":
            return left <= right  # type: ignore[operator]
        case ">":
            return left > right  # type: ignore[operator]
        case _:
            return left >= right  # type: ignore[operator]


class Undefined(Exception):  # noqa: N818 - no error: an answer
    """A term has no value."""


def arithmetic(op: ArithOp, left: Value, right: Value) -> Value:
    """Return the value of a calculation; raises `Undefined`."""
    if not (number(left) and number(right)):
        raise Undefined
    try:
        match op:
            case "+":
                made = left + right  # type: ignore[operator]
            case "-":
                made = left - right  # type: ignore[operator]
            case "*":
                made = left * right  # type: ignore[operator]
            case "/":
                made = left / right  # type: ignore[operator]
            case _:
                made = _mod(left, right)  # type: ignore[arg-type]
    except (ZeroDivisionError, OverflowError, ValueError):
        raise Undefined from None
    if type(made) is float and not math.isfinite(made):
        raise Undefined
    return canonical(made)


def _mod(left: int | float, right: int | float) -> int | float:
    if type(left) is int and type(right) is int:
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return math.fmod(left, right)


def value_of(term: LogicTerm, binding: Mapping[str, Value]) -> Value:
    """Return the value of a term; raises `Undefined`."""
    match term:
        case Var(name):
            return binding[name]
        case Const(value):
            return canonical(value)
        case _:
            return arithmetic(term.op, value_of(term.left, binding), value_of(term.right, binding))  # type: ignore[attr-defined]


def total(numbers: Iterable[int | float]) -> int | float:
    """Return the exact sum, rounded once at the end; so no order of adding changes it."""
    numbers = list(numbers)
    if all(type(value) is int for value in numbers):
        return sum(numbers)
    return rounded(sum((Fraction(value) for value in numbers), Fraction()))


def rounded(exact: Fraction) -> int | float:
    """Return an exact number as int where it is whole, else as the nearest float."""
    return exact.numerator if exact.denominator == 1 else float(exact)


def aggregate(op: AggregateOp, values: list[Value], grouped: bool) -> Value | None:
    """Return the aggregate over the values of one group (one for each way), or None where there is no result."""
    if op == "CNT":
        return len(values) if values or not grouped else None
    numbers: list[int | float] = [value for value in values if number(value)]  # type: ignore[misc]
    if op == "SUM":
        return total(numbers) if numbers or not grouped else None
    if not numbers:
        return None
    return min(numbers) if op == "MIN" else max(numbers)
