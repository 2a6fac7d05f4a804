"""What can be said of a submission without knowing the ledger: form, commitments, signature, and what its bodies say.

This is the costly part of admission and needs no state, so a host runs it wherever there is a free core; `Examined` is
small and crosses a process boundary cheaply. What needs the ledger's state (keys, threads, repeats) is `admission`.
"""

from __future__ import annotations

from typing import Final

import msgspec

from detente.errors import Problem, Refused, problem
from detente.ledger.entry import Checked, check_submission
from detente.ledger.facets import Facet
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.registry import REGISTRY, Record, Registry, Unknown

FOLDED: Final = frozenset(
    {"closing", "erasure", "host", "message", "officer", "party", "response", "screening", "step", "watermark"}
)
"""Kinds whose bodies the host itself must understand: they change keys, or what it may hold, or speak for others, or begin,
end or climb a ladder, or say how much of the ledger somebody holds."""


_ENCODER = msgspec.json.Encoder(order="sorted")


class Examined(msgspec.Struct, frozen=True, array_like=True):
    """A submission that holds by itself. `tail` is its leaf after index and time; `body` that of a kind in `FOLDED`.

    `activity` and `state` are a notice's where the host can read them, "" otherwise.
    """

    activity: str
    audience: tuple[str, ...]
    author: str
    body: bytes
    form: str
    id: bytes
    key: str
    kind: str
    state: str
    supersedes: str | None
    tail: bytes


def examine(raw: bytes, slots: int, ledger: bytes, registry: Registry = REGISTRY) -> Examined:
    """Check one submission by itself and say what the host must know of it; raises `Refused` with every fault found."""
    checked = check_submission(raw, slots, ledger)
    activity = state = form = ""
    body = b""
    problems: list[Problem] = []
    for position, facet in enumerate(checked.facets):
        if facet is None:
            continue
        record = _read(checked, position, facet, registry, problems)
        if record is None:
            continue
        if isinstance(record.body, Notice | CoarseNotice) and not state:
            activity, state = record.body.activity.value, record.body.state.value
        if record.kind in FOLDED:
            body, form = facet.body_bytes(), facet.form
    if problems:
        raise Refused(problems)
    header = checked.header
    return Examined(
        activity=activity,
        audience=header.audience,
        author=header.author,
        body=body,
        form=form,
        id=checked.id,
        key=header.key,
        kind=header.kind,
        state=state,
        supersedes=header.supersedes,
        tail=checked.header_commitment + b"".join(checked.commitments) + checked.tags,
    )


def _read(checked: Checked, position: int, facet: Facet, registry: Registry, problems: list[Problem]) -> Record | None:
    """Read one opened facet; None, and perhaps a problem, if it says nothing the host can use. Unknown kinds are kept."""
    field = f"facets[{position}].facet"
    try:
        record = _read_body(checked.header.kind, facet.form, facet.body_bytes(), registry)
    except Refused as refused:
        problems += [_inside(f"{field}.body", found) for found in refused.problems]
        return None
    if not isinstance(record, Record):
        return None
    problems += [_inside(f"{field}.body", found) for found in registry.check(record.body)]
    place = registry.position(record.body)
    if place != position:
        rule = f"the form {facet.form} of {record.kind} stands at facets[{place}], whatever else there is"
        problems.append(problem("facet-position", field, facet.form, rule, "Put it there and sign again"))
    return record


def _read_body(kind: str, form: str, body: bytes, registry: Registry) -> Record | Unknown:
    """Read a body that `check_submission` has found canonical: only its schema is left to judge."""
    try:
        record = registry.read(kind, form, body, strict=False)
        if not isinstance(record, Record) or _ENCODER.encode(record.body) == body:
            return record
    except Refused:
        pass
    return registry.read(kind, form, body)  # an older version, or something wrong: this says where


def _inside(field: str, found: Problem) -> Problem:
    """Say where in the submission a fault of a body stands."""
    return msgspec.structs.replace(found, field=f"{field}.{found.field}" if found.field else field)
