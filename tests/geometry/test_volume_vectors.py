"""The vectors of docs/formats/volume.md."""

import json
from pathlib import Path

import msgspec
import pytest

from detente.geometry.exact.rings import check_volume
from detente.geometry.exact.separation import horizontal_distance, meets
from detente.geometry.f3548 import dumps, loads, read
from detente.geometry.volume import Separation, Volume4D

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/volume.json").read_text())


@pytest.mark.parametrize("row", VECTORS["pairs"], ids=lambda row: row["name"])
def test_pairs_meet_or_not_at_the_distance_written(row):
    """Distance to the millimetre, verdict, boundary, and gaps in height and time."""
    a, b = (msgspec.convert(row[k], Volume4D) for k in "ab")
    assert abs(round(horizontal_distance(a.outline, b.outline).distance_m * 1000) - row["distance_mm"]) <= 1
    found = meets(a, b, msgspec.convert(row["separation"], Separation))
    assert (found is not None) == row["meets"]
    if found:
        assert (found.boundary, found.vertical_mm, found.time_us) == (
            row["boundary"],
            row["vertical_mm"],
            row["time_us"],
        )


@pytest.mark.parametrize("row", VECTORS["bad"], ids=lambda row: row["name"])
def test_bad_volumes_are_refused_where_written(row):
    """Code and field of every problem."""
    assert [[p.code, p.field] for p in check_volume(msgspec.convert(row["volume"], Volume4D))] == row["problems"]


@pytest.mark.parametrize("row", VECTORS["f3548"])
def test_the_standards_json_reads_and_writes_as_written(row):
    """Both ways."""
    volume = msgspec.convert(row["volume"], Volume4D)
    assert read(json.dumps(row["json"])) == volume
    assert loads(dumps(volume)) == loads(json.dumps(row["json"]))
