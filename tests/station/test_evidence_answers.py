"""What a station answers about evidence: as of a time or size, by whose word, incomplete where it lacks something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from tests.rules.evidence.claims import said
from tests.rules.evidence.test_counts import bulletin
from tests.support.desk_of_station import AtWork, at_work
from tests.support.play import START_US, Play, circle, notice, watermark
from tests.support.plays import strange

from detente.api.evidence import (
    AlongAsked,
    BulletinCountsAsked,
    ClaimsAsked,
    ConclusionsAsked,
    ContradictionsAsked,
    DailyReportAsked,
    EvidenceHeldAsked,
    IncidentsAsked,
    KnewAsked,
    OriginsAsked,
    SourcesAsked,
)
from detente.api.keys import KeysAsked
from detente.api.question import Answer, Question
from detente.errors import Problem
from detente.ledger.entry import Header
from detente.ledger.facets import Facet, Opening
from detente.ledger.readable import ReadableEntry
from detente.network.local import answer_in, written
from detente.node.station.parts.durable_change import Keep
from detente.records.body import Stated
from detente.station.answers import evidence

A = TypeVar("A", bound=Answer)
Ask = Callable[[Question[Any]], Awaitable[Any]]


def played() -> tuple[Play, list[str]]:
    """An assertion, its denial by an ally of nobody, a correction of the assertion, a count; all told to Russia."""
    play = Play()
    first = play.say("cjtf", "rus", said("Coalition", "asserts", "talks", party="cjtf").claim)
    denial = play.say("un", "rus", said("SDF", "denies", "talks", party="sdf").claim)
    later = play.say("cjtf", "rus", said("Coalition", "observes", "talks", party="cjtf").claim, supersedes=first)
    count = play.say("cjtf", "rus", bulletin(3, "13T09:00", "14T09:00"))
    return play, [first, denial, later, count]


def asking(tmp_path: Path, play: Play, work: Callable[[AtWork, Ask], Awaitable[None]]) -> None:
    """Fold a play into a running station's picture, and ask it over its local listener."""

    async def go() -> None:
        async with at_work(tmp_path / "rus") as desk:
            await desk.well()
            for known in play.known("rus"):
                desk.engine.parts.picture.apply(known)

            async def ask(question: Question[A]) -> A | httpx.Response:
                made = written(question)
                answer = await desk.http.get(f"/local/{made.path}", params=made.query)
                if answer.is_error:
                    return answer
                return answer_in(question, answer.content)

            await work(desk, ask)

    asyncio.run(go())


def problem_of(answer: httpx.Response) -> Problem:
    (found,) = msgspec.convert(answer.json()["problems"], tuple[Problem, ...])
    return found


def test_claims_and_their_origins_as_they_stand_and_as_they_stood(tmp_path):
    play, (first, denial, later, _) = played()

    async def work(desk: AtWork, ask: Ask) -> None:
        now = await ask(ClaimsAsked())
        assert [s.id for s in now.claims] == [denial, later] and now.next is None
        assert now.seen.by == "rus" and not now.seen.lacking.not_understood
        for then in (ClaimsAsked(size=3), ClaimsAsked(at_us=START_US + 2_000_000)):
            assert [s.id for s in (await ask(then)).claims] == [first, denial]
        assert [s.id for s in (await ask(ClaimsAsked(start=3))).claims] == [later]
        assert (await ask(ClaimsAsked(subject=("strikes",)))).claims == ()
        found = await ask(OriginsAsked(claim=later))
        assert found.support.for_ == ("Coalition",) and [s.id for s in found.denied_by] == [denial]
        assert (await ask(OriginsAsked(claim=later, size=3))).status_code == 404

    asking(tmp_path, play, work)


