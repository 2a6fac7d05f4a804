"""A term of an agreement as data that parties sign: who owes what to whom, where, by when, and what counts as evidence.

A term is one *pattern* with its slots, over kinds of events (`What`), within a *scope*, for a *period*, under a *reckoning* of
time and with an *evidence* threshold. None of these may be left out: what a "day" is, whose zone, who may declare, and what
silence means are part of what is signed. What each pattern means exactly is `agreements.patterns`; docs/formats/terms.md.
"""

from __future__ import annotations

from typing import Literal

from detente.geometry.volume import Outline
from detente.records.body import Body, Stated
from detente.records.evidence.claim import Tag

Reading = Literal["calendar", "calendar-after", "elapsed", "qualifying"]
"""What "n days" may mean: calendar days counting the first; not counting it; n times 24 hours; n days in a row that each qualify."""


class Who(Body, frozen=True, kw_only=True):
    """Whose acts, or who was affected: names of parties, groups or designations, each list sorted. `included` empty: everyone.

    `excluded` comes before `included`. `unknown` is what becomes of an actor of whom nothing is known. `word_of` names the
    parties whose word on who is which counts; empty: all who speak.
    """

    excluded: tuple[str, ...]
    included: tuple[str, ...]
    unknown: Literal["excluded", "included", "undetermined"]
    word_of: tuple[str, ...]


class Scope(Body, frozen=True, kw_only=True):
    """Which events a term looks at. `area` empty: everywhere; several outlines: any of them.

    `unplaced` is what becomes of an event whose place nobody states.
    """

    actors: Who
    affected: Who
    area: tuple[Outline, ...]
    unplaced: Literal["excluded", "included", "undetermined"]


class Evidence(Body, frozen=True, kw_only=True):
    """What counts: at least `origins` independent origins, among the words of `declared_by` (empty: anyone's).

    `all_of`: each of `declared_by` must have said it. `clock`: signed entries count from the time that their author signed,
    or from when the ledger recorded them. `silence`: what nobody has reported did not happen, or stays undetermined.
    """

    all_of: bool
    clock: Literal["recorded", "signed"]
    declared_by: tuple[str, ...]
    origins: int
    silence: Literal["counts", "undetermined"]


class Reckoning(Body, frozen=True, kw_only=True):
    """How time is counted. `day`: "local" runs from `day_starts_s` after local midnight in `zone`, "elapsed" is 24 hours.

    `zone` is an IANA name. `calendar` is that in which the text names its dates.
    """

    calendar: Literal["gregorian", "hijri", "solar-hijri"]
    day: Literal["elapsed", "local"]
    day_starts_s: int
    zone: str


class Span(Body, frozen=True, kw_only=True):
    """A length of time as written. Days need `readings`, sorted: each is kept side by side; other units have none."""

    count: int
    readings: tuple[Reading, ...]
    unit: Literal["days", "hours", "minutes", "seconds"]


class What(Body, frozen=True, kw_only=True):
    """A kind of event: any of these classes, done by any of these actors (empty: whoever the pattern says)."""

    by: tuple[str, ...]
    classes: tuple[str, ...]


class Deadline(Body, frozen=True, kw_only=True):
    """By when: a stated time, or a span after what starts it. Exactly one of the two is given."""

    at: Stated | None
    after: Span | None


class Excuse(Body, frozen=True, kw_only=True):
    """`unless`: what excuses a breach when it happened before it, at most `within` earlier (None: at any time before)."""

    what: What
    within: Span | None


class Period(Body, frozen=True, kw_only=True):
    """When a term is in effect, within the agreement's own time: from a stated time, or once another term is kept; until when.

    All None: as long as the agreement.
    """

    after: str | None
    begins: Stated | None
    ends: Stated | None
    lasts: Span | None


class Wording(Body, frozen=True, kw_only=True):
    """The clause in words, and how well its text is known: verified against the signed text, summarised, or unknown."""

    source: str
    standing: Literal["summarised", "unknown", "verified"]
    tag: Tag
    words: str


# --- the patterns


class Pattern(Body, frozen=True, kw_only=True, tag_field="pattern"):
    """The root of patterns; `pattern` in JSON names which."""


class Within(Pattern, frozen=True, kw_only=True, tag="within"):
    """`must` be done by `by`. With `after`, each such event starts its own duty; `each`: what is done names what started it."""

    after: What | None
    by: Deadline
    each: bool
    must: What


