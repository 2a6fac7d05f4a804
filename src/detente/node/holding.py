"""From the entries of a viewer's copy to what it holds of evidence (`evidence.held`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from detente.evidence.held import Held
from detente.evidence.said import said
from detente.node.known import Known
from detente.records.affiliation import Affiliation, Whereabouts
from detente.records.assessment import Assessment
from detente.records.body import Body
from detente.records.bulletin import Bulletin
from detente.records.claim import Claim
from detente.records.notice import Notice
from detente.records.registry import REGISTRY, Record
from detente.records.report import Report
from detente.records.verdict import Verdicts

LISTS: dict[type[Body], str] = {
    Affiliation: "affiliations",
    Assessment: "assessments",
    Bulletin: "bulletins",
    Claim: "claims",
    Notice: "notices",
    Report: "reports",
    Verdicts: "verdicts",
    Whereabouts: "whereabouts",
}
"""Which list of `Held` a body of each kind goes to."""


def held_in(entries: Iterable[Known]) -> Held:
    """Return what bears on evidence, in the order of the entries. A body that is not understood or not readable is left out."""
    found: dict[str, list[Any]] = {name: [] for name in LISTS.values()}
    recorded: dict[str, int] = {}
    authors: dict[str, str] = {}
    supersedes: dict[str, str] = {}
    for known in entries:
        for position, opening in enumerate(known.facets):
            if opening is None or opening.facet is None:
                continue
            body = bytes(opening.facet.body)
            record = REGISTRY.understand(known.header.kind, opening.facet.form, body, position)
            name = LISTS.get(type(record.body)) if isinstance(record, Record) else None
            if name is None or not isinstance(record, Record):
                continue
            recorded[known.id] = known.received_at_us
            authors[known.id] = known.header.author
            if known.header.supersedes:
                supersedes[known.id] = known.header.supersedes
            if isinstance(record.body, Claim):
                found[name].append(said(known.id, record.body, known.received_at_us))
            else:
                found[name].append((known.id, known.received_at_us, record.body))
    lists = {name: tuple(items) for name, items in found.items()}
    return Held(authors=authors, recorded=recorded, supersedes=supersedes, **lists)
