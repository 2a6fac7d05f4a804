"""Entries: what one party signs, and the one pass that decides whether the bytes are such a thing (docs/formats/entry.md).

    Draft --seal--> Submission --check_submission--> Checked --leaf(index, time)--> Leaf

A header says who, to whom, of which kind, about what; four commitments in it stand for the body. The signature covers
the header, and through the commitments every facet. The id is the hash of the signed header: sending the same bytes
again is the same entry.

Not here: whether the key may sign for the author (`identity`), what bodies mean (`records`), whether this entry was seen
before and at what time it came (`node`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Final

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, problem
from detente.ledger import canonical
from detente.ledger.canonical import Count, Hex32, Hex64, PartyId
from detente.ledger.facets import Facet, Opening, Openings, facet_bytes, facet_commitment
from detente.ledger.keys import SigningKey, verify
from detente.ledger.leaf import FACETS, TAG_SIZE, Leaf, encode_leaf, tag

ENTRY_DOMAIN: Final = b"detente/entry/v1\n"
ID_DOMAIN: Final = b"detente/entry-id/v1\n"
HEADER_DOMAIN: Final = b"detente/header/v1\n"
PLACE_DOMAIN: Final = b"detente/slots/v1\n"

MAX_SUBMISSION_SIZE: Final = 65_536
"""Bytes of one submission at most."""
MAX_REFERENCES: Final = 64
SALT_SIZE: Final = 32
KIND_PATTERN: Final = r"^[a-z][a-z0-9-]{0,31}/[1-9][0-9]{0,3}\Z"

Kind = Annotated[str, msgspec.Meta(pattern=KIND_PATTERN)]
Tag = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]

# Fields stand in alphabetical order, so the plain encoder writes canonical bytes without sorting.
_PLAIN = msgspec.json.Encoder()


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. `audience` (sorted) may read the header; `key` is the signer's public key; times in µs since 1970."""

    audience: tuple[PartyId, ...]
    author: PartyId
    commitments: tuple[Hex32, Hex32, Hex32, Hex32]
    key: Hex32
    kind: Kind
    ledger: Hex32
    refers_to: tuple[Hex32, ...]
    signed_at_us: Count
    supersedes: Hex32 | None


class Submission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a station sends to the host: the signed header, its salt, the facets the host may hold, the recipient tags."""

    facets: Openings
    header: Header
    header_salt: Hex32
    signature: Hex64
    slots: tuple[Tag, ...]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """An entry whose form, commitments and signature hold. `id` is 32 bytes; `facets` are those opened here, by place."""

    commitments: tuple[bytes, bytes, bytes, bytes]
    facets: tuple[Facet | None, Facet | None, Facet | None, Facet | None]
    header: Header
    header_bytes: bytes
    header_commitment: bytes
    id: bytes
    openings: Openings
    signature: bytes
    tags: bytes

    def leaf(self, index: int, received_at_us: int) -> Leaf:
        """Return the leaf of this entry at an index, received at a time."""
        return Leaf(index, received_at_us, self.header_commitment, self.commitments, self.tags)

    def leaf_bytes(self, index: int, received_at_us: int) -> bytes:
        """Return the bytes of that leaf."""
        return encode_leaf(self.leaf(index, received_at_us))


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An entry before it is signed. `sealed` are positions whose facet stays at the station; only its commitment goes out.

    A facet's position is fixed by its kind and form, never by which other facets exist: it is seen by whoever reads one.
    """

    audience: tuple[str, ...]
    author: str
    facets: tuple[Facet | None, Facet | None, Facet | None, Facet | None] = (None, None, None, None)
    kind: str
    refers_to: tuple[str, ...] = ()
    sealed: frozenset[int] = frozenset()
    signed_at_us: int
    supersedes: str | None = None


def entry_id(header_bytes: bytes, signature: bytes) -> bytes:
    """Return the 32-byte id: SHA-256 of `detente/entry-id/v1\\n`, the header bytes and the 64-byte signature."""
    return hashlib.sha256(ID_DOMAIN + header_bytes + signature).digest()


def header_commitment(header_salt: bytes, id: bytes) -> bytes:
    """Return SHA-256 of `detente/header/v1\\n`, the 32-byte header salt and the id: what the leaf shows of the header."""
    return hashlib.sha256(HEADER_DOMAIN + header_salt + id).digest()


def encode_header(header: Header) -> bytes:
    """Return the canonical bytes of a header."""
    return _PLAIN.encode(header)


def encode_submission(submission: Submission) -> bytes:
    """Return the canonical bytes of a submission, as sent to the host."""
    return _PLAIN.encode(submission)


def salts_needed(slots_count: int) -> int:
    """Return how many 32-byte random values `seal` takes: the same for every draft."""
    return 1 + FACETS + 1 + slots_count


