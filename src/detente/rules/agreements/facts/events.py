"""What a viewer's entries say has happened: matters with the voices for and against each, and signed acts that are entries themselves.

A claim does not happen; it speaks of a *matter* (its subject). Claims on one subject that name different actors are different
occurrences, and each is a voice against the others: who did it is then contested. An answer, a call, a notice, an assent or a
position is an entry that its author signed: that it was made needs no other voice.

    claim      class: its event_class, and its subject      when: as stated, a band
    notice     notice.<activity>                            response   <answer>, about the thread answered
    call       call.<outcome>                               message    message.<urgency>
    assent     assent.<act>                                 position   position.<says>, power.<power>
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detente.geometry.volume import Volume4D
from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.records.body import Body, Stated
from detente.records.hotline.call import Call
from detente.records.hotline.message import Message
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.response import Response
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.said import ClaimSaid, origin_of


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """One origin's word on a matter, by its first entry here. `party` is the speaker's id where the origin speaks itself."""

    entry: str
    origin: str
    party: str | None


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, or that somebody says happened, between two moments (µs since 1970 UTC, both included).

    `recorded_us` is set for a signed act: when the ledger had it; its band is then when its author signed. `timed` False: nobody says when,
    and the band is when it was first spoken of. `entries` are all entries that speak of it.
    """

    about: tuple[str, ...] = ()
    actor: str
    affected: str = ""
    against: tuple[Voice, ...] = ()
    classes: tuple[str, ...]
    entries: tuple[str, ...]
    first_us: int
    for_: tuple[Voice, ...]
    id: str
    last_us: int
    place: Volume4D | None = None
    recorded_us: int | None = None
    timed: bool = True
    unsure: tuple[Voice, ...] = ()


def of_claims(subject: str, all_said: Sequence[ClaimSaid], denials: Sequence[ClaimSaid] = ()) -> tuple[Occurrence, ...]:
    """Return the occurrences that the claims on a subject tell of, one for each actor and each who is said to have been hit, in that order.

    Accounts that name another actor, or the same with another who was hit, are voices against each other.

    `denials` are denials of other subjects that these claims imply. A claim without an actor counts for an occurrence without one only
    where nobody names one: it says that something happened, not who did it.
    """
    held = standing(all_said)
    spoke = [s for s in held if s.claim.stance in FOR]
    others = [*(s for s in held if s.claim.stance not in FOR), *denials]
    actors = sorted({s.claim.actor for s in (spoke or others) if s.claim.actor}) or [""]
    return tuple(
        _occurrence(subject, actor, affected, spoke, others)
        for actor in actors
        for affected in _affected(actor, spoke or others)
        if spoke or others
    )


def _affected(actor: str, claims: Sequence[ClaimSaid]) -> list[str]:
    """Who is said to have been hit by this actor, each once; "" where nobody says."""
    return sorted({s.claim.affected for s in claims if s.claim.actor in ("", actor) and s.claim.affected}) or [""]


def _occurrence(
    subject: str, actor: str, affected: str, spoke: Sequence[ClaimSaid], others: Sequence[ClaimSaid]
) -> Occurrence:
    """One that is only denied has no voice for it, and stands where the denials put it."""
    by_actor = [s for s in spoke if s.claim.actor == actor] or list(spoke)
    own = [s for s in by_actor if s.claim.affected == affected] or by_actor
    at = own or list(others)
    rivals = [s for s in spoke if s.claim.actor and s.claim.actor != actor]
    rivals += [s for s in by_actor if s.claim.affected not in ("", affected)]
    denied = [s for s in others if s.claim.stance == "denies" and s.claim.actor in ("", actor)]
    unsure = [s for s in others if s.claim.stance == "cannot-confirm" and s.claim.actor in ("", actor)]
    bands = [band for s in at if (band := _band(s.claim.at_stated, s.at_us)) is not None]
    first_us = min((b[0] for b in bands), default=min(s.at_us for s in at))
    last_us = max((b[1] for b in bands), default=min(s.at_us for s in at))
    classes = {s.claim.event_class for s in at if s.claim.event_class}
    return Occurrence(
        about=tuple(sorted({about for s in at for about in s.claim.about})),
        actor=actor,
        affected=affected,
        against=_voices([*denied, *rivals]),
        classes=tuple(sorted({*classes, subject})),
        entries=tuple(sorted({s.id for s in (*own, *denied, *rivals, *unsure)})),
        first_us=first_us,
        for_=_voices(own),
        id="/".join(part for part in (subject, actor, affected) if part),
        last_us=max(first_us, last_us),
        place=next((s.claim.place for s in at if s.claim.place is not None), None),
        timed=bool(bands),
        unsure=_voices(unsure),
    )


def _voices(all_said: Sequence[ClaimSaid]) -> tuple[Voice, ...]:
    """One voice for each origin; where it speaks itself, that entry stands for it."""
    found: dict[str, Voice] = {}
    for s in sorted(all_said, key=lambda s: (bool(s.claim.chain), s.at_us, s.id)):
        origin = origin_of(s.claim)
        itself = not s.claim.chain and not s.claim.origin
        found.setdefault(origin, Voice(entry=s.id, origin=origin, party=s.claim.party if itself else None))
    return tuple(found[origin] for origin in sorted(found))


def _band(stated: Stated | None, said_us: int) -> tuple[int, int] | None:
    if stated is None or (stated.earliest_us is None and stated.latest_us is None):
        return None
    first = stated.latest_us if stated.earliest_us is None else stated.earliest_us
    last = max(said_us, first or 0) if stated.latest_us is None else stated.latest_us
    return first or 0, last


def of_act(
    entry: str, author: str, signed_us: int, recorded_us: int, body: Body, thread: str = ""
) -> Occurrence | None:
    """Return what a signed act is as an occurrence, None for a record that is none. `thread` is its first version's id."""
    made = _act(body)
    if made is None:
        return None
    classes, about, actor, at_us = made
    return Occurrence(
        about=tuple(sorted(set(about))),
        actor=actor or author,
        classes=classes,
        entries=(entry,),
        first_us=signed_us if at_us is None else at_us,
        for_=(Voice(entry=entry, origin=author, party=author),),
        id=thread or entry,
        last_us=signed_us if at_us is None else at_us,
        recorded_us=recorded_us,
    )


def _act(body: Body) -> tuple[tuple[str, ...], tuple[str, ...], str, int | None] | None:
    """Classes, what it is about, who did it ("": its author), and when, where the record itself says so."""
    match body:
        case Notice() | CoarseNotice():
            return (f"notice.{body.activity}",), (), "", None
        case Response():
            return (body.answer,), (body.about, body.version), "", None
        case Call():
            return (f"call.{body.outcome}",), body.about, body.caller.party, body.at_us
        case Message():
            return (f"message.{body.urgency}",), body.about, "", None
        case Assent():
            return (f"assent.{body.act}",), (body.about,), body.party, moment(body.at)
        case Position():
            says = (f"position.{body.says.replace(' ', '-')}",)
            power = (f"power.{body.power}",) if body.power else ()
            return (*says, *power), (body.about, body.term), body.party, None
    return None


def moment(stated: Stated | None) -> int | None:
    """Return the last instant that a stated time may mean; None where nothing is stated."""
    if stated is None:
        return None
    return stated.earliest_us if stated.latest_us is None else stated.latest_us
