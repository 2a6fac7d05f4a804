"""A question about keys: who signs for whom, and since when."""

from __future__ import annotations

from detente.api.question import Answer, Question
from detente.ledger.genesis import GenesisHost
from detente.ledger.identity import KeyUse


class Keys(Answer, frozen=True, kw_only=True):
    """Every key that the ledger has ever known, ended ones too, by party; `parties` are those that have keys, `host` is in force now."""

    host: GenesisHost
    keys: tuple[KeyUse, ...]
    ledger: str
    parties: tuple[str, ...]


class KeysAsked(Question[Keys], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose keys are which?"""

    path = "/local/keys"
