"""What others asked of own presence, as own officers are shown it: made from what never leaves this station."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from detente.conflicts.probing import cells_words, passed_over_words, patterns
from detente.conflicts.screening import BUDGET_SPENT, AskedOfUs
from detente.station.asked import Asked
from detente.station.http import Answer, Request, json_answer
from detente.station.own_questions import OwnQuestions, passing_over


def routes(api: Asked, own: OwnQuestions) -> dict[tuple[str, str], Callable[[Request], Awaitable[Answer]]]:
    """Return the routes of this part of the local listener."""

    async def questions(request: Request) -> Answer:
        """What others asked of own presence in the last day, newest first, what each spent; what own notices spend with others."""
        screener, cell_ndeg = api.state.screener, api.state.me.genesis.screening.cell_ndeg
        asked = list(screener.examined().values())
        return json_answer(
            {
                "asked": [_row(one, cell_ndeg) for one in reversed(asked)],
                "basis": api.basis(),
                "ours": own.rows(),
                "passed_over": [row["passed_over"] for row in standing(api)],
                "patterns": [
                    {**msgspec.to_builtins(p), "spent_percent": p.spent_percent, "words": p.sentence()}
                    for p in patterns(asked)
                ],
            }
        )

    return {("GET", "/local/questions"): questions}


def standing(api: Asked) -> list[dict[str, Any]]:
    """Return the answers that pass over own people now: their epoch is not over."""
    cell_ndeg = api.state.me.genesis.screening.cell_ndeg
    return [_row(one, cell_ndeg) for one in passing_over(api.state, api.engine.now_us)]


def _row(one: AskedOfUs, cell_ndeg: int) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(one),
        "passed_over": passed_over_words(one, cell_ndeg) if one.withheld else None,
        "words": _words(one, cell_ndeg),
    }


def _words(one: AskedOfUs, cell_ndeg: int) -> str:
    if one.answer == "not screened":
        budget = f" ({one.spent_m2_s} of {one.budget_m2_s} m2 s)" if one.reason == BUDGET_SPENT else ""
        return f"{one.answer}: {one.reason}{budget}"
    raised = f": {cells_words(one.raised_by, cell_ndeg).rstrip(',')}" if one.raised_by else ""
    over = f"; PASSED OVER: {cells_words(one.withheld, cell_ndeg).rstrip(',')}" if one.withheld else ""
    return f"{one.answer}{raised}{over}"
