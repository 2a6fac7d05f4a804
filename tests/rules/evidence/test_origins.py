"""Support rests on origins: reprints add reach, and nothing else."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.evidence.claims import said

from detente.rules.evidence.origins import standing, support
from detente.rules.evidence.said import ClaimSaid

NAMES = st.sampled_from(["SDF", "SOHR", "DEZ24:unnamed", "CJTF", "AFP", "South Front", "21WIRE"])
STANCES = st.sampled_from(["asserts", "observes", "denies", "cannot-confirm", "retracts"])


def test_one_unnamed_source_printed_four_times_is_one_origin():
    """Deir Ezzor 24's special sources, by South Front, by 21st Century Wire: one."""
    c1 = said("DEZ24", "asserts", "c1", origin="DEZ24:unnamed", via="DEZ24>South Front>21WIRE")
    found = support([c1])["c1"]
    assert (found.independent, found.for_, found.unnamed) == (1, ("DEZ24:unnamed",), ("DEZ24:unnamed",))
    assert found.relays == ("21WIRE", "DEZ24", "South Front")
    assert "1 independent origin (DEZ24, who is not named)" in found.sentence()


def test_ten_reprints_add_nothing():
    first = said("DEZ24", "asserts", "c1", origin="DEZ24:unnamed", via="DEZ24")
    reprints = [said("DEZ24", "asserts", "c1", n, f"DEZ24>Page {n}", "DEZ24:unnamed") for n in range(10)]
    assert support([first, *reprints])["c1"].for_ == support([first])["c1"].for_


def test_the_spelling_of_a_name_makes_no_second_origin():
    assert support([said("SOHR", "asserts", "x"), said("sohr ", "observes", "x", 1)])["x"].independent == 1


def test_two_that_saw_it_are_two():
    assert support([said("SOHR", "asserts", "x"), said("Rudaw", "observes", "x")])["x"].independent == 2


def test_a_denial_is_not_support_and_not_knowing_is_neither():
    found = support([said("SDF", "denies", "x"), said("CJTF", "cannot-confirm", "x")])["x"]
    assert (found.independent, found.against, found.unsure) == (0, ("SDF",), ("CJTF",))


def test_what_was_taken_back_supports_nothing_and_a_late_reprint_does_not_raise_it():
    """Said at 1, taken back at 5, printed again by somebody at 9."""
    history = [
        said("SOHR", "asserts", "x", 1),
        said("SOHR", "retracts", "x", 5),
        said("SOHR", "asserts", "x", 9, "AFP"),
    ]
    found = support(history)["x"]
    assert (found.independent, found.retracted) == (0, ("SOHR",))


def test_an_origin_may_say_it_again_itself():
    history = [said("SOHR", "asserts", "x", 1), said("SOHR", "retracts", "x", 5), said("SOHR", "asserts", "x", 9)]
    assert support(history)["x"].independent == 1


def test_a_relay_that_speaks_for_itself_as_well_may_be_an_echo():
    """South Front names itself as origin of what it also had from Deir Ezzor 24: two are declared, and the doubt is shown."""
    found = support([said("South Front", "asserts", "x"), said("DEZ24", "asserts", "x", via="South Front")])["x"]
    assert (found.independent, found.perhaps_echo) == (2, ("South Front",))
    assert "may be an echo" in found.sentence()


@st.composite
def records(draw: st.DrawFn) -> list[ClaimSaid]:
    """A record with direct and relayed claims of every stance."""
    size = draw(st.integers(1, 8))
    return [
        said(
            draw(NAMES),
            draw(STANCES),
            draw(st.sampled_from(["x", "y"])),
            draw(st.integers(0, 9)),
            ">".join(draw(st.lists(st.sampled_from(["Wire A", "Wire B"]), unique=True, max_size=2))),
            name=f"entry-{n}",
        )
        for n in range(size)
    ]


def stand(record: list[ClaimSaid]) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {k: (s.for_, s.against, s.unsure, s.observed_by, s.retracted) for k, s in support(record).items()}


@settings(max_examples=120)
@given(records(), st.data())
def test_adding_relays_of_a_known_origin_changes_no_support(record, data):
    """Whatever the record holds, retractions included, and however late the reprint comes."""
    one = data.draw(st.sampled_from(record))
    more = data.draw(st.lists(st.sampled_from(["Page 1", "Page 2", "Page 3"]), unique=True, min_size=1))
    later = one.at_us + data.draw(st.integers(0, 10))
    claim = msgspec.structs.replace(one.claim, chain=(*one.claim.chain, *more), origin=one.claim.who, who=more[-1])
    assert stand([*record, ClaimSaid(at_us=later, claim=claim, id="reprint")]) == stand(record)


@settings(max_examples=50)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_record_does_not_matter(record, chance):
    mixed = list(record)
    chance.shuffle(mixed)
    assert support(mixed) == support(record)
    assert {s.id for s in standing(mixed)} == {s.id for s in standing(record)}
