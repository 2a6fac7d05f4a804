"""Revisions of verdicts that this party has published: recorded by its station, one for each agreement and triggering entry.

The slot (agreement, entry) is taken by the revision in the ledger, or by one that still waits in the outbox; so nothing is revised twice,
also after a restart.
"""

from __future__ import annotations

import msgspec

from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose, Effect
from detente.node.station.state import Station
from detente.rules.agreements.judging.publishing import RULESET, batch


class _Body(msgspec.Struct):
    about: str
    trigger: str | None


class _Facet(msgspec.Struct):
    body: _Body


class _Opening(msgspec.Struct):
    facet: _Facet | None


class _Submission(msgspec.Struct):
    facets: tuple[_Opening | None, ...]


def revisions(state: Station, now_us: int) -> list[Effect]:
    """Return the revisions that the last entry has made due, sealed for the readers of what they revise."""
    due = [one for one in state.picture.agreements.take_due() if one.author == state.me.party]
    if not due:
        return []
    queued = _queued(state)
    effects: list[Effect] = []
    for one in due:
        if (one.about, one.trigger) in queued:
            continue
        body = batch(
            one.about,
            one.verdicts,
            one.now_us,
            one.size,
            RULESET,
            revises=one.revises,
            trigger=one.trigger,
            was=one.was,
        )
        effects.append(Compose(draft_of(state, body, one.audience, now_us)))
    return effects


def _queued(state: Station) -> set[tuple[str, str | None]]:
    """The slots of revisions that are signed and not in the ledger yet."""
    found = set()
    for item in state.sending.outbox.items.values():
        if not item.kind.startswith("verdict/"):
            continue
        try:
            first = msgspec.json.decode(item.raw, type=_Submission).facets[0]
        except (msgspec.MsgspecError, IndexError):
            continue
        if first is not None and first.facet is not None:
            found.add((first.facet.body.about, first.facet.body.trigger))
    return found
