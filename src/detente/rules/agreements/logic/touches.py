"""Which verdicts an event can touch, and which events can touch a verdict.

A *touch* is a place in a formula that an event, or the mere coming of a time point, can change. It says how far from the event the
moments lie whose verdicts may change (`from_us` to `to_us` after the event; None: without bound), and which variables of the verdict
the event's fields fix.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.formula import Formula

Reach = tuple[int | None, int | None]
"""From and to, microseconds, either sign; None is without bound on that side."""


class TouchPoint(msgspec.Struct, frozen=True):
    """One place that can change. `event` None: any event, by making a new time point."""

    event: fm.Event | None
    from_us: int | None
    to_us: int | None
    sign: int
    """+1: more events make the formula true there; -1: false; 0: either."""


def touches(f: Formula) -> tuple[TouchPoint, ...]:
    """Return every place of a core formula that can change."""
    found = list(_touches(f, (0, 0), 1))
    if not anchored(f):
        found.append(TouchPoint(None, 0, 0, 1))
    return tuple(dict.fromkeys(found))


def _touches(f: Formula, at: Reach, sign: int) -> Iterator[TouchPoint]:
    match f:
        case fm.Event():
            yield TouchPoint(f, at[0], at[1], sign)
        case fm.Not(body):
            yield from _touches(body, at, -sign)
        case fm.Aggregate(_, _, _, _, body):
            yield from _touches(body, at, 0)
        case fm.Once(window, body) | fm.Eventually(window, body):
            there = _moved(at, window, isinstance(f, fm.Once))
            yield from _touches(body, there, sign)
            if not anchored(body):
                yield TouchPoint(None, there[0], there[1], sign)
        case fm.Previous(window, body) | fm.Next(window, body):
            there = _moved(at, window, isinstance(f, fm.Previous))
            yield from _touches(body, there, sign)
            near = _moved(at, fm.Window(0, window.to_us), isinstance(f, fm.Previous))
            yield TouchPoint(None, near[0], near[1], 0)
        case fm.Since(window, left, right) | fm.Until(window, left, right):
            past = isinstance(f, fm.Since)
            there = _moved(at, window, past)
            yield from _touches(right, there, sign)
            if not anchored(right):
                yield TouchPoint(None, there[0], there[1], sign)
            between = _moved(at, fm.Window(0, window.to_us), past)
            yield from _touches(left, between, sign)
            if not (isinstance(left, fm.Not) and anchored(left.body)) and left != fm.Truth(True):
                yield TouchPoint(None, between[0], between[1], -sign)
        case _:
            for child in fm.children(f):
                yield from _touches(child, at, sign)


def _moved(at: Reach, window: fm.Window, past: bool) -> Reach:
    """Move a reach by a window: an event before now touches moments after it."""
    near, far = window.from_us, window.to_us
    if past:
        return (None if at[0] is None else at[0] + near, None if at[1] is None or far is None else at[1] + far)
    return (None if at[0] is None or far is None else at[0] - far, None if at[1] is None else at[1] - near)


def anchored(f: Formula) -> bool:
    """Tell whether a formula is false at every time point without one of its own events at that moment."""
    match f:
        case fm.Event():
            return True
        case fm.Truth(value):
            return not value
        case fm.And(left, right):
            return anchored(left) or anchored(right)
        case fm.Or(left, right):
            return anchored(left) and anchored(right)
        case fm.Exists(_, body):
            return anchored(body)
        case fm.Aggregate(_, op, _, groups, body):
            return anchored(body) and (bool(groups) or op in ("MIN", "MAX"))
        case _:
            return False


def threat(f: Formula) -> Reach | None:
    """Return where, seen from the moment of a verdict, an event could lie whose report would withdraw it; None: nowhere.

    From and to, microseconds after the verdict's moment, either may be None (without bound).
    """
    lowest: int | None = 0
    highest: int | None = 0
    any_found = False
    for touch in touches(f):
        if touch.sign == 1:
            continue
        from_us = None if touch.to_us is None else -touch.to_us
        to_us = None if touch.from_us is None else -touch.from_us
        if not any_found:
            lowest, highest, any_found = from_us, to_us, True
        else:
            lowest = None if lowest is None or from_us is None else min(lowest, from_us)
            highest = None if highest is None or to_us is None else max(highest, to_us)
    return (lowest, highest) if any_found else None
