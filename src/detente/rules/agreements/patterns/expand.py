"""From a term to its expansion: one function for each pattern."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detente.records.agreements import term as tm
from detente.records.agreements.term import Term
from detente.rules.agreements.logic.formula import Terms
from detente.rules.agreements.patterns import duties, limits, reached
from detente.rules.agreements.patterns.expansion import Expansion

Context = tuple[int | None, bool]
"""When the agreement begins, if that is known (it bounds how far a stated deadline can lie ahead), and whether another term permits
what this one forbids."""

EXPAND: dict[type[Any], Callable[[Term, Any, Context], Expansion]] = {
    tm.Absence: lambda term, p, c: limits.absence(term, p, c[1]),
    tm.AtMost: lambda term, p, c: limits.at_most(term, p, c[1]),
    tm.CalmFor: lambda term, p, c: reached.calm_for(term, p),
    tm.MutualSatisfaction: lambda term, p, c: reached.mutual_satisfaction(term, p),
    tm.Permitted: lambda term, p, c: limits.permission(term, p, c[1]),
    tm.Phases: lambda term, p, c: duties.phases(term, p, c[0]),
    tm.Power: lambda term, p, c: reached.power(term, p),
    tm.Precedes: lambda term, p, c: limits.precedes(term, p, c[1]),
    tm.Reciprocal: lambda term, p, c: duties.reciprocal(term, p),
    tm.Simultaneous: lambda term, p, c: duties.simultaneous(term, p, c[0]),
    tm.Unmonitored: lambda term, p, c: Expansion(
        kind="nothing", roles=(), term=term.term, terms=Terms((), ()), why_nothing=p.why
    ),
    tm.Within: lambda term, p, c: duties.within(term, p, c[0]),
    tm.Written: lambda term, p, c: reached.written(term, p),
}


def expand(term: Term, begins_us: int | None = None, permitted: bool = False) -> Expansion:
    """Return what a term means in the small logic. Raises `Refused` where a written formula cannot be monitored."""
    return EXPAND[type(term.pattern)](term, term.pattern, (begins_us, permitted))


def despite(terms: tuple[Term, ...], term: Term) -> tuple[Term, ...]:
    """Return the permissions that allow what a term forbids."""
    return tuple(t for t in terms if isinstance(t.pattern, tm.Permitted) and term.term in t.pattern.despite)
