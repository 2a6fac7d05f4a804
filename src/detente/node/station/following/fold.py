"""What one believed entry means for a station: who may sign, what was told, the picture, clocks and slots."""

from __future__ import annotations

from collections import deque

import msgspec

from detente import errors
from detente.errors import Refused
from detente.ledger.delivered import Told
from detente.ledger.entry import Checked, encode_header, entry_id, header_commitment
from detente.ledger.readable import ReadableEntry
from detente.node.both.registering import register
from detente.node.station.acting.ladders import (
    DIRECT,
    URGENT,
    answered,
    ask_again,
    call_us,
    is_urgent,
    presses,
    recorded,
)
from detente.node.station.acting.screenings import ask_screening, forget_asked
from detente.node.station.acting.stops import stop_arrived
from detente.node.station.acting.urgent import answers_urgent, remember_urgent
from detente.node.station.acting.verdicts import revisions
from detente.node.station.acting.votes import voted
from detente.node.station.effects import Effect, Publish
from detente.node.station.following.faults import set_aside
from detente.node.station.following_state import Following
from detente.node.station.inputs import Reread
from detente.node.station.openings import Row, disclosed, erased, obeyed
from detente.node.station.parts.checking import Believed
from detente.node.station.parts.durable_change import Keep
from detente.node.station.raising import raise_alarm
from detente.node.station.recent import remember
from detente.node.station.state import Station
from detente.picture.known import Entry, known_of, unsound_in
from detente.records.entries.watermark import Watermark
from detente.records.hotline.message import Message
from detente.records.hotline.step import Step
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.response import Response
from detente.records.notices.screening import Screening
from detente.records.notices.warning import DangerWarning
from detente.records.registry import Record

MARKS = 4096
"""Watermarks of each other party that are remembered, to say since when its station holds something."""

MEMBERS = frozenset({"host", "officer", "party"})
"""Kinds that change who may sign."""

_KNOWN = msgspec.json.Decoder(ReadableEntry)


def admit(state: Station, entry: Believed, now_us: int, *, own: bool = False) -> list[Effect]:
    """Take one entry as recorded and told: who may sign from here on, and our list of what we were told. `own` as for `fold`."""
    header = entry.checked.header
    effects: list[Effect] = []
    remember(state, entry.index, entry.checked.id, entry.raw)
    if header.kind.partition("/")[0] in MEMBERS:
        try:
            effects = _members(state, entry, now_us, own)
        except errors.SURVIVED as error:
            set_aside(state, entry, "keys", error)
    told = state.following.told.get(header.author, Told())
    if header.author != state.me.party and entry.index > told.last_index:
        state.following.told[header.author] = told.then(entry.index, entry.checked.id)
    return effects


def fold(
    state: Station,
    entry: Believed,
    now_us: int,
    kept: list[tuple[str, bytes | None]],
    effects: list[Effect],
    *,
    own: bool = False,
) -> list[Row]:
    """Take one admitted entry into everything that is derived from entries; return rows of the own copy to replace.

    A read-back that is not what was told is the first thing said of it. What raises is set aside, and the fold goes on behind this entry.
    `own`: its bytes are our own copy's, of which those judged once are not judged again.
    """
    rows: list[Row] = []
    try:
        _fold(state, entry, now_us, kept, effects, rows, own)
    except errors.SURVIVED as error:
        set_aside(state, entry, "the station", error)
    state.following.folded = max(state.following.folded, entry.index + 1)
    return rows


def _fold(
    state: Station,
    entry: Believed,
    now_us: int,
    kept: list[tuple[str, bytes | None]],
    effects: list[Effect],
    rows: list[Row],
    own: bool,
) -> None:
    known = _understood(state, entry, kept, own)
    header = known.header
    if known.kind == "erasure":
        known = obeyed(state, known, effects, now_us)
        rows += erased(state, known, kept)
        if known.erasure is not None and header.author == state.me.party:
            state.acting.timers.drop(known.erasure.about)
    if entry.index >= state.picture.driver.size:
        state.picture.apply(known)
        effects += _read_back(state, now_us)
        effects += revisions(state, now_us)
    if known.kind in ("agreement", "assent"):
        state.acting.timers.renew()  # the times in force may have changed
    mine = header.author == state.me.party
    if not mine:
        urgent = is_urgent(known)
        state.acting.telling.received(header.author, entry.index, urgent=urgent, is_watermark=known.kind == "watermark")
        if entry.checked.id in state.peers.direct:
            del state.peers.direct[entry.checked.id]
            kept.append((f"direct/{entry.checked.id.hex()}", None))
    for opened in known.opened:
        if isinstance(opened.record, Record):
            _record(state, known, opened.record.body, mine, now_us, kept)
    if mine:
        recorded(state, known, state.following.seen_us(entry.received_at_us) if own else now_us)
        voted(state, known)
    else:
        answered(state, known, entry.received_at_us)


def _understood(state: Station, entry: Believed, kept: list[tuple[str, bytes | None]], own: bool) -> Entry:
    """Read an entry's bodies, and hold those that were not judged yet against the rules of their records."""
    checked, unsound = entry.checked, state.following.unsound_at(entry.index) if own else None
    known = known_of(
        entry.index,
        entry.received_at_us,
        checked.id.hex(),
        checked.header,
        checked.facets,
        erased=entry.erased,
        unsound=unsound,
    )
    if known.kind == "disclosure":
        known = disclosed(state, known, unsound)
    if unsound is None and (found := unsound_in(known)):
        state.following.unsound[entry.index] = found
        kept.append((f"unsound/{entry.index}", msgspec.json.encode(found)))
    return known


