"""Rules and votes of a party on what may leave its station, from entries that it addresses to itself alone."""

from __future__ import annotations

from detente.node.station.state import Station
from detente.picture.known import Entry
from detente.records.parties.approval import Approval, ApprovalRule
from detente.rules.hotline.approvals import Vote


def voted(state: Station, known: Entry) -> None:
    """Take a rule or a vote of our own party; a vote counts only under an officer's key, and the last word counts."""
    rule, vote = known.body(ApprovalRule), known.body(Approval)
    use = state.identity.history(known.header.key)
    if (rule is None and vote is None) or known.header.author != state.me.party or known.id in state.sending.votes_seen:
        return
    state.sending.votes_seen.add(known.id)  # queued, and later in the ledger: one word, said once
    if use is None or use.role != "officer":
        return
    if rule is not None:
        for kind in rule.kinds:
            state.sending.approval_rules[kind] = rule
    elif vote is not None:
        said = Vote(use.officer or "", tuple(use.roles), vote)
        state.sending.votes.setdefault(vote.about, {})[said.officer] = said
