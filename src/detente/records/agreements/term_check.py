"""What is wrong with terms, slot by slot: each fault names the term, the slot, the value, the rule, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from detente.errors import Problem
from detente.geometry.exact.rings import check_outline
from detente.records.agreements import term as tm
from detente.records.agreements.term import Deadline, Span, Term, What, Who
from detente.records.body import Faults, Stated

_ZONE = re.compile(r"UTC|[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){1,2}")
DAY_S = 86_400
MOST_TERMS = 500
MOST_CHARACTERS = 20_000
"""Of one written formula."""
MOST_NESTED = 100
"""So deep the brackets of a written formula may stand in one another; the logic that reads it allows no more either."""
LONGEST_ZONE = 64
_DIGITS = re.compile(r"[0-9]{1001}")


def check_terms(terms: Sequence[Term], *, alone: bool = True) -> tuple[Problem, ...]:
    """Return the faults of a list of terms. `alone`: a term may name only terms of this list (an annex may name others)."""
    faults = Faults()
    if len(terms) > MOST_TERMS:
        faults.add("too_many", "terms", len(terms), f"at most {MOST_TERMS} terms", "Split the agreement.")
    names = [term.term for term in terms]
    for i, term in enumerate(terms):
        field = f"terms[{i}]({term.term})"
        if names.index(term.term) < i:
            faults.add("term_twice", f"{field}.term", term.term, "each term has a name of its own", "Rename it.")
        _Checker(faults, field, frozenset(names) if alone else None).term(term)
    faults.extend(_circles(terms))
    return faults.all()


class _Checker:
    """Checks one term."""

    def __init__(self, faults: Faults, field: str, names: frozenset[str] | None) -> None:
        self.faults, self.field, self.names = faults, field, names

    def at(self, slot: str) -> str:
        return f"{self.field}.{slot}"

    def add(self, code: str, slot: str, value: object, rule: str, step: str) -> None:
        self.faults.add(code, self.at(slot), value, rule, step)

    def term(self, term: Term) -> None:
        faults = self.faults
        faults.name(self.at("term"), term.term)
        faults.parties(self.at("bearers"), term.bearers)
        faults.parties(self.at("beneficiaries"), term.beneficiaries)
        if not term.bearers:
            self.add("no_bearer", "bearers", "", "names who is bound, or who may", "Name the parties.")
        self.evidence(term.evidence)
        self.reckoning(term.reckoning)
        self.scope(term.scope)
        self.wording(term.wording)
        for i, excuse in enumerate(term.excused_by):
            self.what(f"excused_by[{i}].what", excuse.what)
            self.span(f"excused_by[{i}].within", excuse.within, exact=True)
        self.period(term)
        CHECKS[type(term.pattern)](self, term.pattern, term)

    # --- what every term has

    def evidence(self, evidence: tm.Evidence) -> None:
        self.faults.parties(self.at("evidence.declared_by"), evidence.declared_by)
        if evidence.origins < 1:
            self.add("origins", "evidence.origins", evidence.origins, "is at least 1", "Say how many origins it takes.")
        if evidence.all_of and not evidence.declared_by:
            self.add(
                "all_of", "evidence.all_of", True, "needs declared_by: all of whom?", "Name them, or set it false."
            )
        named = len(evidence.declared_by)
        if named and evidence.origins > named:
            rule = f"cannot be more than the {named} who may declare"
            self.add("origins", "evidence.origins", evidence.origins, rule, "Lower it, or name more.")

    def reckoning(self, reckoning: tm.Reckoning) -> None:
        if not reckoning.zone:
            self.add("zone", "reckoning.zone", "", "is mandatory: an IANA name", "Say whose clock, as Asia/Damascus.")
        elif len(reckoning.zone) > LONGEST_ZONE or not _ZONE.fullmatch(reckoning.zone):
            rule = "is an IANA name; an offset does not know summer time"
            self.add("zone", "reckoning.zone", reckoning.zone, rule, "Write it as Asia/Damascus.")
        if not 0 <= reckoning.day_starts_s < DAY_S:
            rule = "is 0 to 86399 seconds after local midnight"
            self.add("day_starts", "reckoning.day_starts_s", reckoning.day_starts_s, rule, "Correct it.")
        if reckoning.day == "elapsed" and reckoning.day_starts_s:
            rule = "is 0 where a day is 24 elapsed hours"
            self.add("day_starts", "reckoning.day_starts_s", reckoning.day_starts_s, rule, 'Set 0, or day "local".')

    def scope(self, scope: tm.Scope) -> None:
        self.who("scope.actors", scope.actors)
        self.who("scope.affected", scope.affected)
        for i, outline in enumerate(scope.area):
            self.faults.extend(check_outline(outline, self.at(f"scope.area[{i}]")))

    def who(self, slot: str, who: Who) -> None:
        for name in ("excluded", "included"):
            values = getattr(who, name)
            self.faults.each_once(self.at(f"{slot}.{name}"), values)
            for i, value in enumerate(values):
                self.faults.title(self.at(f"{slot}.{name}[{i}]"), value)
        self.faults.parties(self.at(f"{slot}.word_of"), who.word_of)
        for both in sorted(set(who.included) & set(who.excluded)):
            self.add("both", f"{slot}.excluded", both, "cannot be included as well", "Take it out of one of them.")

    def wording(self, wording: tm.Wording) -> None:
        needed = wording.standing == "verified"
        self.faults.text(self.at("wording.words"), wording.words, needed=wording.standing != "unknown")
        self.faults.text(self.at("wording.source"), wording.source, needed=needed)
        if needed and wording.tag.startswith("MEM"):
            rule = "cannot be verified and recalled from memory"
            self.add("standing", "wording.standing", wording.tag, rule, "Say summarised, or re-read the text.")

    def period(self, term: Term) -> None:
        period = term.period
        self.stated("period.begins", period.begins)
        self.stated("period.ends", period.ends)
        self.span("period.lasts", period.lasts)
        self.other("period.after", period.after, term)
        if period.after is not None and period.begins is not None:
            self.add("period", "period.begins", "", "cannot stand beside `after`", "Keep one of them.")
        if period.ends is not None and period.lasts is not None:
            self.add("period", "period.lasts", "", "cannot stand beside `ends`", "Keep one of them.")
        first, last = period.begins, period.ends
        if first is not None and last is not None:
            self.faults.order(self.at("period"), first.earliest_us, last.latest_us)

    # --- slots

    def stated(self, slot: str, stated: Stated | None) -> None:
        self.faults.stated(self.at(slot), stated)
        if stated is None:
            return
        if not stated.zone:
            self.add("zone", f"{slot}.zone", stated.text, "a time in a term names its zone", "Say whose clock it is.")
        elif len(stated.zone) > LONGEST_ZONE:
            self.add("zone", f"{slot}.zone", stated.zone, "is an IANA name or an offset", "Write it as Asia/Damascus.")
        if stated.earliest_us is None or stated.latest_us is None:
            self.add("moment", slot, stated.text, "has both bounds in a term", "Give the instants that it may mean.")

    def span(self, slot: str, span: Span | None, *, exact: bool = False) -> None:
        if span is None:
            return
        self.faults.each_once(self.at(f"{slot}.readings"), span.readings)
        if span.count < 1:
            self.add("span", f"{slot}.count", span.count, "is at least 1", "Give the length.")
        elif span.count > 40_000:
            self.add("span", f"{slot}.count", span.count, "is at most 40000", "Use a larger unit.")
        if span.unit == "days" and not span.readings:
            rule = "days are read in more than one way: name each reading to keep"
            self.add("readings", f"{slot}.readings", "", rule, "Add calendar, elapsed, ... or write hours.")
        if span.unit != "days" and span.readings:
            self.add("readings", f"{slot}.readings", span.readings, f"{span.unit} have one reading", "Leave it empty.")
        if exact and len(span.readings) > 1:
            rule = "takes one reading here"
            self.add("readings", f"{slot}.readings", span.readings, rule, "Choose one, or write hours.")
        if exact and "qualifying" in span.readings:
            rule = "qualifying days are for calm_for only"
            self.add("readings", f"{slot}.readings", "qualifying", rule, "Choose another, or write hours.")

    def deadline(self, slot: str, by: Deadline | None, *, started: bool = True) -> None:
        if by is None:
            return
        if (by.at is None) == (by.after is None):
            self.add("deadline", slot, "", "is a time or a span, exactly one", "Give at, or after.")
        self.stated(f"{slot}.at", by.at)
        self.span(f"{slot}.after", by.after)
        if by.after is not None and "qualifying" in by.after.readings:
            rule = "qualifying days are for calm_for only"
            self.add("readings", f"{slot}.after.readings", "qualifying", rule, "Choose another, or write hours.")

    def what(self, slot: str, what: What | None) -> None:
        if what is None:
            return
        self.faults.each_once(self.at(f"{slot}.classes"), what.classes)
        if not what.classes:
            self.add("classes", f"{slot}.classes", "", "names at least one class of event", "Name it.")
        for i, name in enumerate(what.classes):
            self.faults.name(self.at(f"{slot}.classes[{i}]"), name)
        self.faults.each_once(self.at(f"{slot}.by"), what.by)
        for i, name in enumerate(what.by):
            self.faults.title(self.at(f"{slot}.by[{i}]"), name)

    def other(self, slot: str, name: str | None, term: Term) -> None:
        """A reference to another term."""
        if name is None:
            return
        self.faults.name(self.at(slot), name)
        if name == term.term:
            self.add("itself", slot, name, "names another term", "Name the other.")
        elif self.names is not None and name not in self.names:
            self.add("no_term", slot, name, "is no term of this agreement", "Name one of its terms.")


# --- each pattern's own slots


def _within(c: _Checker, p: tm.Within, term: Term) -> None:
    c.what("pattern.must", p.must)
    c.what("pattern.after", p.after)
    c.deadline("pattern.by", p.by)
    if p.each and p.after is None:
        c.add("each", "pattern.each", True, "needs `after`: each of what?", "Say what starts the duty.")
    if p.after is not None and p.by.at is not None:
        c.add(
            "deadline",
            "pattern.by.at",
            p.by.at.text,
            "a duty that something starts ends a span after it",
            "Give after.",
        )


def _absence(c: _Checker, p: tm.Absence, term: Term) -> None:
    c.what("pattern.never", p.never)


def _calm_for(c: _Checker, p: tm.CalmFor, term: Term) -> None:
    c.what("pattern.without", p.without)
    c.what("pattern.and_daily", p.and_daily)
    c.what("pattern.reset", p.reset)
    c.span("pattern.lasts", p.lasts)
    c.deadline("pattern.by", p.by)
    if p.and_daily is not None and p.lasts.unit != "days":
        c.add("and_daily", "pattern.and_daily", p.lasts.unit, "needs a length in days", "Write lasts in days.")
    if p.and_daily is not None and "qualifying" not in p.lasts.readings:
        rule = "what must happen on each day needs the reading `qualifying`"
        c.add("and_daily", "pattern.lasts.readings", p.lasts.readings, rule, "Add qualifying.")


def _precedes(c: _Checker, p: tm.Precedes, term: Term) -> None:
    c.what("pattern.first", p.first)
    c.what("pattern.then", p.then)
    c.span("pattern.least", p.least, exact=True)
    c.span("pattern.most", p.most, exact=True)
    if p.least is not None and p.most is not None and _rough_s(p.least) > _rough_s(p.most):
        c.add("reversed", "pattern.least", "", "is no longer than `most`", "Swap them.")


def _at_most(c: _Checker, p: tm.AtMost, term: Term) -> None:
    c.what("pattern.what", p.what)
    c.span("pattern.per", p.per, exact=True)
    if p.most < 1:
        c.add("most", "pattern.most", p.most, "is at least 1; for none at all there is `absence`", "Correct it.")


def _phases(c: _Checker, p: tm.Phases, term: Term) -> None:
    if len(p.phases) < 2:
        c.add("phases", "pattern.phases", len(p.phases), "at least two phases", "Use `within` for one.")
    for i, phase in enumerate(p.phases):
        c.faults.name(c.at(f"pattern.phases[{i}].name"), phase.name)
        c.what(f"pattern.phases[{i}].begins", phase.begins)
        c.what(f"pattern.phases[{i}].completes", phase.completes)
        c.span(f"pattern.phases[{i}].within", phase.within, exact=True)
    names = [phase.name for phase in p.phases]
    for i, name in enumerate(names):
        if names.index(name) < i:
            c.add("phase_twice", f"pattern.phases[{i}].name", name, "each phase has a name of its own", "Rename it.")


def _simultaneous(c: _Checker, p: tm.Simultaneous, term: Term) -> None:
    c.span("pattern.tolerance", p.tolerance, exact=True)
    c.deadline("pattern.by", p.by)
    parties = [side.party for side in p.sides]
    if len(parties) < 2 or len(set(parties)) < len(parties):
        c.add("sides", "pattern.sides", parties, "two or more different parties", "Name each side once.")
    for i, side in enumerate(p.sides):
        c.what(f"pattern.sides[{i}].does", side.does)
        if side.party not in term.bearers:
            c.add("sides", f"pattern.sides[{i}].party", side.party, "is one of the bearers", "Add it to bearers.")


def _reciprocal(c: _Checker, p: tm.Reciprocal, term: Term) -> None:
    c.other("pattern.duty", p.duty, term)
    c.faults.each_once(c.at("pattern.while_kept"), p.while_kept)
    if not p.while_kept:
        c.add("while_kept", "pattern.while_kept", "", "names at least one term", "Name what the others keep.")
    for i, name in enumerate(p.while_kept):
        c.other(f"pattern.while_kept[{i}]", name, term)
        if name == p.duty:
            c.add("itself", f"pattern.while_kept[{i}]", name, "is not the duty itself", "Name another term.")


def _permission(c: _Checker, p: tm.Permitted, term: Term) -> None:
    c.what("pattern.may", p.may)
    c.what("pattern.only_after", p.only_after)
    c.span("pattern.within", p.within, exact=True)
    c.faults.each_once(c.at("pattern.despite"), p.despite)
    for i, name in enumerate(p.despite):
        c.other(f"pattern.despite[{i}]", name, term)
    if p.within is not None and p.only_after is None:
        c.add("within", "pattern.within", "", "needs `only_after`: within what?", "Say after what.")


def _power(c: _Checker, p: tm.Power, term: Term) -> None:
    c.what("pattern.after", p.after)
    c.span("pattern.within", p.within, exact=True)
    c.faults.each_once(c.at("pattern.terms"), p.terms)
    for i, name in enumerate(p.terms):
        c.other(f"pattern.terms[{i}]", name, term)
    if p.jointly and len(term.bearers) < 2:
        c.add("jointly", "pattern.jointly", True, "needs two bearers or more", "Name them, or set it false.")


def _mutual_satisfaction(c: _Checker, p: tm.MutualSatisfaction, term: Term) -> None:
    c.faults.parties(c.at("pattern.parties"), p.parties)
    if len(p.parties) < 2:
        c.add("parties", "pattern.parties", p.parties, "is mutual: two parties or more", "Name them.")
    c.deadline("pattern.by", p.by)
    c.other("pattern.of", p.of, term)


def _written(c: _Checker, p: tm.Written, term: Term) -> None:
    if not p.breach.strip():
        c.add("formula", "pattern.breach", "", "says what a breach is", "Write the formula.")
    if len(p.breach) > MOST_CHARACTERS:
        c.add("formula", "pattern.breach", len(p.breach), f"at most {MOST_CHARACTERS} characters", "Split the term.")
    if _nested(p.breach) > MOST_NESTED:
        c.add("formula", "pattern.breach", p.breach, f"nests at most {MOST_NESTED} brackets", "Split the term.")
    if _DIGITS.search(p.breach):
        c.add("formula", "pattern.breach", p.breach, "has numbers of at most 1000 digits", "Correct the number.")
    names = [event.name for event in p.events]
    for i, event in enumerate(p.events):
        c.what(f"pattern.events[{i}].what", event.what)
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", event.name):
            c.add("event", f"pattern.events[{i}].name", event.name, "is [a-z][a-z0-9_]{0,40}", "Rename it.")
        if names.index(event.name) < i:
            c.add("event", f"pattern.events[{i}].name", event.name, "stands once", "Rename it.")
    if not p.events:
        c.add("event", "pattern.events", "", "names the kinds of events in the formula", "Name them.")


def _nested(formula: str) -> int:
    """Return how deep brackets stand in one another."""
    return max(accumulate((c == "(") - (c == ")") for c in formula), default=0)


def _unmonitored(c: _Checker, p: tm.Unmonitored, term: Term) -> None:
    c.faults.text(c.at("pattern.why"), p.why, needed=True)


CHECKS: dict[type[Any], Callable[[_Checker, Any, Term], None]] = {
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

UNIT_S = {"days": DAY_S, "hours": 3600, "minutes": 60, "seconds": 1}


def _rough_s(span: Span) -> int:
    return span.count * UNIT_S[span.unit]


def needs(term: Term) -> tuple[str, ...]:
    """Return the other terms that a term rests on."""
    found = [] if term.period.after is None else [term.period.after]
    if isinstance(term.pattern, tm.Reciprocal):
        found += [term.pattern.duty, *term.pattern.while_kept]
    return tuple(dict.fromkeys(found))


def _circles(terms: Sequence[Term]) -> list[Problem]:
    """A term that rests on itself, over others, has no meaning."""
    faults = Faults()
    on = {term.term: needs(term) for term in terms}
    for i, term in enumerate(terms):
        seen, ahead = {term.term}, [(term.term, other) for other in on[term.term]]
        while ahead:
            _, name = ahead.pop()
            if name == term.term and on[term.term] != (term.term,):
                rule = "a term cannot rest on itself, over others"
                faults.add("circle", f"terms[{i}]({term.term})", " -> ".join(on[term.term]), rule, "Break the circle.")
                break
            if name not in seen:
                seen.add(name)
                ahead += [(name, other) for other in on.get(name, ())]
    return list(faults.all())
