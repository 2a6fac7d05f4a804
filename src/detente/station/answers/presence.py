"""Own presence, and what others asked of it: made from what never leaves this station."""

from __future__ import annotations

import msgspec

from detente.api.presence import (
    PresenceAsked,
    PresenceHeld,
    ProbingRow,
    QuestionRow,
    QuestionsAsked,
    QuestionsOfOthers,
)
from detente.rules.notices.screening.probing import cells_words, passed_over_words, patterns
from detente.rules.notices.screening.screening import BUDGET_SPENT, AskedOfUs
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop
from detente.station.own_questions import passing_over


def presence(engine: StationLoop, asked: PresenceAsked) -> PresenceHeld:
    """Return where own people are held to be; nowhere, at a station that screens nothing."""
    desk = getattr(engine.state.screening.screener, "memory", None)
    return PresenceHeld(presence=desk.presence if desk else (), speaks_for=desk.speaks_for if desk else ())


def questions(engine: StationLoop, asked: QuestionsAsked) -> QuestionsOfOthers:
    """Return what others asked in the last day, what each spent, and what own notices spend with others."""
    cell_ndeg = engine.state.me.genesis.screening.cell_ndeg
    examined = list(engine.state.screening.screener.examined().values())
    return QuestionsOfOthers(
        asked=tuple(_row(one, cell_ndeg) for one in reversed(examined)),
        basis=basis(engine),
        ours=engine.own_questions.rows(),
        passed_over=passed_over(engine),
        patterns=tuple(
            ProbingRow(spent_percent=p.spent_percent, words=p.sentence(), **msgspec.structs.asdict(p))
            for p in patterns(examined)
        ),
    )


def passed_over(engine: StationLoop) -> tuple[str, ...]:
    """Say which own people are passed over now, one sentence for each notice of which an asker is told nothing."""
    cell_ndeg = engine.state.me.genesis.screening.cell_ndeg
    return tuple(passed_over_words(one, cell_ndeg) for one in passing_over(engine.state, engine.now_us))


def _row(one: AskedOfUs, cell_ndeg: int) -> QuestionRow:
    over = passed_over_words(one, cell_ndeg) if one.withheld else None
    return QuestionRow(passed_over=over, words=_words(one, cell_ndeg), **msgspec.structs.asdict(one))


def _words(one: AskedOfUs, cell_ndeg: int) -> str:
    if one.answer == "not screened":
        budget = f" ({one.spent_m2_s} of {one.budget_m2_s} m2 s)" if one.reason == BUDGET_SPENT else ""
        return f"{one.answer}: {one.reason}{budget}"
    raised = f": {cells_words(one.raised_by, cell_ndeg).rstrip(',')}" if one.raised_by else ""
    over = f"; PASSED OVER: {cells_words(one.withheld, cell_ndeg).rstrip(',')}" if one.withheld else ""
    return f"{one.answer}{raised}{over}"