def test_contradictions_sources_counts_and_incidents(tmp_path):
    play, (first, denial, later, count) = played()
    when = Stated(earliest_us=START_US, latest_us=START_US + 60_000_000, text="15:30", zone="UTC")
    told = {"at_stated": when, "event_class": "shelling", "place": circle()}
    seen = [said(who, "observes", "fire", **told).claim for who in ("A", "B")]
    for claim in seen:
        play.say("cjtf", "rus", claim)

    async def work(desk: AtWork, ask: Ask) -> None:
        (pair,) = (await ask(ContradictionsAsked())).contradictions
        assert (pair.claim.id, pair.denial.id) == (later, denial)
        assert [p.claim.id for p in (await ask(ContradictionsAsked(size=3))).contradictions] == [first]
        assert {r.source: r.contradicted for r in (await ask(SourcesAsked())).sources}["SDF"] == 1
        counts = await ask(BulletinCountsAsked())
        assert [b.total.best for side in counts.sides for b in side.bulletins] == [3]
        (incident,) = (await ask(IncidentsAsked())).incidents
        assert incident.outcome == "accounts agree" and [a.by for a in incident.accounts] == ["A", "B"]
        held = await ask(EvidenceHeldAsked())
        assert {first, denial, later, count} < set(held.held.recorded) and held.next is None

    asking(tmp_path, play, work)


def test_what_each_could_conclude_rests_on_what_it_is_proven_to_have_been_told(tmp_path):
    """Its own entry always; ours only below its watermark."""
    play, _ = played()
    play.say("rus", "cjtf", said("Russia", "asserts", "strikes").claim)
    size = play.size
    play.say("cjtf", "rus", watermark(size))

    async def work(desk: AtWork, ask: Ask) -> None:
        now = await ask(ConclusionsAsked(party=("rus", "cjtf")))
        assert now.entries == {"cjtf": 3, "rus": 4}
        assert {m.matter for m in now.matters if m.differ} == {"talks", "contradiction on talks"}
        before = await ask(ConclusionsAsked(party=("cjtf",), at_us=play.now_us - 1))
        assert before.entries == {"cjtf": 2}
        knew = await ask(KnewAsked(party="cjtf"))
        assert knew.watermark is not None and len(knew.own) == 4 and len(knew.told) == 1
        assert len(knew.shown) == len(knew.own) + len(knew.told) - 1  # its watermark is told, and not shown
        assert problem_of(await ask(ConclusionsAsked(party=("ruus",)))).field == "party"
        assert problem_of(await ask(ConclusionsAsked())).field == "party"
        assert problem_of(await ask(KnewAsked(party="ruus"))).field == "party"

    asking(tmp_path, play, work)


def test_a_days_report_comes_whole_and_says_what_it_lacks(tmp_path):
    play, _ = played()
    strange(play, "cjtf", "rus", "claim/2")

    async def work(desk: AtWork, ask: Ask) -> None:
        found = await ask(DailyReportAsked(date="2016-09-17", zone="+03:00"))
        assert found.daily.period.name in found.text.markdown and "<!doctype html>" in found.text.html
        assert "INCOMPLETE: not understood: 1 of claim/2 (sent faulty: 1 by cjtf)." in found.text.markdown
        assert found.seen.lacking.by == {"cjtf": 1}
        early = await ask(DailyReportAsked(date="2016-09-17", zone="+03:00", recorded_by_us=START_US + 1))
        assert not early.daily.over and early.seen.at_us == START_US + 1
        for wrong, field in (
            (DailyReportAsked(date="tomorrow", zone="+03:00"), "date"),
            (DailyReportAsked(date="2016-09-17", zone="Nowhere/x"), "zone"),
            (DailyReportAsked(as_of="noon", date="2016-09-17", zone="+03:00"), "as_of"),
            (DailyReportAsked(date="2016-09-19", recorded_by_us=START_US, zone="+03:00"), "date"),
        ):
            assert problem_of(await ask(wrong)).field == field

    asking(tmp_path, play, work)


