"""Seeded leaks, one at a time in the product's own code, are each noticed: else equal worlds would prove nothing.

A mutant is first tried on the pair known to show it, then on others: stories change, and it need not be the same one for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from tests.worlds import sim
from tests.worlds.compare import look
from tests.worlds.randomness import lopsidedness

from detente.host import app, reading, requests, stream
from detente.host.requests import HostReply
from detente.ledger import entry
from detente.ledger.delivered import Told
from detente.node.host import admission, host, limits
from detente.node.station import due as station_clock
from detente.node.station.acting import ladders, screenings
from detente.node.station.draft import draft_of
from detente.node.station.effects import Compose
from detente.node.station.parts import screener
from detente.node.station.parts.answer_times import Slots
from detente.node.station.parts.watermarks import WatermarkTimes
from detente.records.entries.watermark import Watermark

MOST = 60
"""Pairs within which a mutant must be noticed."""

Patch = pytest.MonkeyPatch


def length_of_pages(patch: Patch) -> None:
    """Length: an entry is followed by as many spaces as the parts of it that the viewer may not read would need."""
    whole = reading.known_bytes

    def known(row: Any, viewer: str, *, erased: bool) -> bytes:
        shown = whole(row, viewer, erased=erased)
        return shown + b" " * (len(row.submission) // 100)

    for module in (reading, stream):
        patch.setattr(module, "known_bytes", known)


def framing_by_stored_length(patch: Patch) -> None:
    """Framing: a page ends where entries as they are stored, not as they are shown, would fill it."""
    whole = reading.known_bytes

    class Heavy(bytes):
        weight = 0

        def __len__(self) -> int:
            return self.weight

    def known(row: Any, viewer: str, *, erased: bool) -> bytes:
        shown = Heavy(whole(row, viewer, erased=erased))
        shown.weight = len(row.submission)
        return shown

    patch.setattr(reading, "PAGE_BYTES", 5000)
    patch.setattr(reading, "known_bytes", known)


def order_by_stored_length(patch: Patch) -> None:
    """Order: a page does not list its entries by index, but by how long they are as stored."""
    rows = reading.HostLoop.rows

    def sorted_rows(self: Any, indexes: Any) -> Any:
        return sorted(rows(self, indexes), key=lambda row: len(row.submission) % 50)

    patch.setattr(reading.HostLoop, "rows", sorted_rows)


def order_of_recipients(patch: Patch) -> None:
    """Order: tags stand in the first slots, in the order of the recipients."""

    def place(tags: list[bytes], salts: Iterator[bytes], slots_count: int) -> tuple[str, ...]:
        next(salts)
        fillers = [next(salts)[:16] for _ in range(slots_count)]
        return tuple(part.hex() for part in (*tags, *fillers[len(tags) :]))

    patch.setattr(entry, "_place_tags", place)


def order_of_ids(patch: Patch) -> None:
    """Order: of two screenings due at one moment the one with the lesser id goes first."""

    first = Slots.first

    def by_id(self: Any, limit: int) -> list[bytes]:
        self.queue = sorted((at_us, int.from_bytes(notice[:6], "big"), notice) for at_us, _, notice in self.queue)
        return first(self, limit)

    patch.setattr(Slots, "first", by_id)


def id_from_the_body(patch: Patch) -> None:
    """Id: a facet's commitment is a hash of what it says, without salt; a guess can be tested, a repetition seen."""
    patch.setattr(
        entry, "facet_commitment", lambda position, salt, body: hashlib.sha256(bytes([position]) + body).digest()
    )


def id_from_the_hidden_count(patch: Patch) -> None:
    """Id: entries are shown with a number that counts the viewer's own and others' hidden bytes."""
    whole = reading.known_bytes
    patch.setattr(
        stream,
        "known_bytes",
        lambda row, viewer, *, erased: whole(row, viewer, erased=erased).replace(
            b'"erased":false', b'"erased":false,"n":%d' % (len(row.submission) % 10)
        ),
    )


