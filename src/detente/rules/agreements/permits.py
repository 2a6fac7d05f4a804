"""Permissions: where one stands at a time, and whether a notice that needs one rests on one that covers it.

    asked ──> offered ──> accepted ──> in force ──> expired
                 │           refused        └──> withdrawn
                 └──> lapsed (nobody accepted in time; silence accepts nothing)

Pure. That a permission stands says nothing about danger: notification and permission are different things.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from detente.geometry.exact.separation import meets
from detente.geometry.volume import Separation
from detente.records.agreements.permission import Permission
from detente.records.notices.notice import Activity, Notice

NEEDS: Final = frozenset({Activity.GUEST_ACTIVITY})
"""Classes of activity that are nobody's own ground, and need a permission."""

TOUCHING: Final = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)


class Stands(StrEnum):
    """Where a permission stands."""

    ASKED = "asked for, not answered"
    OFFERED = "offered, not accepted"
    LAPSED = "lapsed: not answered in time"
    REFUSED = "refused"
    AHEAD = "agreed, not begun"
    IN_FORCE = "in force"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


VALID: Final = frozenset({Stands.AHEAD, Stands.IN_FORCE})
"""Standings under which a notice may rest on it."""


class PermissionSaid(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reply on record: by whom, when, what."""

    answer: str
    at_us: int
    party: str
    words: str


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """One permission's terms as recorded, their author, and every reply in order of the ledger."""

    at_us: int
    author: str
    entry: str
    replies: tuple[PermissionSaid, ...]
    terms: Permission


def standing(permit: Permit, now_us: int) -> Stands:
    """Return where a permission stands at a time.

    Only the side that was asked may accept or refuse, and only until it lapses; only the host withdraws what is agreed, its
    author what is not. What comes after that, or from anybody else, moves nothing.
    """
    terms = permit.terms
    stands = {"ask": Stands.ASKED, "grant": Stands.AHEAD, "offer": Stands.OFFERED}[terms.act]
    asked = terms.guest if terms.act == "offer" else terms.host
    for said in permit.replies:
        if said.at_us > now_us:
            break
        in_time = terms.lapses_us is None or said.at_us <= terms.lapses_us
        if stands in (Stands.ASKED, Stands.OFFERED) and in_time and said.party == asked:
            stands = {"accept": Stands.AHEAD, "refuse": Stands.REFUSED}.get(said.answer, stands)
        elif said.answer == "withdraw" and _may_withdraw(stands, said.party, permit):
            stands = Stands.WITHDRAWN
    if stands in (Stands.ASKED, Stands.OFFERED):
        return Stands.LAPSED if terms.lapses_us is not None and now_us > terms.lapses_us else stands
    if stands is not Stands.AHEAD or now_us < terms.from_us:
        return stands
    return Stands.IN_FORCE if now_us <= terms.until_us else Stands.EXPIRED


def _may_withdraw(stands: Stands, party: str, permit: Permit) -> bool:
    if stands in (Stands.ASKED, Stands.OFFERED):
        return party == permit.author
    return stands is Stands.AHEAD and party == permit.terms.host


def covers(terms: Permission, author: str, notice: Notice) -> tuple[str, ...]:
    """Return why a permission does not cover a notice of `author`; empty when it does."""
    faults = []
    if terms.guest != author:
        faults.append(f"it is for {terms.guest}, not for {author}")
    if notice.activity not in terms.activities:
        faults.append(f"it is for {', '.join(terms.activities)}, not for {notice.activity}")
    if any(v.start_us < terms.from_us or v.end_us > terms.until_us for v in notice.volumes):
        faults.append("the notice reaches beyond its time")
    if terms.volumes and not all(any(meets(v, ground, TOUCHING) for ground in terms.volumes) for v in notice.volumes):
        faults.append("a part of the notice lies wholly outside its ground")
    return tuple(faults)


def flag(notice: Notice, author: str, permits: Sequence[Permit], now_us: int) -> str | None:
    """Say what is wrong with a notice that needs a permission; None where it needs none, or rests on one that covers it.

    `permits` are those that the notice rests on, as far as they may be read here.
    """
    if notice.activity not in NEEDS:
        return None
    if not permits:
        return "needs a permission of its host, and rests on none that may be read here"
    why = []
    for permit in permits:
        stands = standing(permit, now_us)
        faults = covers(permit.terms, author, notice)
        if stands in VALID and not faults:
            return None
        why.append(f"{permit.terms.permission}: {'; '.join(faults) if stands in VALID else stands.value}")
    return f"needs a permission of its host, and what it rests on does not carry it: {' / '.join(why)}"
