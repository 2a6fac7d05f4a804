"""A seeded fuzzer of the fold: valid bodies of every form, mutated at every field, brought in by every way there is.

    one seed ──> one Case: an example's body, mutated; a way in ──> `Ground.bring` ──> what the victim station made of it

Ways: `recorded` (an honest host admits it), `disclosed` (sealed, then opened), `league` (the host records whatever is signed), `direct`
(from station to station). The own copy and snapshots are fuzzed over what these leave behind (`tests/node/test_fold_fuzz.py`).
The lying party is `cjtf`; the victim's station is that of `un`; `rus` is honest and must be heard whatever the other does.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tests.records.examples import EXAMPLES, GOLDEN
from tests.support import world
from tests.support.stations import GENESIS, LEDGER, SECOND, START_US, World, circle, notice

from detente.errors import Refused
from detente.ledger.entry import Draft, check_submission, encode_submission, seal_keeping
from detente.ledger.facets import Facet, facet_bytes
from detente.ledger.readable import delivered_to
from detente.node.both.envelope import seal_envelope
from detente.node.host.examine import examine
from detente.node.host.host import HostLedger
from detente.node.station.inputs import DirectArrived
from detente.picture.picture import Picture
from detente.records.entries.disclosure import Disclosure
from detente.records.registry import REGISTRY

LIAR, HONEST, VICTIM = "cjtf", "rus", "un"
WAYS = ("recorded", "disclosed", "league", "direct")
MOST_S = 0.5
"""Processor seconds that one entry may take."""

INTEGERS = (0, 1, -1, 7, 2**31, -(2**31), 2**53 - 1, -(2**53 - 1), 2**53, 2**63, -(2**63), 2**64, 10**30, 3_600_000_000)
STRINGS = (
    "",
    "x",
    "zz" * 32,
    "aa" * 32,
    "AA" * 32,
    "0" * 63,
    "cjtf",
    "rus",
    "un",
    "nobody",
    "é" * 8,
    "a" * 9000,
    "\u202e",
    "-1",
    "full",
)
FORMS = [(form.kind, form.form, form.position, form.version) for form in REGISTRY.forms()]


@dataclass
class Case:
    """One mutated body: its kind with version, form, position, bytes, the header's further ids, and the way it comes in."""

    seed: int
    way: str
    kind: str
    form: str
    position: int
    body: bytes
    signer: str
    supersedes: str | None
    refers_to: tuple[str, ...]
    audience: tuple[str, ...]


def bodies() -> list[tuple[str, str, int, Any]]:
    """Return (kind/version, form, position, JSON value) of one sound body of every form and version."""
    found = [(*REGISTRY.write(body), REGISTRY.position(body)) for body in EXAMPLES]
    made = [(kind, form, place, json.loads(data)) for kind, form, data, place in found]
    places = {(kind, form): place for kind, form, place, _ in FORMS}
    for path in sorted(GOLDEN.glob("*-1-*.json")):
        kind, version, form = path.stem.split("-", 2)
        if REGISTRY.forms() and not any(k == f"{kind}/{version}" and f == form for k, f, _, _ in made):
            made.append((f"{kind}/{version}", form, places[kind, form], json.loads(path.read_bytes())))
    for kind, _, _, value in made:
        if kind.startswith("agreement/"):
            value["terms"] = value["terms"][:3]  # forty terms take half a second to be watched, whoever wrote them
    return made


