"""Following the host: leaves, the checkpoint over them, and the entries that are ours to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from detente.errors import EvidenceError, Refused
from detente.ledger.checkpoint import SignedCheckpoint, open_checkpoint
from detente.ledger.cosignature import cosign, cosigner_name, witnessed
from detente.ledger.delivered import Told
from detente.ledger.entry import Checked, Header, encode_header, header_commitment
from detente.ledger.facets import CLOSED
from detente.ledger.fork import ForkEvidence, check_against
from detente.ledger.genesis import genesis_leaf
from detente.ledger.leaf import leaf_size
from detente.ledger.tree import Tree, leaf_hash
from detente.node.alarms import Kind
from detente.node.following import Bad, Believed, Brief, BriefPage, CheckedPage, commitments, leaf_times
from detente.node.keeping import Keep
from detente.node.known import Known as KnownBytes
from detente.node.registering import register
from detente.node.screener import volumes_to_screen
from detente.node.slots import slot_us
from detente.node.station_openings import Row, disclosed, erased, remember
from detente.node.station_state import Asked, Station
from detente.node.station_values import (
    CheckpointArrived,
    Effect,
    EntriesArrived,
    LeavesArrived,
    Publish,
    Raise,
    Refetch,
    Release,
    Reread,
    SendCosignature,
    WitnessedArrived,
)
from detente.node.urgent import Open
from detente.picture.known import Known, known_of
from detente.records.message import Message
from detente.records.notice import CoarseNotice, Notice
from detente.records.notice_state import LIVE
from detente.records.registry import Record
from detente.records.response import Response
from detente.records.screening import Screening
from detente.records.watermark import Watermark

URGENT = ("stop", "urgent")

MEMBERS = frozenset({"host-key", "officer", "party"})
"""Kinds that change who may sign."""

FAR_BEHIND = 2048
"""Leaves. A station further behind first proves and keeps everything, then folds it from its own copy (`reread`)."""

_KNOWN = msgspec.json.Decoder(KnownBytes)


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept under `verified`."""

    at_us: int
    note: str
    size: int


def raise_alarm(
    state: Station, kind: Kind, about: str, words: str, now_us: int, evidence: Iterable[bytes] = ()
) -> list[Effect]:
    """Keep an alarm with its evidence and show it; nothing if it stands already."""
    number = len(state.alarms.raised)
    kept = [(f"evidence/{number:06d}.{i}", data) for i, data in enumerate(evidence)]
    alarm = state.alarm(kind, about, words, now_us, [name for name, _ in kept])
    if alarm is None:
        return []
    return [Keep(kept=[*kept, (f"alarm/{number:06d}", msgspec.json.encode(alarm))]), Raise(alarm)]


# --- leaves and checkpoints ---


def leaves_arrived(state: Station, given: LeavesArrived, now_us: int) -> list[Effect]:
    """Take unproven leaves into tree and copy; a later checkpoint proves them or throws them out."""
    if given.first != state.tree.size:
        return []  # asked for twice, or after a throw-out: the follower asks again from where we are
    size = leaf_size(state.me.genesis.slots)
    times = leaf_times(given.first, given.leaves, state.me.genesis.slots)
    if isinstance(times, str):
        return raise_alarm(state, "root-mismatch", f"leaf {given.first}", times, now_us, [given.leaves[:4096]])
    if given.first == 0 and given.leaves[:size] != genesis_leaf(state.me.genesis):
        words = "the host's first leaf is not that of the genesis we signed: this is another ledger"
        return raise_alarm(state, "root-mismatch", "leaf 0", words, now_us, [given.leaves[:size]])
    rows = [
        (index, given.leaves[at : at + size]) for index, at in enumerate(range(0, len(given.leaves), size), given.first)
    ]
    state.tree.extend(leaf for _, leaf in rows)
    state.times_unjudged += times
    return [Keep(leaves=rows)]


def checkpoint_arrived(state: Station, given: CheckpointArrived, now_us: int) -> list[Effect]:
    """Prove the leaves we hold by the host's signed root; then say so with our cosignature, if their times are fair."""
    try:
        signed = open_checkpoint(given.note, *state.host_keys())
    except (Refused, EvidenceError) as error:
        return raise_alarm(state, "root-mismatch", "checkpoint", str(error), now_us, [given.note])
    return take_checkpoint(state, signed, now_us)