def seal(
    draft: Draft,
    key: SigningKey,
    salts: Iterator[bytes],
    ledger: bytes,
    slots_count: int,
    tag_keys: Mapping[str, bytes],
) -> Submission:
    """Commit, sign and address a draft. Pure: `salts` yields the random values (`salts_needed`), each of 32 bytes, never reused.

    `tag_keys` holds the secret shared with each recipient (`ExchangeKey.shared`). Raises `Refused` for a recipient without
    one, more recipients than slots, or a draft against the rules. Positions in `draft.sealed` are left out of the result.
    """
    submission, _ = seal_keeping(draft, key, salts, ledger, slots_count, tag_keys)
    return submission


def seal_keeping(
    draft: Draft,
    key: SigningKey,
    salts: Iterator[bytes],
    ledger: bytes,
    slots_count: int,
    tag_keys: Mapping[str, bytes],
) -> tuple[Submission, Openings]:
    """As `seal`, and also return the openings of the sealed positions, which the station must keep to ever prove them."""
    recipients = [party for party in draft.audience if party != draft.author]
    _refuse(_recipient_problems(recipients, slots_count, tag_keys))
    header_salt = next(salts)
    commitments: list[str] = []
    openings: list[Opening | None] = []
    for position, facet in enumerate(draft.facets):
        salt = next(salts)
        opening = None if facet is None else Opening(facet=facet, salt=salt.hex())
        openings.append(opening)
        commitments.append(salt.hex() if facet is None else facet_commitment(position, salt, facet_bytes(facet)).hex())
    header = Header(
        audience=draft.audience,
        author=draft.author,
        commitments=(commitments[0], commitments[1], commitments[2], commitments[3]),
        key=key.public.hex(),
        kind=draft.kind,
        ledger=ledger.hex(),
        refers_to=draft.refers_to,
        signed_at_us=draft.signed_at_us,
        supersedes=draft.supersedes,
    )
    signed = encode_header(header)
    signature = key.sign(ENTRY_DOMAIN + signed)
    committed = header_commitment(header_salt, entry_id(signed, signature))
    shown = [None if position in draft.sealed else opening for position, opening in enumerate(openings)]
    kept = [opening if position in draft.sealed else None for position, opening in enumerate(openings)]
    submission = Submission(
        facets=(shown[0], shown[1], shown[2], shown[3]),
        header=header,
        header_salt=header_salt.hex(),
        signature=signature.hex(),
        slots=_place_tags([tag(tag_keys[party], committed) for party in recipients], salts, slots_count),
    )
    canonical.decode(encode_submission(submission), Submission)
    _refuse(_problems(submission, slots_count, ledger))
    return submission, (kept[0], kept[1], kept[2], kept[3])


def check_submission(raw: bytes, slots_count: int, ledger_id: bytes) -> Checked:
    """Decide whether bytes are one entry of this ledger, in one pass; return it taken apart, or raise `Refused`.

    Checks the canonical form, every field's shape, ledger, commitments of the opened facets, and the signature. About
    100 µs for a notice of 1 kB, the signature being half of that.
    """
    if len(raw) > MAX_SUBMISSION_SIZE:
        raise Refused(
            [_bad("size", "", f"{len(raw)} bytes", f"must not exceed {MAX_SUBMISSION_SIZE} bytes", "Split it")]
        )
    try:
        submission = _DECODER.decode(raw)
    except UNREADABLE:
        canonical.decode(raw, Submission)  # says what is wrong, at leisure
        raise
    # Every string out of the bodies matches an ASCII pattern, so only bodies need the whole check.
    if _PLAIN.encode(submission) != raw:
        canonical.decode(raw, Submission)
    _refuse(_problems(submission, slots_count, ledger_id))
    tags = bytes.fromhex("".join(submission.slots))
    return take_apart(submission.header, submission.signature, submission.header_salt, submission.facets, tags)


def read_openings(header: Header, openings: Openings) -> Iterator[Problem]:
    """Yield what is wrong with opened facets: form, audience, or that they are not what the header commits to."""
    allowed = {*header.audience, header.author}
    for position, opening in enumerate(openings):
        if opening is None:
            continue
        field, facet = f"facets[{position}]", opening.facet
        body = bytes(facet.body)
        try:
            canonical.check(body)
        except Refused as refused:
            for fault in refused.problems:
                inside = f"{field}.facet.body.{fault.field}" if fault.field else f"{field}.facet.body"
                yield _bad("body", inside, fault.value, fault.rule, fault.next_step)
        if body[:1] != b"{":
            yield _bad(
                "body", f"{field}.facet.body", body[:20].decode(errors="replace"), "must be an object", "Send {…}"
            )
        yield from _audience_problems(facet.audience, f"{field}.facet.audience")
        for party in facet.audience:
            if party not in allowed:
                yield _bad(
                    "audience",
                    f"{field}.facet.audience",
                    party,
                    "must also be in the header's audience",
                    "Add it there",
                )
        plaintext = facet_bytes(facet)
        if facet_commitment(position, bytes.fromhex(opening.salt), plaintext).hex() != header.commitments[position]:
            yield _bad(
                "commitment",
                field,
                header.commitments[position],
                "is not the commitment of this facet",
                "Seal it again",
            )


