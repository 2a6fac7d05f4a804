"""Plays one branch of a case through real processes and their HTTP interfaces, on one step clock.

    found a virtual ledger -> start host and stations -> for each row: step the clock to it, do it, let all come to rest
                                                      -> between rows: stop at every moment at which something is due
                                                      -> after each step: note what any station newly raises

The player decides nothing: what it prints as raised, known or proven came out of a station.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import msgspec

from detente.api.delivery import DeliveryAsked
from detente.api.entries import EntryAsked
from detente.api.hotline.ladders import LaddersOfAsked
from detente.api.notices import AskedAfreshRow, EndangeredAsked, ScreenedRow, ScreeningsAsked
from detente.api.rehearsal import ClockAsked, DrainedAsked, LinkAsked
from detente.api.station import AlarmRow, AlarmsAsked, BundleAsked
from detente.errors import Problem, Refused, Unavailable, problem
from detente.rules.evidence.affected import Affected
from detente.rules.evidence.deals import DealStanding
from detente.rules.evidence.times import TimeClaim, TimeReport, compare_times
from detente.rules.notices.delivery.steps import DeliveryStep
from detente.scenario.asking import course_words, short_leads, stop_words
from detente.scenario.case import Case, CaseRow, microseconds
from detente.scenario.compose import answered_for, body_of, presence_of
from detente.scenario.expected import Facts, RowFact
from detente.scenario.judging import Judge, RouteAnswer, standing_words
from detente.scenario.pocket import Pocket
from detente.scenario.processes import Door, hand_in
from detente.scenario.proof import HOLDS, VerifierReport, ask_verifier
from detente.scenario.questions import News
from detente.storage import private

SETTLE_US = 30_000_000
"""How long the clock runs on after the last row, so that what that row set going is seen."""

SAID = ("affiliation", "assent", "bulletin", "claim", "position", "report", "whereabouts")
"""Rows that are somebody's word."""

ROUNDS_AT_MOST = 200
"""How often all stations may be asked to come to rest at one moment before the player gives up."""


class ReplayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the replay table: when, what happened, what Detente raised, who knew, and by what proof."""

    at_us: int
    happened: str
    knew: str = ""
    proof: str = ""
    raised: str = ""
    row: str = ""
    source: tuple[str, ...] = ()
    tag: str = ""


class Played(msgspec.Struct, kw_only=True):
    """What came of one branch. `unmet` says which `expect` of the case did not come about: a replay with any has failed."""

    answers: dict[str, VerifierReport] = {}
    branch: str
    bundles: dict[str, str] = {}
    endangered: dict[str, tuple[str, ...]] = {}
    entries: dict[str, str] = {}
    found: dict[str, tuple[str, ...]] = {}
    lines: list[ReplayLine] = []
    outcomes: dict[str, tuple[str, ...]] = {}
    routes: dict[str, RouteAnswer] = {}
    standings: dict[str, tuple[DealStanding, ...]] = {}
    tasks: list[Affected] = []
    times: dict[str, TimeReport] = {}
    refused: dict[str, tuple[Problem, ...]] = {}
    unmet: list[str] = []


class Player:
    """Plays the rows of one branch. `doors` are the stations' local listeners by party, `clock` the host's operator listener."""

    def __init__(
        self,
        case: Case,
        branch: str,
        clock: Door,
        doors: Mapping[str, Door],
        folder: Path,
        say: Callable[[ReplayLine], None],
    ) -> None:
        self.case = case
        self.branch = branch
        self.clock = clock
        self.doors = doors
        self.folder = folder
        self.now_us = microseconds(case.starts)
        self.played = Played(branch=branch)
        self._judge = Judge(case, doors)
        self._pocket = Pocket(case, branch, folder)
        self._facts = Facts(self.played.entries)
        self._say = say
        self._seen: set[tuple[str, ...]] = set()
        self._sent: dict[str, tuple[CaseRow, str]] = {}

    def play(self) -> Played:
        """Play all rows, and return what came of them."""
        self._step_to(self.now_us)
        for party in self.case.parties:
            for other in party.answers_for:
                hand_in(self.doors[party.party], answered_for(self.case, party, other))
                self._rest()
        for row in self.case.rows_of(self.branch):
            self._advance(row.at_us)
            self._do(row)
            self._rest()
            self._news()
        self._advance(self.now_us + SETTLE_US)
        self._compare_times()
        self._check_expectations()
        return self.played

    # --- the one clock ---

    def _advance(self, to_us: int) -> None:
        """Step the clock to a moment, stopping wherever a station has something due on the way."""
        while self.now_us < to_us:
            wake_us = min([self._rest(), *self._deadlines()])
            self._step_to(min(to_us, max(wake_us, self.now_us + 1)))
            self._rest()
            self._news()

    def _step_to(self, now_us: int) -> None:
        self.now_us = now_us
        self.clock.post("/v1/clock", {"now_us": now_us})
        for door in self.doors.values():
            door.ask(ClockAsked(now_us=now_us))

    def _rest(self) -> int:
        """Let every station follow until nothing moves any more, and return when the next thing is due."""
        before = -1
        for _ in range(ROUNDS_AT_MOST):
            found = [door.ask(DrainedAsked()) for door in self.doors.values()]
            size = cast(int, self.clock.get("/v1/clock")["size"])
            if all(f.drained for f in found) and size == before:
                return min(f.wake_us for f in found)
            before = size
        raise Unavailable(f"the processes did not come to rest at {self.now_us}")

    def _deadlines(self) -> list[int]:
        """Return the first moments at which an answer that is still out will be late."""
        due = (
            answered.due_us + 1
            for entry, (row, kind) in self._sent.items()
            if kind == "notice"
            for answered in self._screened(row.by, entry)
            if answered.answer is None
        )
        return [at_us for at_us in (*due, *self._judge.deadlines()) if at_us > self.now_us]

    def _screened(self, party: str, entry: str) -> tuple[ScreenedRow, ...]:
        return self.doors[party].ask(ScreeningsAsked(entry=entry)).screenings

    # --- the rows ---

    def _do(self, row: CaseRow) -> None:
        match row.do:
            case "fact":
                self._tell(row)
            case "presence":
                self.doors[row.by].ask(presence_of(self.case, row))
                self._tell(row, knew=f"{row.by} alone")
            case "link":
                self._link(row)
            case "ask" if "route" in row.particulars:
                self._ask_route(row)
            case "ask" if "outcome" in row.particulars:
                self._ask_outcome(row)
            case "ask" if "register" in row.particulars or "near" in row.particulars:
                self._ask_pocket(row)
            case "ask" if "course" in row.particulars:
                self._ask_entry(row, "course", course_words)
            case "ask" if "stop" in row.particulars:
                self._ask_entry(row, "stop", stop_words)
            case "ask" if "known" in row.particulars:
                self._answer(row, self._judge.known_beside(row.by, row.particulars, self.now_us))
            case "ask":
                self._ask(row)
            case "judge" if "deal" not in row.particulars:
                self._answer(row, self._judge.answers(row.by, row.particulars, self.now_us))
            case "judge":
                self._stand(row)
            case _:
                self._send(row)

    def _tell(self, row: CaseRow, **more: Any) -> None:
        line = ReplayLine(
            at_us=self.now_us, happened=_who_says(row), row=row.id, source=row.source, tag=row.tag, **more
        )
        self.played.lines.append(line)
        self._say(line)

    def _raise(self, words: str, *, knew: str = "", proof: str = "", at_us: int | None = None) -> None:
        line = ReplayLine(at_us=at_us or self.now_us, happened="", knew=knew, proof=proof, raised=words)
        self.played.lines.append(line)
        self._say(line)

    def _link(self, row: CaseRow) -> None:
        cut, up = str(row.particulars["party"]), bool(row.particulars["up"])
        for party, door in self.doors.items():
            others = [p for p in self.doors if p != party]
            reach = others if up else [] if party == cut else [p for p in others if p != cut]
            door.ask(LinkAsked(host=up or party != cut, peers=tuple(reach)))
        self._tell(row)

    def _send(self, row: CaseRow) -> None:
        for name, kind, asked in body_of(self.case, row, self.played.entries):
            try:
                sent = hand_in(self.doors[row.by], asked)
            except Refused as refused:
                self.played.refused[row.id] = refused.problems
                self._tell(
                    row,
                    raised="REFUSED before sending: " + self._refusal(refused),
                    knew="nobody: nothing left the station",
                )
                return
            self.played.entries[name] = sent.id
            self._sent[sent.id] = (row, kind)
        proof = f"entry {self.played.entries[row.id][:12]}"
        self._tell(row, knew=f"recorded for {', '.join(row.to) or row.by}", proof=proof)

    def _refusal(self, refused: Refused) -> str:
        return " ".join(p.rule[0].upper() + p.rule[1:] + "." for p in refused.problems)

    # --- what Detente raised ---

    def _news(self) -> None:
        for party in self.doors:
            for alarm in self.doors[party].ask(AlarmsAsked()).alarms:
                self._once((party, "alarm", alarm.kind, alarm.about), partial(self._alarm, party, alarm))
        for entry, (row, kind) in list(self._sent.items()):
            if kind == "notice":
                self._screenings(entry, row)
                self._told(entry, row)
                self._lead(entry, row)
            if kind == "change":
                self._asked_afresh(entry, row)
        for news in self._judge.news(self.now_us):
            self._raise(news.words, knew="all who were told the claims", proof=_entries(news.evidence))
            if news.contradicts:
                self._facts.add(RowFact(about=news.contradicts, at_us=self.now_us, kind="contradiction"))
        self.played.tasks = self._judge.tasks

    def _asked_afresh(self, entry: str, row: CaseRow) -> None:
        """Tell what a change endangers, as each owner's station has it, and each fresh answer that is asked and given."""
        for party, door in self.doors.items():
            boards = door.ask(EndangeredAsked()).boards
            for board in (b for b in boards if b.change.source == entry):
                first = tuple(one.version for one in board.in_danger)
                self.played.endangered.setdefault(f"{row.id}.{party}", first)
                for asked in (a for a in board.asked if a.author == party and a.entry):
                    self._asked(entry, f"{row.id}.warning.{asked.recipient}", asked)

    def _asked(self, change: str, name: str, asked: AskedAfreshRow) -> None:
        proof = f"entry {asked.entry[:12]}"
        self.played.entries.setdefault(name, asked.entry)
        if asked.asked_us is not None and asked.due_us is not None:
            within = (asked.due_us - asked.asked_us) // 1_000_000
            words = f"ASKED AFRESH {asked.recipient}: {asked.count} ({asked.urgency}), within {within} s"
            tell = partial(self._raise, words, knew=asked.recipient, proof=proof, at_us=asked.asked_us)
            fact = RowFact(
                about=(asked.entry, change),
                at_us=asked.asked_us,
                kind="asked",
                party=asked.recipient,
                value=asked.urgency,
            )
            self._once((asked.entry, "asked"), tell, fact)
        if asked.answered_us is not None and asked.asked_us is not None:
            after = (asked.answered_us - asked.asked_us) // 1_000_000
            words = f"ANSWERED AFRESH {asked.recipient} after {after} s: {asked.answer}"
            self._once((asked.entry, "answered"), partial(self._raise, words, knew=asked.author, proof=proof))

    def _once(self, key: tuple[str, ...], tell: Callable[[], None], fact: RowFact | None = None) -> None:
        """Say what has come about, and keep it as a fact, the first time it is seen."""
        if key not in self._seen:
            self._seen.add(key)
            tell()
            if fact is not None:
                self._facts.add(fact)

    def _alarm(self, party: str, alarm: AlarmRow) -> None:
        at_us = alarm.at_us
        self._raise(f"ALARM at {party}: {alarm.words}", knew=party, at_us=at_us)
        about = tuple(alarm.about.split())  # a slot: the entry first, then at whom or on which ladder
        self._facts.add(RowFact(about=about, at_us=at_us, kind="alarm", party=party, value=alarm.kind))

    def _screenings(self, entry: str, row: CaseRow) -> None:
        for answered in self._screened(row.by, entry):
            if answered.answer is None:
                continue
            key = (entry, "screening", answered.party, answered.answer, str(answered.entry))
            proof = f"entry {answered.entry[:12]}" if answered.entry else "absent by its deadline"
            tell = partial(self._raise, f"SCREENING {answered.words}", knew=row.by, proof=proof)
            party, answer = answered.party, answered.answer
            fact = RowFact(about=(entry,), at_us=self.now_us, kind="screening", party=party, value=answer)
            self._once(key, tell, fact)

    def _told(self, entry: str, row: CaseRow) -> None:
        delivery = self.doors[row.by].ask(DeliveryAsked(entry=entry)).delivery
        for party, facts in delivery.items():
            for fact in facts:
                if fact.step is not DeliveryStep.TOLD:
                    continue
                key = (entry, "told", party)
                words = f"TOLD the station of {party} says it holds it (watermark at index {fact.index})"
                self._once(key, partial(self._raise, words, knew=party, proof=f"watermark {fact.entry[:12]}"))

    def _lead(self, entry: str, row: CaseRow) -> None:
        for one in short_leads(self.doors[row.by], entry):
            tell = partial(self._raise, f"LEAD for {one.party}: {one.words}", knew=f"{row.by}, {one.party}")
            fact = RowFact(about=(entry,), at_us=self.now_us, kind="lead", party=one.party, value=one.lead)
            self._once((entry, "lead", one.party), tell, fact)

    # --- questions, answered offline by the separate verifier ---

    def _ask(self, row: CaseRow) -> None:
        asked = row.particulars
        entry = next((e for e, (r, kind) in self._sent.items() if kind == "notice" and r.by == asked["of"]), None)
        if entry is None:
            self._tell(row, raised="nothing was sent: no evidence")
            return
        path = self.folder / f"{self.case.case}-{self.branch}-{row.id}.bundle.json"
        private.write(path, self.doors[str(asked["of"])].ask(BundleAsked()))
        verdict = ask_verifier(path, party=str(asked["party"]), entry=entry, before_us=microseconds(asked["before"]))
        self.played.answers[row.id] = verdict
        self.played.bundles[row.id] = str(path)
        self._tell(row, raised=verdict.words, proof=f"{path.name}, checked offline: exit {verdict.exit_code}")

    def _ask_route(self, row: CaseRow) -> None:
        found = self._judge.route(row.particulars)
        self.played.routes[row.id] = found
        self._tell(row, raised=found.sentence(), proof="the copies of all stations")

    def _answer(self, row: CaseRow, found: Sequence[News]) -> None:
        self.played.found[row.id] = tuple(one.words for one in found)
        self._tell(row, knew=row.by)
        for one in found:
            self._raise(one.words, knew=row.by, proof=_entries(one.evidence))

    def _ask_outcome(self, row: CaseRow) -> None:
        """What the sender's own station says became of an entry at a party."""
        entry = self.played.entries[str(row.particulars["outcome"])]
        rows = self.doors[row.by].ask(LaddersOfAsked(entry=entry)).ladders
        found = [r for r in rows if r.party == row.particulars["party"]]
        self.played.outcomes[row.id] = tuple(r.outcome for r in found)
        self._tell(row, raised="; ".join(r.words for r in found) or "nothing was sent", knew=row.by)

    def _ask_pocket(self, row: CaseRow) -> None:
        """What a unit takes along from its side's station, and what that answers later without any line."""
        asked = row.particulars
        if "register" in asked:
            found = self._pocket.export(str(asked["register"]), self.doors[row.by])
        else:
            found = self._pocket.ask(str(asked["near"]), asked, self.now_us)
        self.played.found[row.id] = tuple(found)
        self._tell(row, knew=row.by)
        for words in found:
            self._raise(words, knew=f"{row.by}'s unit", proof="a register, offline")

    def _ask_entry(self, row: CaseRow, name: str, words_of: Callable[[Door, str, str], list[str]]) -> None:
        """What the asker's own station has on record of an entry at a party."""
        entry = self.played.entries[str(row.particulars[name])]
        said = words_of(self.doors[row.by], entry, str(row.particulars["party"]))
        self.played.found[row.id] = tuple(said)
        self._tell(row, knew=row.by)
        for words in said:
            self._raise(words, knew=row.by, proof=f"{row.by}'s own copy")

    def _stand(self, row: CaseRow) -> None:
        found = self._judge.standings(str(row.particulars["deal"]), self.now_us)
        self.played.standings[row.id] = found
        self._tell(row, knew=row.by)
        for one in found:
            self._raise(standing_words(one), knew="all who were told the claims", proof=_entries(one.evidence))

    # --- stated times, as the ledger holds them ---

    def _compare_times(self) -> None:
        """Lay the claimed times of each subject side by side, from the entries that the claims' own author can read."""
        by_subject: dict[str, list[TimeClaim]] = {}
        for row in self.case.rows_of(self.branch):
            if row.do == "claim" and row.id in self.played.entries:
                found = self.doors[row.by].ask(EntryAsked(entry=self.played.entries[row.id]))
                body = next(msgspec.json.decode(part.facet.body) for part in found.entry.facets if part)
                stated = body["at_stated"]
                if stated is not None and None not in (stated["earliest_us"], stated["latest_us"]):
                    by_subject.setdefault(body["subject"], []).append(_time_claim(row.id, body, stated))
        for subject, claims in by_subject.items():
            if len(claims) > 1:
                report = compare_times(claims)
                self.played.times[subject] = report
                self._raise(f"TIMES of {subject}: {report.sentence()}", knew="all who were told the claims")

    # --- what the case says must come about ---

    def _check_expectations(self) -> None:
        for row in self.case.rows_of(self.branch):
            for what, wanted in row.expect.items():
                if not self._came_about(row, what, wanted):
                    self.played.unmet.append(f"{row.id}: expected {what} {wanted}")

    def _came_about(self, row: CaseRow, what: str, wanted: Any) -> bool:
        match what:
            case "refused":
                return any(wanted == p.code for p in self.played.refused.get(row.id, ()))
            case "apart_km":
                apart = {p.value for p in self.played.refused.get(row.id, ()) if p.code == "place-contradiction"}
                return {f"{km} km" for km in wanted} <= apart
            case "screening":
                return self._facts.screened(row, wanted)
            case "unanswered_after_s":
                return self._facts.unanswered_after(row, int(wanted))
            case "outcome":
                return self.played.outcomes[row.id] == (wanted,)
            case "called":
                return self._facts.called(row, wanted)
            case "unreached_at":
                return self._facts.unreached(row, wanted)
            case "short_lead":
                return self._facts.short_leads(row, wanted)
            case "standing":
                return bool(wanted == {s.point: s.verdict for s in self.played.standings[row.id]})
            case "origins":
                found = {s.point: s.support.independent for s in self.played.standings[row.id] if s.support}
                return all(found.get(point) == count for point, count in wanted.items())
            case "contradicted":
                return self._facts.contradicted(row, wanted)
            case "no_record":
                route = self.played.routes[row.id]
                return not route.notices and bool(sorted(a.party for a in route.concerned) == wanted)
            case "says":
                said = " ".join(self.played.found.get(row.id, ()))
                return all(part in said for part in wanted)
            case "first_endangered":
                lists = [ids for name, ids in self.played.endangered.items() if name.startswith(f"{row.id}.")]
                return bool(lists) and all(ids[:1] == (self.played.entries[wanted],) for ids in lists)
            case "asked_afresh":
                return self._facts.asked_afresh(row, wanted)
            case "told":
                return (self.played.answers[row.id].exit_code == HOLDS) is bool(wanted)
        raise Refused(
            [problem("expect", f"{row.id}.expect", what, "must be something the player can check", "See scenario.md.")]
        )


def _who_says(row: CaseRow) -> str:
    """Say whose word a row is, where it is somebody's and the row does not say so itself; who entered it may be another."""
    who = str(row.particulars.get("who", ""))
    told = not who or who in row.says or ": " in row.says
    return f"{who}: {row.says}" if row.do in SAID and not told else row.says


def _entries(ids: Sequence[str]) -> str:
    return f"{len(ids)} entries: {', '.join(entry[:12] for entry in ids)}" if ids else ""


def _time_claim(name: str, body: dict[str, Any], stated: dict[str, Any]) -> TimeClaim:
    return TimeClaim(
        claim=f"{name} ({body['who']})",
        end_us=stated["latest_us"],
        start_us=stated["earliest_us"],
        stated=stated["text"],
        who=body["who"],
        zone=stated["zone"],
    )
