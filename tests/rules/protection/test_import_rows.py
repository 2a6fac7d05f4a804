"""Tables of sites and movements: a good row becomes a notification, a bad one is named with every fault, and none hides another."""

from __future__ import annotations

import pytest

from detente.records import registry
from detente.records.notices.notice import Activity
from detente.rules.protection.import_rows import read_rows

NOW = 1_474_000_000_000_000
"""2016-09-16T04:26:40Z."""

SITE = {
    "name": "Al-Quds hospital",
    "name_2": "مشفى القدس",
    "organisation": "MSF",
    "owner": "MSF",
    "contact": "duty desk +00 000",
    "consent": "2016-03-01T00:00Z",
    "decimal": "36.20120, 37.13430",
    "datum": "WGS84",
    "radius_m": "150",
    "from": "2016-09-01T00:00+03:00",
    "share": "rus; usa",
    "not_share": "syr",
    "function": "hospital",
    "verified": "2016-08-01T00:00Z",
}
MOVEMENT = {
    "name": "Convoy 7",
    "organisation": "UN",
    "owner": "SARC",
    "contact": "duty desk +00 000",
    "consent": "2016-09-10T00:00Z",
    "datum": "WGS84",
    "route": "Aleppo @ 36.20200, 37.13400 @ 2016-09-19T10:50+03:00 | Urum @ 36.15170, 36.96780 @ 2016-09-19T13:30+03:00 @ 240",
    "back": "Urum @ 36.15170, 36.96780 @ 2016-09-19T18:00+03:00 | Aleppo @ 36.20200, 37.13400 @ 2016-09-19T20:00+03:00",
    "share": "rus; syr",
    "vehicles": "31 truck, colour=white, plates=A-1/A-2, marked=roof/sides; 2 car, plates=B-1, marked=roof",
    "staff": "42",
    "purpose": "food and medicine",
}


def sites(**changes):
    return read_rows("sites", [SITE | changes], NOW, {})


def movements(now_us=NOW, **changes):
    return read_rows("movements", [MOVEMENT | changes], now_us, {})


def test_a_site_in_two_scripts_is_shared_with_whom_its_owner_allows_and_nobody_else():
    (one,), bad = sites()
    assert bad == []
    assert one.notice.activity is Activity.PROTECTED_SITE
    assert one.humane.names == ("Al-Quds hospital", "مشفى القدس")
    assert (one.to, one.not_to) == (("rus", "usa"), ("syr",))
    assert one.humane.reverify_us == one.humane.verified_us + 90 * 86_400_000_000
    assert registry.check(one.notice) == registry.check(one.humane) == ()


def test_a_movement_has_its_way_back_its_stops_and_its_vehicles():
    (one,), bad = movements()
    assert bad == []
    assert [len(v.outline.line) for v in one.notice.volumes] == [2, 2]
    assert one.humane.route[1].stay_us == 240 * 60_000_000
    assert [(v.count, v.kind, v.marked) for v in one.humane.vehicles] == [
        (31, "truck", ("roof", "sides")),
        (2, "car", ("roof",)),
    ]
    assert one.flags == ()


def test_a_convoy_told_later_than_48_hours_ahead_is_flagged_and_an_emergency_later_than_24():
    start = 1_474_271_400_000_000  # 10:50 local on 19 September
    hour = 3_600_000_000
    assert movements(start - 48 * hour)[0][0].flags == ()
    assert "SHORT LEAD, 47 h ahead, 48 h asked" in movements(start - 48 * hour + 1)[0][0].flags[0]
    assert movements(start - 24 * hour, emergency="yes")[0][0].flags == ("emergency: flagged",)
    assert "SHORT LEAD" in movements(start - 24 * hour + 1, emergency="yes")[0][0].flags[0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"datum": ""}, "datum"),
        ({"decimal": "somewhere"}, "decimal"),
        ({"radius_m": "wide"}, "radius_m"),
        ({"from": "2016-09-01"}, "from"),
        ({"not_share": "rus"}, "not_share"),
        ({"share": ""}, "share"),
        ({"phone of the doctor": "+00"}, "phone of the doctor"),
        ({"consent": ""}, "consent"),
    ],
)
def test_each_fault_of_a_site_names_its_column(changes, field):
    good, (bad,) = sites(**changes)
    assert good == []
    assert bad.row == 2
    assert field in {p.field.partition("[")[0] for p in bad.problems}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"route": "Aleppo @ 36.2, 37.1"}, "route"),
        ({"route": ""}, "route"),
        ({"vehicles": "trucks"}, "vehicles"),
        ({"emergency": "perhaps"}, "emergency"),
        ({"staff": "-1"}, "staff"),
    ],
)
def test_each_fault_of_a_movement_names_its_column(changes, field):
    good, (bad,) = movements(**changes)
    assert good == []
    assert field in {p.field for p in bad.problems}


def test_one_bad_row_hides_neither_its_other_faults_nor_the_good_rows():
    rows = [SITE, SITE | {"name": "B", "radius_m": "x", "from": "never", "datum": ""}, {}, SITE | {"name": "C"}, SITE]
    good, bad = read_rows("sites", rows, NOW, {})
    assert [g.row for g in good] == [2, 5]
    assert [b.row for b in bad] == [3, 6]
    assert {p.field for p in bad[0].problems} >= {"radius_m", "from", "datum"}
    assert "row 2 already" in bad[1].problems[0].rule


def test_what_is_missing_on_a_vehicle_or_on_the_ground_is_flagged_beside_a_good_row():
    (bare,), bad = movements(vehicles="2 truck")
    assert bad == []
    assert "vehicles: no plates" in bare.flags
    assert any("no mark on the roof" in flag for flag in bare.flags)
    (unseen,), bad = sites(verified="")
    assert bad == []
    assert "verified: never checked on the ground" in unseen.flags