def take_apart(header: Header, signature_hex: str, salt_hex: str, openings: Openings, tags: bytes) -> Checked:
    """Verify the signature and compute the id. The shape has been checked."""
    signed = _PLAIN.encode(header)
    signature = bytes.fromhex(signature_hex)
    if not verify(bytes.fromhex(header.key), ENTRY_DOMAIN + signed, signature):
        raise Refused(
            [
                _bad(
                    "signature",
                    "signature",
                    signature_hex,
                    f"is not made by key {header.key} over this header",
                    "Sign it again",
                )
            ]
        )
    id = entry_id(signed, signature)
    first, second, third, fourth = header.commitments
    a, b, c, d = openings
    return Checked(
        commitments=(bytes.fromhex(first), bytes.fromhex(second), bytes.fromhex(third), bytes.fromhex(fourth)),
        facets=(_facet(a), _facet(b), _facet(c), _facet(d)),
        header=header,
        header_bytes=signed,
        header_commitment=header_commitment(bytes.fromhex(salt_hex), id),
        id=id,
        openings=openings,
        signature=signature,
        tags=tags,
    )


def _facet(opening: Opening | None) -> Facet | None:
    return opening.facet if opening is not None else None


def _problems(submission: Submission, slots_count: int, ledger_id: bytes) -> Iterator[Problem]:
    yield from header_problems(submission.header, slots_count, ledger_id)
    if len(submission.slots) != slots_count:
        yield _bad(
            "slots", "slots", len(submission.slots), f"must be {slots_count} tags, as genesis says", "Fill up at random"
        )
    yield from read_openings(submission.header, submission.facets)


def header_problems(header: Header, slots_count: int, ledger_id: bytes) -> Iterator[Problem]:
    """Yield what is wrong with a header, besides its signature."""
    if header.ledger != ledger_id.hex():
        yield _bad(
            "ledger",
            "header.ledger",
            header.ledger,
            f"must be this ledger, {ledger_id.hex()}",
            "Sign it for this ledger",
        )
    yield from _audience_problems(header.audience, "header.audience")
    if len(header.audience) - (header.author in header.audience) > slots_count:
        yield _bad(
            "audience", "header.audience", len(header.audience), f"must be at most {slots_count} others", "Send several"
        )
    if len(header.refers_to) > MAX_REFERENCES:
        yield _bad(
            "refers-to",
            "header.refers_to",
            len(header.refers_to),
            f"must be at most {MAX_REFERENCES} ids",
            "Name fewer",
        )
    elif len(set(header.refers_to)) != len(header.refers_to):
        yield _bad("refers-to", "header.refers_to", "", "must name each id once", "Leave out the second")


def _audience_problems(audience: tuple[str, ...], field: str) -> Iterator[Problem]:
    if not audience:
        yield _bad(
            "audience", field, "", "must name at least one party (the author alone, for a private entry)", "Name it"
        )
    elif any(a >= b for a, b in pairwise(audience)):
        yield _bad("audience", field, " ".join(audience), "must be sorted, each party once", "Sort it")


def _recipient_problems(recipients: list[str], slots_count: int, tag_keys: Mapping[str, bytes]) -> Iterator[Problem]:
    if len(recipients) > slots_count:
        yield _bad(
            "audience", "audience", len(recipients), f"must be at most {slots_count} others", "Send several entries"
        )
    for party in recipients:
        if party not in tag_keys:
            yield _bad(
                "audience", "audience", party, "has no exchange key here", "Wait until its party entry has arrived"
            )


def _place_tags(tags: list[bytes], salts: Iterator[bytes], slots_count: int) -> tuple[str, ...]:
    """Return N slots: the tags at random places, the rest random; takes 1 + N values from `salts` whatever the tags."""
    seed = next(salts)
    places = sorted(
        range(slots_count), key=lambda place: hashlib.sha256(PLACE_DOMAIN + seed + bytes((place,))).digest()
    )
    slots = [next(salts)[:TAG_SIZE] for _ in range(slots_count)]
    for place, made in zip(places, tags, strict=False):
        slots[place] = made
    return tuple(slot.hex() for slot in slots)


def _refuse(problems: Iterator[Problem]) -> None:
    found = list(problems)
    if found:
        raise Refused(found)


def _bad(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    return problem(f"entry-{code}", field, value, rule, next_step)


_DECODER = msgspec.json.Decoder(Submission)
