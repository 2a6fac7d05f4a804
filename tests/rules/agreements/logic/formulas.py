"""Random formulas and traces for property tests: small windows, three moments apart, few values, so that everything happens."""

from __future__ import annotations

from hypothesis import strategies as st

from detente.errors import Refused
from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic.guarded import check
from detente.rules.agreements.logic.happening import Happening

SIGNATURES = (
    fm.Signature("p", (("x", "any"), ("y", "any"))),
    fm.Signature("q", (("x", "any"),)),
    fm.Signature("r", ()),
)
VARIABLES = ("a", "b")
VALUES = (0, 1)


@st.composite
def windows(draw, bounded=True):
    """Windows of a few microseconds; some without end where that is allowed."""
    low = draw(st.integers(0, 4))
    if not bounded and draw(st.integers(0, 3)) == 0:
        return fm.Window(low, None)
    return fm.Window(low, low + draw(st.integers(0, 5)))


def terms():
    return st.one_of(st.sampled_from([fm.Var(v) for v in VARIABLES]), st.sampled_from([fm.Const(v) for v in VALUES]))


def atoms():
    return st.one_of(
        st.builds(lambda x, y: fm.Event("p", (("x", x), ("y", y))), terms(), terms()),
        st.builds(lambda x: fm.Event("p", (("y", x),)), terms()),
        st.builds(lambda x: fm.Event("q", (("x", x),)), terms()),
        st.just(fm.Event("r", ())),
    )


def wider(inner):
    past, future = windows(bounded=False), windows()
    name = st.sampled_from(VARIABLES)

    @st.composite
    def quantified(draw):
        body = draw(inner)
        free = sorted(fm.free_vars(body))
        if not free:
            return fm.Not(body)
        kind = draw(st.sampled_from([fm.Exists, fm.Exists, fm.Forall]))
        return kind((draw(st.sampled_from(free)),), body)

    @st.composite
    def counted(draw):
        body = draw(inner)
        free = sorted(fm.free_vars(body))
        if not free:
            return body
        value = draw(st.sampled_from(free))
        groups = tuple(v for v in free if v != value and draw(st.booleans()))
        count = fm.Aggregate("n", draw(st.sampled_from(["CNT", "SUM", "MIN", "MAX"])), value, groups, body)
        test = fm.Compare(
            draw(st.sampled_from(["<", ">", "=", "!=", ">="])), fm.Var("n"), fm.Const(draw(st.integers(0, 3)))
        )
        return fm.Exists(("n",), fm.And(count, test))

    comparison = st.builds(fm.Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), name.map(fm.Var), terms())
    return st.one_of(
        st.builds(fm.And, inner, inner),
        st.builds(fm.And, inner, st.builds(fm.Not, inner)),
        st.builds(fm.And, inner, comparison),
        st.builds(fm.Or, inner, inner),
        st.builds(fm.Implies, inner, inner),
        st.builds(fm.Equiv, inner, inner),
        quantified(),
        counted(),
        st.builds(fm.Once, past, inner),
        st.builds(fm.Eventually, future, inner),
        st.builds(fm.Historically, past, inner),
        st.builds(fm.Always, future, inner),
        st.builds(fm.Previous, past, inner),
        st.builds(fm.Next, future, inner),
        st.builds(fm.Since, past, inner, inner),
        st.builds(fm.Since, past, st.builds(fm.Not, inner), inner),
        st.builds(fm.Until, future, inner, inner),
        st.builds(fm.Until, future, st.builds(fm.Not, inner), inner),
    )


def monitorable(f) -> bool:
    try:
        check(f, events=SIGNATURES)
    except Refused:
        return False
    return True


def formulas():
    """Formulas that can be monitored, with at most the free variables a and b."""
    return st.recursive(atoms(), wider, max_leaves=6).filter(monitorable)


def events():
    """Events within 20 microseconds."""
    at = st.integers(0, 20)
    value = st.sampled_from(VALUES)
    return st.one_of(
        st.builds(lambda t, x, y: Happening(t, "p", {"x": x, "y": y}), at, value, value),
        st.builds(lambda t, x: Happening(t, "q", {"x": x}), at, value),
        st.builds(lambda t: Happening(t, "r", {}), at),
        st.builds(lambda t: Happening(t, "other", {}), at),
    )


def logs(most=8):
    return st.lists(events(), max_size=most)


def plain(log):
    """The events as the reference takes them."""
    return [(h.at_us, h.name, dict(h.fields)) for h in log]
