"""Which part an occurrence plays in a term: at whose charge, with which doubts, and the events that tell the monitor of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from detente.records.agreements import term as tm
from detente.records.agreements.term import Term, Who
from detente.rules.agreements.facts.events import Occurrence
from detente.rules.agreements.facts.weigh import Uncertainty, Weight, weigh, whose
from detente.rules.agreements.facts.who import Ties, in_scope
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.event_key import Key
from detente.rules.agreements.patterns.expansion import Role
from detente.rules.agreements.readings.days import Days
from detente.rules.evidence.said import plain_name


def played(
    role: Role, o: Occurrence, term: Term, parties: Collection[str], register: Ties
) -> tuple[list[tuple[str, list[Uncertainty]]], str]:
    """Return at which parties' charge an occurrence plays a role, with the doubts about it; and why not at another's."""
    wide = role.whose in ("actor", "any")
    weight = weigh(o, term, parties, register, whole_scope=wide)
    by = _by(role, o, term, parties, register)
    if weight.why or by.why:
        return [], weight.why or by.why
    found, why_not = [], ""
    for party, more in _parties(role, o, term, parties, register):
        if more.why:
            why_not = more.why
        else:
            found.append((party, [*weight.doubts, *by.doubts, *more.doubts]))
    return found, why_not


def _by(role: Role, o: Occurrence, term: Term, parties: Collection[str], register: Ties) -> Weight:
    """Whether the actor is one of those that the slot names."""
    if not role.what.by or plain_name(o.actor) in {plain_name(name) for name in role.what.by}:
        return Weight()
    who = Who(excluded=(), included=role.what.by, unknown="undetermined", word_of=term.scope.actors.word_of)
    match in_scope(o.actor, who, (), register, o.last_us):
        case "yes":
            return Weight()
        case "no":
            return Weight(why=f"not by {', '.join(role.what.by)}")
        case "contested":
            why = f"whether {o.actor} is {' or '.join(role.what.by)} is contested"
            return Weight(doubts=(Uncertainty(contested=True, settles=f"what {o.actor} is", why=why),))
    if o.actor in parties:
        return Weight(why=f"not by {', '.join(role.what.by)}")
    why = f"whether {o.actor or 'who did it'} is {' or '.join(role.what.by)} is not known"
    return Weight(doubts=(Uncertainty(contested=False, settles="who it was", why=why),))


def _parties(
    role: Role, o: Occurrence, term: Term, parties: Collection[str], register: Ties
) -> list[tuple[str, Weight]]:
    if role.whose == "any":
        return [(plain_name(o.actor), Weight())]
    if role.whose == "owed" or (role.whose == "affected" and not o.affected):
        return [(b, Weight()) for b in term.bearers]
    who = o.affected if role.whose == "affected" else o.actor
    return [(b, whose(o, who, b, parties, register)) for b in term.bearers]


def told(
    role: Role,
    o: Occurrence,
    party: str,
    sure: bool,
    term: Term,
    effects: Sequence[Effect],
    band: tuple[int, int],
    points: Sequence[int],
) -> Iterator[Key]:
    """Yield the events that tell the monitor of an occurrence in a role: surely at its last moment, perhaps at each of `points`."""
    first, last = band
    for about in _about(role, o, term, last):
        given = {"id": o.id, "about": about, "party": party, "actor": o.actor, "first": first, "last": last}
        fields = tuple(sorted(given.items()))
        if sure:
            yield last, role.name, fields
        for at_us in points:
            yield at_us, f"maybe_{role.name}", fields
            if role.within_effect:
                yield from _effect_at(at_us, party, term, effects)


def _effect_at(at_us: int, party: str, term: Term, effects: Sequence[Effect]) -> Iterator[Key]:
    joint = isinstance(term.pattern, tm.Simultaneous)
    for effect in effects:
        since = effect.since(at_us)
        if since is not None and (effect.party == party or party not in term.bearers or joint):
            yield at_us, "in_effect", (("party", effect.party), ("reading", effect.reading.name), ("since", since))


def _about(role: Role, o: Occurrence, term: Term, last: int) -> tuple[str, ...]:
    if role.name == "daily":
        return (str(Days(zone=term.reckoning.zone, starts_s=term.reckoning.day_starts_s).of(last)),)
    return o.about or ("",)
