"""A signed term of calm for some days as a counting term, with the events that this viewer's entries give.

The conditions of a qualifying day are the term's own (nothing of `without`, and what must happen daily), and the satisfaction of those
whom another term of the agreement names for this one. Who may reset is what a term says that gives the power.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.records.agreements import term as tm
from detente.records.agreements.position import Position
from detente.records.agreements.term import Reading, Term
from detente.records.body import Stated
from detente.rules.agreements.judging.effect import Act
from detente.rules.agreements.judging.live import LiveTerm, Weighed
from detente.rules.agreements.judging.watching import Watching
from detente.rules.agreements.readings.counting import (
    Absent,
    Condition,
    Counting,
    Match,
    Present,
    Reset,
    Satisfied,
    Use,
    Way,
)
from detente.rules.agreements.readings.events import TimedEvent
from detente.rules.agreements.words.vocabulary import READINGS, Vocabulary, vocabulary_of

WAYS: dict[Reading, str] = {"calendar": "R1", "calendar-after": "R1b", "elapsed": "R2", "qualifying": "R3"}
BEGINS, ANNOUNCED, SATISFACTION, RESET = "begins", "end-announced", "satisfaction", "reset"
_WORDS: dict[Reading, str] = {"elapsed": "hours elapsed since the start"}
_NO_END = ("holding", "in force")
_ENDS = ("ended", "ends", "void")


class CountedTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A counting term and its events."""

    counting: Counting
    events: tuple[TimedEvent, ...]


def counted(watching: Watching, live: LiveTerm, words: Vocabulary | None = None) -> CountedTerm | None:
    """Return a term as what counts its days; None where it counts none."""
    p = live.term.pattern
    if not isinstance(p, tm.CalmFor) or p.lasts.unit != "days":
        return None
    says = words or vocabulary_of(watching.body)
    resets = _resets(watching, live)
    counting = Counting(
        announces=ANNOUNCED,
        calendar=live.term.reckoning.calendar,
        conditions=_conditions(watching, live.term, p, says),
        day_starts_s=live.term.reckoning.day_starts_s,
        days=p.lasts.count,
        goal=_goal(watching, live.term, says),
        id=live.term.term,
        names={party: says.name(party) for party in {*watching.parties(), *(a.party for a in watching.acts), "text"}},
        resets=resets,
        source=live.term.wording.source,
        starts=Match(event=BEGINS),
        tag=live.term.wording.tag,
        text=live.term.wording.standing,
        ways=tuple(_way(watching, live.term, p, reading) for reading in p.lasts.readings),
        words=live.term.wording.words,
        zone=live.term.reckoning.zone,
    )
    return CountedTerm(
        counting=counting, events=(*_begins(watching, live), *_of_acts(watching, live, resets), *_played(live))
    )


def _goal(watching: Watching, term: Term, words: Vocabulary) -> str:
    """What is due: what the agreement calls it (`k12.goal`), else the terms that begin once this one is kept."""
    named = words.name(f"{term.term}.goal")
    if named != f"{term.term}.goal":
        return named
    after = [t.term for t in watching.terms() if t.period.after == term.term]
    return f"{words.people(after)} begins" if after else f"{words.name(term.term)} is reached"


def _way(watching: Watching, term: Term, p: tm.CalmFor, reading: Reading) -> Way:
    uses = [
        Use(party=a.party, says=a.body.words or a.body.who, source=a.body.source, tag=a.body.tag)
        for a in watching.acts
        if isinstance(a.body, Position)
        and a.body.says == "reads"
        and a.body.term in ("", term.term)
        and a.body.reading in (reading, WAYS[reading], WAYS[reading].lower())
    ]
    needs = [c.id for c in _conditions(watching, term, p, Vocabulary())] if reading == "qualifying" else []
    return Way(
        id=WAYS[reading],
        kind=reading,
        needs=tuple(needs),
        used_by=tuple(uses),
        words=_WORDS.get(reading, READINGS[reading]),
    )


def _conditions(watching: Watching, term: Term, p: tm.CalmFor, words: Vocabulary) -> tuple[Condition, ...]:
    found: list[Condition] = [
        Absent(id="calm", of=(Match(event="without"),), words=f"there is not {words.noun(p.without)}")
    ]
    if p.and_daily is not None:
        silence = "no" if term.evidence.silence == "counts" else "unknown"
        said = f"there is {words.noun(p.and_daily)}"
        found.append(Present(id="daily", of=(Match(event="daily"),), silence=silence, words=said))  # type: ignore[arg-type]
    for other in watching.terms():
        if isinstance(other.pattern, tm.MutualSatisfaction) and other.pattern.of == term.term:
            parties = other.pattern.parties
            said = f"{words.people(parties)} say that they are satisfied"
            found.append(Satisfied(event=SATISFACTION, id="satisfied", parties=parties, silence="no", words=said))
            break
    return tuple(found)