class Absence(Pattern, frozen=True, kw_only=True, tag="absence"):
    """`never` must not be done."""

    never: What


class CalmFor(Pattern, frozen=True, kw_only=True, tag="calm_for"):
    """Reached once nothing of `without` has happened for `lasts`; with `and_daily`, that must happen on each such day.

    `reset` are acts that start the count anew. Kept when it is reached (by `by`, if that is given).
    """

    and_daily: What | None
    by: Deadline | None
    lasts: Span
    reset: What | None
    without: What


class Precedes(Pattern, frozen=True, kw_only=True, tag="precedes"):
    """`then` only after `first`: at least `least` before it, at most `most`; `each`: `then` names the `first` it follows."""

    each: bool
    first: What
    least: Span | None
    most: Span | None
    then: What


class AtMost(Pattern, frozen=True, kw_only=True, tag="at_most"):
    """Of `what`, at most `most` in any `per`."""

    most: int
    per: Span
    what: What


class Phase(Body, frozen=True, kw_only=True):
    """One phase: begun by `begins`, complete with `completes`, at most `within` after the phase before was complete."""

    begins: What | None
    completes: What
    name: str
    within: Span | None


class Phases(Pattern, frozen=True, kw_only=True, tag="phases"):
    """Phases in this order: none begins or is complete before the one before is complete."""

    phases: tuple[Phase, ...]


class Side(Body, frozen=True, kw_only=True):
    """What one party does."""

    does: What
    party: str


class Simultaneous(Pattern, frozen=True, kw_only=True, tag="simultaneous"):
    """All sides at the same moment, at most `tolerance` apart; with `by`, until then."""

    by: Deadline | None
    sides: tuple[Side, ...]
    tolerance: Span


class Reciprocal(Pattern, frozen=True, kw_only=True, tag="reciprocal"):
    """The bearer owes the term `duty` while the terms `while_kept` are kept by the others; their breach ends the duty."""

    duty: str
    while_kept: tuple[str, ...]


class Permitted(Pattern, frozen=True, kw_only=True, tag="permission"):
    """`may` be done; only after `only_after` (at most `within` before), if that is given. Doing so breaches none of `despite`."""

    despite: tuple[str, ...]
    may: What
    only_after: What | None
    within: Span | None


class Power(Pattern, frozen=True, kw_only=True, tag="power"):
    """The bearers may do this to `terms` (empty: the agreement) by declaring it; `jointly`: all of them, at most `within` apart.

    `after`: only once that has happened. A power is used by a position or an assent of that name.
    """

    act: Literal["end", "extend", "reset", "suspend", "withdraw"]
    after: What | None
    jointly: bool
    terms: tuple[str, ...]
    within: Span | None


class MutualSatisfaction(Pattern, frozen=True, kw_only=True, tag="mutual_satisfaction"):
    """Reached when each of `parties` has itself declared that it is satisfied with `of` (a term); silence never is."""

    by: Deadline | None
    of: str
    parties: tuple[str, ...]


class Named(Body, frozen=True, kw_only=True):
    """A kind of event under the name by which a written formula calls it."""

    name: str
    what: What


class Written(Pattern, frozen=True, kw_only=True, tag="written"):
    """A formula of the small logic (docs/formats/logic.md) that finds breaches, over the events named here.

    Each event has the fields id, about, party, actor, first and last (its time band, µs since 1970 UTC).
    """

    breach: str
    events: tuple[Named, ...]


class Unmonitored(Pattern, frozen=True, kw_only=True, tag="unmonitored"):
    """A clause that nothing can be concluded from: its text is unknown, or it names nothing that can be seen. Says why."""

    why: str


AnyPattern = (
    Absence
    | AtMost
    | CalmFor
    | MutualSatisfaction
    | Permitted
    | Phases
    | Power
    | Precedes
    | Reciprocal
    | Simultaneous
    | Unmonitored
    | Within
    | Written
)


class Term(Body, frozen=True, kw_only=True):
    """One term. `bearers` are the parties bound by it, each with a verdict of its own; `term` is its short name ("k8")."""

    bearers: tuple[str, ...]
    beneficiaries: tuple[str, ...]
    evidence: Evidence
    excused_by: tuple[Excuse, ...]
    pattern: AnyPattern
    period: Period
    reckoning: Reckoning
    scope: Scope
    term: str
    wording: Wording
