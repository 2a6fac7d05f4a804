"""Permissions with what was said to them, lifelines as they stand, and live notices that need a permission and rest on none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace
from detente.records.agreements.permission import Permission, PermissionReply
from detente.records.protection.lifeline import Lifeline
from detente.rules.agreements.permits import PermissionSaid, Permit, flag


class LifelineStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A lifeline as its author last said it stands."""

    at_us: int
    author: str
    entry: str
    lifeline: Lifeline


class PermitsState(msgspec.Struct, kw_only=True):
    """Terms by id, replies by the terms, lifelines by id."""

    lifelines: dict[str, LifelineStanding] = {}
    permits: dict[str, Permit] = {}
    replies: dict[str, list[PermissionSaid]] = {}


class Permits(View):
    """Permissions and lifelines of one viewer. `Heads` has taken the entry in before."""

    name = "permits"
    kinds: ClassVar[frozenset[str]] = frozenset({"lifeline", "permission"})
    state: PermitsState

    def __init__(self, heads: Heads, airspace: Airspace) -> None:
        self.state = PermitsState()
        self._heads, self._airspace = heads, airspace

    def apply(self, known: Entry) -> None:
        """Take in terms, a reply, or a lifeline. Terms must be by the side that they say speaks: host or guest."""
        author, at_us = known.header.author, known.received_at_us
        terms, reply, lifeline = known.body(Permission), known.body(PermissionReply), known.body(Lifeline)
        if terms is not None and author == (terms.guest if terms.act == "ask" else terms.host):
            self.state.permits[known.id] = Permit(at_us=at_us, author=author, entry=known.id, replies=(), terms=terms)
        elif reply is not None:
            said = PermissionSaid(answer=reply.answer, at_us=at_us, party=author, words=reply.words)
            self.state.replies.setdefault(reply.about, []).append(said)
        elif lifeline is not None:
            self.state.lifelines[known.id] = LifelineStanding(
                at_us=at_us, author=author, entry=known.id, lifeline=lifeline
            )

    def permit(self, entry: str) -> Permit | None:
        """Return one permission with every reply to it, or None."""
        found = self.state.permits.get(entry)
        if found is None:
            return None
        return msgspec.structs.replace(found, replies=tuple(self.state.replies.get(entry, ())))

    def permits(self) -> tuple[Permit, ...]:
        """Return all permissions that no newer version replaces, in order of the ledger."""
        found = (self.permit(entry) for entry in self.state.permits if not self._replaced(entry))
        return tuple(permit for permit in found if permit is not None)

    def lifelines(self) -> tuple[LifelineStanding, ...]:
        """Return the lifelines as each author last said; two authors of one lifeline stand beside each other."""
        return tuple(kept for entry, kept in self.state.lifelines.items() if not self._replaced(entry))

    def flagged(self, now_us: int) -> Iterator[tuple[str, str, str]]:
        """Yield live notices that need a permission and have none: version, author, why."""
        for live in self._airspace.live():
            notice = live.notice()
            if notice is None:
                continue
            permits = [p for p in map(self.permit, notice.rests_on) if p is not None and not self._over(p.entry)]
            why = flag(notice, live.author, permits, now_us)
            if why is not None:
                yield live.version, live.author, why

    def _over(self, entry: str) -> bool:
        return self._replaced(entry) or self._heads.closing(entry) is not None

    def _replaced(self, entry: str) -> bool:
        found = self._heads.entry(entry)
        return found is not None and found.superseded_by is not None
