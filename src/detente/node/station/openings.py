"""Facets opened or destroyed after the fact: disclosures proven against the entry they are about, erasures carried out here."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from detente.errors import EvidenceError
from detente.ledger.opening import check_disclosure
from detente.node.station.effects import Effect
from detente.node.station.raising import raise_alarm
from detente.node.station.recent import about
from detente.node.station.state import Station
from detente.picture.known import DISCLOSED, Entry, Opened, open_facet
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.entries.supersede import check_erasure

Row = tuple[int, bytes, bytes]


def disclosed(state: Station, known: Entry, unsound: Collection[int] | None) -> Entry:
    """Return a disclosure with the facet it opens, if that is proven to be the one its author committed to. `unsound` as for `known_of`."""
    body = known.body(Disclosure)
    found = about(state, body.about) if body is not None else None
    if body is None or found is None or found[1].header.author != known.header.author:
        return known
    header = found[1].header
    c = [bytes.fromhex(text) for text in header.commitments]
    try:
        facet = check_disclosure(body.position, body.facet, body.salt, (c[0], c[1], c[2], c[3]))
    except EvidenceError:
        return known  # it opens nothing: the entry stands as its author's word, and shows nothing
    judged = unsound is not None and DISCLOSED not in unsound
    opened: Opened = open_facet(header.kind, body.position, facet, judged=judged)
    return msgspec.structs.replace(known, disclosed=opened)


def obeyed(state: Station, known: Entry, effects: list[Effect], now_us: int) -> Entry:
    """Return an erasure as it is to be carried out here; one that breaks the rule says nothing to any view, and is an alarm.

    The host should have refused it: it is in league with the author, or recorded it before there was this rule. What others must
    reckon with does not go by one party's word, so it stays here as it is, its author is named, and it may end it and ask again.
    """
    body = known.body(Erasure)
    old = state.picture.heads.version(body.about) if body is not None else None
    if body is None or old is None:
        return known
    author = known.header.author
    problems = check_erasure(body, author, state.picture.heads, state.unanswered(body.about))
    if not problems:
        return known
    words = (
        f"{author} has had {old.kind} {body.about} of {old.author} erased, which nobody may: {problems[0].rule}. What it said is kept "
        f"here, and it still counts. Authority named: {body.authority!r}, reason: {body.reason!r}"
    )
    effects += raise_alarm(state, "erased-in-use", known.id, words, now_us, by=author)
    return msgspec.structs.replace(known, opened=())


def erased(state: Station, known: Entry, kept: list[tuple[str, bytes | None]]) -> list[Row]:
    """Return the row of the entry that an erasure, if it is to be obeyed, empties; body and salt go, header and leaf stay."""
    body = known.body(Erasure)
    found = about(state, body.about) if body is not None else None
    if body is None or found is None:
        return []
    index, old = found
    a, b, c, d = (None if at in body.positions else opening for at, opening in enumerate(old.facets))
    raw = msgspec.json.encode(msgspec.structs.replace(old, erased=old.erased or body.whole, facets=(a, b, c, d)))
    if body.whole:
        kept.append((f"opened/{body.about}", None))
    entry = bytes.fromhex(body.about)
    if entry in state.following.recent:
        state.following.recent[entry] = (index, raw)
    return [(index, entry, raw)]
