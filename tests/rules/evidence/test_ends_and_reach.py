"""Stated ends stand beside each other; whether an event lies inside a truce is told event by event, and by whose word."""

from __future__ import annotations

from datetime import UTC, date

from tests.rules.evidence.claims import said, us

from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.body import Stated
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.rules.evidence.conclusions import NOTHING, beside, conclude
from detente.rules.evidence.counts import WindowGap, missing_days
from detente.rules.evidence.ends import ends
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.reach import Designations, classed

LISTED = Designations(excluded="excluded", party="truce party")
DAY_US = 86_400_000_000


def at(text):
    return Stated(earliest_us=us(text), latest_us=us(text), text=text, zone="")


def listed(actor, of, party, stance="asserts"):
    body = Affiliation(
        actor=actor, from_us=None, of=of, party=party, relation="listed-as", source="",
        stance=stance, tag="ILL", until_us=None, who=party, words="",
    )  # fmt: skip
    return f"{party} on {actor} {of}", 0, body


def ground(radius_m, lat=35):
    return Volume4D(
        end_us=10, outline=Circle(centre=Point(lat * 10**9, 40 * 10**9), radius_mm=radius_m * 1000), start_us=0
    )


def holds(actor, share="alone"):
    body = Whereabouts(
        actor=actor, concern_only=False, party=None, place=ground(5000), share=share, source="",
        stance="asserts", tag="ILL", who="SOHR", words="",
    )  # fmt: skip
    return f"{actor} holds", 0, body


def held(*claims, **more):
    recorded = {s.id: s.at_us for s in claims} | {k[0]: k[1] for items in more.values() for k in items}
    return OnRecord(claims=claims, recorded=recorded, **more)


WORDS = (listed("isis", "excluded", "rus"), listed("syr", "truce party", "rus"))


def test_ground_that_only_an_excluded_group_holds_is_outside():
    """Mayadin: nobody says who was hit; everybody says where."""
    strike = said("SOHR", "asserts", "strike", 5, place=ground(1))
    found = classed("strike", held(strike, affiliations=WORDS, whereabouts=(holds("isis"),)), LISTED, 9)
    assert found.reach == "outside"
    assert "humanitarian law" in found.sentence()


def test_shared_ground_tells_nothing():
    strike = said("SOHR", "asserts", "strike", 5, place=ground(1))
    mixed = held(strike, affiliations=WORDS, whereabouts=(holds("isis", "mixed"),))
    assert classed("strike", mixed, LISTED, 9).reach == "unknown"
    elsewhere = held(
        said("SOHR", "asserts", "strike", 5, place=ground(1, 36)), affiliations=WORDS, whereabouts=(holds("isis"),)
    )
    assert classed("strike", elsewhere, LISTED, 9).reach == "unknown"


def test_a_truce_party_hit_while_the_actor_meant_an_excluded_group_is_a_class_of_its_own():
    """Deir ez-Zor: both accounts stay."""
    by_rus = said("ministry", "asserts", "strike", 5, party="rus", actor="usa", affected="syr")
    by_usa = said("spokesman", "asserts", "strike", 6, party="usa", actor="usa", affected="isis")
    assert (
        classed("strike", held(by_rus, by_usa, affiliations=WORDS), LISTED, 9).reach
        == "inside, meant for an excluded group"
    )
    assert classed("strike", held(by_rus, affiliations=WORDS), LISTED, 9).reach == "inside"
    by_third = said("third", "asserts", "strike", 6, party="irn", actor="usa", affected="isis")
    assert classed("strike", held(by_rus, by_third, affiliations=WORDS), LISTED, 9).reach == "contested"


def test_a_group_on_which_speakers_differ_makes_the_class_contested():
    strike = said("ministry", "asserts", "strike", 5, actor="usa", affected="nusra")
    words = (listed("nusra", "excluded", "rus"), listed("nusra", "excluded", "opp", "denies"))
    assert classed("strike", held(strike, affiliations=words), LISTED, 9).reach == "contested"
    assert classed("strike", held(strike), LISTED, 9).reach == "unknown"


def test_ends_stand_side_by_side_and_the_event_is_set_against_each():
    own = said("army", "asserts", "end", 1, at_stated=at("2016-09-18T20:59:00Z"))
    late = said("command", "asserts", "end", 2, at_stated=at("2016-09-19T16:00:00Z"))
    none = said("centre", "denies", "end", 3)
    hit = said("commission", "asserts", "hit", 4, at_stated=at("2016-09-19T16:12:00Z"))
    again = said("other", "asserts", "hit", 5, at_stated=at("2016-09-19T17:00:00Z"))
    found = ends("end", "hit", held(own, late, none, hit, again))
    assert [e.by for e in found.ends] == [("army",), ("command",), ("centre",)]
    words = found.sentences(str)
    assert any("no end, by the word of centre" in w for w in words)
    assert any(w.startswith("hit: +12 to +60 min from the end stated by command") for w in words)
    assert any(w.startswith("hit: +19 to +20 h from the end stated by army") for w in words)


def test_an_end_taken_back_is_no_end():
    own = said("army", "asserts", "end", 1, at_stated=at("2016-09-18T20:59:00Z"))
    assert ends("end", "", held(own, said("army", "retracts", "end", 2))).ends == ()


def test_a_gap_is_named_by_the_days_whose_counts_are_missing():
    gap = WindowGap(end_us=us("2016-09-16T06:00:00Z"), start_us=us("2016-09-14T06:00:00Z"))
    assert missing_days(gap, UTC) == (date(2016, 9, 15), date(2016, 9, 16))


def test_what_one_side_was_not_told_makes_the_difference():
    """The same folds over each side's own entries; what only one was told stands first."""
    both = said("centre", "asserts", "pull-back", 1)
    one = said("SOHR", "denies", "pull-back", 2)
    same = said("UN", "asserts", "trucks", 2)
    rus, usa = held(both, same), held(both, one, same)
    found = beside({"rus": conclude(rus, 9), "usa": conclude(usa, 9)})
    assert [(b.matter, b.differ) for b in found] == [
        ("pull-back", True), ("contradiction on pull-back", True), ("trucks", False)
    ]  # fmt: skip
    assert found[1].words["rus"] == NOTHING
    assert "denied by SOHR" in found[0].words["usa"]


def test_what_was_recorded_later_could_not_be_concluded():
    late = held(said("centre", "asserts", "pull-back", 1), said("SOHR", "denies", "pull-back", 20))
    assert not conclude(late, 9).support["pull-back"].against
