"""Fan-out: when something changes on which open notices rest, find them, raise one alarm, and warn whom their author addressed.

    change folded, or its announced end has come ──> look (a slice in each step) ──> one alarm with a count ──> warnings, soonest first

Each station warns of its own party's notices; of others' it only tells its own officers. What was warned of is in the ledger
or in the queue, so a restart goes on where it was and warns nobody twice. Nothing is done before the own copy has caught up with
the proven ledger: warnings given before may still be on their way into it.
"""

from __future__ import annotations

from heapq import heappop, heappush

import msgspec

from detente.ledger.entry import Draft
from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose, Effect
from detente.node.station.parts.changes import Fans, Job
from detente.node.station.parts.durable_change import Keep
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station
from detente.picture.notices.endangered import Dangers, Search
from detente.records.notices.warning import Cause, DangerWarning
from detente.rules.notices.changes.fan_out import Change, warnings

LOOK_AT_ONCE = 2_000
"""Candidates looked at in one step: a few milliseconds."""

REFERENCES = 64


def fan_out(state: Station, now_us: int) -> list[Effect]:
    """Do a slice of what is due."""
    fans = state.acting.fans
    if not state.following.caught_up:
        return []
    _take_fresh(fans, fans.dangers)
    _take_ended(fans, fans.dangers, now_us)
    if fans.job is None and fans.waiting:
        change, cause = fans.waiting.popleft()
        fans.job = Job(cause=cause, change=change, search=Search(fans.dangers, change, cause))
    return [] if fans.job is None else _work(state, fans, fans.dangers, fans.job, now_us)


def due_us(state: Station, now_us: int) -> int | None:
    """When the fan-out wants to go on; None while it waits for the own copy."""
    return state.acting.fans.due_us(now_us) if state.following.caught_up else None


def queued(state: Station, warning: DangerWarning, entry: str) -> None:
    """Take a warning that waits in our queue as given."""
    state.acting.fans.dangers.warn(warning, state.me.party, entry, None)


def _take_fresh(fans: Fans, dangers: Dangers) -> None:
    for change in dangers.take_fresh():
        if _slot(change, "said") not in fans.done:
            fans.waiting.append((change, "said"))
        if change.until_us is not None and _slot(change, "over") not in fans.done:
            heappush(fans.ends, (change.until_us, change.source))


def _take_ended(fans: Fans, dangers: Dangers, now_us: int) -> None:
    while fans.ends and fans.ends[0][0] <= now_us:
        change = dangers.change(heappop(fans.ends)[1])
        if change is not None and dangers.end_stands(change):
            fans.waiting.append((change, "over"))


def _work(state: Station, fans: Fans, dangers: Dangers, job: Job, now_us: int) -> list[Effect]:
    effects: list[Effect] = []
    if job.warnings is None:
        if job.search.look(LOOK_AT_ONCE):
            return []
        effects += _alarm(state, job, now_us)
        steps = {w.recipient: 0 for w in dangers.warned(job.change.source, job.cause)}
        for arrived in dangers.warned(job.change.source, job.cause):
            if arrived.author == state.me.party:
                steps[arrived.recipient] = max(steps[arrived.recipient], arrived.step + 1)
        own = (one for one in job.search.ranked() if one.open.author == state.me.party)
        already = dangers.covered(job.change.source, job.cause)
        job.warnings = warnings(job.change, job.cause, own, steps, already, now_us)
    warning = next(job.warnings, None)  # one in each step, so that the first leaves before the last is made
    if warning is None:
        fans.job = None
        slot = _slot(job.change, job.cause)
        fans.done.add(slot)
        return [*effects, Keep(kept=[(f"fan/{slot}", b"done")])]
    dangers.warn(warning, state.me.party, "", None)
    return [*effects, Compose(_draft(state, warning, now_us))]


def _draft(state: Station, warning: DangerWarning, now_us: int) -> Draft:
    draft = draft_of(state, warning, (warning.recipient,), now_us)
    refers_to = (warning.about, *(one.version for one in warning.endangered))[:REFERENCES]
    return msgspec.structs.replace(draft, refers_to=refers_to)


def _alarm(state: Station, job: Job, now_us: int) -> list[Effect]:
    """One alarm for the whole of it, with how many and which comes first."""
    found = job.search.found
    if not found:
        return []
    first = job.search.first()
    change = job.change
    at_once = job.search.in_danger(max(now_us, change.begins_us(job.cause)))
    said = f"{change.change}, says {change.by}" if job.cause == "said" else f"the end announced by {change.by} has come"
    words = (
        f"{change.matter}: {said}. {found} open notice{'s rest' if found > 1 else ' rests'} on it, {at_once} in "
        f"danger from that moment; first: {first.sentence(now_us)} ({first.open.version[:12]}). See `detente endangered`."
    )
    return raise_alarm(state, "endangered", _slot(change, job.cause), words, now_us)


def _slot(change: Change, cause: Cause) -> str:
    return f"{change.source} {cause}"
