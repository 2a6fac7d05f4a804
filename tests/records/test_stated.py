"""A stated time whose offset contradicts its zone: refused wherever one is entered, and still read where another station signed it."""

from __future__ import annotations

import msgspec
import pytest
from tests.records.examples import EXAMPLES
from tests.rules.evidence.claims import us

from detente.records.body import Body, Stated
from detente.records.evidence.claim import Claim
from detente.records.registry import REGISTRY, Record
from detente.records.stated import against_zones

CONTRADICTORY = [
    (
        "2024-04-15T12:00:00+03:00",
        "Asia/Gaza",
        "2024-04-15T09:00Z by its offset, and is 2024-04-15T10:00Z on the clocks",
    ),
    ("2016-09-12T19:00:00+02:00", "Asia/Damascus", "2016-09-12T17:00Z by its offset, and is 2016-09-12T16:00Z"),
    ("2024-04-20T02:30:00+03:00", "Asia/Gaza", "never stood on the clocks of Asia/Gaza"),
    ("2016-09-12T19:00:00+03:00", "+02:00", "2016-09-12T16:00Z by its offset, and is 2016-09-12T17:00Z"),
]


def claim(text: str, zone: str) -> Body:
    stated = Stated(earliest_us=us(text), latest_us=us(text), text=text, zone=zone)
    return msgspec.structs.replace(next(b for b in EXAMPLES if isinstance(b, Claim)), at_stated=stated)


@pytest.mark.parametrize(("text", "zone", "says"), CONTRADICTORY)
def test_an_offset_that_contradicts_its_zone_is_refused_with_both_instants(text: str, zone: str, says: str):
    (fault,) = against_zones(claim(text, zone))
    assert (fault.code, fault.field) == ("offset", "at_stated.text")
    assert says in fault.rule


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2024-04-15T12:00:00+02:00", "Asia/Gaza"),
        ("2024-04-15T10:00:00Z", "Asia/Gaza"),
        ("2024-04-15T12:00:00+03:00", ""),
        ("2023-10-28T23:30:00+03:00", "Asia/Beirut"),
    ],
)
def test_an_offset_of_its_zone_and_a_time_in_utc_are_taken(text: str, zone: str):
    """Also the first of two moments that the clocks show twice; with no zone stated nothing contradicts."""
    assert against_zones(claim(text, zone)) == ()


def test_a_zone_that_is_none_is_refused():
    (fault,) = against_zones(claim("2024-04-15T12:00:00+02:00", "Mars/Base"))
    assert (fault.code, fault.field) == ("zone", "at_stated.zone")


def test_a_record_that_another_station_signed_so_is_still_read():
    """Its tables may be other ones: an older ledger folds the same for ever."""
    body = claim(*CONTRADICTORY[0][:2])
    kind, form, data = REGISTRY.write(body)
    assert isinstance(REGISTRY.read(kind, form, data), Record)
    assert REGISTRY.check(body) == ()