def take_checkpoint(state: Station, signed: SignedCheckpoint, now_us: int) -> list[Effect]:
    """As `checkpoint_arrived`, for a checkpoint whose signature holds."""
    head = signed.checkpoint
    if head.size > state.tree.size:
        return []  # the follower has not fetched its leaves yet
    if state.tree.root(head.size) != head.root:
        return _contradicted(state, signed, now_us)
    if head.size < state.size or (head.size == state.size and state.checkpoint is not None):
        if head.size == state.size:
            state.cosigning.looked(now_us)
            state.verified_at_us = now_us
        return []  # a part of what is proven already
    new = head.size - state.size
    times, state.times_unjudged = state.times_unjudged[:new], state.times_unjudged[new:]
    state.checkpoint, state.verified_at_us = signed, now_us
    state.last_leaf_us = max(times, default=state.last_leaf_us)
    refusal = state.cosigning.judge(head, times, now_us)
    effects: list[Effect] = [
        Keep(
            kept=[
                ("verified", msgspec.json.encode(Verified(at_us=now_us, note=signed.data.decode(), size=head.size))),
                ("cosigning", cosigning_bytes(state)),
            ]
        ),
        Publish("size", str(head.size)),
    ]
    if refusal is not None:
        kind: Kind = _TIME_ALARMS.get(refusal.code, "backwards")
        effects += raise_alarm(state, kind, refusal.field, refusal.sentence(), now_us, [signed.data])
    return effects + cosignature(state, now_us)


_TIME_ALARMS: dict[str, Kind] = {
    "cosign-back-dated": "back-dated",
    "cosign-backwards": "backwards",
    "cosign-future": "post-dated",
}


