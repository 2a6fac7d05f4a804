"""The go / hold board: what, of all that is on record, still holds a movement back. Whoever leads the convoy decides; a board cannot.

An empty list of reasons says only that nothing on record holds it. It never says that a road is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from detente.geometry.durations import HOUR_US


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """What is on record of one recipient of a movement's notice. `unit` is a unit that it was passed to and that confirmed it."""

    approval: Literal["approved", "asked", "delayed", "not asked", "refused"]
    asked_afresh: int
    party: str
    passed: bool
    read: bool
    screening: Literal["concern", "none raised", "not screened", "waiting"]
    told: bool
    unit: str | None


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One own movement as it stands. `lead_short_us` is how far the lead time is short, 0: it is not, or somebody accepted it."""

    consent: Literal["given", "none", "withdrawn"]
    hits: int
    lead_short_us: int
    recipients: tuple[Recipient, ...]
    start_us: int
    stops_running: int
    version: str
    words: str


class GoHold(msgspec.Struct, frozen=True, kw_only=True):
    """HOLD with its reasons; or nothing on record holds it, with what that does not say."""

    answer: Literal["HOLD", "nothing on record holds it"]
    reasons: tuple[str, ...]
    start_us: int
    version: str
    words: str


def verdict(movement: Movement, now_us: int) -> GoHold:
    """Return what holds a movement back, the gravest first."""
    reasons = [*_whole(movement), *(r for one in movement.recipients for r in _of(one))]
    if movement.start_us < now_us:
        reasons = [*reasons, *([] if not reasons else ["it is under way: halt it, or tell it"])]
    return GoHold(
        answer="HOLD" if reasons else "nothing on record holds it",
        reasons=tuple(reasons),
        start_us=movement.start_us,
        version=movement.version,
        words=movement.words,
    )


def _whole(movement: Movement) -> list[str]:
    found: list[str] = []
    if movement.hits:
        found.append(f"a notified place or movement near it is reported hit ({movement.hits})")
    if movement.stops_running:
        found.append(f"{movement.stops_running} stop(s) running, not complied with")
    if movement.consent != "given":
        found.append(
            "no consent of its owner is on record" if movement.consent == "none" else "its owner withdrew consent"
        )
    if movement.lead_short_us:
        found.append(f"told {movement.lead_short_us // HOUR_US} h later than its class asks, and nobody accepted that")
    if not movement.recipients:
        found.append("nobody has been told")
    return found


def _of(one: Recipient) -> Sequence[str]:
    found: list[str] = []
    if one.asked_afresh:
        found.append(f"{one.party}: asked afresh since something changed, not answered")
    if one.screening == "concern":
        found.append(f"{one.party}: raises a concern")
    if one.screening in ("not screened", "waiting"):
        found.append(
            f"{one.party}: {'screening still out' if one.screening == 'waiting' else one.screening}: nobody compared it with anything"
        )
    if one.approval in ("asked", "delayed", "refused"):
        found.append(f"{one.party}: approval {one.approval if one.approval != 'asked' else 'asked, no answer'}")
    if not one.told:
        found.append(f"{one.party}: no evidence that its station holds the notice")
    elif not one.read:
        found.append(f"{one.party}: no officer has acknowledged it")
    elif not one.passed:
        found.append(f"{one.party}: not passed to any acting unit")
    elif one.unit is None:
        found.append(f"{one.party}: no acting unit has confirmed it")
    return found


def verification(verified_us: int | None, reverify_us: int | None, expires_us: int | None, now_us: int) -> str:
    """Say how far a site's entry can be relied on: a wrong entry discredits all."""
    if expires_us is not None and expires_us <= now_us:
        return "EXPIRED"
    if verified_us is None:
        return "never verified"
    if reverify_us is not None and reverify_us <= now_us:
        return "verification OVERDUE"
    return "verified"