def _resets(watching: Watching, live: LiveTerm) -> Reset | None:
    for other in watching.terms():
        q = other.pattern
        if isinstance(q, tm.Power) and q.act == "reset" and (not q.terms or live.term.term in q.terms):
            return Reset(event=RESET, parties=other.bearers, together=q.jointly)
    p = live.term.pattern
    if isinstance(p, tm.CalmFor) and p.reset is not None:
        return Reset(event=RESET, parties=p.reset.by or watching.parties(), together=False)
    return None


# --- the events


def _begins(watching: Watching, live: LiveTerm) -> list[TimedEvent]:
    begins = {effect.begins_us for effect in live.effects if not effect.reading} - {None}
    stated = watching.body.begins
    says = f"{watching.body.title}: {stated.text if stated is not None else 'all have assented'}"
    return [
        _event(BEGINS, at_us, at_us, f"{watching.entry[:12]}.begins.{at_us}" if n else watching.entry, "text", says)
        for n, at_us in enumerate(sorted(at_us for at_us in begins if at_us is not None))
    ]


def _of_acts(watching: Watching, live: LiveTerm, resets: Reset | None) -> list[TimedEvent]:
    """What parties said: ends, satisfaction, resets."""
    found: list[TimedEvent] = []
    if (ends := _last(watching.body.ends)) is not None:
        begins = _last(watching.body.begins)
        at_us = ends if begins is None else begins
        found.append(_event(ANNOUNCED, at_us, at_us, f"{watching.entry}.ends", "text", watching.body.title, ends=ends))
    for a in watching.acts:
        b = a.body
        if not isinstance(b, Position) or b.term not in ("", live.term.term):
            continue
        said = b.words or b.who
        if b.says in _ENDS:
            at = _last(b.at)
            found.append(_act(a, ANNOUNCED, said, ends=a.at_us if at is None else at))
        elif b.says in _NO_END:
            found.append(_act(a, ANNOUNCED, said, ends=None))
        elif b.says in ("satisfied", "not satisfied") and b.term == live.term.term:
            found.append(_act(a, SATISFACTION, said, satisfied=b.says == "satisfied"))
        elif b.power == "reset" and resets is not None:
            found.append(_act(a, RESET, said))
    return found


def _played(live: LiveTerm) -> Iterable[TimedEvent]:
    """What happened, as this viewer's entries have it; what is in doubt is unsure."""
    roles = [role for role in live.expansion.roles if role.name in ("without", "daily", "reset")]
    for weighed in live.weighed.values():
        o = weighed.occurrence
        if not weighed.plays or "power.reset" in o.classes:
            continue
        own = [role.name for role in roles if set(role.what.classes) & set(o.classes)]
        for n, name in enumerate(own):
            yield _happened(name, weighed, f"{o.id} ({name})" if n else o.id)


def _happened(name: str, weighed: Weighed, of: str) -> TimedEvent:
    o = weighed.occurrence
    kinds = [c for c in o.classes if c != o.id.partition("/")[0]]
    says = f"{' '.join(kinds) or o.id}, said by {', '.join(v.origin for v in o.for_)}"
    return _event(name, o.first_us, o.last_us, of, o.actor, says, sure=not weighed.doubts)


def _act(act: Act, name: str, says: str, **fields: str | int | bool | None) -> TimedEvent:
    made = _event(name, act.at_us, act.at_us, act.entry, act.party, says)
    return msgspec.structs.replace(made, fields={**made.fields, **fields})


def _event(
    name: str,
    first_us: int,
    last_us: int,
    of: str,
    by: str,
    says: str,
    *,
    sure: bool = True,
    **fields: str | int | bool | None,
) -> TimedEvent:
    return TimedEvent(
        at_us=first_us,
        by=by,
        fields={**fields, "says": says},
        id=of,
        latest_us=last_us,
        name=name,
        sure=sure,
        told_us=last_us,
    )


def _last(stated: Stated | None) -> int | None:
    if stated is None:
        return None
    return stated.earliest_us if stated.latest_us is None else stated.latest_us
