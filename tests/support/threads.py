"""A hospital that is notified, moved and ended, in a world of stations; and what an officer asks of an own station."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace
from tests.support import world
from tests.support.stations import START_US, World, circle, notice

from detente.errors import Refused
from detente.ledger.entry import Draft
from detente.ledger.facets import Facet
from detente.records.body import Body
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import State
from detente.records.protection.humane import HumaneNotice
from detente.records.registry import REGISTRY
from detente.rules.notices.screening.coarse import coarse_of
from detente.station import drafting
from detente.station.drafting import FacetAsked, SendAsked, draft_asked

CELL_NDEG = 20_000_000
DRIVER = "Dr Ahmed Hassan"

HUMANE = HumaneNotice(
    back=(),
    contact=DRIVER,
    expires_us=None,
    is_a="site",
    names=("Hospital",),
    organisation="UN",
    purpose="care",
    reverify_us=None,
    route=(),
    staff=None,
    vehicles=(),
    verified_us=None,
)


def hospital(state: State = State.ACCEPTED, words: str = "hospital") -> Notice:
    """A protected site of a day."""
    volume = circle(35.2854, 40.1760, start_us=START_US, hours=24)
    return replace(notice(volume, words=words), activity=Activity.PROTECTED_SITE, state=state)


def tell(w: World, party: str, *told: tuple[Body, list[str]], supersedes: str | None = None) -> str:
    """Let an officer's hand send several forms, each to its readers, past the rules of the own station; return the id."""
    facets: list[Facet | None] = [None] * 4
    readers: set[str] = set()
    for body, audience in told:
        kind, form, data = REGISTRY.write(body)
        facets[REGISTRY.position(body)] = Facet(audience=tuple(sorted(audience)), body=msgspec.Raw(data), form=form)
        readers |= set(audience)
    draft = Draft(
        audience=tuple(sorted(readers)),
        author=party,
        facets=(facets[0], facets[1], facets[2], facets[3]),
        kind=kind,
        signed_at_us=w.now_us,
        supersedes=supersedes,
    )
    return w.seal(party, draft, world.signing(party, "watch-1")).hex()


def coarse(told: Notice) -> Body:
    """The coarse form of a notice."""
    return coarse_of(told, CELL_NDEG)


def ask(w: World, party: str, *told: tuple[Body, list[str]], **more: Any) -> str:
    """Let an officer ask the own station to send, as `POST /local/send` does; return the id. Raises Refused."""
    facets = tuple(
        FacetAsked(audience=tuple(readers), body=msgspec.Raw(data), form=form)
        for body, readers in told
        for _, form, data in [REGISTRY.write(body)]
    )
    kind = REGISTRY.write(told[0][0])[0]
    asked = SendAsked(facets=facets, kind=kind, officer="watch-1", **more)
    key = world.signing(party, "watch-1")
    draft, _ = draft_asked(w.stations[party], {"watch-1": key}, asked, w.now_us)
    ending = drafting.closings(w.stations[party], draft, asked.ended_for) if more.get("ended_for") else []
    entry = w.seal(party, draft, key).hex()
    for one in ending:
        w.seal(party, one, key)
    return entry


def refused(w: World, party: str, *told: tuple[Body, list[str]], **more: Any) -> list[str]:
    """Return the codes with which the own station refuses what an officer asks it to send; nothing was signed then."""
    before = len(w.stations[party].sending.outbox.items)
    try:
        ask(w, party, *told, **more)
    except Refused as error:
        assert len(w.stations[party].sending.outbox.items) == before
        return [found.code for found in error.problems]
    return []
