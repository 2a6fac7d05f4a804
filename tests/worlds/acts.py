"""The steps of a story, carried out in a world (`stories` says which of their particulars are hidden)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from tests.support import world
from tests.support.hosts import login_body
from tests.support.stations import SECOND, START_US, message, notice, response
from tests.worlds.sim import PARTIES, RULES, Sim
from tests.worlds.stories import Step

from detente.errors import Refused
from detente.geometry.volume import Circle, Point, Polygon, Volume4D
from detente.ledger.entry import Draft, encode_submission, seal
from detente.ledger.facets import Facet
from detente.node.both.envelope import seal_envelope
from detente.records.body import Body
from detente.records.entries.erasure import Erasure
from detente.records.evidence.finding import Finding
from detente.records.hotline.channel import Channel
from detente.records.hotline.message import Message
from detente.records.notices.notice import Notice, OwnNotice
from detente.records.notices.notice_state import State
from detente.records.notices.sealed import Doubt, padded
from detente.records.parties.roster import Duty, Roster
from detente.records.registry import REGISTRY
from detente.rules.notices.screening.coarse import coarse_of
from detente.rules.notices.screening.screening import Presence
from detente.station.drafting import FacetAsked, SendAsked, draft_asked

CELL_NDEG = RULES.screening.cell_ndeg
HOUR = 3600 * SECOND
EPOCH_US = RULES.screening.epoch_us


def text(draw: random.Random, most: int) -> str:
    """Words of some length."""
    return " ".join(
        draw.choice(("north", "two", "of our", "kilometre", "а", "ы")) for _ in range(draw.randint(1, most))
    )


def circle(lat_ndeg: int, lon_ndeg: int, radius_mm: int, start_us: int, end_us: int) -> Volume4D:
    outline = Circle(centre=Point(lat_ndeg, lon_ndeg), radius_mm=radius_mm)
    return Volume4D(outline=outline, start_us=start_us, end_us=end_us)


def inside(cell: tuple[int, int], draw: random.Random) -> tuple[int, int]:
    """A place in the middle part of a cell, so that some 300 m about it are in the cell too."""
    row, column = cell
    at = [draw.randint(6, 14) * CELL_NDEG // 20 for _ in range(2)]
    return row * CELL_NDEG + at[0], column * CELL_NDEG - 180_000_000_000 + at[1]


def some_word(draw: random.Random, author: str) -> Body:
    """Something one party may say to another that asks for no screening and is not urgent."""
    about = draw.randbytes(32)
    duty = Duty(
        deputy=None,
        languages=(),
        from_us=START_US,
        officer="watch-1",
        role="watch",
        until_us=START_US + draw.randint(1, 9) * HOUR,
    )
    return draw.choice(
        (
            message("routine", text(draw, 500), about=[about.hex()] * draw.randint(0, 1)),
            response(about, draw.choice(("acknowledge", "comply"))),
            Roster(duties=(duty,), party=author, words=text(draw, 50)),
            Channel(
                carries=(),
                languages=(),
                never=(),
                alternates=(),
                channel="hotline",
                means="voice",
                name=text(draw, 5),
                parties=PARTIES,
                roles=("watch",),
                state=draw.choice(("open", "closed")),
                tested_at_us=None,
                words=text(draw, 20),
            ),
            Finding(
                basis=(about.hex(),),
                kind="alarm",
                rule="watch",
                ruleset="detente",
                size=draw.randint(1, 9),
                step=0,
                subject=about.hex(),
                verdict=None,
                words=text(draw, 60),
            ),
        )
    )


class Acts:
    """What has happened so far in one world, as far as later steps refer to it."""

    def __init__(self, sim: Sim) -> None:
        self.sim = sim
        self.own: list[bytes] = []
        self.asked: bytes | None = None
        self.notices: dict[tuple[str, str], bytes] = {}
        self.sent: dict[str, list[bytes]] = {party: [] for party in PARTIES}
        """Hidden messages by author: what can be erased. None that waits for an answer: that its ladder ends would show."""
        self.waiting: dict[tuple[str, str], tuple[str, bytes]] = {}
        """The last hidden message that waits for an answer, by author and reader, with its urgency."""
        self.raws: list[tuple[str, bytes]] = []

    async def do(self, step: Step) -> None:
        """Let the time of the step come, and carry it out. What happens at one moment is not waited for one by one."""
        if START_US + step.at_us > self.sim.now_us:
            await self.sim.until(START_US + step.at_us)
        await getattr(self, step.name)(**step.given)

    # --- drafts

    def send(
        self,
        author: str,
        to: Sequence[str],
        *facets: tuple[Body, Sequence[str]],
        hidden: bool = False,
        officer: str = "watch-1",
        sealed: Sequence[Body] = (),
        supersedes: bytes | None = None,
        signed_at_us: int | None = None,
    ) -> bytes:
        """Have an officer of a party send an entry."""
        places: list[Facet | None] = [None] * 4
        kind = ""
        shut = set()
        for body, readers in (*facets, *((body, (author,)) for body in sealed)):
            kind, form, data = REGISTRY.write(body)
            position = REGISTRY.position(body)
            places[position] = Facet(audience=tuple(sorted(readers)), body=msgspec.Raw(data), form=form)
            if any(body is other for other in sealed):
                shut.add(position)
        draft = Draft(
            audience=tuple(sorted(to)),
            author=author,
            facets=(places[0], places[1], places[2], places[3]),
            kind=kind,
            sealed=frozenset(shut),
            signed_at_us=self.sim.now_us if signed_at_us is None else signed_at_us,
            supersedes=supersedes.hex() if supersedes else None,
        )
        entry = self.sim.seal(author, draft, world.signing(author, officer))
        if hidden:
            self.sim.hidden.append(entry)
            said = facets[0][0] if facets else None
            if isinstance(said, Message) and said.urgency == "routine":
                self.sent[author].append(entry)
        elif author == self.sim.observer:
            self.own.append(entry)
        return entry

    def notice_near(self, cell: tuple[int, int], draw: random.Random, most_mm: int = 0, words: int = 30) -> Notice:
        """An activity in a cell (small), or about it."""
        lat, lon = inside(cell, draw)
        radius_mm = draw.choice((200_000, 250_000)) if most_mm == 0 else draw.choice((500_000, 1_500_000, most_mm))
        if most_mm:
            lat += draw.choice((0, draw.randrange(60_000_000), draw.randrange(60_000_000)))
        hour = self.sim.now_us // HOUR * HOUR
        start_us = hour + draw.randrange(HOUR // 3, HOUR // 2)
        volume = circle(lat, lon, radius_mm, start_us, start_us + draw.randrange(HOUR // 4, HOUR // 3))
        return notice(volume, words=text(draw, words))

    # --- what the observer takes part in

    async def open(self, author: str, body: str, cell: Any, number: int, to: tuple[str, ...], secret: int) -> None:
        draw, hidden = random.Random(number), random.Random(secret)
        if body in ("message", "urgent"):
            urgency = "routine" if body == "message" else draw.choice(("urgent", "stop"))
            self.send(author, to, (message(urgency, text(draw, 40)), to))
            return
        sealed: list[Body] = []
        if hidden.random() < 0.5:
            sealed.append(OwnNotice(units=("unit",) * hidden.randint(0, 1), words=text(hidden, 60)))
        if body == "notice":
            self.send(author, to, (self.notice_near(cell, draw, 3_000_000), to), sealed=sealed)
            return
        full = self.notice_near(cell, hidden, words=200)
        readers = [party for party in to if party != self.sim.observer] or [author]
        coarse = coarse_of(full, CELL_NDEG)
        self.send(author, to, (full, readers), (coarse, (self.sim.observer,)), sealed=sealed)

    async def ask(self, body: str, cell: Any, edit: bool, number: int, to: tuple[str, ...]) -> None:
        draw, me = random.Random(number), self.sim.observer
        if body == "notice":
            supersedes = self.asked if edit else None
            self.asked = self.send(me, to, (self.notice_near(cell, draw, 3_000_000), to), supersedes=supersedes)
        else:
            self.send(me, to, (message("routine" if body == "message" else "urgent", text(draw, 40)), to))

    async def login(self) -> None:
        for party in PARTIES:
            await self.sim.login(party)

    async def line(self, party: str, up: bool) -> None:
        await self.sim.settle()
        (self.sim.away.discard if up else self.sim.away.add)(party)

    # --- what it does not

    async def told(self, author: str, how: str, to: str, secret: int, edits: bool = True) -> None:
        """`edits`: whether it may replace or withdraw what was told before."""
        draw = random.Random(secret)
        readers = draw.choice(((to,), (author, to)))
        old = self.notices.get((author, to)) if edits and draw.random() < 0.5 else None
        signed_at_us = self.sim.now_us - draw.randrange(SECOND)
        if how == "notes":
            self.note(author, draw.getrandbits(30))
            self.sim.then[to] = partial(self.note, to, draw.getrandbits(30))  # where in the other world it says "told"
        elif how in ("priority", "stop", "urgent"):
            body: Body = message(how, text(draw, 300))
            sent = self.send(author, readers, (body, readers), hidden=True, signed_at_us=signed_at_us)
            self.waiting[author, to] = (how, sent)
        elif how == "notice":
            full = self.notice_near((1763, 11007 + draw.randrange(9)), draw, words=300)
            parts = [[(full, readers)], [(coarse_of(full, CELL_NDEG), readers)]]
            parts.append([*parts[0], *parts[1]])
            sealed = [OwnNotice(units=(), words=text(draw, 60))] if draw.random() < 0.5 else []
            self.notices[author, to] = self.send(
                author,
                (to,),
                *((body, (to,)) for body, _ in draw.choice(parts)),
                hidden=True,
                sealed=sealed,
                supersedes=old,
            )
        elif old is not None:
            ended = msgspec.structs.replace(self.notice_near((1763, 11007), draw), state=State.WITHDRAWN)
            self.send(author, (to,), (ended, (to,)), hidden=True, supersedes=old)
            del self.notices[author, to]
        elif self.sent[author] and draw.random() < 0.3:
            about = draw.choice(self.sent[author]).hex()
            erasure = Erasure(about=about, authority=text(draw, 9), reason=text(draw, 20))
            self.send(author, readers, (erasure, readers), hidden=True)
        else:
            said = some_word(draw, author)
            self.send(author, readers, (said, readers), hidden=True, signed_at_us=signed_at_us)

    async def answered(self, author: str, to: str, secret: int) -> None:
        """An officer answers what waits for it: in which of the ways that end its ladder, and in which words, is hidden."""
        draw = random.Random(secret)
        urgency, sent = self.waiting[author, to]
        answer = draw.choice(("comply", "reject", *(("acknowledge", "confirm") if urgency != "stop" else ())))
        said = msgspec.structs.replace(response(sent, answer), words=text(draw, 30))
        self.send(to, (author,), (said, (author,)), hidden=True)

    async def alone(self, author: str, secret: int) -> None:
        self.note(author, secret)

    def note(self, author: str, secret: int) -> None:
        """Write something that nobody else may read."""
        draw = random.Random(secret)
        if draw.random() < 0.6:
            about = draw.choice([*self.sent[author], b"a" * 32]).hex()
            state = draw.choice(("raised", "settled"))
            doubt = padded(Doubt(about=about, by_role="analyst", padding="", state=state, words=text(draw, 200)))
            self.send(author, (author,), hidden=True, sealed=[doubt])
        else:
            self.send(author, (author,), (message("routine", text(draw, 500)), (author,)), hidden=True)

    async def refused(self, author: str, secret: int, to: str) -> None:
        draw = random.Random(secret)
        fault = draw.choice(("state", "supersedes", "erasure", "key"))
        body: Body = message("routine", text(draw, 100))
        supersedes, officer = None, "watch-1"
        if fault == "state":
            body = msgspec.structs.replace(notice(words=text(draw, 100)), state=State.ENDED)
        elif fault == "supersedes":
            supersedes = draw.randbytes(32)
        elif fault == "erasure":
            body = Erasure(about=draw.randbytes(32).hex(), authority="a", reason=text(draw, 50))
        else:
            officer = "nobody"
        refused = self.send(author, (to,), (body, (to,)), hidden=True, officer=officer, supersedes=supersedes)
        self.sent[author] = [entry for entry in self.sent[author] if entry != refused]

    async def presence(self, cells: Any, party: str, secret: int) -> None:
        draw = random.Random(secret)
        epoch_us = START_US // EPOCH_US * EPOCH_US
        held = []
        for cell in cells:
            for _ in range(draw.choice((1, 1, 2, 3))):
                lat, lon = inside(
                    cell, random.Random(draw.randrange(12))
                )  # few places, so that cells are found in a cache
                start_us = epoch_us + draw.randrange(EPOCH_US)
                end_us = epoch_us + EPOCH_US + draw.randrange(EPOCH_US)
                volume = circle(lat, lon, draw.choice((50_000, 200_000)), start_us, end_us)
                if draw.random() < 0.3:
                    corners = ((0, 0), (0, 900_000), (900_000, 450_000))
                    ring = tuple(Point(lat + north, lon + east) for north, east in corners)
                    volume = msgspec.structs.replace(volume, outline=Polygon(edge="lonlat", vertices=ring))
                held.append(Presence(held_from_us=0, party=party, volume=volume))
        draw.shuffle(held)
        self.sim.state_presence(party, tuple(held))

    async def unseen(self, party: str, secret: int) -> None:
        draw = random.Random(secret)
        sim = self.sim
        match draw.randrange(8):
            case 0:
                await sim.ask(party, "POST", "/v1/entries", b"{" * draw.randint(1, 3000))
            case 1:
                await sim.ask(party, "POST", "/v1/entries", self.raw(party, draw, supersedes=draw.randbytes(32).hex()))
            case 2:
                await sim.ask(party, "POST", "/v1/entries", self.raw(next(p for p in PARTIES if p != party), draw))
            case 3:
                lines = b"\n".join([b"nonsense"] * draw.randint(1, 20))
                await sim.ask(party, "POST", "/v1/entries/batch", lines)
            case 4:
                for _ in range(draw.randint(1, 20)):
                    await sim.ask(party, "GET", f"/v1/entries?from={draw.randint(0, 9)}&limit={draw.randint(1, 9)}")
            case 5:
                await sim.ask(party, "GET", f"/v1/receipts/{draw.choice([*sim.hidden, draw.randbytes(32)]).hex()}")
            case 6:
                await sim.ask(party, "POST", "/v1/cosignatures", b"no note")
                await sim.ask(party, "POST", "/v1/recovery/leaves?from=3", b"no leaves")
            case 7:
                facet = FacetAsked(audience=("nobody",), body=msgspec.Raw(b'{"words":1}'))
                asked = SendAsked(
                    facets=(facet,) * draw.randint(1, 5), kind="message", supersedes=draw.randbytes(32).hex()
                )
                try:
                    draft_asked(sim.stations[party], {}, asked, sim.now_us)
                except Refused:
                    return
                raise AssertionError("the draft should have been refused")

    def raw(self, author: str, draw: random.Random, **changes: Any) -> bytes:
        """A sealed message that is not handed to its author's station."""
        kind, form, data = REGISTRY.write(message("routine", text(draw, 30)))
        to = tuple(party for party in PARTIES if party != author)
        draft = Draft(
            audience=to,
            author=author,
            facets=(Facet(audience=to, body=msgspec.Raw(data), form=form), None, None, None),
            kind=kind,
            signed_at_us=self.sim.now_us,
            **changes,
        )
        key = world.signing(author, "watch-1")
        return encode_submission(
            seal(draft, key, self.sim.salts, self.sim.ledger, RULES.slots, world.shared_keys(author))
        )

    # --- the observer's questions

    async def look(self, number: int) -> None:
        sim = self.sim
        await sim.settle()
        draw = random.Random(number)
        size = sim.engine.host.published
        guessable = sim.guessable() or [bytes(32)]
        hidden = guessable[int(draw.random() * len(guessable))].hex()
        own = draw.choice(self.own).hex() if self.own else "1" * 64
        start, limit = draw.randint(0, size + 1), draw.randint(1, 4)
        gets = [
            (f"/v1/entries?from={start}&limit={limit}", ""),
            ("/v1/entries?from=99999", ""),
            (f"/v1/leaves?from={start}", ""),
            (f"/v1/leaves?limit={limit}", ""),
            (f"/tile/0/000.p/{min(size, 255)}", ""),
            (f"/tile/0/000.p/{start or 1}", ""),
            (f"/tile/entries/000.p/{min(size, 255)}", ""),
            ("/tile/entries/000", ""),
            ("/checkpoint", ""),
            ("/checkpoint?witnessed=true", ""),
            ("/v1/status", ""),
            (f"/v1/consistency?old={min(start, size)}&new={size}", ""),
            (f"/v1/consistency?old=1&new={size + 5}", ""),
            (f"/v1/receipts/{hidden}?witnessed=true", "witnessed receipt of a hidden entry"),
            (f"/v1/receipts/{own}", "own receipt"),
            (f"/v1/receipts/{own}?witnessed=true", "own witnessed receipt"),
            (f"/v1/receipts/{'7' * 64}", ""),
            ("/v1/receipts/x", ""),
            ("/v1/genesis", ""),
            ("/metrics", ""),
            ("/healthz", ""),
            ("/v1/clock", ""),
            ("/v1/parties", ""),
            ("/v1/entries/batch", ""),
            ("/v1/entries?from=-1&limit=no&what=1", ""),
        ]
        always = [("/v1/entries", ""), (f"/v1/receipts/{hidden}", "receipt of a hidden entry")]
        for path, label in (*always, *draw.sample(gets, 6)):
            await sim.ask(sim.observer, "GET", path, label=label)
        posts = [
            self._post_hidden,
            self._post_known,
            self._post_wrong,
            self._post_batch,
            self._stations,
            self._stations,
        ]
        for post in draw.sample(posts, 2):
            await post(draw, hidden)
        if draw.random() < 0.08:
            for _ in range(170):
                await sim.ask(sim.observer, "GET", "/v1/status")

    async def _post_hidden(self, draw: random.Random, hidden: str) -> None:
        me = self.sim.observer
        raw = self.raw(me, draw, supersedes=hidden)
        await self.sim.ask(me, "POST", "/v1/entries", raw, "superseding a hidden entry")
        erasure = Erasure(about=hidden, authority="a", reason="b")
        kind, form, data = REGISTRY.write(erasure)
        to = tuple(party for party in PARTIES if party != me)
        facets = (Facet(audience=to, body=msgspec.Raw(data), form=form), None, None, None)
        draft = Draft(audience=to, author=me, facets=facets, kind=kind, signed_at_us=self.sim.now_us)
        key = world.signing(me, "watch-1")
        made = seal(draft, key, self.sim.salts, self.sim.ledger, RULES.slots, world.shared_keys(me))
        await self.sim.ask(me, "POST", "/v1/entries", encode_submission(made), "erasing a hidden entry")

    async def _post_known(self, draw: random.Random, hidden: str) -> None:
        me = self.sim.observer
        index = draw.randrange(self.sim.engine.host.published)
        line = b'{"index":%d}' % index
        await self.sim.ask(me, "POST", "/v1/recovery/entries", line)
        await self.sim.ask(me, "POST", "/v1/recovery/checkpoint", b"nothing")
        await self.sim.ask(me, "POST", f"/v1/recovery/leaves?from={index}", bytes(10))
        await self.sim.ask(me, "POST", "/v1/cosignatures", b"nothing")

    async def _post_wrong(self, draw: random.Random, hidden: str) -> None:
        me = self.sim.observer
        other = next(party for party in PARTIES if party != me)
        await self.sim.ask(me, "POST", "/v1/entries", self.raw(other, draw))
        await self.sim.ask(me, "POST", "/v1/entries", b"no json")
        await self.sim.ask(me, "POST", "/v1/entries", bytes(70_000))
        await self.sim.ask(me, "DELETE", "/v1/entries")
        await self.sim.ask(me, "GET", "/v1/status", authorization="")
        body = login_body(other, "0" * 64, self.sim.ledger, world.signing(me, "station"))
        await self.sim.ask(me, "POST", "/v1/session", body)

    async def _post_batch(self, draw: random.Random, hidden: str) -> None:
        me = self.sim.observer
        lines = [self.raw(me, draw, supersedes=hidden), b"{}", self.raw(me, draw, refers_to=(hidden,))]
        await self.sim.ask(me, "POST", "/v1/entries/batch", b"\n".join(lines), "a batch")
        await self.sim.settle()

    async def _stations(self, draw: random.Random, hidden: str) -> None:
        me = self.sim.observer
        for party in PARTIES:
            if party == me:
                continue
            key = world.signing(me, "station")
            wrong = seal_envelope(
                {"entry": hidden},
                kind="urgent",
                sender=me,
                to=party,
                ledger=self.sim.ledger,
                key=key,
                now_us=self.sim.now_us,
            )
            for method, path, body in (
                ("GET", "/direct/checkpoint", b""),
                ("POST", "/direct/urgent", wrong),
                ("POST", "/direct/evidence", b"{}"),
                ("POST", "/add-checkpoint", b"old 0\n\nnothing\n"),
                ("GET", "/local/status", b""),
                ("GET", "/metrics", b""),
            ):
                await self.sim.ask_station(party, method, path, body)
