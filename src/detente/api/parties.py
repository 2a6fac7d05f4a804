"""Questions about the parties of the ledger: who answers for each, and what each knew."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question, Whole


class LedgerParty(msgspec.Struct, frozen=True, kw_only=True):
    """One party. `answers` says who answers for it; that nobody does is said, and is no assurance."""

    answers: str
    name: str
    party: str


class Parties(Answer, frozen=True, kw_only=True):
    """The parties of the ledger, by name."""

    parties: tuple[LedgerParty, ...]


class PartiesAsked(Question[Parties], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who takes part, and who answers for whom?"""

    path = "/local/parties"


class KnewThen(Answer, frozen=True, kw_only=True):
    """What a party knew, by its watermark in force and by nothing else. Ids, in order of the ledger.

    `told`: addressed to it and covered by the watermark, which names `told_size`. `own`: what it wrote. `no_evidence`: addressed to
    it, and beyond the watermark. `current`: of `told` and `own` what nothing that it knew had superseded; `live`: the live notices
    among them.
    """

    current: tuple[str, ...]
    live: tuple[str, ...]
    no_evidence: tuple[str, ...]
    own: tuple[str, ...]
    party: str
    size: int
    told: tuple[str, ...]
    told_size: int
    watermark: str | None


class KnownAsked(Question[KnewThen], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What did a party know at a time (now), or at a size?"""

    path = "/local/known"
    at: Whole | None = None
    party: str = ""
    size: Whole | None = None