BODIES = bodies()


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a JSON value."""
    found = [at] if at else []
    if isinstance(value, dict):
        for key, part in value.items():
            found += paths(part, (*at, key))
    elif isinstance(value, list):
        for place, part in enumerate(value[:40]):
            found += paths(part, (*at, place))
    return found


def mutated(value: Any, dice: random.Random, ids: list[str]) -> Any:
    """Return a JSON value changed at one to three places; sometimes only in what it refers to."""
    value = json.loads(json.dumps(value))
    everywhere = paths(value)
    if ids and dice.random() < 0.5:
        for path in everywhere:
            held = at(value, path)
            if isinstance(held, str) and len(held) == 64 and dice.random() < 0.8:
                put(value, path, dice.choice(ids))
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        everywhere = paths(value)
        if not everywhere:
            return value
        path = dice.choice(everywhere)
        put(value, path, other(at(value, path), dice, ids), remove=dice.random() < 0.05)
    return value


def other(held: Any, dice: random.Random, ids: list[str]) -> Any:
    """Return something else to stand in a value's place: mostly of its type, at times of another."""
    if dice.random() < 0.12:
        return dice.choice([None, True, 1.5, [], {}, "x", 3, [[[[]]]] * 3, nested(40), nested(2000)])
    if isinstance(held, bool):
        return not held
    if isinstance(held, int):
        near = (held + dice.choice((-1, 1)), -held, held * 10, held + dice.randrange(-(10**9), 10**9))
        return dice.choice((*INTEGERS, *near))
    if isinstance(held, str):
        return dice.choice((*STRINGS, *(ids[-4:] or ["aa" * 32]), held + "x", held[:-1], held * 2))
    if isinstance(held, list):
        return dice.choice(([], [], held[1:], held[::-1], held * 2, held * 60, [*held, None], held[:1]))
    if isinstance(held, dict):
        return dice.choice(({}, {**held, "more": 1}, dict(list(held.items())[1:]), None))
    return dice.choice((0, "", [], "aa" * 32, START_US))


def nested(depth: int) -> Any:
    made: Any = []
    for _ in range(depth):
        made = [made]
    return made


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def put(value: Any, path: tuple[Any, ...], new: Any, *, remove: bool = False) -> None:
    holder = at(value, path[:-1])
    if remove:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new


