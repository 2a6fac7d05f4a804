"""A held entry lies at its station until its own party approves it: over restarts, without the host, and unseen by others."""

from __future__ import annotations

import msgspec
import pytest
from tests.support import world as keys
from tests.support.stations import notice
from tests.world.world import CALM, World, quietly

from detente.ledger.entry import Draft, check_submission, encode_submission
from detente.ledger.facets import Facet
from detente.node.station.inputs import HeldBack
from detente.records.parties.approval import Approval, ApprovalRule, Need
from detente.records.registry import REGISTRY

RULE = ApprovalRule(kinds=("notice",), needs=(Need(count=1, role="watch"),), words="")


@pytest.fixture
def w():
    with quietly(), World(genesis=CALM) as made:
        made.run(1)
        yield made


def held(w: World) -> str:
    """A notice of the coalition to Russia, composed by somebody, held under a rule."""
    kind, form, data = REGISTRY.write(notice())
    facet = Facet(audience=("rus",), body=msgspec.Raw(data), form=form)
    draft = Draft(audience=("rus",), author="cjtf", facets=(facet, None, None, None), kind=kind, signed_at_us=w.now_us)
    station = w.station("cjtf")
    composed = station.engine.sealed(draft, keys.signing("cjtf", "watch-1"))
    entry = check_submission(encode_submission(composed.submission), keys.SLOTS, w.ledger).id.hex()
    station.gives(HeldBack(composed, "planner", entry, "notice", RULE))
    return entry


def approve(w: World, entry: str, says: str = "approve", **more) -> None:
    w.send("cjtf", Approval(about=entry, says=says, words="" if says == "approve" else "too wide"), ["cjtf"], **more)


def test_what_is_held_has_not_left_and_leaves_when_approved(w):
    """An hour held over a restart: nothing at the host or at Russia; approved: there within the second."""
    entry = held(w)
    w.run(60)
    w.restart("cjtf")
    w.run(60)
    assert "notice" not in w.kinds("rus")
    assert not any(made.header.kind.startswith("notice/") for made in w.recorded().values())
    approve(w, entry)
    w.run(1)
    assert "notice" in w.kinds("rus")
    assert not w.station("cjtf").state.sending.held and not [
        n for n in w.station("cjtf").disk.kept if n.startswith("held/")
    ]


def test_a_dissent_releases_nothing_and_nobody_else_reads_it(w):
    """No; then yes: the last word counts, also when the ledger repeats the first."""
    entry = held(w)
    approve(w, entry, "dissent")
    w.run(5)
    assert w.station("cjtf").state.sending.held
    approve(w, entry)
    w.run(5)
    assert not w.station("cjtf").state.sending.held
    assert "approval" not in w.kinds("rus") + w.kinds("un")


def test_a_vote_counts_once_and_its_copy_from_the_ledger_does_not_undo_a_later_one(w):
    """Yes, then no while the host is dead; the host comes back and the yes is recorded first: still held."""
    entry = held(w)
    w.station("cjtf").state.sending.held[entry] = msgspec.structs.replace(
        w.station("cjtf").state.sending.held[entry],
        rule=msgspec.structs.replace(RULE, needs=(Need(count=2, role="watch"),)),
    )
    w.host.leaves()
    approve(w, entry)
    approve(w, entry, "dissent")
    w.host.returns()
    w.run(10)
    assert [v.says.says for v in w.station("cjtf").state.sending.votes[entry].values()] == ["dissent"]


def test_the_stations_own_key_approves_nothing(w):
    """Approval is a person's."""
    entry = held(w)
    approve(w, entry, signer="station")
    w.run(5)
    assert w.station("cjtf").state.sending.held
