"""Terms in controlled English, rendered from their data and never parsed back.

One sentence says the pattern, one each slot that says something.
What a reader could take in two ways is spelled out: who counts, what silence means, which day, how well the text is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from detente.records.agreements import term as tm
from detente.records.agreements.term import Scope, Term, Who
from detente.rules.agreements.words.formulas import formula_text
from detente.rules.agreements.words.plain import capital, listed, many, number
from detente.rules.agreements.words.vocabulary import Vocabulary, deadline, readings, span, span_read, stated

STANDING = {
    "summarised": "The text is a summary, not verified",
    "unknown": "The text is unknown",
    "verified": "The text is verified",
}


class TermWords(msgspec.Struct, frozen=True, kw_only=True):
    """A term in words: how the text has it, how well that is known, what it asks, and the slots one by one."""

    asks: str
    slots: tuple[str, ...]
    standing: str
    term: str
    text: str
    verified: bool


def term_words(term: Term, words: Vocabulary) -> TermWords:
    """Say a term."""
    return TermWords(
        asks=asks(term, words),
        slots=slots(term, words),
        standing=standing(term),
        term=term.term,
        text=term.wording.words,
        verified=term.wording.standing == "verified",
    )


def asks(term: Term, words: Vocabulary) -> str:
    """Say what the pattern asks, in one sentence."""
    return capital(_ASKS[type(term.pattern)](term, term.pattern, words))


def standing(term: Term) -> str:
    """Say how well the text is known."""
    source = f" ({term.wording.source}; {term.wording.tag})" if term.wording.source else f" ({term.wording.tag})"
    return f"{STANDING[term.wording.standing]}{source}."


def slots(term: Term, words: Vocabulary) -> tuple[str, ...]:
    """Say each slot that says something, in the order in which a reader asks."""
    if isinstance(term.pattern, tm.Unmonitored):
        return ()
    return (
        *(_excuse(excuse, words) for excuse in term.excused_by),
        *_scope(term.scope, words),
        _period(term, words),
        _evidence(term, words),
        _days(term),
    )


# --- what each pattern asks


def _within(term: Term, p: tm.Within, words: Vocabulary) -> str:
    who, does = words.people(term.bearers), words.verb(p.must)
    each = "each " if len(term.bearers) > 1 else ""
    by = deadline(p.by, term.reckoning)
    done_by = f" It counts when done by {words.people(p.must.by, 'or')}." if p.must.by else ""
    if p.after is None:
        return f"{who} must {each}{does} {by}.{done_by}"
    naming = ", naming it," if p.each else ""
    return f"after {words.noun(p.after)}, {who} must {each}{does}{naming} {by}.{done_by}"


def _absence(term: Term, p: tm.Absence, words: Vocabulary) -> str:
    return f"{words.people(term.bearers)} must not {words.verb(p.never)}."


def _calm_for(term: Term, p: tm.CalmFor, words: Vocabulary) -> str:
    daily = f", on each of which there is {words.noun(p.and_daily)}" if p.and_daily is not None else ""
    by = f" It must be reached {deadline(p.by, term.reckoning)}." if p.by is not None else ""
    reset = f" The count starts anew with {words.noun(p.reset)}." if p.reset is not None else ""
    ways = f" The days are read {readings(p.lasts)}." if p.lasts.readings else ""
    return f"reached after {span(p.lasts)} without {words.noun(p.without)}{daily}.{ways}{by}{reset}"


def _precedes(term: Term, p: tm.Precedes, words: Vocabulary) -> str:
    least = f" at least {span(p.least)}" if p.least is not None else ""
    most = f"{' and' if least else ''} at most {span(p.most)}" if p.most is not None else ""
    before = f", which must lie{least}{most} before it" if least or most else ""
    naming = ", naming it" if p.each else ""
    return f"{words.people(term.bearers)} may {words.verb(p.then)} only after {words.noun(p.first)}{naming}{before}."


def _at_most(term: Term, p: tm.AtMost, words: Vocabulary) -> str:
    times = {1: "once", 2: "twice"}.get(p.most, f"{number(p.most)} times")
    return f"{words.people(term.bearers)} may {words.verb(p.what)} at most {times} in any {span(p.per)}."


def _phases(term: Term, p: tm.Phases, words: Vocabulary) -> str:
    said = []
    for n, phase in enumerate(p.phases, 1):
        begins = f"begun by {words.noun(phase.begins)}, " if phase.begins is not None else ""
        within = f", at most {span(phase.within)} after the one before" if phase.within is not None else ""
        said.append(f"({n}) {phase.name}: {begins}complete with {words.noun(phase.completes)}{within}")
    return f"{words.people(term.bearers)} must go through these phases in this order: {'; '.join(said)}."


def _simultaneous(term: Term, p: tm.Simultaneous, words: Vocabulary) -> str:
    doing: dict[str, list[str]] = {}
    for side in p.sides:
        doing.setdefault(words.verb(side.does), []).append(side.party)
    said = [f"{words.people(parties)} must {does}" for does, parties in doing.items()]
    by = f", {deadline(p.by, term.reckoning)}" if p.by is not None else ""
    return f"{listed(said)} at the same moment, no more than {span(p.tolerance)} apart{by}."


def _reciprocal(term: Term, p: tm.Reciprocal, words: Vocabulary) -> str:
    kept = words.people(p.while_kept)
    return f"{words.people(term.bearers)} must keep {words.name(p.duty)} for as long as the others keep {kept}."


def _permission(term: Term, p: tm.Permitted, words: Vocabulary) -> str:
    within = f", at most {span(p.within)} before" if p.within is not None else ""
    after = f", only after {words.noun(p.only_after)}{within}" if p.only_after is not None else ""
    despite = f" Doing so does not breach {words.people(p.despite, 'or')}." if p.despite else ""
    return f"{words.people(term.bearers)} may {words.verb(p.may)}{after}.{despite}"


_ACTS = {
    "end": "end {}",
    "extend": "extend {}",
    "reset": "reset the clock of {}",
    "suspend": "suspend {}",
    "withdraw": "withdraw from {}",
}


def _power(term: Term, p: tm.Power, words: Vocabulary) -> str:
    of = words.people(p.terms) if p.terms else "the agreement"
    act = _ACTS[p.act].format(of)
    who = words.people(term.bearers, "and" if p.jointly else "or")
    how = "together" if p.jointly else "alone"
    near = f", by declaring it no more than {span(p.within)} apart" if p.within is not None else ", by declaring it"
    after = f", only after {words.noun(p.after)}" if p.after is not None else ""
    return f"{who} may {how} {act}{near}{after}."


def _mutual_satisfaction(term: Term, p: tm.MutualSatisfaction, words: Vocabulary) -> str:
    by = f" {deadline(p.by, term.reckoning)}" if p.by is not None else ""
    who = words.people(p.parties)
    return f"reached once {who} have each said{by} that they are satisfied with {words.name(p.of)}. Silence is no satisfaction."


def _written(term: Term, p: tm.Written, words: Vocabulary) -> str:
    kinds = "; ".join(f"{event.name}: {words.noun(event.what)}" for event in p.events)
    return f"{words.people(term.bearers)} breach it wherever {formula_text(p.breach, p.events)}. In this, {kinds}."


def _unmonitored(term: Term, p: tm.Unmonitored, words: Vocabulary) -> str:
    return f"nothing can be concluded from this term: {p.why.rstrip('.')}."


_ASKS: Mapping[type[Any], Callable[[Term, Any, Vocabulary], str]] = {
    tm.Absence: _absence,
    tm.AtMost: _at_most,
    tm.CalmFor: _calm_for,
    tm.MutualSatisfaction: _mutual_satisfaction,
    tm.Permitted: _permission,
    tm.Phases: _phases,
    tm.Power: _power,
    tm.Precedes: _precedes,
    tm.Reciprocal: _reciprocal,
    tm.Simultaneous: _simultaneous,
    tm.Unmonitored: _unmonitored,
    tm.Within: _within,
    tm.Written: _written,
}


# --- the slots


def _excuse(excuse: tm.Excuse, words: Vocabulary) -> str:
    within = f" at most {span(excuse.within)} before" if excuse.within is not None else " before"
    return f"Excused where {words.noun(excuse.what)} came{within}."


def _scope(scope: Scope, words: Vocabulary) -> list[str]:
    found = [
        said
        for who, verb in ((scope.actors, "Acts by"), (scope.affected, "Acts against"))
        if (said := _who(who, verb, words))
    ]
    if scope.area:
        unplaced = {
            "excluded": "does not count",
            "included": "counts",
            "undetermined": "leaves it undetermined",
        }[scope.unplaced]
        places = many(len(scope.area), "area")
        found.append(f"Only within {places} given as data; what has no stated place {unplaced}.")
    return found


def _who(who: Who, verb: str, words: Vocabulary) -> str:
    if not who.included and not who.excluded:
        return ""
    said = []
    if who.included:
        said.append(f"{verb} {words.people(who.included)} count")
    if who.excluded:
        said.append(f"{verb} {words.people(who.excluded)} do not count")
    unknown = {
        "excluded": "do not count either" if who.excluded else "do not count",
        "included": "count",
        "undetermined": "leave it undetermined",
    }[who.unknown]
    word_of = f", by the word of {words.people(who.word_of, 'or')}" if who.word_of else ""
    return f"{'; '.join(said)}{word_of}; {verb.lower()} somebody of whom nothing is known {unknown}."


def _period(term: Term, words: Vocabulary) -> str:
    period = term.period
    begins = [] if period.begins is None else [f"from {stated(period.begins, term.reckoning)}"]
    begins += [] if period.after is None else [f"once {words.name(period.after)} is kept"]
    ends = [] if period.ends is None else [f"until {stated(period.ends, term.reckoning)}"]
    ends += [] if period.lasts is None else [f"for {span_read(period.lasts)}"]
    return f"In effect {listed([*begins, *ends])}." if begins or ends else "In effect as long as the agreement is."


def _evidence(term: Term, words: Vocabulary) -> str:
    e = term.evidence
    if e.all_of:
        counts = f"Counts what {words.people(e.declared_by)} have all said"
    else:
        among = f" among {words.people(e.declared_by)}" if e.declared_by else ""
        origins = "one origin says" if e.origins == 1 else f"{number(e.origins)} independent origins say"
        counts = f"Counts what {origins}{among}"
    silence = {
        "counts": "what nobody has reported is taken not to have happened",
        "undetermined": "where nobody reports, nothing is concluded",
    }[e.silence]
    clock = {
        "recorded": "when the ledger recorded it",
        "signed": "when its author signed it",
    }[e.clock]
    return f"{counts}; {silence}. A signed act counts from {clock}."


def _days(term: Term) -> str:
    r = term.reckoning
    calendar = {"gregorian": "Gregorian", "hijri": "Umm al-Qura", "solar-hijri": "Solar Hijri"}[r.calendar]
    if r.day == "elapsed":
        return f"A day is 24 hours. Dates are {calendar}, of {r.zone}."
    begins = f"{r.day_starts_s // 3600:02}:{r.day_starts_s // 60 % 60:02}" if r.day_starts_s else "midnight"
    hours = ", and may have 23 or 25 hours" if "/" in r.zone else ""
    return f"A day begins at {begins} in {r.zone}{hours}. Dates are {calendar}."
