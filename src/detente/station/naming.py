"""Roles and officers that an officer names in something to be signed: held against those that the own party has."""

from __future__ import annotations

from detente.errors import Problem, Refused
from detente.ledger.entry import Draft
from detente.records.registry import REGISTRY, Record
from detente.rules.hotline.roles import OwnNames, strangers
from detente.station.engine import StationLoop


def own_roles(engine: StationLoop) -> OwnNames:
    """Return the own party's officers and duties as they stand now."""
    me = engine.state.me.party
    keys = engine.state.identity.keys_of(me, max(engine.state.following.next_entry, 1))
    rosters = engine.parts.picture.directory.state.rosters.get(me, {})
    return OwnNames(
        duties=tuple(duty for roster in rosters.values() for duty in roster.duties),
        officers={use.officer: frozenset(use.roles) for use in keys if use.officer is not None},
        party=me,
    )


def refuse_strangers(engine: StationLoop, draft: Draft) -> None:
    """Refuse a body that names a role nobody of the own party holds, or an officer it does not have."""
    own = own_roles(engine)
    problems: list[Problem] = []
    for n, facet in enumerate(draft.facets):
        if facet is not None:
            record = REGISTRY.read(draft.kind, facet.form, facet.body_bytes())
            if isinstance(record, Record):
                problems += strangers(record.body, own, f"facets[{n}].body")
    if problems:
        raise Refused(problems)
