"""Local endpoints on what changed: which open notices it endangers, who was warned, who has answered afresh; what kind of quiet it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from detente.hotline.quiet import quiet
from detente.picture.danger_board import boards
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer

LULL_AFTER_US = 6 * 3_600_000_000
"""With nothing reported for so long, and no pause announced, it is called a lull."""


def routes(api: Asked) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def endangered(request: Request) -> Answer:
        """The boards of all changes, newest first; `?limit=` notices in each."""
        now_us = api.engine.now_us
        found = boards(api.picture, now_us, request.number("limit", 100, 1))
        rows = [
            {
                **msgspec.to_builtins(board),
                "asked": [{**msgspec.to_builtins(one), "words": one.sentence()} for one in board.asked],
            }
            for board in found
        ]
        return json_answer({"basis": api.basis(), "boards": rows})

    async def pauses(request: Request) -> Answer:
        """For each matter, whether its quiet was announced, and by whom; a lull is nobody's word."""
        now_us = api.engine.now_us
        by_matter: dict[str, list[object]] = {}
        for change in api.picture.dangers.changes():
            by_matter.setdefault(change.matter, []).append(change)
        last = request.number("reported", 0)
        rows = []
        for matter, changes in by_matter.items():
            found = quiet(changes, [last] if last else [], LULL_AFTER_US, now_us)  # type: ignore[arg-type]
            rows.append({**msgspec.to_builtins(found), "matter": matter, "words": found.sentence()})
        return json_answer({"basis": api.basis(), "quiet": rows})

    return {("GET", "/local/endangered"): endangered, ("GET", "/local/quiet"): pauses}