def cosignature(state: Station, now_us: int) -> list[Effect]:
    """Cosign the newest proven checkpoint, unless a refusal or a fork stands."""
    if state.checkpoint is None or state.distrusted or not state.cosigning.may():
        return []
    name = cosigner_name(state.me.genesis.origin, state.me.party)
    line = cosign(state.checkpoint.checkpoint, name, state.me.cosigner_key, now_us // 1_000_000)
    note = state.checkpoint.note.with_lines([line])
    state.checkpoint = SignedCheckpoint(checkpoint=state.checkpoint.checkpoint, note=note)
    return [SendCosignature(note.encode())]


def witnessed_arrived(state: Station, given: WitnessedArrived, now_us: int) -> list[Effect]:
    """Keep a checkpoint that more than half of the stations have cosigned: it dates, for strangers, all that it covers."""
    try:
        signed = open_checkpoint(given.note, *state.host_keys())
        head = signed.checkpoint
        if not 0 < head.size <= state.size or not witnessed(signed, state.cosigners()):
            return []
    except (Refused, EvidenceError):
        return []  # a note like any other that does not hold; the host's own are judged in `checkpoint_arrived`
    if state.tree.root(head.size) != head.root:
        return fork_found(state, signed, "host", now_us)
    if head.size <= state.witnessed_size:
        return []
    state.witnessed_size = head.size
    return [Keep(kept=[(f"witnessed/{head.size:016d}", signed.data)]), Publish("witnessed", str(head.size))]


def release(state: Station, given: Release, now_us: int) -> list[Effect]:
    """Cosign again; what was refused stays on record as an alarm."""
    state.cosigning.release()
    return [Keep(kept=[("cosigning", cosigning_bytes(state))]), *cosignature(state, now_us)]


def cosigning_bytes(state: Station) -> bytes:
    """The part of the state kept under `cosigning`."""
    held = state.cosigning
    return msgspec.json.encode({"last": held.last, "refused": list(held.refused.items()), "seen_us": held.seen_us})


def _contradicted(state: Station, signed: SignedCheckpoint, now_us: int) -> list[Effect]:
    """A root signed by the host is not that of the leaves we hold: of proven ones, a fork; of new ones, a mismatch."""
    if signed.checkpoint.size <= state.size:
        return fork_found(state, signed, "host", now_us)
    words = (
        f"the host signed root {signed.checkpoint.root.hex()} for size {signed.checkpoint.size}, "
        f"but the leaves it gave hash to {state.tree.root(signed.checkpoint.size).hex()}"
    )
    held = state.checkpoint.data if state.checkpoint is not None else b""
    kept = Tree()
    kept.extend_hashes(state.tree.hashes(0, 0, state.size))
    state.tree = kept
    state.times_unjudged = []
    about = f"size {signed.checkpoint.size}"
    return [
        Keep(cut_leaves_from=state.size),
        *raise_alarm(state, "root-mismatch", about, words, now_us, [signed.data, held]),
    ]


def fork_found(state: Station, other: SignedCheckpoint, shown_by: str, now_us: int) -> list[Effect]:
    """Two histories: keep both notes as evidence, stop cosigning, tell everyone."""
    if state.checkpoint is None:
        return []
    found = check_against(state.tree, state.checkpoint, other)
    return [] if found is None else take_fork(state, found, shown_by, now_us)


def take_fork(state: Station, found: ForkEvidence, shown_by: str, now_us: int) -> list[Effect]:
    """Hold on to evidence that convicts the host, whoever found it."""
    if state.fork is not None:
        return []
    state.fork = found
    words = (
        f"the host has signed two histories that cannot both be true (second one shown by {shown_by}); "
        "both checkpoints are kept, this station cosigns nothing more"
    )
    kept = Keep(kept=[("fork", msgspec.json.encode(found))])
    return [kept, *raise_alarm(state, "fork", "host", words, now_us, [msgspec.json.encode(found)])]


# --- entries ---


def entries_arrived(state: Station, given: EntriesArrived, now_us: int) -> list[Effect]:
    """Take in checked entries in order of the ledger, and notice what was not handed over."""
    page = given.page
    if page.first > state.next_entry and not given.again:
        return []
    if page.next > state.size:
        return []
    rows: list[tuple[int, bytes, bytes]] = []
    kept: list[tuple[str, bytes | None]] = []
    effects: list[Effect] = []
    behind = state.size - page.first > FAR_BEHIND or state.folded < state.next_entry
    first_hash = leaf_hash(given.leaves[: leaf_size(state.me.genesis.slots)])
    if given.leaves and first_hash != state.tree.leaf_hash_at(page.first):
        return raise_alarm(
            state, "root-mismatch", f"leaf {page.first}", "own copy differs from the proven tree", now_us
        )
    for bad in page.bad:
        effects += _bad_entry(state, bad, now_us)
    for entry in _whole_or_brief(page, behind):
        if entry.index < state.next_entry and entry.index not in state.missing:
            continue
        state.missing.pop(entry.index, None)
        words = authorise(state, entry.checked, entry.index)
        if words:
            effects += _bad_entry(state, Bad(index=entry.index, raw=entry.raw, words=words), now_us)
            continue
        rows.append((entry.index, entry.checked.id, entry.raw))
        effects += admit(state, entry, now_us)
        if not behind:
            rows += fold(state, entry, now_us, kept)
    if state.outbox.items or state.lodged_here.held() or state.lodged_by_us.held():
        awaited = {*state.outbox.by_commitment, *state.lodged_here.all(), *state.lodged_by_us.all()}
        for at, commitment in enumerate(commitments(given.leaves, state.me.genesis.slots), page.first):
            if commitment in awaited or at in state.outbox.by_index:
                _settle_leaf(state, at, commitment, given.leaves, page.first, kept, effects, now_us)
    effects += _withheld(state, page.withheld, given, now_us)
    if page.next > state.next_entry:
        state.next_entry = page.next
        if not behind:
            state.folded = page.next
            state.picture.advance(page.next, state.last_leaf_us)
    if rows or kept:
        effects.insert(0, Keep(known=rows, kept=kept))
    if rows:
        effects.append(Publish("entries", str(page.next)))
    return effects


def _whole_or_brief(page: CheckedPage | BriefPage, behind: bool) -> Iterator[Believed]:
    """Yield the entries that hold. While far behind, those that other processes checked are not taken apart again here."""
    if isinstance(page, CheckedPage):
        yield from page.believed
        return
    for brief in page.briefs:
        raw = page.raws[brief.at]
        if not behind or brief.kind.partition("/")[0] in MEMBERS:
            yield believed_again(brief.index, raw)
        else:
            yield Believed(
                checked=_stub(brief),
                erased=False,
                index=brief.index,
                raw=raw,
                received_at_us=brief.received_at_us,
            )


def _stub(brief: Brief) -> Checked:
    """Return what admission asks of an entry, and nothing else: who signed, of which kind, under which id."""
    header = Header(
        audience=(),
        author=brief.author,
        commitments=("", "", "", ""),
        key=brief.key,
        kind=brief.kind,
        ledger="",
        refers_to=(),
        signed_at_us=0,
        supersedes=None,
    )
    nothing = (b"", b"", b"", b"")
    return Checked(
        commitments=nothing,
        facets=(None, None, None, None),
        header=header,
        header_bytes=b"",
        header_commitment=b"",
        id=brief.id,
        openings=CLOSED,
        signature=b"",
        tags=b"",
    )


def authorise(state: Station, checked: Checked, index: int) -> str:
    """Say why the signer may not sign this at an index, or ""."""
    try:
        state.identity.signer_of(checked.header, index)
    except Refused as refused:
        return str(refused)
    return ""


def _bad_entry(state: Station, bad: Bad, now_us: int) -> list[Effect]:
    return raise_alarm(state, "bad-entry", f"index {bad.index}", f"entry {bad.index}: {bad.words}", now_us, [bad.raw])


def _withheld(state: Station, withheld: dict[int, str], given: EntriesArrived, now_us: int) -> list[Effect]:
    """Ask once more for what bears our tag and was not given; then it is an alarm, and the author is asked directly."""
    effects: list[Effect] = []
    for index, author in withheld.items():
        known = index in state.missing
        state.missing[index] = author
        if not given.again and not known:
            effects.append(Refetch(index, index + 1))
        elif given.again:
            words = (
                f"leaf {index} bears the tag of {author} for us, and its entry was not handed over: "
                f"withheld by the host, or tagged by {author} without addressing us"
            )
            effects += raise_alarm(state, "withheld", f"index {index}", words, now_us)
    return effects


def _settle_leaf(
    state: Station,
    index: int,
    commitment: bytes,
    leaves: bytes,
    first: int,
    kept: list[tuple[str, bytes | None]],
    effects: list[Effect],
    now_us: int,
) -> None:
    """Close what waited for this leaf: lodged hashes, and our own submission, whose leaf must be as we handed it in."""
    if state.lodged_here.included(commitment) is not None:
        kept.append((f"lodged/{commitment.hex()}", None))
    state.lodged_by_us.included(commitment)
    by_receipt = state.outbox.by_index.get(index)
    if by_receipt is not None:
        item = state.outbox.items[by_receipt]
        if item.commitment != commitment:
            words = f"the receipt for {item.id.hex()} says index {index}, but another entry stands there in the proven ledger"
            effects += raise_alarm(state, "receipt-broken", item.id.hex(), words, now_us, [item.raw])
    own = state.outbox.included(commitment)
    if own is None:
        return
    size = leaf_size(state.me.genesis.slots)
    leaf = leaves[(index - first) * size : (index - first + 1) * size]
    if leaf[17:] != own.leaf:
        words = f"the leaf of our entry {own.id.hex()} at index {index} is not the one handed in: a tag or commitment was changed"
        effects += raise_alarm(state, "leaf-changed", own.id.hex(), words, now_us, [own.raw, leaf])
    kept.append((f"outbox/{own.id.hex()}", None))
    for key in [k for k in state.unacked if k[0] == own.id]:
        kept.append((f"unacked/{own.id.hex()}/{key[1]}", None))
        del state.unacked[key]


# --- the fold ---


def admit(state: Station, entry: Believed, now_us: int) -> list[Effect]:
    """Take one entry as recorded and told: who may sign from here on, and our list of what we were told."""
    header = entry.checked.header
    effects: list[Effect] = []
    remember(state, entry.index, entry.checked.id, entry.raw)
    if header.kind.partition("/")[0] in MEMBERS:
        effects = _members(state, entry, now_us)
    told = state.told.get(header.author, Told())
    if header.author != state.me.party and entry.index > told.last_index:
        state.told[header.author] = told.then(entry.index, entry.checked.id)
    return effects


def fold(
    state: Station,
    entry: Believed,
    now_us: int,
    kept: list[tuple[str, bytes | None]],
    *,
    strict: bool = True,
) -> list[Row]:
    """Take one admitted entry into everything that is derived from entries; return rows of the own copy to replace.

    `strict` False: its bytes are our own copy's.
    """
    header = entry.checked.header
    known = known_of(
        entry.index,
        entry.received_at_us,
        entry.checked.id.hex(),
        header,
        entry.checked.facets,
        erased=entry.erased,
        strict=strict,
    )
    rows: list[Row] = []
    if known.kind == "disclosure":
        known = disclosed(state, known)
    elif known.kind == "erasure":
        rows = erased(state, known, kept)
    if entry.index >= state.picture.size:
        state.picture.apply(known)
    mine = header.author == state.me.party
    if not mine:
        urgent = is_urgent(known)
        state.telling.received(header.author, entry.index, urgent=urgent, is_watermark=known.kind == "watermark")
        if entry.checked.id in state.direct:
            del state.direct[entry.checked.id]
            kept.append((f"direct/{entry.checked.id.hex()}", None))
    for opened in known.opened:
        if isinstance(opened.record, Record):
            _record(state, known, opened.record.body, mine, entry.received_at_us, now_us, kept)
    state.folded = max(state.folded, entry.index + 1)
    return rows


def reread(state: Station, given: Reread, now_us: int) -> list[Effect]:
    """Fold what was only kept while the station was far behind."""
    kept: list[tuple[str, bytes | None]] = []
    rows: list[Row] = []
    for index, _, raw in given.rows:
        if index >= state.folded:
            rows += fold(state, believed_again(index, raw), now_us, kept, strict=False)
    state.folded = max(state.folded, given.stop)
    if state.folded >= state.next_entry:
        state.picture.advance(state.next_entry, state.last_leaf_us)
    effects: list[Effect] = [Keep(known=rows, kept=kept)] if kept or rows else []
    return [*effects, Publish("entries", str(state.folded))]


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


def is_urgent(known: Known) -> bool:
    """Whether an entry is a message marked urgent or stop."""
    message = known.body(Message)
    return message is not None and message.urgency in URGENT


def _members(state: Station, entry: Believed, now_us: int) -> list[Effect]:
    checked = entry.checked
    known = known_of(entry.index, entry.received_at_us, checked.id.hex(), checked.header, checked.facets)
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
    known: Known,
    body: object,
    mine: bool,
    received_at_us: int,
    now_us: int,
    kept: list[tuple[str, bytes | None]],
) -> None:
    header = known.header
    identifier = bytes.fromhex(known.id)
    if isinstance(body, Message) and body.urgency in URGENT:
        state.urgent_ledgered.add(known.id)
        track_urgent(state, identifier, header.author, header.audience, header.signed_at_us, body)
    elif isinstance(body, Response):
        if answers_urgent(state, body):
            state.urgent_ledgered.add(known.id)
        track_response(state, header.author, header.key, body)
    elif isinstance(body, Watermark) and mine:
        state.telling.covered(header.audience, body.size, received_at_us)
    elif isinstance(body, Screening) and mine:
        state.slots.answered(bytes.fromhex(body.about))
        forget_asked(state, body.about, kept)
    elif isinstance(body, Notice | CoarseNotice) and not mine:
        ask_screening(state, known, now_us)


