"""What must be done: one verdict for each duty that is owed, and for breaches that hang on no deadline."""

from __future__ import annotations

from typing import Any

import msgspec

from detente.records.agreements import term as tm
from detente.rules.agreements.facts.weigh import enough
from detente.rules.agreements.judging.case import TermCase, not_begun
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.limits import limit_for
from detente.rules.agreements.judging.owed import Owed
from detente.rules.agreements.judging.verdict import Verdict


def duty(case: TermCase) -> list[Verdict]:
    """What must be done: one verdict for each duty that is owed; and breaches that hang on no deadline, as limits."""
    found: list[Verdict] = []
    owed = sorted(case.live.owed.values(), key=lambda o: (o.party, o.reading, o.instance))
    for one in owed:
        if one.since_us <= case.now_us:
            found.append(_duty_for(case, one))
    seen = {(v.party, v.reading) for v in found}
    for effect in case.live.effects:
        if effect.begins_us is None or effect.begins_us > case.now_us:
            found.append(not_begun(case, effect))
        elif not any(p == effect.party for p, _ in seen) or _loose(case, effect):
            found.append(_no_deadline(case, effect))
    return found


def _loose(case: TermCase, effect: Effect) -> bool:
    """Whether an event breaches it that is no duty's missed deadline."""
    names = {o.instance for o in case.live.owed.values()}
    possible = case.found.rules.get("breach_possible", {})
    return any(p == effect.party and r == effect.reading.name and i not in names for i, p, r in possible)


def _no_deadline(case: TermCase, effect: Effect) -> Verdict:
    p = case.term.pattern
    if isinstance(p, tm.Within):
        why = "nothing has started a duty yet"
        return case.verdict(effect.party, effect.reading, "pending", "in effect", why)
    made = msgspec.structs.replace(
        limit_for(case, effect), instance="order" if isinstance(p, tm.Phases) else "same moment"
    )
    if made.answer == "kept" and isinstance(p, tm.Simultaneous) and not _acted(case, effect.party):
        return msgspec.structs.replace(made, answer="pending", why="no side has acted, and there is no deadline")
    return made


def _acted(case: TermCase, party: str) -> bool:
    return any(w.plays and w.occurrence.actor == party for w in case.live.weighed.values())


def _duty_for(case: TermCase, owed: Owed) -> Verdict:
    key = owed.key
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


def _denied(case: TermCase, owed: Owed) -> tuple[str, ...]:
    """The entries that say, at the threshold, that it was not done."""
    found: list[str] = []
    for _, o in sorted(case.live.denied.items()):
        if o.actor in ("", owed.party) and enough(o.against, case.term.evidence):
            found += [voice.entry for voice in o.against]
    return tuple(found)