@pytest.mark.parametrize(
    "question", [ContradictionsAsked, IncidentsAsked, SourcesAsked, BulletinCountsAsked, ClaimsAsked]
)
def test_nobody_is_told_what_will_be_known(tmp_path, question):
    async def work(desk: AtWork, ask: Ask) -> None:
        late = desk.engine.now_us + 3_600_000_000
        found = problem_of(await ask(question(at_us=late)))
        assert (found.code, found.field, found.rule) == ("time", "at_us", "has not come yet")
        hour_ago = (await ask(question(ago_us=3_600_000_000))).seen.at_us
        assert abs(desk.engine.now_us - 3_600_000_000 - hour_ago) < 60_000_000

    asking(tmp_path, Play(), work)


def test_long_answers_come_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 3)
    play, entries = played()

    async def work(desk: AtWork, ask: Ask) -> None:
        first = await ask(EvidenceHeldAsked())
        rest = await ask(EvidenceHeldAsked(start=first.next))
        assert (set(first.held.recorded), set(rest.held.recorded)) == (set(entries[:3]), set(entries[3:]))
        whole = first.held.then(rest.held)
        assert [s.id for s in whole.claims] == entries[:3] and [b[0] for b in whole.bulletins] == entries[3:]
        assert rest.next is None
        for _ in range(4):
            play.say("cjtf", "rus", said("Page", "asserts", "talks").claim)
            desk.engine.parts.picture.apply(play.known("rus")[-1])
        page = await ask(ClaimsAsked())
        more = await ask(ClaimsAsked(start=page.next))
        assert len(page.claims) == len(more.claims) == 3 and more.next is None
        assert len({s.id for s in (*page.claims, *more.claims)}) == 6

    asking(tmp_path, play, work)


def test_a_line_is_looked_for_among_all_notices_that_were_ever_recorded(tmp_path):
    """Old versions and ordinary activities too, of which the view keeps no outline; the span and the line both count."""
    play = Play()
    first = play.say("cjtf", "rus", notice(volumes=(circle(lat=35, lon=40),)))
    later = play.say("cjtf", "rus", notice(volumes=(circle(lat=35, lon=40),)), supersedes=first)
    play.say("cjtf", "rus", notice(volumes=(circle(lat=36, lon=41),)))
    play.say("cjtf", "rus", said("Page", "asserts", "talks").claim)
    rows = [(index, bytes.fromhex(entry), shown(row)) for row in play.said for index, _, entry, _, _ in [row]]

    async def work(desk: AtWork, ask: Ask) -> None:
        await asyncio.wrap_future(desk.engine.parts.copy.write(Keep(known=rows)))
        line = (34_900_000_000, 40_000_000_000, 35_100_000_000, 40_000_000_000)
        span = {"from_us": START_US, "until_us": START_US + 3_600_000_000}
        assert (await ask(AlongAsked(line=line, **span))).notices == tuple(sorted([first, later]))
        assert (await ask(AlongAsked(from_us=0, line=line, until_us=1))).notices == ()
        assert (await ask(AlongAsked(line=(0, 0, 1, 1), **span))).notices == ()

    asking(tmp_path, Play(), work)


def shown(row: tuple[int, int, str, Header, list[Facet | None]]) -> bytes:
    """One entry of a play as a station's own copy has it."""
    index, at_us, entry, header, facets = row
    a, b, c, d = (None if facet is None else Opening(facet=facet, salt="11" * 32) for facet in facets)
    known = ReadableEntry(
        erased=False,
        facets=(a, b, c, d),
        header=header,
        header_salt="33" * 32,
        id=entry,
        index=index,
        received_at_us=at_us,
        signature="44" * 64,
        slots=(),
    )
    return msgspec.json.encode(known)


def test_keys_and_a_line_that_is_none(tmp_path):
    async def work(desk: AtWork, ask: Ask) -> None:
        found = await ask(KeysAsked())
        assert [use.key for use in found.keys] == [use.key for use in desk.engine.state.identity.uses()]
        assert found.parties == desk.engine.state.identity.parties()
        for line in ((), (1, 2), (1, 2, 3)):
            assert problem_of(await ask(AlongAsked(from_us=0, line=line, until_us=1))).field == "line"
        assert (await ask(AlongAsked(from_us=0, line=(0, 0, 1, 1), until_us=1))).notices == ()

    asking(tmp_path, Play(), work)
