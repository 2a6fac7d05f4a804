"""What must not be done: one verdict for each party and reading, with every breach in it."""

from __future__ import annotations

from detente.rules.agreements.judging.case import TermCase, breaches_of, counted, life_of, not_begun
from detente.rules.agreements.judging.effect import Effect
from detente.rules.agreements.judging.verdict import Verdict


def limit(case: TermCase) -> list[Verdict]:
    """What must not be done: one verdict for each party and reading, with every breach in it."""
    return [limit_for(case, effect) for effect in case.live.effects]


def limit_for(case: TermCase, effect: Effect) -> Verdict:
    party, reading, now_us = effect.party, effect.reading, case.now_us
    begins, ends = effect.begins_us, effect.ends_us
    if begins is None or begins > now_us:
        return not_begun(case, effect)
    over = ends is not None and ends <= now_us
    life = life_of(effect, now_us)
    last = ends if over else None
    certain = breaches_of(case, "breach_certain", party, reading)
    possible = breaches_of(case, "breach_possible", party, reading)
    if certain:
        ids = [one for one, _ in certain]
        why = counted(len(ids), "breach", "breaches")
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