def judged(following: Following, size: int) -> tuple[str, bytes | None]:
    """Note that every body below an index is judged; returns what to keep together with the verdicts."""
    following.judged = max(following.judged, size)
    return "judged", str(following.judged).encode()


def reread(state: Station, arrived: Reread, now_us: int) -> list[Effect]:
    """Fold what was only kept while the station was far behind."""
    kept: list[tuple[str, bytes | None]] = []
    rows: list[Row] = []
    effects: list[Effect] = []
    for index, _, raw in arrived.rows:
        if index >= state.following.folded:
            entry = kept_entry(state, index, raw)
            rows += fold(state, entry, now_us, kept, effects, own=True) if entry is not None else []
    state.following.folded = max(state.following.folded, arrived.stop)
    kept.append(judged(state.following, state.following.folded))
    if state.following.folded >= state.following.next_entry:
        state.picture.driver.advance(state.following.next_entry, state.following.last_leaf_us)
        ask_again(state)
    effects.insert(0, Keep(known=rows, kept=kept))
    return [*effects, Publish("entries", str(state.following.folded))]


def kept_entry(state: Station, index: int, raw: bytes) -> Believed | None:
    """Take an entry out of the own copy; None, and it is told, where the copy's bytes are none any more.

    The id is the hash of header and signature, so a header of which a byte has changed is found here: its author may be nobody.
    """
    try:
        found = believed_again(index, raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        state.following.broken[index] = f"{type(error).__name__}: {error}"[:200]
        return None
    if entry_id(found.checked.header_bytes, found.checked.signature) != found.checked.id:
        state.following.broken[index] = "its header is not the one that was signed"
        return None
    return found


def believed_again(index: int, raw: bytes) -> Believed:
    """Take an entry out of the own copy; its signature was verified before it was kept."""
    known = _KNOWN.decode(raw)
    signed = encode_header(known.header)
    signature = bytes.fromhex(known.signature)
    a, b, c, d = (None if opening is None else opening.facet for opening in known.facets)
    k = [bytes.fromhex(text) for text in known.header.commitments]
    entry = bytes.fromhex(known.id)
    checked = Checked(
        commitments=(k[0], k[1], k[2], k[3]),
        facets=(a, b, c, d),
        header=known.header,
        header_bytes=signed,
        header_commitment=header_commitment(bytes.fromhex(known.header_salt), entry),
        id=entry,
        openings=known.facets,
        signature=signature,
        tags=b"",
    )
    return Believed(checked=checked, erased=known.erased, index=index, raw=raw, received_at_us=known.received_at_us)


def _read_back(state: Station, now_us: int) -> list[Effect]:
    """Raise what was understood otherwise than told, at the station that told it and at the one that said it back."""
    effects: list[Effect] = []
    for judged in state.picture.take_read_backs():
        if judged.verdict == "differs" and state.me.party in (judged.asker, judged.party):
            about = f"{judged.version} {judged.party}"
            effects += raise_alarm(state, "read-back-differs", about, judged.sentence(), now_us)
    return effects


def _members(state: Station, entry: Believed, now_us: int, own: bool) -> list[Effect]:
    checked = entry.checked
    unsound = state.following.unsound_at(entry.index) if own else None
    known = known_of(
        entry.index, entry.received_at_us, checked.id.hex(), checked.header, checked.facets, unsound=unsound
    )
    for opened in known.opened:
        if isinstance(opened.record, Record):
            try:
                register(state.identity, entry.index, known.header.author, known.header.key, opened.record.body)
            except Refused as refused:
                return raise_alarm(state, "bad-entry", f"index {entry.index}", str(refused), now_us, [entry.raw])
    state.renew_viewer()
    return []


def _record(
    state: Station,
    known: Entry,
    body: object,
    mine: bool,
    now_us: int,
    kept: list[tuple[str, bytes | None]],
) -> None:
    header = known.header
    identifier = bytes.fromhex(known.id)
    stop_arrived(state, known)
    if isinstance(body, Message | DangerWarning) and body.urgency in URGENT:
        state.acting.urgent_ledgered.add(known.id)
        remember_urgent(state.acting, identifier)
    elif isinstance(body, Response):
        if answers_urgent(state.acting, body):
            state.acting.urgent_ledgered.add(known.id)
    elif isinstance(body, Step):
        if body.ladder in DIRECT:
            state.acting.urgent_ledgered.add(known.id)
        if not mine:
            call_us(state, known, body)
    elif isinstance(body, Watermark) and mine:
        state.acting.telling.covered(header.audience, body.size, min(header.signed_at_us, now_us))
    elif isinstance(body, Watermark):
        marks = state.peers.marks.setdefault(header.author, deque(maxlen=MARKS))
        marks.append((min(body.size, known.index), known.received_at_us))
    elif isinstance(body, Screening) and mine:
        state.screening.slots.answered(bytes.fromhex(body.about))
        forget_asked(state.screening, body.about, kept)
    elif isinstance(body, Notice | CoarseNotice):
        if presses(known):
            state.acting.pressing.add(known.id)
        if not mine:
            ask_screening(state, known, now_us)
