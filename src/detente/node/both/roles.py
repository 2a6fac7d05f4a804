"""Which roles' keys may sign which kind of entry: asked by the host before it admits one, by every station before it believes one."""

from __future__ import annotations

from typing import Final

from detente.ledger.identity import ENTRY_ROLES

SIGNERS: Final[dict[str, frozenset[str]]] = {  # kind -> roles whose keys may sign it; any entry role for the rest
    "screening": frozenset({"station"}),
    "step": frozenset({"station"}),
    "watermark": frozenset({"station"}),
}


def roles_for(kind: str) -> frozenset[str]:
    """Return the roles whose keys may sign a kind ("screening/1")."""
    return SIGNERS.get(kind.partition("/")[0], frozenset(ENTRY_ROLES))
