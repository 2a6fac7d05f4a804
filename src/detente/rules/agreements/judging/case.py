"""One term at one moment: what its monitor has found, what that rests on, and the verdicts that every family of terms needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from detente.records.agreements.verdict import Answer, ReadAs
from detente.rules.agreements.facts.events import Occurrence
from detente.rules.agreements.facts.weigh import Uncertainty
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.event_key import LATEST_US
from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.verdict import Life, Verdict, caveats

Binding = tuple[str, str, str]
"""Which duty or event, of whom, under which reading, by its name."""


class TermCase:
    """One term at one moment."""

    def __init__(self, live: LiveTerm, now_us: int, horizon_us: int) -> None:
        self.live, self.now_us, self.horizon_us = live, now_us, horizon_us
        self.term = live.term
        self.found = found_of(live)

    def verdict(self, party: str, reading: ReadAs, answer: Answer, life: Life, why: str, **more: Any) -> Verdict:
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

    def doubts(self) -> list[Uncertainty]:
        """Every doubt about an event that plays a part in this term."""
        found: dict[Uncertainty, None] = {}
        for _, weighed in sorted(self.live.weighed.items()):
            if weighed.plays:
                found.update(dict.fromkeys(weighed.doubts))
        return list(found)

    def doubts_of(self, ids: Iterable[str]) -> list[Uncertainty]:
        found: dict[Uncertainty, None] = {}
        for one in sorted(ids):
            weighed = self.live.weighed.get(one)
            if weighed is not None:
                found.update(dict.fromkeys(weighed.doubts))
        return list(found) or self.doubts()

    def unsure(self, party: str, reading: ReadAs, doubts: list[Uncertainty], **more: Any) -> Verdict:
        """Contested if two words stand against each other, else undetermined."""
        answer: Answer = "contested" if any(d.contested for d in doubts) else "undetermined"
        why = "; ".join(d.why for d in doubts) or "what it hangs on is not established"
        settles = tuple(dict.fromkeys(d.settles for d in doubts))
        return self.verdict(party, reading, answer, "in effect", why, settles=settles, **more)

    def open(self, first: int | None, last: int | None) -> dict[str, Any]:
        """Which reports could still change it: about a stretch of time, and until when that is answered at once."""
        return {"fast_until_us": None if last is None else last + self.horizon_us, "open_us": (first, last)}


class FirstMoments(msgspec.Struct, kw_only=True):
    """What stands in the monitor: rule -> binding -> first moment; for duties the deadline is part of the binding's value."""

    rules: dict[str, dict[Binding, int]]
    dues: dict[str, dict[Binding, int]]


def found_of(live: LiveTerm) -> FirstMoments:
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
    return FirstMoments(dues=ends, rules=rules)


def breaches_of(case: TermCase, rule: str, party: str, reading: ReadAs) -> list[tuple[str, int]]:
    """What a rule finds of a party under a reading, in order of moment; missed deadlines are verdicts of their own."""
    owed = case.live.owed
    mine = [
        (i, at)
        for (i, p, r), at in case.found.rules.get(rule, {}).items()
        if p == party and r == reading.name and (i, p, r) not in owed
    ]
    return sorted(mine, key=lambda one: (one[1], one[0]))


def not_begun(case: TermCase, effect: Effect) -> Verdict:
    begins = effect.begins_us
    why = "it has not begun" if begins is not None or not effect.because else "it does not bind this party"
    if case.term.period.after is not None and begins is None:
        why = f"it begins once {case.term.period.after} is kept"
    return case.verdict(
        effect.party, effect.reading, "not in force", "created", why, next_us=begins, evidence=effect.because
    )


def life_of(effect: Effect, now_us: int) -> Life:
    if effect.since(now_us) is not None:
        return "in effect"
    ends = effect.ends_us
    return "suspended" if ends is not None and ends > now_us else "terminated"


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
