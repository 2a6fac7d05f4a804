#!/usr/bin/env bash
# geojson-pydantic 2.2.0 drops the datum of a file that names one.
#
# Packages:  geojson-pydantic 2.2.0, pyogrio 0.13.0 (GDAL), shapely 2.1.2, geopandas 1.1.4, all from PyPI.
# Behaviour: GDAL writes a layer in ED50 (EPSG:4230) as GeoJSON with a "crs" member, as the 2008 form of the format has it.
#            The model validates the file without a word and writes it without the member. Who reads that file reads WGS 84.
# Seen:      "EPSG:4230 -> EPSG:4326, the same numbers"; the point has moved by some 117 m on the ground at 35.3 N 40.1 E.
# Matters:   a place list that passes a service built on this model has moved by a city block, and nothing in it says so.
# Detente:   refuses a member that it does not know, by name, wherever a person's input is read; a datum is stated for
#            every coordinate, and a missing one is asked for, never assumed.
# Fails when the member survives the model.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check geojson-pydantic==2.2.0 pyogrio==0.13.0 shapely==2.1.2 geopandas==1.1.4
cd "$work"
"$work/venv/bin/python" - <<'PY'
import json
import geopandas
import pyproj
from geojson_pydantic import FeatureCollection
from shapely.geometry import Point

geopandas.GeoDataFrame({"name": ["store"]}, geometry=[Point(40.1, 35.3)], crs="EPSG:4230").to_file("in.geojson", driver="GeoJSON", engine="pyogrio")
text = open("in.geojson").read()
assert "4230" in text, "GDAL named the datum when this was written"
passed = FeatureCollection.model_validate_json(text).model_dump_json(exclude_none=True)
open("out.geojson", "w").write(passed)
before, after = geopandas.read_file("in.geojson"), geopandas.read_file("out.geojson")
print(f"{before.crs.to_string()} -> {after.crs.to_string()}, the same numbers: {before.geometry[0].equals(after.geometry[0])}")
lon, lat = pyproj.Transformer.from_crs(4230, 4326, always_xy=True).transform(40.1, 35.3)
moved = pyproj.Geod(ellps="WGS84").inv(40.1, 35.3, lon, lat)[2]
print(f"moved on the ground by {moved:.1f} m")
assert "crs" not in json.loads(passed)
assert before.crs.to_epsg() == 4230 and after.crs.to_epsg() == 4326
assert before.geometry[0].equals(after.geometry[0]) and moved > 100
PY
