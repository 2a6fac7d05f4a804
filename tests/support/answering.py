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
        following=SimpleNamespace(folded=size, size=size, verified_at_us=now_us),
        identity=SimpleNamespace(parties=lambda: parties),
        me=SimpleNamespace(party=party),
        sending=SimpleNamespace(host_answers=True, outbox=SimpleNamespace(waiting=lambda: 0)),
    )
    parts = SimpleNamespace(picture=picture, virtual=virtual)
    return SimpleNamespace(now_us=now_us, parts=parts, state=state, troubles=list)
