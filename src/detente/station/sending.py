"""From what an officer hands in to an entry in the queue: drafted, sealed, signed, durable here, and what became of it since."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from detente.api.sending import Dismissal, DismissAsked, SendingAsked, Sent, SubmittingAsked
from detente.errors import Refused, problem
from detente.ledger.entry import Submission, check_submission, encode_header, entry_id
from detente.node.both.roles import roles_for
from detente.node.station.inputs import Composed, Dismissed, HeldBack
from detente.node.station.own_rules import SignedEntry, thread_problems
from detente.node.station.parts.outbox import Queued
from detente.records.parties.approval import ApprovalRule
from detente.rules.hotline.approvals import standing
from detente.station.answers.basis import basis
from detente.station.answers.finding import id_bytes, over_rows, own_officer
from detente.station.drafting import closings, draft_asked
from detente.station.engine import StationLoop
from detente.station.leaving import holding_rule, refuse_forbidden
from detente.station.naming import refuse_strangers
from detente.wiring.station import officer_keys

KEY_KINDS = frozenset({"host", "officer", "party"})
"""Kinds of entries that change keys."""

WAIT_AT_MOST_S = 60

PROVEN_WITHIN_S = 2.0
"""How long an answer waits, once the receipt is held, for the own copy to have proven the ledger as far as the entry."""


async def send(engine: StationLoop, asked: SendingAsked) -> Sent:
    """Sign and queue an entry; it is durable here when the answer comes. Raises `Refused` with every fault, and nothing is signed."""
    given = asked.body
    _look_for_key(engine, given.officer)
    refuse_forbidden(engine, given)
    draft, key = draft_asked(engine.state, engine.parts.officers, given, engine.now_us)
    refuse_strangers(engine, draft)
    ending = closings(engine.state, draft, given.ended_for)
    composed = engine.sealed(draft, key)
    rule = holding_rule(engine, draft)
    if rule is not None and ending:
        words = "waits for approval first; end it for others once it is out"
        raise Refused([problem("ended-for", "ended_for", ", ".join(given.ended_for), words, "Leave it out for now.")])
    if rule is not None:
        return await _hold(engine, composed, given.officer, rule)
    await engine.give_and_wait(composed)
    for one in ending:
        await engine.give_and_wait(engine.sealed(one, key))
    return await _handed_in(engine, composed.submission, asked.wait_s, given.refers_to)


async def _hold(engine: StationLoop, composed: Composed, officer: str, rule: ApprovalRule) -> Sent:
    """Keep here what the own party has to approve first; nothing of it leaves."""
    entry = _entry_id(composed.submission).hex()
    kind = composed.submission.header.kind.partition("/")[0]
    await engine.give_and_wait(HeldBack(composed, officer, entry, kind, rule))
    words = standing(rule.needs, officer, {}).sentence()
    return Sent(basis=basis(engine), id=entry, index=None, problems=(), state="held", words=words)


async def submit(engine: StationLoop, asked: SubmittingAsked) -> Sent:
    """Queue an entry of ours that was sealed and signed elsewhere: by the root key, which stays offline."""
    state = engine.state
    checked = check_submission(bytes(asked.body), state.me.genesis.slots, state.ledger)
    author = checked.header.author
    if author != state.me.party:
        rule = f"must be by {state.me.party}"
        raise Refused([problem("author", "header.author", author, rule, "Submit it at its author's station")])
    state.identity.signer_of(checked.header, max(state.following.next_entry, 1), roles_for(checked.header.kind))
    made = msgspec.json.decode(asked.body, type=Submission)
    if found := thread_problems(state, SignedEntry.of(made)):
        raise Refused(found)
    await engine.give_and_wait(Composed(made))
    return await _handed_in(engine, made, asked.wait_s)


async def dismiss(engine: StationLoop, asked: DismissAsked) -> Dismissal:
    """Let a submission go that the host refused: it leaves the list, and no station looks for it any more."""
    await engine.give_and_wait(Dismissed(id_bytes(asked.id), own_officer(engine, asked.officer)))
    return Dismissal(basis=basis(engine), dismissed=asked.id)


def _look_for_key(engine: StationLoop, officer: str) -> None:
    """Read the officers' keys again where one was added or replaced since the start."""
    state, held = engine.state, engine.parts.officers.get(officer)
    if officer and (held is None or state.identity.key_at(held.public, max(state.following.next_entry, 1)) is None):
        engine.parts.officers.update(officer_keys(engine.parts.folder))


async def _handed_in(engine: StationLoop, made: Submission, wait_s: int, refers_to: Iterable[str] = ()) -> Sent:
    """Say what became of what was queued; with it, what it refers to that does not hold any more."""
    entry = _entry_id(made)
    item, index = await _until_settled(engine, entry, made.header.kind.partition("/")[0] in KEY_KINDS, wait_s)
    return Sent(
        basis=basis(engine),
        id=entry.hex(),
        index=index,
        over=over_rows(engine, refers_to),
        problems=item.problems if item is not None else (),
        state=item.state if item is not None else "included",
    )


async def _until_settled(
    engine: StationLoop, entry: bytes, changes_keys: bool, wait_s: int
) -> tuple[Queued | None, int | None]:
    """Wait for the host's word, then until the entry stands here too; return where it stands in the queue, and its index.

    What changes keys is waited for to the end: until then this station would sign with the key that was replaced.
    """
    changed = asyncio.Event()

    def told(topic: str, about: str) -> None:
        changed.set()

    now_s = asyncio.get_running_loop().time
    end_s, index = now_s() + min(wait_s, WAIT_AT_MOST_S), None
    answered = False
    engine.listeners.add(told)
    try:
        while True:
            changed.clear()
            item = engine.state.sending.outbox.items.get(entry)
            index = item.index if item is not None else _index(engine, entry)
            if not answered and not _pending(item):
                answered = True
                end_s = end_s if changes_keys else min(end_s, now_s() + PROVEN_WITHIN_S)
            if (answered and _stands_here(engine, item, index, changes_keys)) or now_s() >= end_s:
                return item, index
            try:
                await asyncio.wait_for(changed.wait(), end_s - now_s())
            except TimeoutError:
                continue
    finally:
        engine.listeners.discard(told)


def _index(engine: StationLoop, entry: bytes) -> int | None:
    """Return where an entry stands that has left the queue because the own copy has it."""
    found = engine.state.following.recent.get(entry) or engine.state.find(entry)
    return None if found is None else found[0]


def _stands_here(engine: StationLoop, item: Queued | None, index: int | None, changes_keys: bool) -> bool:
    """Say whether the own copy has what the host answered: the leaf proven, and of what changes keys the entry taken in."""
    state = engine.state
    if item is not None and item.state == "refused":
        return True
    if changes_keys:
        return (
            state.following.next_entry > index
            if index is not None
            else state.following.next_entry >= state.following.size
        )
    return index is None or state.following.size > index


def _pending(item: Queued | None) -> bool:
    return item is not None and item.state in ("queued", "sent")


def _entry_id(made: Submission) -> bytes:
    return entry_id(encode_header(made.header), bytes.fromhex(made.signature))
