"""One sound term of every pattern, on the frame of K1 of the truce."""

from __future__ import annotations

import msgspec
from tests.rules.agreements.castello import D_US, K1, K12, at, hours, what

from detente.records.agreements import term as tm

AFTER = tm.Deadline(at=None, after=hours(1))

PATTERNS: tuple[tm.Pattern, ...] = (
    tm.Absence(never=what("attack")),
    tm.AtMost(most=3, per=hours(24), what=what("flight")),
    K12.pattern,
    tm.MutualSatisfaction(by=None, of="k1", parties=("rus", "us")),
    tm.Permitted(despite=("k1",), may=what("leave"), only_after=what("arranged"), within=hours(24)),
    tm.Permitted(despite=(), may=what("leave"), only_after=None, within=None),
    tm.Phases(
        phases=(
            tm.Phase(begins=None, completes=what("cleared"), name="one", within=hours(3)),
            tm.Phase(begins=what("entered"), completes=what("handed"), name="two", within=None),
        )
    ),
    tm.Power(act="reset", after=what("attack"), jointly=True, terms=(), within=hours(24)),
    tm.Power(act="withdraw", after=None, jointly=False, terms=(), within=None),
    tm.Precedes(each=True, first=what("notice"), least=hours(1), most=None, then=what("opening")),
    tm.Reciprocal(duty="k8", while_kept=("k1",)),
    tm.Simultaneous(
        by=None,
        sides=(tm.Side(does=what("pull-back"), party="opposition"), tm.Side(does=what("pull-back"), party="syr")),
        tolerance=hours(1),
    ),
    tm.Unmonitored(why="It names nothing that can be seen."),
    tm.Within(after=what("notice"), by=AFTER, each=True, must=what("acknowledge")),
    tm.Within(
        after=None, by=tm.Deadline(at=at(D_US + 1, "just after"), after=None), each=False, must=what("facilitation")
    ),
    tm.Written(
        breach="fly(id=i, party=p) AND NOT ONCE[0,1h] told(party=p)",
        events=(tm.Named(name="fly", what=what("flight")), tm.Named(name="told", what=what("notice"))),
    ),
)


def shaped(pattern: tm.Pattern, **slots: object) -> tm.Term:
    """K1 with another pattern."""
    return msgspec.structs.replace(K1, pattern=pattern, term="x", **slots)
