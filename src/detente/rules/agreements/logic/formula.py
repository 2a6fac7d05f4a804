"""Formulas of metric first-order temporal logic over events, as data.

One *time point* is one distinct moment (integer microseconds since 1970 UTC) at which the log has an event of any kind; all events
of one moment stand together, as a set. So the order in which events arrive cannot change what a formula means.

These structs are plain values (built in code by patterns, by hand or by `parser.py`): positional, frozen, hashable. They are no
wire format; what parties sign is the text or the pattern. `text` writes a formula with every bracket, so that a reader sees how it
was read, and the parser reads it back to an equal formula.

    Term     Var · Const · Arith
    Formula  Truth · Event · Compare · Not · And · Or · Implies · Equiv · Exists · Forall
             Previous · Next · Once · Historically · Eventually · Always · Since · Until · Aggregate
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from detente.geometry.durations import SECOND_US

Value = str | int | float | bool | None
"""What a field of an event can hold. 1 and 1.0 are equal; true is not 1."""

CompareOp = Literal["=", "!=", "<", "<=", ">", ">="]
ArithOp = Literal["+", "-", "*", "/", "MOD"]
AggregateOp = Literal["CNT", "SUM", "MIN", "MAX"]
TIME_FIELD = "t"
"""The field every event has: its moment, in microseconds."""


class Node(msgspec.Struct, frozen=True, tag=True):
    """The root of terms and formulas."""


class LogicTerm(Node, frozen=True):
    """A variable, a value or a sum of them."""


class Var(LogicTerm, frozen=True):
    """A variable."""

    name: str


class Const(LogicTerm, frozen=True):
    """A value."""

    value: Value


class Arith(LogicTerm, frozen=True):
    """A calculation on numbers, exact on whole ones; 7 / 2 is 3.5; MOD takes the sign of its left side."""

    op: ArithOp
    left: LogicTerm
    right: LogicTerm


class Window(msgspec.Struct, frozen=True):
    """A window of distances in time, both ends included, in microseconds; `to_us` None has no end. `[a,b)` is `[a, b - 1 us]`."""

    from_us: int = 0
    to_us: int | None = None


ANY_TIME = Window()


class Formula(Node, frozen=True):
    """The root of formulas."""


class Truth(Formula, frozen=True):
    """Always true, or always false."""

    value: bool


class Event(Formula, frozen=True):
    """An event of this name, now, whose named fields equal these terms (variables or values); fields not named are free."""

    name: str
    args: tuple[tuple[str, LogicTerm], ...]


class Compare(Formula, frozen=True):
    """A comparison. Numbers compare with numbers, text with text; across kinds only `=` and `!=` have an answer."""

    op: CompareOp
    left: LogicTerm
    right: LogicTerm


class Not(Formula, frozen=True):
    """The body does not hold."""

    body: Formula


class And(Formula, frozen=True):
    """Both hold."""

    left: Formula
    right: Formula


class Or(Formula, frozen=True):
    """At least one holds."""

    left: Formula
    right: Formula


class Implies(Formula, frozen=True):
    """If the left holds, so does the right."""

    left: Formula
    right: Formula


class Equiv(Formula, frozen=True):
    """Both hold, or neither."""

    left: Formula
    right: Formula


class Exists(Formula, frozen=True):
    """For some values of the names the body holds."""

    names: tuple[str, ...]
    body: Formula


class Forall(Formula, frozen=True):
    """For all values of the names the body holds."""

    names: tuple[str, ...]
    body: Formula


class Previous(Formula, frozen=True):
    """There is a previous time point, its distance is in the window, and the body held there."""

    window: Window
    body: Formula


class Next(Formula, frozen=True):
    """There is a next time point, its distance is in the window, and the body holds there."""

    window: Window
    body: Formula


class Once(Formula, frozen=True):
    """At some time point in the window before now (0: now) the body held."""

    window: Window
    body: Formula


class Historically(Formula, frozen=True):
    """At every time point in the window before now the body held."""

    window: Window
    body: Formula


class Eventually(Formula, frozen=True):
    """At some time point in the window after now the body holds."""

    window: Window
    body: Formula


class Always(Formula, frozen=True):
    """At every time point in the window after now the body holds."""

    window: Window
    body: Formula


class Since(Formula, frozen=True):
    """At some time point in the window before now the right held, and the left at every one after it up to now."""

    window: Window
    left: Formula
    right: Formula


class Until(Formula, frozen=True):
    """At some time point in the window after now the right holds, and the left at every one from now to before it."""

    window: Window
    left: Formula
    right: Formula


class Aggregate(Formula, frozen=True):
    """`result` is the count, sum, least or greatest of `value` over all ways to make the body hold, for each `groups`.

    The ways are a set: two events that agree on every variable of the body count once. Without groups an empty body has count and
    sum 0, and no least or greatest; with groups a group without any way has no result.
    """

    result: str
    op: AggregateOp
    value: str
    groups: tuple[str, ...]
    body: Formula


PAST = (Previous, Once, Historically, Since)
FUTURE = (Next, Eventually, Always, Until)


class Definition(msgspec.Struct, frozen=True):
    """A named formula; `name(x, y)` stands for the body with the terms in the places of the parameters."""

    name: str
    params: tuple[str, ...]
    body: Formula


class Signature(msgspec.Struct, frozen=True):
    """A kind of event, its fields in order, each with its type: any, string, int, float, number or bool."""

    name: str
    fields: tuple[tuple[str, str], ...]

    def names(self) -> tuple[str, ...]:
        """Return the field names in order."""
        return tuple(name for name, _ in self.fields)


class Rule(msgspec.Struct, frozen=True):
    """A named formula to watch. What is found are the moments and bindings of its free variables at which it holds.

    `required` says that the term as written is the opposite (`REQUIRE`), so that what is found are its violations.
    """

    name: str
    formula: Formula
    required: bool = False


class Terms(msgspec.Struct, frozen=True):
    """Kinds of events, and the rules over them. Definitions are already put in place."""

    events: tuple[Signature, ...]
    rules: tuple[Rule, ...]

    def signature(self, name: str) -> Signature | None:
        """Return the signature of a kind of event, or None."""
        return next((s for s in self.events if s.name == name), None)


def conj(*parts: Formula) -> Formula:
    """Return the conjunction of the parts; none is true."""
    result: Formula | None = None
    for part in parts:
        result = part if result is None else And(result, part)
    return Truth(True) if result is None else result


def event(name: str, **fields: str | LogicTerm) -> Event:
    """Make an event formula: `event("notice", id="n")` binds the variable n. For a value write `Const("n")`."""
    return Event(name, tuple((field, Var(v) if isinstance(v, str) else v) for field, v in fields.items()))


def seconds(from_s: float = 0, to_s: float | None = None) -> Window:
    """Make a window from seconds."""
    return Window(round(from_s * SECOND_US), None if to_s is None else round(to_s * SECOND_US))


def term_vars(term: LogicTerm) -> frozenset[str]:
    """Return the variables of a term."""
    match term:
        case Var(name):
            return frozenset((name,))
        case Arith(_, left, right):
            return term_vars(left) | term_vars(right)
        case _:
            return frozenset()


def children(f: Formula) -> tuple[Formula, ...]:
    """Return the direct parts of a formula, left before right."""
    match f:
        case And() | Or() | Implies() | Equiv() | Since() | Until():
            return (f.left, f.right)
        case Not() | Exists() | Forall() | Previous() | Next() | Once() | Historically() | Eventually() | Always():
            return (f.body,)
        case Aggregate():
            return (f.body,)
        case _:
            return ()


def rebuild(f: Formula, parts: tuple[Formula, ...]) -> Formula:
    """Return the formula with other direct parts."""
    if not parts:
        return f
    if len(parts) == 2:
        return msgspec.structs.replace(f, left=parts[0], right=parts[1])
    return msgspec.structs.replace(f, body=parts[0])


def walk(f: Formula) -> Iterator[Formula]:
    """Yield the formula and all its parts, outermost first, left before right."""
    ahead = [f]
    while ahead:
        part = ahead.pop()
        yield part
        ahead.extend(reversed(children(part)))


def free_vars(f: Formula) -> frozenset[str]:
    """Return the free variables."""
    return free_vars_of(f, free_vars)


def free_vars_of(f: Formula, of_part: Callable[[Formula], frozenset[str]]) -> frozenset[str]:
    """Return the free variables, given how to find those of a direct part."""
    match f:
        case Event(_, args):
            return frozenset().union(*(term_vars(term) for _, term in args))
        case Compare(_, left, right):
            return term_vars(left) | term_vars(right)
        case Exists(names, body) | Forall(names, body):
            return of_part(body) - frozenset(names)
        case Aggregate(result, _, _, groups, _):
            return frozenset((result, *groups))
        case _:
            return frozenset().union(*(of_part(child) for child in children(f)))


def substitute(f: Formula, names: dict[str, LogicTerm], fresh: Callable[[str], str]) -> Formula:
    """Put terms in the places of free variables; bound names are renamed by `fresh`, so nothing is captured."""
    match f:
        case Event(name, args):
            return Event(name, tuple((field, _in_term(term, names)) for field, term in args))
        case Compare(op, left, right):
            return Compare(op, _in_term(left, names), _in_term(right, names))
        case Exists(bound, body) | Forall(bound, body):
            renamed = {name: fresh(name) for name in bound}
            inner = {**names, **{old: Var(new) for old, new in renamed.items()}}
            return type(f)(tuple(renamed.values()), substitute(body, inner, fresh))
        case Aggregate(result, op, value, groups, body):
            local = {name: fresh(name) for name in free_vars(body) - frozenset(groups)}
            inner = {k: v for k, v in names.items() if k in groups} | {old: Var(new) for old, new in local.items()}
            outer = {name: names.get(name, Var(name)) for name in (result, *groups)}
            if not all(isinstance(term, Var) for term in outer.values()):
                return _grouped_by_value(f, names, fresh)
            as_name = {name: term.name for name, term in outer.items() if isinstance(term, Var)}
            if len(set(as_name.values())) != len(as_name):
                return _grouped_by_value(f, names, fresh)
            value_name = local.get(value) or as_name[value]
            return Aggregate(
                as_name[result], op, value_name, tuple(as_name[g] for g in groups), substitute(body, inner, fresh)
            )
        case _:
            return rebuild(f, tuple(substitute(child, names, fresh) for child in children(f)))


def _grouped_by_value(f: Aggregate, names: dict[str, LogicTerm], fresh: Callable[[str], str]) -> Formula:
    """A definition with an aggregate used with a value for a group or for the result: group first, then compare."""
    new = {name: fresh(name) for name in (f.result, *f.groups)}
    inner = substitute(f, {old: Var(name) for old, name in new.items()}, fresh)
    equal = [Compare("=", Var(new[name]), names[name]) for name in new if name in names]
    keep = [Compare("=", Var(new[name]), Var(name)) for name in new if name not in names]
    return Exists(tuple(new.values()), conj(inner, *equal, *keep))


def _in_term(term: LogicTerm, names: dict[str, LogicTerm]) -> LogicTerm:
    match term:
        case Var(name):
            return names.get(name, term)
        case Arith(op, left, right):
            return Arith(op, _in_term(left, names), _in_term(right, names))
        case _:
            return term


def text(f: Formula) -> str:
    """Write a formula with every bracket; `parser.parse_formula` reads it back to an equal one."""
    match f:
        case Truth(value):
            return "TRUE" if value else "FALSE"
        case Event(name, args):
            return f"{name}({', '.join(f'{field}={term_text(term)}' for field, term in args)})"
        case Compare(op, left, right):
            return f"{term_text(left)} {op} {term_text(right)}"
        case Not(body):
            return f"NOT {_inner(body)}"
        case And() | Or() | Implies() | Equiv():
            return f"{_inner(f.left)} {type(f).__name__.upper()} {_inner(f.right)}"
        case Exists(names, body) | Forall(names, body):
            return f"{type(f).__name__.upper()} {', '.join(names)}. {_inner(body)}"
        case Since(window, left, right) | Until(window, left, right):
            return f"{_inner(left)} {type(f).__name__.upper()}{window_text(window)} {_inner(right)}"
        case Aggregate(result, op, value, groups, body):
            by = f"; {', '.join(groups)}" if groups else ""
            return f"{result} <- {op} {value}{by} ({text(body)})"
        case Previous() | Next() | Once() | Historically() | Eventually() | Always():
            return f"{type(f).__name__.upper()}{window_text(f.window)} {_inner(f.body)}"
    raise TypeError(f"no formula: {f!r}")


def _inner(f: Formula) -> str:
    return text(f) if isinstance(f, Truth | Event) else f"({text(f)})"


def term_text(term: LogicTerm) -> str:
    """Write a term; sums stand in brackets."""
    match term:
        case Var(name):
            return name
        case Const(value):
            return json.dumps(value, ensure_ascii=False)
        case Arith(op, left, right):
            return f"({term_text(left)} {op} {term_text(right)})"
    raise TypeError(f"no term: {term!r}")


UNITS = (("d", 86_400 * SECOND_US), ("h", 3_600 * SECOND_US), ("m", 60 * SECOND_US), ("s", SECOND_US))


def duration_text(us: int) -> str:
    """Write microseconds as whole days, hours, minutes or seconds where that is exact, else as decimal seconds."""
    for unit, size in UNITS:
        if us and us % size == 0:
            return f"{us // size}{unit}"
    whole, rest = divmod(us, SECOND_US)
    return f"{whole}.{rest:06d}s" if rest else f"{whole}s"


def window_text(window: Window) -> str:
    """Write a window; one without bounds is left out."""
    if window == ANY_TIME:
        return ""
    return f"[{duration_text(window.from_us)},{'*)' if window.to_us is None else duration_text(window.to_us) + ']'}"
