"""What is reached or not, the same for all who are bound; and powers, which are used or not."""

from __future__ import annotations

from typing import Any

from detente.records.agreements import term as tm
from detente.records.agreements.verdict import AGREED, ReadAs
from detente.rules.agreements.judging.case import TermCase, life_of, not_begun
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.readings.spans import dues, readings_of


def condition(case: TermCase) -> list[Verdict]:
    """What is reached or not, the same for all who are bound; a deadline that passes before it breaches it."""
    p = case.term.pattern
    assert isinstance(p, tm.CalmFor | tm.MutualSatisfaction)
    found: list[Verdict] = []
    for effect in case.live.effects:
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(not_begun(case, effect))
            continue
        for reading in _readings(case, effect):
            found.append(_condition_for(case, effect, reading, p))
    return found


def _readings(case: TermCase, effect: Effect) -> list[ReadAs]:
    p = case.term.pattern
    if isinstance(p, tm.CalmFor):
        return [effect.reading.by_days(days) for days in readings_of(p.lasts)]
    return [effect.reading]


def _condition_for(case: TermCase, effect: Effect, reading: ReadAs, p: tm.CalmFor | tm.MutualSatisfaction) -> Verdict:
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
    life = life_of(effect, case.now_us)
    if life == "terminated":
        return case.verdict(effect.party, reading, "not in force", "terminated", f"{why}; it is over", **more)
    return case.verdict(effect.party, reading, "pending", life, why, next_us=due, **more)


def _reached(case: TermCase, rule: str, reading: ReadAs | None) -> tuple[int, str] | None:
    """When it was first reached by now, and by which event; None if it was not."""
    found = case.found.rules.get(rule, {})
    ends = case.found.dues.get(rule, {})
    times = [
        (ends.get(key, at), key[0])
        for key, at in found.items()
        if (reading is None or key[2] == reading.name) and ends.get(key, at) <= case.now_us
    ]
    return min(times, default=None)


def power(case: TermCase) -> list[Verdict]:
    """Used, used without what must come before, or not used."""
    found: list[Verdict] = []
    for effect in case.live.effects:
        if effect.reading:
            continue
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(not_begun(case, effect))
            continue
        used = [i for (i, p, _) in case.found.rules.get("used_certain", {}) if p == effect.party]
        wrong = [i for (i, p, _) in case.found.rules.get("breach_certain", {}) if p == effect.party]
        perhaps = [i for (i, p, _) in case.found.rules.get("breach_possible", {}) if p == effect.party]
        more = case.open(effect.begins_us, None)
        if wrong:
            why = "used without what must come before it"
            found.append(
                case.verdict(effect.party, AGREED, "breached", "breached", why, evidence=case.least(wrong), breaches=tuple(wrong),
                             rule="breach_certain", **more)
            )  # fmt: skip
        elif used:
            found.append(
                case.verdict(
                    effect.party,
                    AGREED,
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
                    effect.party, AGREED, case.doubts(), evidence=case.least(perhaps), rule="breach_possible", **more
                )
            )
        else:
            found.append(case.verdict(effect.party, AGREED, "pending", "in effect", "not used", **more))
    return found
