"""The zones of a country by the names that event data sets use, and the span in which its days may lie."""

from __future__ import annotations

import pytest

from detente.geometry.stated.countries import offsets_s, zones_of


@pytest.mark.parametrize(
    ("name", "zones"),
    [
        ("Israel", ("Asia/Jerusalem", "Asia/Gaza", "Asia/Hebron")),
        ("Yemen (North Yemen)", ("Asia/Aden",)),
        ("Bosnia-Herzegovina", ("Europe/Sarajevo",)),
        ("Bosnia & Herzegovina", ("Europe/Sarajevo",)),
        ("Republic of Congo", ("Africa/Brazzaville",)),
        ("Nowhere", ()),
        ("", ()),
    ],
)
def test_a_country_is_known_by_the_names_of_event_data_sets(name: str, zones: tuple[str, ...]):
    """Israel's rows hold events of Gaza; what stands in brackets is no part of a name."""
    assert zones_of(name) == zones


def test_the_span_holds_winter_and_summer_of_every_zone():
    assert offsets_s(zones_of("Syria"), 2016, 2016) == (7_200, 10_800)
    assert offsets_s(zones_of("Afghanistan"), 2020, 2020) == (16_200, 16_200)
    assert offsets_s(zones_of("DR Congo (Zaire)"), 2016, 2016) == (3_600, 7_200)
