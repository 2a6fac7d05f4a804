#!/usr/bin/env bash
# node-cot 14.23.2: a patrol's loop becomes an area, and the hole in a zone is filled.
#
# Package:   @tak-ps/node-cot 14.23.2 from npm (GeoJSON to Cursor on Target and back).
# Behaviour: a LineString whose last point is its first comes back as a Polygon; a Polygon with a hole comes back without it.
# Seen:      "closed LineString -> Polygon", "open LineString -> LineString", "Polygon of 2 rings -> Polygon of 1 ring(s)".
# Matters:   a route that ends at its depot is shown as a zone that somebody holds; the protected ground that was cut out of
#            a zone is inside it on the other screen.
# Detente:   a corridor and a polygon are different shapes with different fields, in the signed bytes and in every view;
#            it writes no Cursor on Target today, and docs/other-tools.md keeps this trap for whoever adds it.
# Fails when the shapes survive the round trip.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @tak-ps/node-cot@14.23.2
cat >round.mjs <<'JS'
import assert from "node:assert";
import { CoTParser } from "@tak-ps/node-cot";

const ring = [[40.1, 35.3], [40.2, 35.3], [40.2, 35.4], [40.1, 35.4], [40.1, 35.3]];
const hole = [[40.14, 35.34], [40.16, 35.34], [40.16, 35.36], [40.14, 35.36], [40.14, 35.34]];
const round = async (geometry) => {
  const feature = { id: "a-1", type: "Feature", properties: { callsign: "A1" }, geometry };
  return (await CoTParser.to_geojson(await CoTParser.from_geojson(feature))).geometry;
};
const loop = await round({ type: "LineString", coordinates: ring });
const line = await round({ type: "LineString", coordinates: ring.slice(0, 4) });
const zone = await round({ type: "Polygon", coordinates: [ring, hole] });
console.log(`closed LineString -> ${loop.type}`);
console.log(`open LineString -> ${line.type}`);
console.log(`Polygon of 2 rings -> ${zone.type} of ${zone.coordinates.length} ring(s)`);
assert.deepEqual([loop.type, line.type, zone.type, zone.coordinates.length], ["Polygon", "LineString", "Polygon", 1]);
JS
node round.mjs