def encoded(value: Any) -> bytes:
    """Write JSON as our canonical form does, also what that form would refuse."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def case_of(seed: int, ids: list[str]) -> Case:
    """Make the case of a seed, given the ids of entries that exist."""
    dice = random.Random(seed)
    kind, form, position, value = BODIES[seed % len(BODIES)]
    way = WAYS[seed // len(BODIES) % len(WAYS)]
    if dice.random() < 0.03:
        position = dice.randrange(4)
    if dice.random() < 0.02:
        kind = dice.choice(BODIES)[0]
    signer = "station" if kind.partition("/")[0] in ("screening", "step", "watermark") else "watch-1"
    if dice.random() < 0.05:
        signer = dice.choice(("station", "watch-1"))
    try:
        body = encoded(mutated(value, dice, ids))
    except RecursionError:
        body = b"[" * 3000 + b"]" * 3000
    return Case(
        seed=seed,
        way=way,
        kind=kind,
        form=form if dice.random() > 0.02 else dice.choice(FORMS)[1],
        position=position,
        body=body,
        signer=signer,
        supersedes=dice.choice(ids) if ids and dice.random() < 0.15 else None,
        refers_to=tuple(sorted(set(dice.sample(ids, min(len(ids), 2))))) if dice.random() < 0.2 else (),
        audience=(HONEST, VICTIM) if dice.random() < 0.9 else (VICTIM,),
    )


@dataclass
class Ground:
    """Three stations with pictures around a host that does as it is told, some honest history, and a real host's core beside it."""

    world: World = field(default_factory=lambda: World((LIAR, HONEST, VICTIM), direct=False, pictures=True))
    ids: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, -1)
    count: int = 0
    faulty: int = 0

    def __post_init__(self) -> None:
        w = self.world
        self.host = HostLedger(world.sign_genesis(GENESIS, world.roots()))
        self.host.load([self.host.genesis_row(b"{}")])
        self.salts = world.salts("fuzz")
        w.parties = (VICTIM,)  # the others only sign here; nobody else follows, so a case costs one station's work
        w.wake = {VICTIM: w.wake[VICTIM]}
        w.settle()
        w.state_presence(VICTIM, circle(35.26, 40.15, hours=8))
        for body in (notice(), notice(circle(35.27, 40.16), words="second")):
            self.honest(body)
        for kind, form, position, value in BODIES:
            self.sealed(kind, form, position, encoded(value), opened=True)
        self.follow()

    # --- making entries

    def sealed(
        self, kind: str, form: str, position: int, body: bytes, *, opened: bool, case: Case | None = None
    ) -> Any:
        """Seal an entry of the liar's; put it into the ledger's line. `opened`: the host has the facet."""
        audience = case.audience if case is not None else (HONEST, VICTIM)
        facets: list[Any] = [None, None, None, None]
        facets[position] = Facet(audience=audience if opened else (LIAR,), body=msgspec.Raw(body), form=form)
        return self.recorded(
            Draft(
                audience=audience,
                author=LIAR,
                facets=tuple(facets),  # type: ignore[arg-type]
                kind=kind,
                refers_to=case.refers_to if case else (),
                sealed=frozenset() if opened else frozenset({position}),
                signed_at_us=self.world.now_us,
                supersedes=case.supersedes if case else None,
            ),
            case.signer if case else "watch-1",
            case.way if case else "league",
        )

    def recorded(self, draft: Draft, signer: str, way: str) -> Any:
        """Sign and record; None where an honest host refuses it, or where it cannot even be signed."""
        key = world.signing(draft.author, signer)
        try:
            made, kept = seal_keeping(draft, key, self.salts, LEDGER, world.SLOTS, world.shared_keys(draft.author))
            raw = encode_submission(made)
            checked = check_submission(raw, world.SLOTS, LEDGER)
            if way != "league":
                examined = examine(raw, world.SLOTS, LEDGER)
            if way == "recorded":
                self.host.admit(examined, raw, draft.author, self.world.now_us)
        except Refused:
            return None
        history = self.world.host.main
        index = len(history.leaves)
        history.add_leaf(checked.leaf_bytes(index, self.world.now_us), self.world.now_us)
        history.entries[index] = made
        self.ids.append(checked.id.hex())
        self.ids = self.ids[-40:]
        return made, kept, checked

    def honest(self, body: Any) -> str:
        """Record what the honest party says; returns its id."""
        kind, form, data = REGISTRY.write(body)
        facets: list[Any] = [None, None, None, None]
        facets[REGISTRY.position(body)] = Facet(audience=(VICTIM,), body=msgspec.Raw(data), form=form)
        draft = Draft(
            audience=(VICTIM,), author=HONEST, facets=tuple(facets), kind=kind, signed_at_us=self.world.now_us
        )  # type: ignore[arg-type]
        made = self.recorded(draft, "watch-1", "disclosed")
        assert made is not None
        return str(made[2].id.hex())

    # --- bringing them in

    def bring(self, seed: int) -> bool:
        """Bring one case in by its way; returns whether anything was recorded or taken."""
        self.count += 1
        case = case_of(seed, self.ids)
        if case.way == "direct":
            return self._direct(case)
        made = self.sealed(case.kind, case.form, case.position, case.body, opened=case.way != "disclosed", case=case)
        if made is None:
            return False
        if case.way == "disclosed":
            _, kept, checked = made
            opening = kept[case.position]
            body = Disclosure(
                about=checked.id.hex(),
                facet=facet_bytes(opening.facet).decode(),
                position=case.position,
                salt=opening.salt,
                words="shown",
            )
            try:
                kind, form, data = REGISTRY.write(body)
            except Refused:
                return False  # a text that no signed bytes may hold
            facet = Facet(audience=(HONEST, VICTIM), body=msgspec.Raw(data), form=form)
            draft = Draft(
                audience=(HONEST, VICTIM),
                author=LIAR,
                facets=(facet, None, None, None),
                kind=kind,
                signed_at_us=self.world.now_us,
            )
            if self.recorded(draft, "watch-1", "disclosed") is None:
                return False
        self.follow(seed)
        return True

    def follow(self, seed: int = -1) -> None:
        """Let the victim take in what the ledger has; time what it takes."""
        began = time.process_time()
        self.world.settle()
        spent = time.process_time() - began
        self.slowest = max(self.slowest, (spent, seed))
        station = self.world.stations[VICTIM]
        assert station.following.folded == len(self.world.host.main.leaves), (
            f"seed {seed}: the fold stands at {station.following.folded}"
        )

    def _direct(self, case: Case) -> bool:
        facets: list[Any] = [None, None, None, None]
        facets[case.position] = Facet(audience=case.audience, body=msgspec.Raw(case.body), form=case.form)
        draft = Draft(
            audience=case.audience,
            author=LIAR,
            facets=tuple(facets),  # type: ignore[arg-type]
            kind=case.kind,
            signed_at_us=self.world.now_us,
        )
        w = self.world
        try:
            made, _ = seal_keeping(
                draft, world.signing(LIAR, case.signer), self.salts, LEDGER, world.SLOTS, world.shared_keys(LIAR)
            )
            data = seal_envelope(
                {"entry": delivered_to(made, VICTIM)},
                kind="urgent",
                sender=LIAR,
                to=VICTIM,
                ledger=LEDGER,
                key=world.signing(LIAR, "station"),
                now_us=w.now_us,
            )
        except (Refused, msgspec.MsgspecError, RecursionError):
            return False
        began = time.process_time()
        try:
            w.give(VICTIM, DirectArrived("urgent", data))
        except Refused:
            return False
        w.settle()
        self.slowest = max(self.slowest, (time.process_time() - began, case.seed))
        return True

    def heard(self) -> None:
        """The honest party says something now, and it is shown at the victim's: not lost, and not hidden."""
        self.world.now_us += SECOND
        entry = self.honest(notice(circle(36.5, 41.5), words="heard whatever the other does"))
        self.follow()
        picture = self.world.pictures[VICTIM]
        assert picture.airspace.get(entry) is not None
        assert picture.timeline is not None and picture.heads.entry(entry) is not None
        picture.conflicts.open()
        self.named()

    def named(self) -> None:
        """Everything that was not understood for its author's fault is counted, and the liar is the only one named."""
        station, missing = self.world.stations[VICTIM], self.world.pictures[VICTIM].driver.missing()
        assert set(missing.by) <= {LIAR}
        assert bool(missing.by) == bool([a for a in station.alarms.raised if a.kind == "unsound"])
        assert {a.by for a in station.alarms.raised if a.kind == "unsound"} <= {LIAR, ""}  # "": one that counts many
        assert not [a for a in station.alarms.raised if a.kind == "unfoldable"], station.alarms.raised

    def views(self) -> dict[str, object]:
        """Every view of the victim as a value, settled."""
        picture = self.world.pictures[VICTIM]
        picture.conflicts.settle()
        return {view.name: view.parse(view.save()) for view in picture.views}

    def again(self) -> None:
        """The own copy, loaded anew, gives the same views and the same counts, but for bodies that were destroyed since.

        A body that breaks its rules and is erased later stays counted until the next start: then nothing of it is left to be judged.
        """
        before, missing = self.views(), self.world.pictures[VICTIM].driver.missing().not_understood
        self.world.restart(VICTIM)
        self.world.settle()
        assert self.views() == before
        now = self.world.pictures[VICTIM].driver.missing().not_understood
        erased = Counter(
            str(msgspec.json.decode(raw)["header"]["kind"])
            for _, raw in self.world.copies[VICTIM].known.values()
            if b'"erased":true' in raw
        )
        gone = Counter(missing) - Counter(now)
        assert not Counter(now) - Counter(missing) and not gone - erased

    def damaged(self, dice: random.Random) -> None:
        """A tenth of the own copy's rows are damaged; it loads, what is whole is folded, and the honest party is heard."""
        copy = self.world.copies[VICTIM]
        kept = dict(copy.known)
        for index, (entry, raw) in list(kept.items()):
            if dice.random() < 0.1:
                copy.known[index] = (entry, scratched(raw, dice))
        self.world.restart(VICTIM)
        self.world.settle()
        self.honest(notice(words="after the damage"))
        self.world.settle()
        assert self.world.stations[VICTIM].following.folded == len(self.world.host.main.leaves)
        copy.known.update(kept)

    def snapshots(self, dice: random.Random, count: int) -> None:
        """Damaged bytes are no snapshot: refused with nothing changed, or, where they still are one, folded on from."""
        whole = self.world.pictures[VICTIM].snapshot("root", "rules")
        for _ in range(count):
            views = scratched(whole.views, dice)
            given = msgspec.structs.replace(whole, views=views)
            if dice.random() < 0.7:
                given = msgspec.structs.replace(given, hash=hashlib.sha256(views).hexdigest())
            fresh = Picture(GENESIS, LEDGER.hex())
            taken = fresh.restore(given, "root", "rules")
            assert fresh.driver.size == (whole.size if taken else 0)
            assert not taken or given.hash != whole.hash or views == whole.views


def scratched(data: bytes, dice: random.Random) -> bytes:
    """Change, cut or swap a few bytes."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at_ = dice.randrange(len(made))
        match dice.randrange(4):
            case 0:
                made[at_] = dice.randrange(256)
            case 1:
                del made[at_ : at_ + dice.randrange(1, 40)]
            case 2:
                made[at_:at_] = bytes(dice.choices(b'0123456789abcdef"[]{},-', k=dice.randrange(1, 8)))
            case _:
                end = min(len(made), at_ + 8)
                made[at_:end] = made[at_:end][::-1]
    return bytes(made) or b"{"
