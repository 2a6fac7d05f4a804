"""What an officer wants to send, and what keeps it here: an owner's consent refuses it, an own rule holds it until it is approved."""

from __future__ import annotations

import msgspec

from detente.errors import Refused, problem
from detente.ledger.entry import Draft
from detente.records.parties.approval import ApprovalRule
from detente.records.registry import REGISTRY, Record
from detente.rules.hotline.approvals import rule_for
from detente.station.drafting import SendAsked
from detente.station.engine import StationLoop


def refuse_forbidden(engine: StationLoop, asked: SendAsked) -> None:
    """Refuse to share a notice, or what says where it is, with a party that its owner's consent leaves out."""
    kind = asked.kind.partition("/")[0]
    if kind not in ("disclosure", "notice"):
        return
    named = {*asked.audience, *asked.coarse_to, *(p for facet in asked.facets for p in facet.audience)}
    abouts = [*([asked.supersedes] if asked.supersedes else []), *asked.refers_to]
    if kind == "disclosure":
        opened = (msgspec.json.decode(bytes(facet.body), type=_About).about for facet in asked.facets)
        abouts += filter(None, opened)
    for about in abouts:
        barred = sorted(engine.parts.picture.humane.forbidden(about) & named)
        if barred:
            rule = "must not be shared with it: its owner's consent leaves it out"
            raise Refused(
                [problem("consent", "audience", ", ".join(barred), rule, "Leave it out, or ask the owner again")]
            )


class _About(msgspec.Struct):
    about: str = ""


def holding_rule(engine: StationLoop, draft: Draft) -> ApprovalRule | None:
    """Return the rule of our own party that holds this draft back, None where it may leave at once."""
    body: object = None
    for facet in draft.facets:
        if facet is not None:
            record = REGISTRY.read(draft.kind, facet.form, facet.body_bytes())
            body = record.body if isinstance(record, Record) and body is None else body
    return rule_for(engine.state.sending.approval_rules, draft.kind.partition("/")[0], body)
