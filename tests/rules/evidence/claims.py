"""Claims made short, for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from detente.records.evidence.claim import Claim
from detente.rules.evidence.said import ClaimSaid


def us(text: str) -> int:
    """A moment in ISO 8601 with its zone, in microseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000)


def said(
    who: str,
    stance: str,
    subject: str,
    at_us: int = 0,
    via: str = "",
    origin: str = "",
    name: str = "",
    implies: tuple[str, ...] = (),
    **more: Any,
) -> ClaimSaid:
    """`said("SOHR", "asserts", "talks", via="AFP>Rudaw")`."""
    claim = Claim(
        about=(),
        actor=more.get("actor", ""),
        affected=more.get("affected", ""),
        at_stated=more.get("at_stated"),
        chain=tuple(via.split(">")) if via else (),
        count=more.get("count"),
        event_class=more.get("event_class", ""),
        implies=implies,
        origin=origin,
        party=more.get("party"),
        place=more.get("place"),
        report=None,
        said=None,
        says=more.get("says", f"{who} {stance} {subject}"),
        source="test",
        stance=stance,  # type: ignore[arg-type]
        subject=subject,
        tag="ILL",
        who=who,
    )
    return ClaimSaid(at_us=at_us, claim=claim, id=name or f"{who}-{subject}-{stance}-{at_us}-{via}")
