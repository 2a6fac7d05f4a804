"""What every handler of the local listener has at hand: the engine, its state and picture, and on what an answer rests."""

from __future__ import annotations

from typing import Any

import msgspec

from detente.station.answers.basis import basis
from detente.station.engine import Engine


class Asked:
    """A station as its own officers ask it. The routes that are not functions of `station/answers` yet are given one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.state = engine.state
        self.parts = engine.parts
        self.picture = engine.parts.picture

    def basis(self) -> dict[str, Any]:
        """Return on what an answer rests, as it stands in the answer's JSON."""
        found: dict[str, Any] = msgspec.to_builtins(basis(self.engine))
        return found
