"""What one station says directly to another: a signed envelope (docs/formats/station-api.md, "Direct endpoints")."""

from __future__ import annotations

from typing import Final

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, problem
from detente.ledger import canonical
from detente.ledger.canonical import Count, Hex32, Hex64, PartyId
from detente.ledger.keys import SigningKey, verify

DOMAIN: Final = b"detente/direct/v1\n"
MAX_SIZE: Final = 1 << 20


class Unsigned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. `from` and `to` are parties; the payload's form is that of the kind."""

    from_: PartyId = msgspec.field(name="from")
    kind: str
    ledger: Hex32
    payload: msgspec.Raw
    sent_at_us: Count
    to: PartyId


class Envelope(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An envelope as sent."""

    from_: PartyId = msgspec.field(name="from")
    kind: str
    ledger: Hex32
    payload: msgspec.Raw
    sent_at_us: Count
    signature: Hex64
    to: PartyId


_PLAIN = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Envelope)


def seal_envelope(
    payload: object, *, kind: str, sender: str, to: str, ledger: bytes, key: SigningKey, now_us: int
) -> bytes:
    """Sign a payload (a Struct with fields in alphabetical order, or a flat dict) for one other station."""
    body = msgspec.Raw(canonical.encode(payload))
    unsigned = Unsigned(from_=sender, kind=kind, ledger=ledger.hex(), payload=body, sent_at_us=now_us, to=to)
    signature = key.sign(DOMAIN + _PLAIN.encode(unsigned)).hex()
    return _PLAIN.encode(
        Envelope(
            from_=sender,
            kind=kind,
            ledger=ledger.hex(),
            payload=body,
            sent_at_us=now_us,
            signature=signature,
            to=to,
        )
    )


def read_envelope(data: bytes, *, kind: str, ledger: bytes, me: str) -> Envelope:
    """Read an envelope of this kind for us; raises Refused. Whose signature it bears is `require_signed`'s to say."""
    if len(data) > MAX_SIZE:
        raise Refused([_bad("size", "", f"{len(data)} bytes", f"must not exceed {MAX_SIZE} bytes")])
    try:
        envelope = _DECODER.decode(data)
    except UNREADABLE:
        canonical.decode(data, Envelope)
        raise
    if _PLAIN.encode(envelope) != data:
        canonical.decode(data, Envelope)
    canonical.check(bytes(envelope.payload))
    for field, value, wanted in (
        ("kind", envelope.kind, kind),
        ("ledger", envelope.ledger, ledger.hex()),
        ("to", envelope.to, me),
    ):
        if value != wanted:
            raise Refused([_bad(field, field, value, f"must be {wanted} here")])
    return envelope


def require_signed(envelope: Envelope, station_key: bytes) -> None:
    """Refuse an envelope that the sender's station key has not signed."""
    unsigned = Unsigned(
        from_=envelope.from_,
        kind=envelope.kind,
        ledger=envelope.ledger,
        payload=envelope.payload,
        sent_at_us=envelope.sent_at_us,
        to=envelope.to,
    )
    if not verify(station_key, DOMAIN + _PLAIN.encode(unsigned), bytes.fromhex(envelope.signature)):
        raise Refused(
            [_bad("signature", "signature", envelope.signature, f"is not by the station of {envelope.from_}")]
        )


def _bad(code: str, field: str, value: object, rule: str) -> Problem:
    return problem(f"direct-{code}", field, value, rule, "See docs/formats/station-api.md, Direct endpoints.")
