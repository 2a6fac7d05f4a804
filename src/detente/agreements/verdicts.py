"""From a live term to its verdicts: one for each party bound, each reading that matters, and each duty.

    kept            nothing that would breach it may have happened, as this viewer sees it
    breached        what breaches it is established, and nothing that would save it may have happened
    contested       it hangs on what is said and denied, or on who somebody is, at the term's threshold on both sides
    undetermined    it hangs on what nobody has shown enough of; or nothing can be concluded from the text
    pending         its time has not passed
    not in force    it has not begun, or does not bind this party, under this reading

A verdict is never the last word: `open_us` says between which moments an event would have to lie whose report could still change it, and
`fast_until_us` until when such a report is answered at once; after that it is answered slowly, and still correctly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

import msgspec

from detente.agreements.beside import CountBeside, counts_of
from detente.agreements.effect import Effect
from detente.agreements.events import Occurrence
from detente.agreements.live import LATEST_US, LiveTerm, Owed
from detente.agreements.spans import dues
from detente.agreements.weigh import Doubt, enough
from detente.records import term as tm
from detente.records.bulletin import Bulletin
from detente.records.verdict import Answer

Life = Literal["breached", "created", "discharged", "fulfilled", "in effect", "suspended", "terminated"]
Binding = tuple[str, str, str]
"""Which duty or event, of whom, under which reading."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What follows for one term, for one party, under one reading ("": where readings agree), for one duty ("": the term's only one).

    `evidence` are the least entries that it rests on; `against` those that speak against it. `why` and `settles` are words; `caveats` what
    must be said with it, above all that the text is not verified. `due_us` is the deadline, `next_us` when the clock alone changes it.
    `breaches` are the events that breach (or may); `at_us` is the first of them, or when it was kept. `by_silence`: it is kept
    because nothing was reported; `beside` are the counts that it says nothing of, because they name no single event.
    """

    against: tuple[str, ...] = ()
    answer: Answer
    at_us: int | None = None
    beside: tuple[CountBeside, ...] = ()
    breaches: tuple[str, ...] = ()
    by_silence: bool = False
    caveats: tuple[str, ...] = ()
    due_us: int | None = None
    evidence: tuple[str, ...] = ()
    fast_until_us: int | None = None
    instance: str = ""
    life: Life
    next_us: int | None = None
    open_us: tuple[int | None, int | None] | None = None
    party: str
    reading: str = ""
    rule: str = ""
    settled: bool = False
    settles: tuple[str, ...] = ()
    term: str
    why: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a verdict is of."""
        return (self.term, self.party, self.reading, self.instance)


def verdicts_of(live: LiveTerm, now_us: int, horizon_us: int) -> tuple[Verdict, ...]:
    """Return the verdicts of a term at a moment, sorted; readings that come to the same answer are one."""
    live.tick(now_us)
    made = _MAKERS[live.expansion.kind](_Case(live, now_us, horizon_us))
    return tuple(sorted(_merged(made), key=lambda v: v.key))


def with_counts(
    found: tuple[Verdict, ...], bulletins: Collection[tuple[str, Bulletin]], now_us: int
) -> tuple[Verdict, ...]:
    """Return verdicts with the counts beside those that rest on silence: of windows that touch the time they cover."""
    if not bulletins:
        return found
    made = []
    for v in found:
        first, last = v.open_us or (None, None)
        until_us = now_us if last is None else min(last, now_us)
        stand = counts_of(bulletins, first, until_us) if v.by_silence else ()
        made.append(msgspec.structs.replace(v, beside=stand) if stand else v)
    return tuple(made)


