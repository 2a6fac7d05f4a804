"""Writes verdicts for people and programs: one JSON object a line, times as RFC 3339."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from detente.rules.agreements.logic.batch import Answers, evaluate
from detente.rules.agreements.logic.columns import Columns
from detente.rules.agreements.logic.formula import Formula, Rule
from detente.rules.agreements.logic.guarded import reach
from detente.rules.agreements.logic.log import write
from detente.rules.agreements.logic.monitor import HORIZON_US, RuleVerdict, verdict
from detente.rules.agreements.logic.touches import threat


def find(
    checked: tuple[tuple[Rule, Formula], ...], log: Columns, now_us: int | None = None, horizon_us: int = HORIZON_US
) -> Iterator[RuleVerdict]:
    """Yield what each rule finds in a log, rule by rule, by moment. Now is the last moment of the log unless it is given."""
    if now_us is None and log.moments.size:
        now_us = int(log.moments[-1])
    for rule, core in checked:
        yield from verdicts(rule.name, core, evaluate(core, log), now_us, horizon_us)


def verdicts(
    name: str, core: Formula, answers: Answers, now_us: int | None, horizon_us: int = HORIZON_US
) -> Iterator[RuleVerdict]:
    """Yield the answers of one rule as verdicts."""
    after_us, threatened = reach(core)[1], threat(core)
    for at_us, values in answers.rows():
        yield verdict(name, answers.names, at_us, values, after_us, threatened, horizon_us, now_us)


def readable(found: RuleVerdict) -> dict[str, Any]:
    """Return a verdict with its times as text."""
    by = found.withdrawn_by
    return {
        "bindings": dict(found.bindings),
        "fast_until": None if found.fast_until_us is None else write(found.fast_until_us),
        "rule": found.rule,
        "settled": found.settled,
        "settles": write(found.settles_at_us),
        "t": write(found.at_us),
        "withdrawn_by": None if by is None else [None if end is None else write(end) for end in by],
    }


def line(found: RuleVerdict, **more: Any) -> str:
    """Return a verdict as one line of JSON, keys sorted."""
    return msgspec.json.encode({**readable(found), **more}, order="sorted").decode()
