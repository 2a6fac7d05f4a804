#!/usr/bin/env bash
# @turf/buffer 7.4.0 near 180 degrees gives a ring round the Earth that does not hold the point it was drawn round.
#
# Package:   @turf/buffer 7.4.0 and @turf/boolean-point-in-polygon 7.4.0 from npm.
# Behaviour: a disk of 50 km round 179.9 E is one ring from -179.93 to 179.99: read as drawn it is a band round the whole
#            Earth without the disk. At 170 E the same call is right.
# Seen:      "179.9 E: holds its centre false, holds 36.7 E true; 170 E: holds its centre true, holds 36.7 E false".
# Matters:   a keep-out disk round a clinic in Fiji or Tuvalu leaves the clinic outside and warns a city in Syria.
# Detente:   a circle is kept as a circle and measured on the ellipsoid, on either side of 180 degrees (docs/formats/volume.md;
#            tests/geometry); what is exported as GeoJSON is cut there.
# Fails when the disk holds its centre.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @turf/buffer@7.4.0 @turf/boolean-point-in-polygon@7.4.0
cat >disk.mjs <<'JS'
import assert from "node:assert";
import { buffer } from "@turf/buffer";
import { booleanPointInPolygon as holds } from "@turf/boolean-point-in-polygon";

const point = (lon, lat) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } });
const seen = (lon) => {
  const disk = buffer(point(lon, 10), 50, { units: "kilometers" });
  return [holds(point(lon, 10), disk), holds(point(36.7, 9.9), disk)];
};
const [near, away] = [seen(179.9), seen(170)];
console.log(`179.9 E: holds its centre ${near[0]}, holds 36.7 E ${near[1]}; 170 E: holds its centre ${away[0]}, holds 36.7 E ${away[1]}`);
assert.deepEqual([near, away], [[false, true], [true, false]]);
JS
node disk.mjs
