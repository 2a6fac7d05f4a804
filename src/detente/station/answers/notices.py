"""Notices: which are live, what they come too close to, how they were screened, what waits, what changes endanger."""

from __future__ import annotations

import msgspec

from detente.api.notices import (
    AskedAfreshRow,
    Conflicts,
    ConflictsAsked,
    DangerBoardRow,
    DangerBoards,
    EndangeredAsked,
    JudgedRow,
    NoticeRow,
    Notices,
    NoticesAsked,
    QuietAsked,
    QuietRow,
    Quiets,
    ScreenedRow,
    ScreenedWords,
    ScreeningRows,
    ScreeningsAsked,
    WaitingAsked,
    WaitingRows,
    WaitRow,
)
from detente.picture.boards.endangered_board import DangerBoard, boards
from detente.picture.notices.airspace import LiveNotice
from detente.picture.notices.screenings import ScreeningOnRecord
from detente.picture.notices.waiting import Wait
from detente.rules.notices.changes.fan_out import Change
from detente.rules.notices.changes.quiet import quiet
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop
from detente.station.own_questions import UNKNOWN

LULL_AFTER_US = 6 * 3_600_000_000
"""With nothing reported for so long, and no pause announced, it is called a lull."""


def notices(engine: StationLoop, asked: NoticesAsked) -> Notices:
    """Return the live notices that we may read."""
    rows = (_notice(engine, live) for live in engine.parts.picture.airspace.live())
    return Notices(basis=basis(engine), notices=tuple(rows))


def _notice(engine: StationLoop, live: LiveNotice) -> NoticeRow:
    picture, now_us = engine.parts.picture, engine.now_us
    body = live.notice() or live.coarse_notice()
    return NoticeRow(
        activity=live.activity,
        author=live.author,
        delivery={
            party: tuple(fact.sentence() for fact in facts)
            for party, facts in picture.delivery.of(live.version).items()
        },
        end_us=live.end_us,
        first=live.first,
        form=live.form,
        index=live.index,
        lapsed=live.lapsed(now_us),
        notice=msgspec.Raw(msgspec.json.encode(body, order="sorted")),
        received_at_us=live.received_at_us,
        screenings=tuple(
            ScreenedWords(answer=a.answer, party=a.party, words=_screened_words(engine, live.version, a))
            for a in picture.screenings.of(live.version, now_us)
        ),
        start_us=live.start_us,
        state=live.state,
        version=live.version,
    )


def _screened_words(engine: StationLoop, version: str, answered: ScreeningOnRecord) -> str:
    why = engine.own_questions.why(version, answered)
    return f"{answered.sentence()}; {why}" if why and why != UNKNOWN else answered.sentence()


def conflicts(engine: StationLoop, asked: ConflictsAsked) -> Conflicts:
    """Return the pairs of live notices that come too close and are not over."""
    return Conflicts(basis=basis(engine), conflicts=tuple(engine.parts.picture.conflicts.open(engine.now_us)))


def screenings(engine: StationLoop, asked: ScreeningsAsked) -> ScreeningRows:
    """Return the answer of every recipient to one version."""
    rows = (
        ScreenedRow(words=_screened_words(engine, asked.entry, a), **msgspec.structs.asdict(a))
        for a in engine.parts.picture.screenings.of(asked.entry, engine.now_us)
    )
    return ScreeningRows(basis=basis(engine), screenings=tuple(rows))


def waiting(engine: StationLoop, asked: WaitingAsked) -> WaitingRows:
    """Return what waits for whose answer, and the read-backs that differ."""
    picture, now_us = engine.parts.picture, engine.now_us
    return WaitingRows(
        basis=basis(engine),
        read_backs=tuple(
            JudgedRow(words=j.sentence(), **msgspec.structs.asdict(j)) for j in picture.read_backs.wrong()
        ),
        waiting=tuple(_wait(wait, now_us) for wait in picture.waiting.open()),
    )


def _wait(wait: Wait, now_us: int) -> WaitRow:
    return WaitRow(overdue=wait.overdue(now_us), words=wait.sentence(now_us), **msgspec.structs.asdict(wait))


def endangered(engine: StationLoop, asked: EndangeredAsked) -> DangerBoards:
    """Return the boards of all changes, the newest first."""
    found = boards(engine.parts.picture, engine.now_us, asked.limit)
    return DangerBoards(basis=basis(engine), boards=tuple(_board(board) for board in found))


def _board(board: DangerBoard) -> DangerBoardRow:
    afresh = tuple(AskedAfreshRow(words=one.sentence(), **msgspec.structs.asdict(one)) for one in board.asked)
    return DangerBoardRow(**{**msgspec.structs.asdict(board), "asked": afresh})


def quiets(engine: StationLoop, asked: QuietAsked) -> Quiets:
    """Return for each matter whether its quiet was announced, and by whom."""
    by_matter: dict[str, list[Change]] = {}
    for change in engine.parts.picture.dangers.changes():
        by_matter.setdefault(change.matter, []).append(change)
    reported = [asked.reported] if asked.reported else []
    rows = []
    for matter, changes in by_matter.items():
        found = quiet(changes, reported, LULL_AFTER_US, engine.now_us)
        rows.append(QuietRow(matter=matter, words=found.sentence(), **msgspec.structs.asdict(found)))
    return Quiets(basis=basis(engine), quiet=tuple(rows))