def track_urgent(
    state: Station, identifier: bytes, author: str, audience: tuple[str, ...], signed_at_us: int, body: Message
) -> None:
    """Remember an urgent message; if it is ours, its clock runs."""
    state.urgent_known.add(identifier)
    if author == state.me.party:
        others = tuple(party for party in audience if party != author)
        state.timers.sent(Open(id=identifier, parties=others, signed_at_us=signed_at_us, urgency=body.urgency))


def forget_asked(state: Station, about: str, kept: list[tuple[str, bytes | None]]) -> None:
    """A notice has its one answer: nothing more is kept for it."""
    state.asked.pop(bytes.fromhex(about), None)
    if state.answers.pop(bytes.fromhex(about), None) is not None:
        kept.append((f"answer/{about}", None))


def answers_urgent(state: Station, body: Response) -> bool:
    """Whether a response answers an urgent message that we know."""
    return bool({bytes.fromhex(body.about), bytes.fromhex(body.version)} & state.urgent_known)


def track_response(state: Station, author: str, key: str, body: Response) -> None:
    """An officer's answer stops the clock of what it answers; a station's own hand does not."""
    use = state.identity.history(key)
    if use is not None and use.role == "officer":
        state.timers.answered(bytes.fromhex(body.version), author)
        state.timers.answered(bytes.fromhex(body.about), author)


def ask_screening(state: Station, known: Known, now_us: int) -> None:
    """Give a live notice its slot; the answer is worked out before the slot, so that neither shows in the other."""
    identifier = bytes.fromhex(known.id)
    full, coarse = known.body(Notice), known.body(CoarseNotice)
    told = full or coarse
    if told is None or told.state not in LIVE:
        return
    volumes = volumes_to_screen(full, coarse)
    if all(volume.end_us < now_us for volume in volumes):
        return  # over before we saw it: nobody can still be warned, and no answer reads as "not screened"
    after_us = state.me.genesis.screening.after_us
    slot = slot_us(known.received_at_us, now_us, after_us)
    if not state.slots.ask(identifier, slot):
        return
    author = known.header.author
    state.asked[identifier] = Asked(asker=author, received_at_us=known.received_at_us)
