"""From a live term to its verdicts: each family of terms makes its own, and what comes to the same answer is said once."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from detente.records.agreements.verdict import AGREED
from detente.records.evidence.bulletin import Bulletin
from detente.rules.agreements.judging.beside import counts_of
from detente.rules.agreements.judging.case import TermCase
from detente.rules.agreements.judging.duties import duty
from detente.rules.agreements.judging.limits import limit
from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.reached import condition, power
from detente.rules.agreements.judging.verdict import Verdict


def verdicts_of(live: LiveTerm, now_us: int, horizon_us: int) -> tuple[Verdict, ...]:
    """Return the verdicts of a term at a moment, sorted; readings that come to the same answer are one."""
    live.tick(now_us)
    made = _MAKERS[live.expansion.kind](TermCase(live, now_us, horizon_us))
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


def _nothing(case: TermCase) -> list[Verdict]:
    """Nothing can be concluded, and that is said."""
    why = case.live.expansion.why_nothing
    settles = ("the text of the term, verified",) if case.term.wording.standing == "unknown" else ()
    return [case.verdict(p, AGREED, "undetermined", "created", why, settles=settles) for p in case.term.bearers]


_MAKERS: dict[str, Callable[[TermCase], list[Verdict]]] = {
    "condition": condition,
    "duty": duty,
    "limit": limit,
    "nothing": _nothing,
    "power": power,
}


def _merged(made: list[Verdict]) -> list[Verdict]:
    """Leave a party's own reading out where it comes to the same answer as the text's, for the same duty."""
    signed = {(v.party, v.reading.days, v.instance): v.answer for v in made if not v.reading.word_of}
    return [v for v in made if not v.reading.word_of or signed.get((v.party, v.reading.days, v.instance)) != v.answer]
