"""Whether a submission that holds by itself may stand at the next index: who signed, to whom, in place of what.

Everything judged here depends on the ledger so far, so it runs in one place, in order. A refusal tells a party only what it
could know from entries it may read. `admit` changes nothing unless it returns.
"""

from __future__ import annotations

from typing import Final

import msgspec

from detente import errors
from detente.errors import Problem, Refused, problem
from detente.ledger.entry import Header, Submission
from detente.ledger.identity import Identity
from detente.node.both.registering import register
from detente.node.both.roles import roles_for
from detente.node.both.speaking import Speaking, not_spoken_for
from detente.node.host.examine import Examined
from detente.node.host.ladders import HostLadders
from detente.node.host.threads import Threads
from detente.records.body import Body
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import Erasure
from detente.records.entries.supersede import Proposed, check_closing, check_erasure, check_supersession
from detente.records.entries.watermark import Watermark
from detente.records.hotline.step import Step
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import START, State
from detente.records.notices.screening import Screening
from detente.records.registry import REGISTRY, Record

JUDGED_ONCE: Final = frozenset({"closing", "screening", "watermark"})
"""Kinds whose bodies the host reads to admit them, and that change nothing it folds."""

_FIRST_STATES: Final = frozenset(state.value for state in START)

_SUBMISSION = msgspec.json.Decoder(Submission)


def check_author(entry: Examined, party: str) -> None:
    """Only its author hands an entry in: a reader who did could leave out openings that others were meant to have."""
    if entry.author != party:
        rule = f"must be {party}, the party of this session"
        found = problem("not-yours", "header.author", entry.author, rule, "Leave it to its author's station")
        raise Refused([found])


def admit(
    entry: Examined,
    raw: bytes,
    index: int,
    identity: Identity,
    members: frozenset[str],
    threads: Threads,
    speaking: Speaking,
    ladders: HostLadders,
) -> Body | None:
    """Judge an entry for an index; apply it to the identity fold. Returns its body if the host has to act on it.

    `members` are the parties in `identity`.
    Raises `Refused`, and has changed nothing then.
    """
    roles = roles_for(entry.kind)
    use = identity.key_at(entry.key, index)
    if use is None or use.party != entry.author or use.role not in roles:
        identity.signer_of(_header(raw), index, roles)  # says what is wrong
    problems = [] if members.issuperset(entry.audience) else _audience_problems(entry, members)
    problems += _thread_problems(entry, threads)
    body = _body(entry)
    if isinstance(body, Erasure):
        problems += _inside(check_erasure(body, entry.author, threads, ladders.unanswered(body.about)))
    elif isinstance(body, Closing):
        problems += _inside(check_closing(body, entry.author, threads))
        body = None
    elif isinstance(body, Step):
        problems += ladders.problems(body, entry, threads)
    if isinstance(body, Screening):
        field = "facets[0].facet.body.speaks_for"
        problems += not_spoken_for(body.speaks_for, speaking.of(entry.author), entry.author, field)
        body = None
    if isinstance(body, Watermark):
        problems += _watermark_problems(body.size, index)
        body = None
    if problems:
        raise Refused(problems)
    if body is not None:
        register(identity, index, entry.author, entry.key, body)
    return body


def refold(entry: Examined, index: int, identity: Identity) -> Body | None:
    """Apply an entry that was admitted before to the identity fold; returns its body if the host has to act on it.

    A body that was sealed when it was admitted and came back from a station afterwards (docs/formats/host-api.md, "Recovery") was judged by
    nobody: what does not hold means nothing to the host, and keeps it from nothing.
    """
    if entry.kind.partition("/")[0] in JUDGED_ONCE:
        return None
    try:
        body = _body(entry)
        if body is None or REGISTRY.check(body):
            return None
        register(identity, index, entry.author, entry.key, body)
    except Refused:
        return None
    except errors.SURVIVED:
        return None
    return body


def _body(entry: Examined) -> Body | None:
    if not entry.body:
        return None
    record = REGISTRY.read(entry.kind, entry.form, entry.body, strict=False)
    return record.body if isinstance(record, Record) else None


def _audience_problems(entry: Examined, members: frozenset[str]) -> list[Problem]:
    strangers = [party for party in entry.audience if party not in members]
    rule = "must be a party of this ledger"
    return [problem("audience", "header.audience", party, rule, "See `parties`") for party in strangers]


def _thread_problems(entry: Examined, threads: Threads) -> list[Problem]:
    if entry.supersedes is None and (not entry.state or entry.state in _FIRST_STATES):
        return []
    proposed = Proposed(
        activity=Activity(entry.activity) if entry.activity else None,
        author=entry.author,
        kind=entry.kind.partition("/")[0],
        state=State(entry.state) if entry.state else None,
        supersedes=entry.supersedes,
    )
    where = {"supersedes": "header.supersedes", "state": "facets.state", "activity": "facets.activity"}
    return [
        msgspec.structs.replace(found, field=where.get(found.field, found.field))
        for found in check_supersession(proposed, threads)
    ]


def _inside(problems: tuple[Problem, ...]) -> list[Problem]:
    """Say where in the submission a fault of a body stands: erasures and closings have one facet, the first."""
    return [msgspec.structs.replace(found, field=f"facets[0].facet.body.{found.field}") for found in problems]


def _watermark_problems(size: int, index: int) -> list[Problem]:
    """Nobody holds leaves that do not exist yet."""
    if size <= index:
        return []
    rule = f"must not exceed {index}, the size of the ledger before this entry"
    return [problem("watermark-ahead", "facets[0].facet.body.size", size, rule, "State the size that you have proven")]


def _header(raw: bytes) -> Header:
    return _SUBMISSION.decode(raw).header
