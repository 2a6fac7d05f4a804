"""Just enough of an engine for the functions of `station/answers`: a picture, whose it is, and the time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from detente.picture.picture import Picture


def engine_of(
    picture: Picture, party: str, now_us: int, *, size: int = 0, parties: tuple[str, ...] = (), virtual: bool = True
) -> Any:
    """Return what answers as the engine of a party's station would, all of `size` entries proven and in the picture."""
    state = SimpleNamespace(
        folded=size,
        host_answers=True,
        identity=SimpleNamespace(parties=lambda: parties),
        me=SimpleNamespace(party=party),
        outbox=SimpleNamespace(waiting=lambda: 0),
        size=size,
        verified_at_us=now_us,
    )
    parts = SimpleNamespace(picture=picture, virtual=virtual)
    return SimpleNamespace(now_us=now_us, parts=parts, state=state, troubles=list)
