"""What a lying party signs: entries whose sealed body breaks its record's rules, and the disclosures that open them."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.support import world

from detente.ledger.entry import Draft, check_submission, encode_submission, seal_keeping
from detente.ledger.facets import Facet, facet_bytes
from detente.records.body import Body
from detente.records.entries.disclosure import Disclosure
from detente.records.registry import REGISTRY


def sealed(author: str, body: Body, audience: list[str], at_us: int, ledger: bytes) -> tuple[bytes, Disclosure]:
    """Return a submission of which the host sees no body, and the disclosure that opens it."""
    kind, form, data = REGISTRY.write(body)
    place = REGISTRY.position(body)
    raw, opening = submitted(author, kind, form, place, data, audience, at_us, ledger, hidden=True)
    entry = check_submission(raw, world.SLOTS, ledger).id
    told = facet_bytes(opening.facet).decode()
    return raw, Disclosure(about=entry.hex(), facet=told, position=place, salt=opening.salt, words="opened to all")


def submitted(
    author: str,
    kind: str,
    form: str,
    place: int,
    data: bytes,
    audience: list[str],
    at_us: int,
    ledger: bytes,
    *,
    hidden: bool = False,
    signer: str = "watch-1",
) -> tuple[bytes, Any]:
    """Return any body at all, signed by an officer of its author, and the opening of its facet."""
    facets: list[Facet | None] = [None, None, None, None]
    readers = (author,) if hidden else tuple(sorted(audience))
    facets[place] = Facet(audience=readers, body=msgspec.Raw(data), form=form)
    draft = Draft(
        audience=tuple(sorted(audience)),
        author=author,
        facets=(facets[0], facets[1], facets[2], facets[3]),
        kind=kind,
        sealed=frozenset({place}) if hidden else frozenset(),
        signed_at_us=at_us,
    )
    salts = world.salts(f"lying {at_us} {kind} {len(data)}")
    made, kept = seal_keeping(
        draft, world.signing(author, signer), salts, ledger, world.SLOTS, world.shared_keys(author)
    )
    return encode_submission(made), kept[place]
