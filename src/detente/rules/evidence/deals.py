"""A deal that is only reported: split into points that can each be tested, and where each stands at a time, with the reason.

Nothing here says that the deal exists. A point about what parties have agreed stands on the parties' own words; a point about
something that must be seen stands on origins other than those that reported the deal. The clock alone ends a deadline.

    statement   reported -> contested | not supported -> not established          stated by one side -> established
    event       reported -> no evidence -> not observed                           partly observed -> observed
    deadline    open -> not met                                                   met
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from detente.rules.evidence.contradictions import Alliance, Contradiction, contradictions, denied_by
from detente.rules.evidence.origins import FOR, Support, standing, support
from detente.rules.evidence.said import ClaimSaid, origin_of

Where = Literal[
    "contested",
    "established",
    "met",
    "no evidence",
    "not established",
    "not met",
    "not observed",
    "not reported",
    "not supported",
    "observed",
    "open",
    "partly observed",
    "reported",
    "stated by one side",
]
State = Literal["agreed", "denied", "ended", "in force", "offered", "reported", "says nothing", "suspended"]
STATES: dict[str, State] = {
    "deal.agreed": "agreed",
    "deal.ended": "ended",
    "deal.in-force": "in force",
    "deal.offered": "offered",
    "deal.reported": "reported",
    "deal.suspended": "suspended",
}
"""What a party says of the deal, by the event class of its claim."""


class Sight(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that would be seen if a point came true: the subject of claims that tell of it, and what it is in words."""

    says: str
    subject: str


class DealPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a reported deal. `subject` is that of the claims that report it.

    `parties` are those whose own word would establish a statement, `related` the subjects on which their speaking shows that
    they had occasion to say it. `seen` is what an event would show; `explained_by` are subjects that explain the same sight
    without the deal, `against` those that speak against it. `due_us` ends the wait; for a deadline it is the point itself.
    """

    against: tuple[str, ...] = ()
    due_us: int | None = None
    explained_by: tuple[str, ...] = ()
    kind: Literal["deadline", "event", "statement"]
    parties: tuple[str, ...] = ()
    point: str
    related: tuple[str, ...] = ()
    says: str
    seen: tuple[Sight, ...] = ()
    subject: str


class Deal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reported deal. Once `ends_with` is claimed and stands (the place is taken, the siege is over), waiting is over."""

    ends_with: str
    points: tuple[DealPoint, ...]
    title: str


class DealStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Where one point stands: verdict, the entries it rests on, what would settle it, and why in words.

    `next_us` is when the clock alone may change it, if nothing more is said.
    """

    evidence: tuple[str, ...]
    next_us: int | None
    point: str
    support: Support | None
    verdict: Where
    why: str
    would_settle: str


def adjudicate(
    deal: Deal, all_said: Sequence[ClaimSaid], now_us: int, alliances: Collection[Alliance] = ()
) -> tuple[DealStanding, ...]:
    """Return where each point stands, from what had been said by then."""
    known = tuple(s for s in all_said if s.at_us <= now_us)
    case = _Case(deal, known, now_us, contradictions(known, alliances))
    return tuple(case.standing(point) for point in deal.points)


def due_moments(deal: Deal) -> tuple[int, ...]:
    """Return the moments at which the clock alone changes a standing: one microsecond after each deadline."""
    return tuple(sorted({p.due_us + 1 for p in deal.points if p.due_us is not None}))


def states(subject: str, parties: Collection[str], all_said: Sequence[ClaimSaid]) -> dict[str, State]:
    """Return what each party itself says of the deal; one that has said nothing of it *says nothing*, whatever others report."""
    found: dict[str, State] = {}
    denials = {s.id for s in denied_by(subject, all_said)}
    held = sorted(standing(all_said), key=lambda s: (s.at_us, s.id))
    for party in sorted(parties):
        found[party] = "says nothing"
        for s in held:
            if s.claim.party != party:
                continue
            if s.id in denials:
                found[party] = "denied"
            elif s.claim.subject == subject and s.claim.event_class in STATES:
                found[party] = STATES[s.claim.event_class]
    return found


class _Case:
    """What had been said by one moment, and the clock."""

    def __init__(self, deal: Deal, known: Sequence[ClaimSaid], now_us: int, against: Sequence[Contradiction]) -> None:
        self.now_us = now_us
        self.known = known
        self.contradictions = against
        self.held = sorted(standing(known), key=lambda s: (s.at_us, s.id))
        self.support = support(known)
        self.closed = self.on(deal.ends_with)

    def on(self, *subjects: str) -> list[ClaimSaid]:
        """The standing claims for any of some subjects."""
        return [s for s in self.held if s.claim.stance in FOR and s.claim.subject in subjects]

    def standing(self, point: DealPoint) -> DealStanding:
        reports = self.on(point.subject)
        if not reports:
            return _made(point, "not reported", [], None, None, ["nobody has reported it"])
        why = [f"reported by {_origins(self.support[point.subject])}"]
        if point.kind == "statement":
            return self._statement(point, reports, why)
        return self._event(point, reports, why)

    def _statement(self, point: DealPoint, reports: list[ClaimSaid], why: list[str]) -> DealStanding:
        own = [s for s in reports if s.claim.party in point.parties]
        denials = denied_by(point.subject, self.known)
        admitted = [c for c in self.contradictions if c.denial in denials and c.claim.claim.party in point.parties]
        spoke = [
            s for s in self.on(*point.related) if s.claim.party in point.parties and s.claim.subject != point.subject
        ]
        stated = {s.claim.party for s in own}
        why += [f"denied by {d.claim.who} ({d.claim.subject})" for d in denials]
        why += [_admission(c) for c in admitted]
        why += [f"{s.claim.who} speaks of the matter and says something else: {s.claim.says}" for s in spoke]
        why.append(
            f"stated by {', '.join(sorted(p or '' for p in stated))}" if stated else "no party to it has stated it"
        )
        verdict: Where = "reported"
        if stated and stated >= set(point.parties):
            verdict = "established"
        elif stated:
            verdict = "stated by one side"
        elif self.closed:
            verdict = "not established"
            why.append(f"it is over: {self.closed[0].claim.says}")
        elif admitted:
            verdict = "contested"
        elif spoke:
            verdict = "not supported"
        basis = [*reports, *denials, *(c.claim for c in admitted), *spoke]
        missing = [p for p in point.parties if p not in stated]
        settle = f"a statement of its own by {' and '.join(missing)}" if missing else ""
        return _made(point, verdict, basis, self.support[point.subject], None, why, settle)

    def _event(self, point: DealPoint, reports: list[ClaimSaid], why: list[str]) -> DealStanding:
        reporters = {origin_of(s.claim) for s in reports}
        until_us = point.due_us if point.kind == "deadline" and point.due_us is not None else self.now_us
        seen = {
            sight: [s for s in self.on(sight.subject) if origin_of(s.claim) not in reporters and s.at_us <= until_us]
            for sight in point.seen
        }
        got = [sight for sight in point.seen if seen[sight]]
        lacking = [sight for sight in point.seen if not seen[sight]]
        others = self.on(*point.explained_by)
        why += [f"seen or told by another origin: {s.claim.says} ({s.claim.who})" for sight in got for s in seen[sight]]
        why += [f"missing: {sight.says}" for sight in lacking]
        if others:
            words = "explicable without the deal" if got else "as was so before"
            why += [f"{words}: {s.claim.says} ({s.claim.who})" for s in others]
        why += [f"against it: {s.claim.says} ({s.claim.who})" for s in self.on(*point.against)]
        verdict = self._seen(point, bool(got), bool(lacking))
        if verdict == "not met":
            why.append("the time is over")
        if verdict == "not observed":
            why.append(f"it is over: {self.closed[0].claim.says}")
        waits = point.due_us + 1 if point.due_us is not None and lacking and self.now_us <= point.due_us else None
        basis = [*reports, *(s for sight in got for s in seen[sight]), *others]
        settle = "; ".join(sight.says for sight in lacking)
        return _made(point, verdict, basis, self.support[point.subject], waits, why, settle)

    def _seen(self, point: DealPoint, some: bool, lacking: bool) -> Where:
        over = point.due_us is not None and self.now_us > point.due_us
        if point.kind == "deadline":
            return "met" if some and not lacking else "not met" if over else "open"
        if some:
            return "partly observed" if lacking else "observed"
        if self.closed:
            return "not observed"
        return "no evidence" if over else "reported"


def _made(
    point: DealPoint,
    verdict: Where,
    basis: Sequence[ClaimSaid],
    found: Support | None,
    next_us: int | None,
    why: Sequence[str],
    would_settle: str = "",
) -> DealStanding:
    return DealStanding(
        evidence=tuple(dict.fromkeys(s.id for s in basis)),
        next_us=next_us,
        point=point.point,
        support=found,
        verdict=verdict,
        why="; ".join(why),
        would_settle=would_settle,
    )


def _origins(found: Support) -> str:
    names = ", ".join(found.for_)
    unnamed = " (not named)" if found.unnamed and set(found.unnamed) == set(found.for_) else ""
    relays = f", passed on by {', '.join(found.relays)}" if found.relays else ""
    return f"{found.independent} origin{'' if found.independent == 1 else 's'}: {names}{unnamed}{relays}"


def _admission(found: Contradiction) -> str:
    ally = ", its ally," if found.by_ally else ""
    return f"against that denial {found.claim.claim.who}{ally} says: {found.claim.claim.says}; that is narrower, and is not this"
