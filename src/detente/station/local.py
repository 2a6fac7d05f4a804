"""The local listener: what the party's own officers ask of their station, by console or command line.

Every answer says on which ledger size it rests and how old that is (`basis`); nothing stale is shown as fresh.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec

from detente.conflicts.screening import Presence
from detente.errors import Problem, Refused, not_among, problem
from detente.geometry.volume import Volume4D
from detente.hotline.approvals import standing
from detente.ledger.entry import Submission, check_submission, encode_header, entry_id
from detente.ledger.receipt import read_receipt
from detente.node.admission import roles_for
from detente.node.known import Known
from detente.node.outbox import Queued
from detente.node.own_rules import Signed, thread_problems
from detente.node.speaking import not_spoken_for
from detente.node.station_clock import next_matter_us
from detente.node.station_values import Composed, Dismissed, HeldBack, PresenceSet, Release
from detente.node.troubles import fresh, stands_still
from detente.picture.screenings import Answered
from detente.records.approval import Rule
from detente.records.erasure import ERASABLE_ALONE
from detente.records.supersede import still_held
from detente.station import asking, dangers, humane, reviewing, stopping, watch
from detente.station.answers import evidence, keys, permissions
from detente.station.asked import Asked
from detente.station.bundling import bundle_bytes
from detente.station.clocks import clock_row, outcomes
from detente.station.delivering import courses, matrix_rows, over_row, register_bytes
from detente.station.drafting import SendAsked, closings, draft_asked
from detente.station.engine import Engine
from detente.station.http import ENCODER, Answer, App, Request, json_answer, read_body
from detente.station.naming import refuse_strangers
from detente.station.routes import route
from detente.station.sheets import SheetsApi
from detente.station.watch import holding_rule
from detente.wiring.station import officer_keys

ANSWERS = (
    evidence.along,
    evidence.bulletin_counts,
    evidence.claims,
    evidence.conclusions,
    evidence.contradictions,
    evidence.daily_report,
    evidence.evidence_held,
    evidence.incidents,
    evidence.knew,
    evidence.origins,
    evidence.sources,
    keys.keys,
    permissions.lifelines,
    permissions.permissions,
)
"""Every question that a function of `station/answers` answers; the others are handlers below, until they are moved."""
HEALTH = "/healthz"
"""The one path that asks for no token."""

KEY_KINDS = frozenset({"host", "officer", "party"})
"""Kinds of entries that change keys."""


class _Presence(msgspec.Struct, forbid_unknown_fields=True):
    party: str
    volume: Volume4D


class _PresenceAsked(msgspec.Struct, forbid_unknown_fields=True):
    presence: tuple[_Presence, ...]
    speaks_for: tuple[str, ...] = ()


class _Clock(msgspec.Struct, forbid_unknown_fields=True):
    now_us: int


class _Link(msgspec.Struct, forbid_unknown_fields=True):
    host: bool = True
    peers: tuple[str, ...] | None = None


class _Release(msgspec.Struct, forbid_unknown_fields=True):
    officer: str


class _Dismiss(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    officer: str


class LocalApi(Asked):
    """The handlers, by name."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.own_questions = asking.OwnQuestions(self)

    # --- what stands ---

    async def health(self, request: Request) -> Answer:
        """Whether the station goes on as it should, for whoever watches processes: no token, nothing of what entries say."""
        standing = self.engine.troubles()
        body = {
            "fresh": fresh(self.state, standing),
            "size": self.state.size,
            "status": "ok" if not standing else "trouble",
            "troubles": standing,
        }
        return json_answer(body, status=503 if stands_still(standing) else 200)

    async def status(self, request: Request) -> Answer:
        state = self.state
        held = state.checkpoint
        return json_answer(
            {
                **self.basis(),
                "alarms": state.alarms.standing(),
                "busy": self.engine.busy,
                "checkpoint": None if held is None else held.data.decode(),
                "cosigning": state.cosigning.may() and not state.distrusted,
                "direct_held": [entry.hex() for entry in state.direct],
                "distrusted": state.distrusted,
                "failed": self.engine.failed,
                "host_since_us": state.host_since_us,
                "ledger": state.ledger.hex(),
                "lodged_here": len(state.lodged_here.open) + len(state.lodged_here.overdue),
                "missing": {str(index): author for index, author in state.missing.items()},
                "officers": self._officers(),
                "origin": state.me.genesis.origin,
                "outbox": [
                    {"id": item.id.hex(), "kind": item.kind, "problems": item.problems, "state": item.state}
                    for item in state.outbox.items.values()
                ],
                "party": state.me.party,
                "peers": {
                    party: {"answered_at_us": p.answered_at_us, "reachable": p.reachable, "size": p.size}
                    for party, p in state.peers.items()
                },
                "told": {"count": sum(told.count for told in state.told.values()), "size": state.next_entry},
                "unacknowledged": [{"id": entry.hex(), "party": party} for entry, party in state.unacked],
                "wake_us": next_matter_us(state, self.engine.now_us),
            }
        )

    def _officers(self) -> list[str]:
        """Officers that can sign here now: a revoked one has its key file still, and is not among them."""
        size = max(self.state.next_entry, 1)
        held = self.parts.officers.items()
        return sorted(officer for officer, key in held if self.state.identity.key_at(key.public, size) is not None)

    async def alarms(self, request: Request) -> Answer:
        return json_answer({"alarms": self.state.alarms.raised, "basis": self.basis()})

    async def evidence(self, request: Request) -> Answer:
        name = f"evidence/{request.rest}"
        found = self.parts.copy.kept(name).get(name)
        if found is None:
            raise Refused([_not_found(request.rest)])
        return Answer(body=found, kind="application/octet-stream")

    # --- the picture ---

    async def notices(self, request: Request) -> Answer:
        rows = [self._notice(live) for live in self.picture.airspace.live()]
        return json_answer({"basis": self.basis(), "notices": rows})

    def _notice(self, live: Any) -> dict[str, Any]:
        now_us = self.engine.now_us
        return {
            **msgspec.to_builtins(msgspec.structs.asdict(live) | {"coarse": None, "full": None}),
            "delivery": {
                party: [fact.sentence() for fact in facts]
                for party, facts in self.picture.delivery.of(live.version).items()
            },
            "form": live.form,
            "lapsed": live.lapsed(now_us),
            "notice": live.notice() or live.coarse_notice(),
            "screenings": [
                {"answer": a.answer, "party": a.party, "words": self._screened_words(live.version, a)}
                for a in self.picture.screenings.of(live.version, now_us)
            ],
        }

    def _screened_words(self, version: str, answered: Answered) -> str:
        why = self.own_questions.why(version, answered)
        return f"{answered.sentence()}; {why}" if why and why != asking.UNKNOWN else answered.sentence()

    async def conflicts(self, request: Request) -> Answer:
        at_us = self.engine.now_us
        return json_answer({"basis": self.basis(), "conflicts": self.picture.conflicts.open(at_us)})

    async def waiting(self, request: Request) -> Answer:
        now_us = self.engine.now_us
        rows = [
            {
                "asked": w.asked,
                "asker": w.asker,
                "due_us": w.due_us,
                "for": w.for_,
                "overdue": w.overdue(now_us),
                "since_us": w.since_us,
                "version": w.version,
                "words": w.sentence(now_us),
            }
            for w in self.picture.waiting.open()
        ]
        wrong = [{**msgspec.to_builtins(j), "words": j.sentence()} for j in self.picture.read_backs.wrong()]
        return json_answer({"basis": self.basis(), "read_backs": wrong, "waiting": rows})

    async def parties(self, request: Request) -> Answer:
        directory = self.picture.directory
        rows = [
            {"answers": directory.answers_for(p.party).sentence(), "name": p.name, "party": p.party}
            for p in directory.parties()
        ]
        return json_answer({"basis": self.basis(), "parties": rows})

    async def screenings(self, request: Request) -> Answer:
        now_us = self.engine.now_us
        rows = [
            {**msgspec.to_builtins(a), "words": self._screened_words(request.rest, a)}
            for a in self.picture.screenings.of(request.rest, now_us)
        ]
        return json_answer({"basis": self.basis(), "screenings": rows})

    async def delivery(self, request: Request) -> Answer:
        found = {
            party: [{**msgspec.to_builtins(fact), "words": fact.sentence()} for fact in facts]
            for party, facts in self.picture.delivery.of(request.rest).items()
        }
        why = over_row(self.picture, request.rest, self.engine.now_us)
        return json_answer({"basis": self.basis(), "delivery": found, "over": why})

    async def courses(self, request: Request) -> Answer:
        """How far an entry came at each recipient, down to the acting unit."""
        return json_answer({"basis": self.basis(), **courses(self.engine, _id(request.rest).hex())})

    async def calls(self, request: Request) -> Answer:
        """Every account of a voice call: whose word, countersigned or not, contradicted, read back as told or not."""
        rows = [
            {**msgspec.to_builtins(stands), "delivered": stands.delivered, "words": stands.sentence()}
            for stands in self.picture.calls.all()
        ]
        return json_answer({"basis": self.basis(), "calls": rows})

    async def matrix(self, request: Request) -> Answer:
        """Who should have each live notice, who has it, who never can."""
        named = tuple(party for party in request.query.get("should", "").split(",") if party)
        known = self.state.identity.parties()
        if unknown := [party for party in named if party not in known]:
            raise Refused([not_among("should", party, known, "party of this ledger") for party in unknown])
        rows = matrix_rows(self.engine, named, bool(request.number("all", 0)))
        return json_answer({"basis": self.basis(), "matrix": rows})

    async def known(self, request: Request) -> Answer:
        """What a party knew at a time, or at a size: by its watermark in force, and by nothing else."""
        party = request.query.get("party", "")
        if party not in self.state.identity.parties():
            raise Refused(
                [
                    problem(
                        "parameter",
                        "party",
                        party,
                        "must be a party of this ledger",
                        "See `detente keys show`, which names them",
                    )
                ]
            )
        at_us = request.number("at", self.engine.now_us)
        if at_us > self.engine.now_us:
            raise Refused([problem("parameter", "at", at_us, "has not come yet", "Leave it out, for now")])
        timeline = self.picture.timeline
        if "size" in request.query:
            found = timeline.known_to(party, size=request.number("size", 0))
        else:
            found = timeline.known_to(party, at_us=at_us)
        rows = {name: timeline.ids(getattr(found, name)) for name in ("current", "live", "no_evidence", "own", "told")}
        return json_answer(
            {
                "basis": self.basis(),
                "party": party,
                "size": found.size,
                "told_size": found.told_size,
                "watermark": found.watermark,
                **rows,
            }
        )

    # --- entries ---

    async def entries(self, request: Request) -> Answer:
        start, limit = request.number("from", 0), request.number("limit", 256, 1, 1000)
        rows = await asyncio.to_thread(self.parts.copy.known, start, limit)
        body = b",".join(raw for _, _, raw in rows)
        following = rows[-1][0] + 1 if len(rows) == limit else self.state.next_entry
        basis = ENCODER.encode(self.basis())
        over = msgspec.json.encode(self._over(row[1].hex() for row in rows))
        return Answer(body=b'{"basis":%s,"entries":[%s],"next":%d,"over":%s}' % (basis, body, following, over))

    def _over(self, entries: Iterable[str]) -> dict[str, Any]:
        """Return why those of some entries that do not hold any more do not, by id."""
        rows = {entry: over_row(self.picture, entry, self.engine.now_us) for entry in entries}
        return {entry: row for entry, row in rows.items() if row is not None}

    async def entry(self, request: Request) -> Answer:
        """One entry: from the proven copy, or as it came directly, or as it waits in the queue; it says which."""
        entry = _id(request.rest)
        found = self.state.recent.get(entry) or self.state.find(entry)
        basis = self.basis()
        if found is not None:
            known = msgspec.json.decode(found[1], type=Known)
            why = over_row(self.picture, request.rest, self.engine.now_us)
            return json_answer(
                {
                    "basis": basis,
                    "entry": known,
                    "erased_parts": self._erased_parts(known),
                    "index": found[0],
                    "over": why,
                    "stands": "proven",
                }
            )
        held = self.state.direct.get(entry)
        if held is not None:
            return json_answer(
                {
                    "basis": basis,
                    "entry": held.entry,
                    "from": held.party,
                    "received_at_us": held.received_at_us,
                    "stands": "direct, not in the ledger yet",
                }
            )
        item = self.state.outbox.items.get(entry)
        if item is not None:
            return json_answer({"basis": basis, "entry": msgspec.Raw(item.raw), "stands": item.state})
        raise Refused([_not_found(request.rest)])

    def _erased_parts(self, known: Known) -> list[str]:
        """Return the names of the parts of an entry that were erased alone."""
        gone = self.picture.heads.emptied(known.id)
        alone = ERASABLE_ALONE.get(known.header.kind.partition("/")[0], {})
        return [form for form, position in alone.items() if position in gone]

    async def readers(self, request: Request) -> Answer:
        """Which version of an entry's thread each party has as live; `behind`: those that a newer one left out."""
        heads, entry = self.picture.heads, self.picture.heads.entry(_id(request.rest).hex())
        if entry is None or entry.author != self.state.me.party:
            raise Refused([_not_found(request.rest)])
        held = still_held(entry.first, heads)
        head = heads.head_of(entry.first)
        behind = {party: version for party, version in held.items() if version != head}
        return json_answer({"basis": self.basis(), "behind": behind, "head": head, "readers": held})

    async def direct(self, request: Request) -> Answer:
        """Urgent entries that came directly and are not in the ledger yet."""
        rows = [
            {"entry": held.entry, "from": held.party, "id": held.id, "received_at_us": held.received_at_us}
            for held in self.state.direct.values()
        ]
        return json_answer({"basis": self.basis(), "direct": rows})

    async def acknowledged(self, request: Request) -> Answer:
        """Which stations, ours among them, have acknowledged an urgent entry directly, and when by their own clocks."""
        return json_answer({"acknowledged": self.state.acked.get(_id(request.rest), {}), "basis": self.basis()})

    async def ladders(self, request: Request) -> Answer:
        """Every ladder that runs here, what is called for first on top; with an id, also those of that entry that ended."""
        now_us = self.engine.now_us
        if request.rest:
            rows = outcomes(self.state, _id(request.rest).hex(), now_us)
        else:
            rows = [clock_row(clock) for clock in self.state.timers.clocks(now_us)]
            rows.sort(key=lambda row: (row["next_us"] is None, row["next_us"] or 0, row["since_us"], row["about"]))
        return json_answer({"basis": self.basis(), "ladders": rows})

    async def receipt(self, request: Request) -> Answer:
        name = f"receipt/{_id(request.rest).hex()}"
        found = self.parts.copy.kept(name).get(name)
        if found is None:
            raise Refused([_not_found(request.rest)])
        return json_answer(read_receipt(found))

    async def bundle(self, request: Request) -> Answer:
        """The investigator's file, made from the own copy and signed by the station."""
        return Answer(body=await bundle_bytes(self.engine, request.query.get("words", "")))

    async def register(self, request: Request) -> Answer:
        """The protected places that we may read, dated and signed by the station, for units to carry."""
        return Answer(body=register_bytes(self.engine), kind="application/json")

    # --- doing ---

    async def send(self, request: Request) -> Answer:
        """Sign and queue an entry; it is durable here when the answer comes. `?wait_s=N` waits for the host's receipt,
        and where the entry changes keys until they hold here."""
        asked = read_body(request, SendAsked)
        self._look_for_key(asked.officer)
        humane.refuse_forbidden(self, asked)
        draft, key = draft_asked(self.state, self.parts.officers, asked, self.engine.now_us)
        refuse_strangers(self, draft)
        ending = closings(self.state, draft, asked.ended_for)
        composed = self.engine.sealed(draft, key)
        rule = holding_rule(self, draft)
        if rule is not None and ending:
            words = "waits for approval first; end it for others once it is out"
            raise Refused(
                [problem("ended-for", "ended_for", ", ".join(asked.ended_for), words, "Leave it out for now.")]
            )
        if rule is not None:
            return await self._hold(composed, draft.kind, asked.officer, rule)
        await self.engine.give_and_wait(composed)
        for one in ending:
            await self.engine.give_and_wait(self.engine.sealed(one, key))
        return await self._handed_in(request, composed, asked.refers_to)

    async def _hold(self, composed: Composed, kind: str, officer: str, rule: Rule) -> Answer:
        """Keep here what the own party has to approve first; nothing of it leaves."""
        entry = _entry_id(composed.submission).hex()
        await self.engine.give_and_wait(HeldBack(composed, officer, entry, kind.partition("/")[0], rule))
        needs = standing(rule.needs, officer, {})
        return json_answer(
            {
                "basis": self.basis(),
                "id": entry,
                "index": None,
                "problems": (),
                "state": "held",
                "words": needs.sentence(),
            },
            status=202,
        )

    async def submit(self, request: Request) -> Answer:
        """Queue an entry of ours that was sealed and signed elsewhere: by the root key, which stays offline."""
        checked = check_submission(request.body, self.state.me.genesis.slots, self.state.ledger)
        author = checked.header.author
        if author != self.state.me.party:
            rule = f"must be by {self.state.me.party}"
            raise Refused([problem("author", "header.author", author, rule, "Submit it at its author's station")])
        self.state.identity.signer_of(checked.header, max(self.state.next_entry, 1), roles_for(checked.header.kind))
        if found := thread_problems(self.state, Signed.of(read_body(request, Submission))):
            raise Refused(found)
        composed = Composed(read_body(request, Submission))
        await self.engine.give_and_wait(composed)
        return await self._handed_in(request, composed)

    async def dismiss(self, request: Request) -> Answer:
        """An officer has seen that the host refused a submission: it leaves the list, and no station looks for it any more."""
        asked = read_body(request, _Dismiss)
        if asked.officer not in self.parts.officers:
            raise Refused(
                [problem("officer", "officer", asked.officer, "must be an officer of this station", "Name one")]
            )
        await self.engine.give_and_wait(Dismissed(_id(asked.id), asked.officer))
        return json_answer({"basis": self.basis(), "dismissed": asked.id})

    def _look_for_key(self, officer: str) -> None:
        """Read the officers' keys again where one was added or replaced since the start."""
        held = self.parts.officers.get(officer)
        if officer and (held is None or self.state.identity.key_at(held.public, max(self.state.next_entry, 1)) is None):
            self.parts.officers.update(officer_keys(self.parts.folder))

    async def _handed_in(self, request: Request, composed: Composed, refers_to: Iterable[str] = ()) -> Answer:
        """Say what became of what was queued; with it, what it refers to that does not hold any more."""
        entry = _entry_id(composed.submission)
        wait_s = min(request.number("wait_s", 0), 60)
        end = asyncio.get_running_loop().time() + wait_s
        changes_keys = composed.submission.header.kind.partition("/")[0] in KEY_KINDS
        index: int | None = None
        while True:
            item = self.state.outbox.items.get(entry)
            index = item.index if item is not None else index
            settled = self._taken_in(index) if changes_keys else True
            if asyncio.get_running_loop().time() >= end or (settled and not _pending(item)):
                break
            await asyncio.sleep(0.005)
        return json_answer(
            {
                "basis": self.basis(),
                "id": entry.hex(),
                "index": index,
                "over": self._over(refers_to),
                "problems": item.problems if item is not None else (),
                "state": item.state if item is not None else "included",
            },
            status=202 if _pending(item) else 200,
        )

    def _taken_in(self, index: int | None) -> bool:
        """Say whether what stands at an index holds here too: until then this station would sign with the key that was replaced."""
        return self.state.next_entry > index if index is not None else self.state.next_entry >= self.state.size

    async def set_presence(self, request: Request) -> Answer:
        asked = read_body(request, _PresenceAsked)
        now_us = self.engine.now_us
        presence = tuple(Presence(held_from_us=now_us, party=p.party, volume=p.volume) for p in asked.presence)
        speaks_for = asked.speaks_for or tuple(sorted({self.state.me.party, *(p.party for p in asked.presence)}))
        directory, me = self.picture.directory, self.state.me.party
        allowed = frozenset({me, *directory.speaks_for(me), *directory.binds(me)})
        if problems := not_spoken_for(speaks_for, allowed, me, "speaks_for"):
            raise Refused(problems)
        await self.engine.give_and_wait(PresenceSet(presence, speaks_for))
        return json_answer({"held": len(presence), "speaks_for": speaks_for})

    async def presence(self, request: Request) -> Answer:
        desk = getattr(self.state.screener, "desk", None)
        return json_answer({"presence": desk.presence if desk else (), "speaks_for": desk.speaks_for if desk else ()})

    async def release(self, request: Request) -> Answer:
        """An officer has looked at the times that were refused; the station cosigns again."""
        officer = read_body(request, _Release).officer
        if officer not in self.parts.officers:
            raise Refused([problem("officer", "officer", officer, "must be an officer of this station", "Name one")])
        await self.engine.give_and_wait(Release(officer))
        return json_answer({"cosigning": self.state.cosigning.may()})

    async def events(self, request: Request) -> Answer:
        return Answer(events=self._events(), kind="text/event-stream")

    async def _events(self) -> AsyncIterator[bytes]:
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(1000)

        def told(topic: str, about: str) -> None:
            if not queue.full():
                queue.put_nowait((topic, about))

        self.engine.listeners.add(told)
        try:
            yield b": here\n\n"
            for trouble in self.engine.troubles():
                told("trouble", trouble.kind)
            while True:
                try:
                    topic, about = await asyncio.wait_for(queue.get(), 15.0)
                    data = msgspec.json.encode({"about": about, "basis": self.basis()}).decode()
                    yield f"event: {topic}\ndata: {data}\n\n".encode()
                except TimeoutError:
                    yield b": beat\n\n"
        finally:
            self.engine.listeners.discard(told)

    # --- replays and tests: virtual ledgers only ---

    def _virtual(self) -> None:
        if not self.parts.virtual:
            raise Refused([problem("clock-real", "", "", "is for virtual ledgers only", "Leave it")])

    async def clock(self, request: Request) -> Answer:
        self._virtual()
        await self.engine.set_clock(read_body(request, _Clock).now_us)
        return json_answer(self.basis())

    async def drained(self, request: Request) -> Answer:
        """Whether all inputs are handled and nothing is under way, after following the host to its present end."""
        drained = await self.engine.drain()
        return json_answer(
            {
                **self.basis(),
                "busy": self.engine.busy,
                "drained": drained,
                "wake_us": next_matter_us(self.state, self.engine.now_us),
            }
        )

    async def link(self, request: Request) -> Answer:
        """Cut or mend lines, as a test of what stands without them."""
        self._virtual()
        asked = read_body(request, _Link)
        self.engine.client.cut = not asked.host
        if asked.peers is not None:
            self.engine.peers.cut = set(self.state.me.peers) - set(asked.peers)
        self.engine.follower.ring.set()
        return json_answer({"cut_peers": sorted(self.engine.peers.cut), "host": not self.engine.client.cut})