class _Case:
    """One term at one moment."""

    def __init__(self, live: LiveTerm, now_us: int, horizon_us: int) -> None:
        self.live, self.now_us, self.horizon_us = live, now_us, horizon_us
        self.term = live.term
        self.found = _found(live)

    def verdict(self, party: str, reading: str, answer: Answer, life: Life, why: str, **more: Any) -> Verdict:
        return Verdict(
            answer=answer,
            caveats=caveats(self.term),
            life=life,
            party=party,
            reading=reading,
            term=self.term.term,
            why=why,
            **more,
        )

    def occurrence(self, occurrence_id: str) -> Occurrence | None:
        found = self.live.weighed.get(occurrence_id)
        return None if found is None else found.occurrence

    def least(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The fewest entries that establish some events: the first voices up to the threshold."""
        entries: list[str] = []
        for o in map(self.occurrence, ids):
            if o is None:
                continue
            evidence = self.term.evidence
            if o.recorded_us is not None or evidence.all_of:
                entries += [voice.entry for voice in o.for_]
            else:
                counted = [v for v in o.for_ if not evidence.declared_by or v.party in evidence.declared_by] or list(
                    o.for_
                )
                entries += [voice.entry for voice in counted[: evidence.origins]]
        return tuple(sorted(set(entries)))

    def against(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            sorted({v.entry for o in map(self.occurrence, ids) if o is not None for v in (*o.against, *o.unsure)})
        )

    def doubts(self) -> list[Doubt]:
        """Every doubt about an event that plays a part in this term."""
        found: dict[Doubt, None] = {}
        for _, weighed in sorted(self.live.weighed.items()):
            if weighed.plays:
                found.update(dict.fromkeys(weighed.doubts))
        return list(found)

    def doubts_of(self, ids: Iterable[str]) -> list[Doubt]:
        found: dict[Doubt, None] = {}
        for one in sorted(ids):
            weighed = self.live.weighed.get(one)
            if weighed is not None:
                found.update(dict.fromkeys(weighed.doubts))
        return list(found) or self.doubts()

    def unsure(self, party: str, reading: str, doubts: list[Doubt], **more: Any) -> Verdict:
        """Contested if two words stand against each other, else undetermined."""
        answer: Answer = "contested" if any(d.contested for d in doubts) else "undetermined"
        why = "; ".join(d.why for d in doubts) or "what it hangs on is not established"
        settles = tuple(dict.fromkeys(d.settles for d in doubts))
        return self.verdict(party, reading, answer, "in effect", why, settles=settles, **more)

    def open(self, first: int | None, last: int | None) -> dict[str, Any]:
        """Which reports could still change it: about a stretch of time, and until when that is answered at once."""
        return {"fast_until_us": None if last is None else last + self.horizon_us, "open_us": (first, last)}


def caveats(term: tm.Term) -> tuple[str, ...]:
    """Return what must be said with every verdict on a term."""
    match term.wording.standing:
        case "verified":
            return ()
        case "summarised":
            return ("the text of this term is summarised, not verified",)
        case _:
            return ("the text of this term is UNKNOWN",)


class _Found(msgspec.Struct, kw_only=True):
    """What stands in the monitor: rule -> binding -> first moment; for duties the deadline is part of the binding's value."""

    rules: dict[str, dict[Binding, int]]
    dues: dict[str, dict[Binding, int]]


def _found(live: LiveTerm) -> _Found:
    rules: dict[str, dict[Binding, int]] = {}
    ends: dict[str, dict[Binding, int]] = {}
    if live.monitor is not None:
        for watch in live.monitor.watches:
            names = watch.names
            i, p, r, d = (names.index(n) if n in names else -1 for n in ("i", "p", "r", "d"))
            own, due = rules.setdefault(watch.rule.name, {}), ends.setdefault(watch.rule.name, {})
            for binding, moments in watch.found.moments.items():
                one, party, reading = (str(binding[n]) if n >= 0 else "" for n in (i, p, r))
                key = (one, party, reading)
                own[key] = min(moments[0], own.get(key, LATEST_US))
                if d >= 0:
                    due[key] = min(int(str(binding[d])), due.get(key, LATEST_US))
    return _Found(dues=ends, rules=rules)


def _nothing(case: _Case) -> list[Verdict]:
    """Nothing can be concluded, and that is said."""
    why = case.live.expansion.why_nothing
    settles = ("the text of the term, verified",) if case.term.wording.standing == "unknown" else ()
    return [case.verdict(p, "", "undetermined", "created", why, settles=settles) for p in case.term.bearers]


def _limit(case: _Case) -> list[Verdict]:
    """What must not be done: one verdict for each party and reading, with every breach in it."""
    return [_limit_for(case, effect) for effect in case.live.effects]


def _limit_for(case: _Case, effect: Effect) -> Verdict:
    party, reading, now_us = effect.party, effect.reading, case.now_us
    begins, ends = effect.begins_us, effect.ends_us
    if begins is None or begins > now_us:
        return _not_begun(case, effect)
    over = ends is not None and ends <= now_us
    life = _life(effect, now_us)
    last = ends if over else None
    certain = _mine(case, "breach_certain", party, reading)
    possible = _mine(case, "breach_possible", party, reading)
    if certain:
        ids = [one for one, _ in certain]
        why = _count(len(ids), "breach", "breaches")
        more = [one for one, _ in possible if one not in dict(certain)]
        if more:
            why += f"; {len(more)} more not established"
        low = certain[0][1]
        return case.verdict(
            party, reading, "breached", "breached", why, at_us=low, breaches=tuple(ids), evidence=case.least(ids),
            against=case.against(ids), rule="breach_certain", settled=True, **case.open(begins, low),
        )  # fmt: skip
    if possible:
        ids = [one for one, _ in possible]
        doubts = case.doubts_of(ids)
        return case.unsure(
            party, reading, doubts, at_us=possible[0][1], breaches=tuple(ids), evidence=case.least(ids),
            against=case.against(ids), rule="breach_possible", settled=over, **case.open(begins, last),
        )  # fmt: skip
    if case.term.evidence.silence == "undetermined":
        why = "nothing was reported, and here silence proves nothing"
        who = " or ".join(case.term.evidence.declared_by) or "those who watch"
        return case.verdict(
            party, reading, "undetermined", life, why, settles=(f"a statement by {who} that nothing happened",),
            settled=over, **case.open(begins, last),
        )  # fmt: skip
    why = "nothing that breaches it was reported" + ("" if over else " so far")
    return case.verdict(
        party, reading, "kept", life, why, by_silence=True, settled=over, next_us=None, **case.open(begins, last)
    )  # fmt: skip


def _mine(case: _Case, rule: str, party: str, reading: str) -> list[tuple[str, int]]:
    """What a rule finds of a party under a reading, in order of moment; missed deadlines are verdicts of their own."""
    owed = case.live.owed
    mine = [
        (i, at)
        for (i, p, r), at in case.found.rules.get(rule, {}).items()
        if p == party and r == reading and (i, p, r) not in owed
    ]
    return sorted(mine, key=lambda one: (one[1], one[0]))


def _not_begun(case: _Case, effect: Effect) -> Verdict:
    begins = effect.begins_us
    why = "it has not begun" if begins is not None or not effect.because else "it does not bind this party"
    if case.term.period.after is not None and begins is None:
        why = f"it begins once {case.term.period.after} is kept"
    return case.verdict(
        effect.party, effect.reading, "not in force", "created", why, next_us=begins, evidence=effect.because
    )


def _life(effect: Effect, now_us: int) -> Life:
    if effect.since(now_us) is not None:
        return "in effect"
    ends = effect.ends_us
    return "suspended" if ends is not None and ends > now_us else "terminated"


def _duty(case: _Case) -> list[Verdict]:
    """What must be done: one verdict for each duty that is owed; and breaches that hang on no deadline, as limits."""
    found: list[Verdict] = []
    owed = sorted(case.live.owed.values(), key=lambda o: (o.party, o.reading, o.instance))
    for one in owed:
        if one.since_us <= case.now_us:
            found.append(_duty_for(case, one))
    seen = {(v.party, v.reading) for v in found}
    for effect in case.live.effects:
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(_not_begun(case, effect))
        elif not any(p == effect.party for p, _ in seen) or _loose(case, effect):
            found.append(_no_deadline(case, effect))
    return found


def _loose(case: _Case, effect: Effect) -> bool:
    """Whether an event breaches it that is no duty's missed deadline."""
    names = {o.instance for o in case.live.owed.values()}
    possible = case.found.rules.get("breach_possible", {})
    return any(p == effect.party and r == effect.reading and i not in names for i, p, r in possible)


def _no_deadline(case: _Case, effect: Effect) -> Verdict:
    p = case.term.pattern
    if isinstance(p, tm.Within):
        why = "nothing has started a duty yet"
        return case.verdict(effect.party, effect.reading, "pending", "in effect", why)
    made = msgspec.structs.replace(
        _limit_for(case, effect), instance="order" if isinstance(p, tm.Phases) else "same moment"
    )
    if made.answer == "kept" and isinstance(p, tm.Simultaneous) and not _acted(case, effect.party):
        return msgspec.structs.replace(made, answer="pending", why="no side has acted, and there is no deadline")
    return made


def _acted(case: _Case, party: str) -> bool:
    return any(w.plays and w.occurrence.actor == party for w in case.live.weighed.values())


def _duty_for(case: _Case, owed: Owed) -> Verdict:
    key = (owed.instance, owed.party, owed.reading)
    over = case.now_us > owed.due_us
    more: dict[str, Any] = {"due_us": owed.due_us, "instance": owed.instance, **case.open(owed.since_us, owed.due_us)}
    helping = case.live.fulfilling(owed)
    if key not in case.found.rules.get("breach_possible", {}):
        evidence = (*owed.entries, *case.least(helping))
        why = "done in time" if helping else "excused"
        at_us = max((o.last_us for o in map(case.occurrence, helping) if o is not None), default=None)
        return case.verdict(
            owed.party, owed.reading, "kept", "fulfilled", why, at_us=at_us, evidence=tuple(sorted(set(evidence))),
            rule="breach_possible", settled=over, next_us=None if over else owed.due_us + 1, **more,
        )  # fmt: skip
    if not over:
        why = "its time has not passed"
        return case.verdict(
            owed.party,
            owed.reading,
            "pending",
            "in effect",
            why,
            next_us=owed.due_us + 1,
            evidence=owed.entries,
            **more,
        )
    if key in case.found.rules.get("breach_certain", {}):
        denied = _denied(case, owed)
        if case.term.evidence.silence == "undetermined" and not denied:
            who = " or ".join(case.term.evidence.declared_by) or f"{case.term.evidence.origins} independent origins"
            why = "nothing was reported, and here silence proves nothing"
            settles = (f"the word of {who}, whether {owed.party} has done it",)
            return case.verdict(
                owed.party, owed.reading, "undetermined", "in effect", why, settles=settles, settled=True, **more
            )
        why = "not done by its deadline, as far as this viewer's entries show"
        return case.verdict(
            owed.party, owed.reading, "breached", "breached", why, at_us=owed.due_us, settled=True, rule="breach_certain",
            evidence=tuple(sorted({*owed.entries, *denied})), breaches=(owed.instance,), **more,
        )  # fmt: skip
    doubts = case.doubts_of(helping)
    return case.unsure(
        owed.party, owed.reading, doubts, rule="breach_possible", settled=True, evidence=case.least(helping),
        against=case.against(helping), **more,
    )  # fmt: skip


def _denied(case: _Case, owed: Owed) -> tuple[str, ...]:
    """The entries that say, at the threshold, that it was not done."""
    found: list[str] = []
    for _, o in sorted(case.live.denied.items()):
        if o.actor in ("", owed.party) and enough(o.against, case.term.evidence):
            found += [voice.entry for voice in o.against]
    return tuple(found)


def _condition(case: _Case) -> list[Verdict]:
    """What is reached or not, the same for all who are bound; a deadline that passes before it breaches it."""
    p = case.term.pattern
    assert isinstance(p, tm.CalmFor | tm.MutualSatisfaction)
    found: list[Verdict] = []
    for effect in case.live.effects:
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(_not_begun(case, effect))
            continue
        for reading in _readings(case, effect):
            found.append(_condition_for(case, effect, reading, p))
    return found


def _readings(case: _Case, effect: Effect) -> list[str]:
    p = case.term.pattern
    if isinstance(p, tm.CalmFor):
        return [", ".join(x for x in (r, effect.reading) if x) for r in p.lasts.readings or ("elapsed",)]
    return [effect.reading]


def _condition_for(case: _Case, effect: Effect, reading: str, p: tm.CalmFor | tm.MutualSatisfaction) -> Verdict:
    calm = isinstance(p, tm.CalmFor)
    certain = _reached(case, "reached_certain", reading if calm else None)
    possible = _reached(case, "reached_possible", reading if calm else None)
    begins = effect.begins_us or 0
    due = min(dues(begins, p.by, case.term).values(), default=None) if p.by is not None else None
    more: dict[str, Any] = {"due_us": due, **case.open(begins, None)}
    if certain is not None and (due is None or certain[0] <= due):
        at_us, one = certain
        more |= case.open(begins, at_us)
        why = f"{'reached' if calm else 'all have said that they are satisfied'}"
        return case.verdict(
            effect.party, reading, "kept", "fulfilled", why, at_us=at_us, by_silence=calm, evidence=case.least([one]),
            settled=True, rule="reached_certain", **more,
        )  # fmt: skip
    if possible is not None and (due is None or possible[0] <= due):
        doubts = case.doubts()
        return case.unsure(effect.party, reading, doubts, at_us=possible[0], rule="reached_possible", **more)
    said_no = [w.occurrence for w in case.live.weighed.values() if "position.not-satisfied" in w.occurrence.classes]
    if not calm and said_no:
        last = max(said_no, key=lambda o: (o.last_us, o.id))
        settles = (f"a later word of {last.actor}",)
        why = f"{last.actor} says that it is not satisfied"
        return case.verdict(
            effect.party, reading, "contested", "in effect", why, evidence=last.entries, settles=settles, **more
        )
    if due is not None and case.now_us > due:
        return case.verdict(effect.party, reading, "breached", "breached", "not reached in time", at_us=due, **more)
    why = "not reached" if calm else "not all have said that they are satisfied; silence is no satisfaction"
    life = _life(effect, case.now_us)
    if life == "terminated":
        return case.verdict(effect.party, reading, "not in force", "terminated", f"{why}; it is over", **more)
    return case.verdict(effect.party, reading, "pending", life, why, next_us=due, **more)


def _reached(case: _Case, rule: str, reading: str | None) -> tuple[int, str] | None:
    """When it was first reached by now, and by which event; None if it was not."""
    found = case.found.rules.get(rule, {})
    ends = case.found.dues.get(rule, {})
    times = [
        (ends.get(key, at), key[0])
        for key, at in found.items()
        if (reading is None or key[2] == reading) and ends.get(key, at) <= case.now_us
    ]
    return min(times, default=None)


def _power(case: _Case) -> list[Verdict]:
    """Used, used without what must come before, or not used."""
    found: list[Verdict] = []
    for effect in case.live.effects:
        if effect.reading:
            continue
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(_not_begun(case, effect))
            continue
        used = [i for (i, p, _) in case.found.rules.get("used_certain", {}) if p == effect.party]
        wrong = [i for (i, p, _) in case.found.rules.get("breach_certain", {}) if p == effect.party]
        perhaps = [i for (i, p, _) in case.found.rules.get("breach_possible", {}) if p == effect.party]
        more = case.open(effect.begins_us, None)
        if wrong:
            why = "used without what must come before it"
            found.append(
                case.verdict(effect.party, "", "breached", "breached", why, evidence=case.least(wrong), breaches=tuple(wrong),
                             rule="breach_certain", **more)
            )  # fmt: skip
        elif used:
            found.append(
                case.verdict(
                    effect.party,
                    "",
                    "kept",
                    "fulfilled",
                    "used",
                    evidence=case.least(used),
                    rule="used_certain",
                    **more,
                )
            )
        elif perhaps:
            found.append(
                case.unsure(
                    effect.party, "", case.doubts(), evidence=case.least(perhaps), rule="breach_possible", **more
                )
            )
        else:
            found.append(case.verdict(effect.party, "", "pending", "in effect", "not used", **more))
    return found


_MAKERS: dict[str, Callable[[_Case], list[Verdict]]] = {
    "condition": _condition,
    "duty": _duty,
    "limit": _limit,
    "nothing": _nothing,
    "power": _power,
}


def _merged(made: list[Verdict]) -> list[Verdict]:
    """Leave a party's own reading out where it comes to the same answer as the text's, for the same duty."""
    signed = {(v.term, v.party, _way(v.reading), v.instance): v.answer for v in made if "as " not in v.reading}
    return [
        v
        for v in made
        if "as " not in v.reading or signed.get((v.term, v.party, _way(v.reading), v.instance)) != v.answer
    ]


def _way(reading: str) -> str:
    """The reading of the days alone, without whose word on the end it follows."""
    return ", ".join(part for part in reading.split(", ") if not part.startswith("as "))


def _count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
