"""A held entry lies at its station until its own party approves it: over restarts, without the host, and unseen by others."""

from __future__ import annotations

import msgspec
from tests.support import world
from tests.support.stations import LEDGER, World, notice

from detente.ledger.entry import Draft, check_submission, encode_submission, seal_keeping
from detente.ledger.facets import Facet
from detente.node.station_inputs import Composed, HeldBack
from detente.records.approval import Approval, Need, Rule
from detente.records.registry import REGISTRY

RULE = Rule(kinds=("notice",), needs=(Need(count=1, role="watch"),), words="")


def held(w: World) -> str:
    """A notice of the coalition to Russia, composed by somebody, held under a rule."""
    kind, form, data = REGISTRY.write(notice())
    facet = Facet(audience=("rus",), body=msgspec.Raw(data), form=form)
    draft = Draft(audience=("rus",), author="cjtf", facets=(facet, None, None, None), kind=kind, signed_at_us=w.now_us)
    key = world.signing("cjtf", "watch-1")
    made, kept = seal_keeping(draft, key, w.salts, LEDGER, world.SLOTS, w.stations["cjtf"].shared_keys())
    entry = check_submission(encode_submission(made), world.SLOTS, LEDGER).id.hex()
    w.give("cjtf", HeldBack(Composed(made, kept), "planner", entry, "notice", RULE))
    return entry


def approve(w: World, entry: str, says: str = "approve", **more) -> None:
    w.send("cjtf", Approval(about=entry, says=says, words="" if says == "approve" else "too wide"), ["cjtf"], **more)


def test_what_is_held_has_not_left_and_leaves_when_approved():
    """An hour held over a restart: nothing at the host or at Russia; approved: there within the second."""
    w = World()
    w.run(1)
    entry = held(w)
    w.run(60)
    w.restart("cjtf")
    w.run(60)
    assert "notice" not in w.kinds("rus")
    assert not any(made.header.kind.startswith("notice/") for made in w.host.main.entries.values())
    approve(w, entry)
    w.run(1)
    assert "notice" in w.kinds("rus")
    assert not w.stations["cjtf"].sending.held and not [n for n in w.copies["cjtf"].kept if n.startswith("held/")]


def test_a_dissent_releases_nothing_and_nobody_else_reads_it():
    """No; then yes: the last word counts, also when the ledger repeats the first."""
    w = World()
    w.run(1)
    entry = held(w)
    approve(w, entry, "dissent")
    w.run(5)
    assert w.stations["cjtf"].sending.held
    approve(w, entry)
    w.run(5)
    assert not w.stations["cjtf"].sending.held
    assert "approval" not in w.kinds("rus") + w.kinds("un")


def test_a_vote_counts_once_and_its_copy_from_the_ledger_does_not_undo_a_later_one():
    """Yes, then no while the host is dead; the host comes back and the yes is recorded first: still held."""
    w = World()
    w.run(1)
    entry = held(w)
    w.stations["cjtf"].sending.held[entry] = msgspec.structs.replace(
        w.stations["cjtf"].sending.held[entry], rule=msgspec.structs.replace(RULE, needs=(Need(count=2, role="watch"),))
    )
    w.host.dead = True
    approve(w, entry)
    approve(w, entry, "dissent")
    w.host.dead = False
    w.run(10)
    assert [v.says.says for v in w.stations["cjtf"].sending.votes[entry].values()] == ["dissent"]


def test_the_stations_own_key_approves_nothing():
    """Approval is a person's."""
    w = World()
    w.run(1)
    entry = held(w)
    approve(w, entry, signer="station")
    w.run(5)
    assert w.stations["cjtf"].sending.held
