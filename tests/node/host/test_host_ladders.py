"""What the host keeps of ladders: a slot is taken once, by its own author; its duty officer's list is a function of state and time."""

from __future__ import annotations

import pytest
from tests.support import hosts, world
from tests.support.hosts import submission
from tests.support.stations import message, response

from detente.errors import Refused
from detente.node.host.examine import examine
from detente.node.host.host import HostLedger
from detente.records.hotline.step import Step
from detente.rules.hotline.callees import called
from detente.rules.hotline.ladder import Matter, ladder_of
from detente.rules.hotline.step_words import step_words

S = 1_000_000
T = hosts.START_US


class Bench:
    """A host that is only asked what it would decide."""

    def __init__(self) -> None:
        self.host = HostLedger(world.signed_genesis())
        self.host.threads.add_blank(b"")

    def admit(self, raw: bytes, party: str, at_us: int = T) -> bytes:
        entry = examine(raw, world.SLOTS, world.LEDGER)
        self.host.admit(entry, raw, party, at_us)
        return entry.id


class NoBook:
    """A book without a page."""

    def on_watch(self, party, role, at_us):
        return ()

    def channels_between(self, a, b):
        return ()

    def above(self, party):
        return None

    def agreed(self, a, b):
        return {}


def a_step(about: bytes, n: int = 1, words: str = "", party: str = "cjtf") -> Step:
    rung = ladder_of("urgent").rungs[n]
    made = called("rus", Matter(about.hex(), party, "urgent", T), rung, T + rung.after_us, T + rung.after_us, NoBook())
    return made.step(words or step_words(made))


def by_station(author: str, step: Step, audience: list[str]) -> bytes:
    return submission(author, step, audience, key=world.signing(author, "station"))


def test_a_second_entry_for_a_slot_is_refused_whatever_it_says():
    """A restored station, or a second one: other words, other salts, same slot."""
    bench = Bench()
    m = bench.admit(submission("rus", message("urgent"), ["cjtf", "rus"]), "rus")
    bench.admit(by_station("rus", a_step(m), ["cjtf", "rus"]), "rus")
    with pytest.raises(Refused) as refused:
        bench.admit(by_station("rus", a_step(m, words="once more"), ["cjtf", "rus"]), "rus")
    assert [p.code for p in refused.value.problems] == ["step-taken"]
    bench.admit(by_station("rus", a_step(m, 2), ["cjtf", "rus"]), "rus")


def test_only_who_asked_climbs():
    """The party that owes the answer cannot take the slots away, not even beforehand; nor can one climb behind its back."""
    bench = Bench()
    early = submission("rus", message("urgent"), ["cjtf", "rus"])
    about = examine(early, world.SLOTS, world.LEDGER).id
    bench.admit(by_station("cjtf", a_step(about), ["cjtf", "rus"]), "cjtf")
    bench.admit(by_station("rus", a_step(about), ["cjtf", "rus"]), "rus")
    bench.admit(early, "rus")
    m = bench.admit(submission("rus", message("urgent"), ["cjtf", "rus"]), "rus")
    for raw, author, code in (
        (by_station("cjtf", a_step(m), ["cjtf", "rus"]), "cjtf", "step-about"),
        (by_station("rus", a_step(m), ["rus", "un"]), "rus", "step-party"),
    ):
        with pytest.raises(Refused) as refused:
            bench.admit(raw, author)
        assert [p.code for p in refused.value.problems] == [code]


def test_what_nobody_answered_stands_before_the_hosts_duty_officer_at_ten_minutes():
    """Also when the sender's station is dead and took no step; an officer's answer takes it off, a station's does not."""
    bench = Bench()
    m = bench.admit(submission("rus", message("urgent"), ["cjtf", "rus"]), "rus")
    ladders = bench.host.ladders
    assert ladders.duty(T + 599 * S) == []
    assert [(c.matter.about, c.matter.party) for c in ladders.duty(T + 600 * S)] == [(m.hex(), "cjtf")]
    bench.admit(submission("cjtf", response(m), ["rus"], key=world.signing("cjtf", "station")), "cjtf", T + 601 * S)
    assert len(ladders.duty(T + 602 * S)) == 1
    bench.admit(submission("cjtf", response(m), ["rus"]), "cjtf", T + 603 * S)
    assert ladders.duty(T + 604 * S) == []