def slot_by_units_held(patch: Patch) -> None:
    """Slot: the answer comes a little later for each unit that had to be looked at."""
    held = [0]  # of whoever stated its presence last
    review, slot_us = screener.HolderScreener.review, screenings.slot_us

    def reviewing(self: Any, presence: Any, *more: Any) -> None:
        held[0] = len(presence)
        review(self, presence, *more)

    patch.setattr(screener.HolderScreener, "review", reviewing)
    patch.setattr(screenings, "slot_us", lambda *given: slot_us(*given) + 1000 * held[0])


def age_of_the_newest_unit(patch: Patch) -> None:
    """Field: a screening says how old the newest unit's data is, not the epoch's."""
    whole = screener.HolderScreener.answer

    def answer(self: Any, notice: str, asker: str, volumes: Any, received_at_us: int) -> Any:
        given = whole(self, notice, asker, volumes, received_at_us)
        if given.data_age_us is None or not self.memory.presence:
            return given
        age_us = received_at_us - max(presence.held_from_us for presence in self.memory.presence)
        return screener.padded(msgspec.structs.replace(given, data_age_us=max(age_us, 0)))

    patch.setattr(screener.HolderScreener, "answer", answer)


def finer_than_the_cell(patch: Patch) -> None:
    """Answer: presence is snapped to quarters of the cells that the ledger promises."""
    rules_of = sim.rules_of

    def finer(rules: Any) -> Any:
        return msgspec.structs.replace(rules_of(rules), cell_ndeg=rules.cell_ndeg // 4)

    patch.setattr(sim, "rules_of", finer)


def error_that_knows(patch: Patch) -> None:
    """Error text: who supersedes a hidden entry reads of what kind it is."""
    whole = admission.check_supersession

    def check(new: Any, threads: Any) -> Any:
        old = threads.version(new.supersedes) if new.supersedes else None
        words = "" if old is None else f" ({old.kind} by {old.author})"
        return tuple(msgspec.structs.replace(found, rule=found.rule + words) for found in whole(new, threads))

    patch.setattr(admission, "check_supersession", check)


def receipt_for_anyone(patch: Patch) -> None:
    """Status: the receipt of an entry by a certain party is given to all who know its id."""
    whole = host.HostLedger.may_read
    patch.setattr(
        host.HostLedger,
        "may_read",
        lambda self, party, index: whole(self, party, index) or self.threads.author_of(index) == "rus",
    )


def header_that_counts(patch: Patch) -> None:
    """Header: each answer bears the number of requests that were refused, whoever made them."""
    refused = [0]
    make, refusal, answer = app.HostApp.__init__, app.refusal, requests.HostRequest.answer

    def started(self: Any, *given: Any, **more: Any) -> None:
        refused[0] = 0
        make(self, *given, **more)

    def counting(problems: Any, *more: Any) -> HostReply:
        refused[0] += 1
        return refusal(problems, *more)

    async def counted(self: Any, given: HostReply) -> None:
        given.headers.append((b"x-refused", str(refused[0]).encode()))
        await answer(self, given)

    patch.setattr(app.HostApp, "__init__", started)
    patch.setattr(app, "refusal", counting)
    patch.setattr(requests.HostRequest, "answer", counted)


def metrics_for_parties(patch: Patch) -> None:
    """Metric: the operator's counters can be read on the parties' listener."""
    make = app.HostApp.__init__

    def opened(self: Any, *given: Any, **more: Any) -> None:
        make(self, *given, **more)

        async def metrics(request: Any) -> HostReply:
            lines = self.engine.metrics.text().split(b"\n")
            return HostReply(b"\n".join(line for line in lines if b"_created" not in line))

        self._open["GET", "/metrics"] = metrics

    patch.setattr(app.HostApp, "__init__", opened)


def limits_shared(patch: Patch) -> None:
    """Refusal: all parties draw their reads from one bucket."""
    whole = limits.Limits.take
    patch.setattr(
        limits.Limits,
        "take",
        lambda self, what, who, rate, amount, tick: whole(
            self, what, "all", limits.Rate(burst=60, per_second=5), amount, tick
        ),
    )


def step_by_the_signature(patch: Patch) -> None:
    """Time: a ladder begins when its message says it was signed, so the leaves of its steps tell that to the microsecond."""
    patch.setattr(ladders, "begins_us", lambda signed_us, ledgered_us: signed_us)


def watermark_for_all(patch: Patch) -> None:
    """Field: a watermark counts what everybody wrote to the station, not only what its reader wrote."""
    watermark = station_clock.watermark

    def counting(state: Any, now_us: int) -> list[Any]:
        told = dict(state.following.told)
        count = sum(one.count for one in told.values())
        state.following.told = {
            party: Told(count=count, hash=one.hash, last_index=one.last_index) for party, one in told.items()
        }
        effects = watermark(state, now_us)
        state.following.told = told
        return effects

    patch.setattr(station_clock, "watermark", counting)


def watermark_in_common(patch: Patch) -> None:
    """Audience: one watermark goes to all authors at once, on one clock, and names them to each other."""

    def due_us(self: Any, now_us: int) -> int | None:
        if not self.waiting:
            return None
        last_us = max(self.last_us.values(), default=None)
        return now_us if self.urgent or last_us is None else max(now_us, last_us + self.every_us)

    def joint(state: Any, now_us: int) -> list[Any]:
        telling = state.acting.telling
        if telling.due_us(now_us) != now_us:
            return []
        audience = tuple(sorted(telling.waiting))
        telling.last_us.update(dict.fromkeys(audience, now_us))
        telling.waiting.clear()
        telling.urgent.clear()
        told = state.following.told.get(audience[0], Told())
        body = Watermark(count=told.count, list_hash=told.hash.hex(), size=state.following.next_entry)
        return [Compose(draft_of(state, body, audience, now_us))]

    patch.setattr(WatermarkTimes, "due_us", due_us)
    patch.setattr(station_clock, "watermark", joint)


def watermark_on_one_clock(patch: Patch) -> None:
    """Time: a watermark to one author waits for 5 s after one to another."""
    due_us = WatermarkTimes._due_us

    def due(self: Any, author: str, now_us: int) -> int:
        last_us = max(self.last_us.values(), default=None)
        return due_us(self, author, now_us) if last_us is None else max(now_us, last_us + self.every_us)

    patch.setattr(WatermarkTimes, "_due_us", due)


MUTANTS: dict[Callable[[Patch], None], int] = {
    age_of_the_newest_unit: 6,
    error_that_knows: 19,
    finer_than_the_cell: 341,
    header_that_counts: 15,
    id_from_the_body: 1,
    id_from_the_hidden_count: 11,
    length_of_pages: 11,
    framing_by_stored_length: 34,
    limits_shared: 3,
    metrics_for_parties: 17,
    order_by_stored_length: 11,
    order_of_ids: 53,
    receipt_for_anyone: 52,
    slot_by_units_held: 2,
    step_by_the_signature: 1,
    watermark_for_all: 6,
    watermark_in_common: 6,
    watermark_on_one_clock: 6,
}
"""Each mutant, and a pair known to show it."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_leak_is_noticed(runner: asyncio.Runner, monkeypatch: Patch, mutant: Callable[[Patch], None]) -> None:
    """Where it leaks, the observer can tell the worlds of some pair apart."""
    mutant(monkeypatch)
    seeds = (MUTANTS[mutant], *range(MOST))
    assert any(look(runner, seed)[0] for seed in seeds), "nobody noticed"


def test_tags_in_the_order_of_recipients_are_noticed(runner: asyncio.Runner, monkeypatch: Patch) -> None:
    """No two worlds differ by this one; but own tags then stand in the first slots only, and that is not chance."""
    order_of_recipients(monkeypatch)
    places = [place for seed in range(6) for one in look(runner, seed)[1] for place in one.places]
    assert lopsidedness(places)