def local_app(engine: Engine) -> App:
    """Return the application for the local listener; every request bears the station's token."""
    api = LocalApi(engine)
    agreements = SheetsApi(engine, api.basis)
    token = engine.parts.local_token.encode()

    def allowed(request: Request) -> None:
        if request.path == HEALTH:
            return
        given = request.headers.get(b"authorization", b"")
        if not hmac.compare_digest(given, b"Bearer " + token):
            raise Refused(
                [problem("token", "Authorization", "", "must be the station's local token", "Read local.token")]
            )

    routes = {
        **dict(route(engine, answers) for answers in ANSWERS),
        ("GET", HEALTH): api.health,
        ("GET", "/local/acknowledged/{}"): api.acknowledged,
        ("GET", "/local/agreements"): agreements.all,
        ("GET", "/local/agreements/{}"): agreements.one,
        ("GET", "/local/alarms"): api.alarms,
        ("GET", "/local/bundle"): api.bundle,
        ("GET", "/local/calls"): api.calls,
        ("GET", "/local/conflicts"): api.conflicts,
        ("GET", "/local/counts/{}"): agreements.counts,
        ("GET", "/local/courses/{}"): api.courses,
        ("GET", "/local/delivery/{}"): api.delivery,
        ("GET", "/local/direct"): api.direct,
        ("GET", "/local/drained"): api.drained,
        ("GET", "/local/entries"): api.entries,
        ("GET", "/local/entries/{}"): api.entry,
        ("GET", "/local/events"): api.events,
        ("GET", "/local/evidence/{}"): api.evidence,
        ("GET", "/local/known"): api.known,
        ("GET", "/local/ladders"): api.ladders,
        ("GET", "/local/ladders/{}"): api.ladders,
        ("GET", "/local/matrix"): api.matrix,
        ("GET", "/local/notices"): api.notices,
        ("GET", "/local/parties"): api.parties,
        ("GET", "/local/presence"): api.presence,
        ("GET", "/local/proofs/{}"): agreements.proofs,
        ("GET", "/local/publication/{}"): agreements.publication,
        ("GET", "/local/readers/{}"): api.readers,
        ("GET", "/local/receipts/{}"): api.receipt,
        ("GET", "/local/register"): api.register,
        ("GET", "/local/screenings/{}"): api.screenings,
        ("GET", "/local/sheets/{}"): agreements.sheet,
        ("GET", "/local/status"): api.status,
        ("GET", "/local/verdicts/{}"): agreements.verdicts,
        ("GET", "/local/waiting"): api.waiting,
        **asking.routes(api, api.own_questions),
        **dangers.routes(api),
        **watch.routes(api),
        **humane.routes(api, api.own_questions),
        **reviewing.routes(api),
        **stopping.routes(api),
        ("POST", "/local/clock"): api.clock,
        ("POST", "/local/dismiss"): api.dismiss,
        ("POST", "/local/link"): api.link,
        ("POST", "/local/presence"): api.set_presence,
        ("POST", "/local/release"): api.release,
        ("POST", "/local/send"): api.send,
        ("POST", "/local/submit"): api.submit,
    }
    return App(routes, allowed)


def _id(text: str) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Refused([problem("parameter", "id", text, "must be 64 hex digits", "Copy the whole id")])
    return found


def _pending(item: Queued | None) -> bool:
    return item is not None and item.state in ("queued", "sent")


def _entry_id(made: Submission) -> bytes:
    return entry_id(encode_header(made.header), bytes.fromhex(made.signature))


def _not_found(text: str) -> Problem:
    return problem("not-found", "", text, "is nothing that this station holds", "Check the id")
