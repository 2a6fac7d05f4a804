"""The parties: who answers for each, and what each knew."""

from __future__ import annotations

from detente.api.parties import KnewThen, KnownAsked, LedgerParty, Parties, PartiesAsked
from detente.errors import Refused, problem
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


def parties(engine: StationLoop, asked: PartiesAsked) -> Parties:
    """Return the parties of the ledger, each with who answers for it."""
    directory = engine.parts.picture.directory
    rows = (
        LedgerParty(answers=directory.answers_for(p.party).sentence(), name=p.name, party=p.party)
        for p in directory.parties()
    )
    return Parties(basis=basis(engine), parties=tuple(rows))


def known(engine: StationLoop, asked: KnownAsked) -> KnewThen:
    """Return what a party knew at a time, or at a size: by its watermark in force, and by nothing else."""
    if asked.party not in engine.state.identity.parties():
        step = "See `detente keys show`, which names them"
        raise Refused([problem("parameter", "party", asked.party, "must be a party of this ledger", step)])
    at_us = engine.now_us if asked.at is None else asked.at
    if at_us > engine.now_us:
        raise Refused([problem("parameter", "at", at_us, "has not come yet", "Leave it out, for now")])
    return known_then(engine, asked.party, at_us, asked.size)


def known_then(engine: StationLoop, party: str, at_us: int, size: int | None) -> KnewThen:
    """Return what a party of this ledger knew at a time, or at a size where one is given."""
    timeline = engine.parts.picture.timeline
    found = timeline.known_to(party, at_us=at_us if size is None else None, size=size)
    return KnewThen(
        basis=basis(engine),
        current=tuple(timeline.ids(found.current)),
        live=tuple(timeline.ids(found.live)),
        no_evidence=tuple(timeline.ids(found.no_evidence)),
        own=tuple(timeline.ids(found.own)),
        party=party,
        size=found.size,
        told=tuple(timeline.ids(found.told)),
        told_size=found.told_size,
        watermark=found.watermark,
    )
