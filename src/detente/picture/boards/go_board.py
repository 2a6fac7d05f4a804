"""The go / hold board of one party's movements, and the register of its sites, from all that this viewer has on record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from detente.picture.boards.endangered_board import ANSWERS
from detente.picture.notices.airspace import LiveNotice
from detente.picture.notices.delivery import DeliveryStep
from detente.picture.picture import Picture
from detente.records.notices.lead import lead_of
from detente.records.notices.notice import Activity
from detente.rules.protection.go_hold import GoHold, Movement, Recipient, verdict, verification


class SiteLine(msgspec.Struct, frozen=True, kw_only=True):
    """One own site: how far its entry can be relied on, who has it, who must not, who has read it by role."""

    consent: str
    expires_us: int | None
    hits: int
    names: tuple[str, ...]
    not_to: tuple[str, ...]
    organisation: str
    read_by: tuple[str, ...]
    reverify_us: int | None
    shared_with: tuple[str, ...]
    verification: str
    version: str


def movements(picture: Picture, party: str, now_us: int, rules: Mapping[str, int]) -> list[GoHold]:
    """Return go / hold for each own open movement, the next to start first."""
    found = [
        verdict(_movement(picture, live, now_us, rules), now_us)
        for live in picture.airspace.live(now_us)
        if live.author == party and live.activity is Activity.PROTECTED_MOVEMENT
    ]
    return sorted(found, key=lambda v: (v.start_us, v.version))


def sites(picture: Picture, party: str, now_us: int) -> list[SiteLine]:
    """Return every own site, those that need work first."""
    found = [
        _site(picture, live, now_us)
        for live in picture.airspace.live()
        if live.author == party and live.activity is Activity.PROTECTED_SITE
    ]
    return sorted(found, key=lambda s: (s.verification == "verified", s.names, s.version))


def _site(picture: Picture, live: LiveNotice, now_us: int) -> SiteLine:
    humane, consent = picture.humane.details(live.version), picture.humane.consent(live.version)
    entry = picture.heads.entry(live.version)
    facts = [f for found in picture.delivery.of(live.version).values() for f in found if f.step in ANSWERS]
    verified_us, reverify_us, expires_us = (
        (humane.verified_us, humane.reverify_us, humane.expires_us) if humane else (None, None, None)
    )
    return SiteLine(
        consent="none" if consent is None else f"{consent.state} by {consent.owner}",
        expires_us=expires_us,
        hits=len(picture.humane.hits_of(live.version)),
        names=humane.names if humane else (),
        not_to=consent.not_to if consent is not None else (),
        organisation=humane.organisation if humane else "",
        read_by=tuple(sorted({f"{f.party}/{f.by_role or 'no role'}" for f in facts})),
        reverify_us=reverify_us,
        shared_with=entry.recipients if entry is not None else (),
        verification=verification(verified_us, reverify_us, expires_us, now_us),
        version=live.version,
    )


def _movement(picture: Picture, live: LiveNotice, now_us: int, rules: Mapping[str, int]) -> Movement:
    notice, entry = live.notice(), picture.heads.entry(live.version)
    consent = picture.humane.consent(live.version)
    first = picture.heads.entry(live.first)
    short_us = 0
    if notice is not None and first is not None and notice.shorter_lead_accepted_by is None:
        lead = lead_of(notice, first.received_at_us, rules)
        short_us = max(0, lead.least_us - lead.actual_us)
    stops = [c for c in picture.stops.clocks() if c.asker == live.author and c.closed_us is None]
    near = [stop for stop in stops if _about(picture, live, stop.stop)]
    return Movement(
        consent="none" if consent is None else consent.state,
        hits=len(picture.humane.hits_of(live.version)),
        lead_short_us=short_us,
        recipients=tuple(_recipient(picture, live, p, now_us) for p in (entry.recipients if entry is not None else ())),
        start_us=live.start_us or 0,
        stops_running=len(near),
        version=live.version,
        words=notice.words if notice is not None else "",
    )


def _about(picture: Picture, live: LiveNotice, stop: str) -> bool:
    asked = picture.stops.state.stops.get(stop)
    if asked is None or asked.message.within is not None or asked.message.volumes:
        return True  # a running stop somewhere holds until somebody has looked
    return live.first in {picture.airspace.first_of(about) for about in asked.message.about}


def _recipient(picture: Picture, live: LiveNotice, party: str, now_us: int) -> Recipient:
    facts = picture.delivery.facts(live.version, party)
    steps = {f.step for f in facts}
    units = {f.unit for f in facts if f.step is DeliveryStep.PASSED_TO_UNIT}
    confirmed = [
        f.unit
        for f in facts
        if f.step in (DeliveryStep.UNIT_CONFIRMED, DeliveryStep.COMPLIED) and f.unit in units and f.unit
    ]
    screened: Literal["concern", "none raised", "not screened", "waiting"] = "waiting"
    for answered in picture.screenings.of(live.version, now_us):
        if answered.party == party and answered.answer is not None:
            screened = answered.answer
    return Recipient(
        approval=_approval(picture, live.version, party),
        asked_afresh=_asked_afresh(picture, live, party),
        party=party,
        passed=bool(units),
        read=bool(steps & {DeliveryStep.READ, DeliveryStep.CONFIRMED, DeliveryStep.READ_BACK}) or bool(units),
        screening=screened,
        told=DeliveryStep.TOLD in steps or len(steps - {DeliveryStep.RECORDED}) > 0,
        unit=confirmed[0] if confirmed else None,
    )


def _approval(
    picture: Picture, version: str, party: str
) -> Literal["approved", "asked", "delayed", "not asked", "refused"]:
    last = picture.humane.approval(version, party)
    if last is None:
        return "not asked"
    return "asked" if last.coordination.says == "asks-approval" else last.coordination.says


def _asked_afresh(picture: Picture, live: LiveNotice, party: str) -> int:
    """How many warnings that cover this version the party has not answered."""
    waiting = {w.version for w in picture.waiting.asked_of(party)}
    found = 0
    for change in picture.dangers.changes():
        causes = ("said", "over") if change.until_us is not None else ("said",)
        for cause in causes:
            if (party, live.index) in picture.dangers.covered(change.source, cause):  # type: ignore[arg-type]
                given = picture.dangers.warned(change.source, cause)  # type: ignore[arg-type]
                found += any(w.recipient == party and w.entry in waiting for w in given)
    return found
