"""Drafts of what a station signs itself."""

from __future__ import annotations

import msgspec

from detente.ledger.entry import Draft
from detente.ledger.facets import Facet
from detente.node.station.state import Station
from detente.records.body import Body
from detente.records.registry import REGISTRY


def draft_of(
    state: Station, body: Body, audience: tuple[str, ...], signed_at_us: int, *, sealed: bool = False
) -> Draft:
    """Return the draft of an entry with one facet that the station itself signs."""
    kind, form, data = REGISTRY.write(body)
    position = REGISTRY.position(body)
    me = state.me.party
    readers = tuple(sorted({*audience, me} if sealed else audience))
    facets: list[Facet | None] = [None, None, None, None]
    facets[position] = Facet(audience=readers, body=msgspec.Raw(data), form=form)
    about = getattr(body, "about", None)
    return Draft(
        audience=readers,
        author=me,
        facets=(facets[0], facets[1], facets[2], facets[3]),
        kind=kind,
        refers_to=(about,) if isinstance(about, str) else (),
        sealed=frozenset({position}) if sealed else frozenset(),
        signed_at_us=signed_at_us,
    )
