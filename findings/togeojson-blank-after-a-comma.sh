#!/usr/bin/env bash
# @tmcw/togeojson 7.1.3: one blank after a comma moves a corner to the equator, a blank after each makes the zone vanish.
#
# Package:   @tmcw/togeojson 7.1.3 with @xmldom/xmldom 0.9.8, both from npm. KML's own rule asks for tuples without blanks
#            inside; people who type corners by hand put them there, and other readers (GDAL, fastkml) read them as meant.
# Behaviour: "40.2, 35.2,0" becomes the corner [35.2, 0]; with a blank after every comma the geometry is null. No error.
# Seen:      third form: null; second form: a corner at longitude 35.2, latitude 0, 3 900 km from the others.
# Matters:   a zone that was checked in one viewer reaches from Syria to the equator in another, or is a name without a place.
# Detente:   reads no KML today; corners are typed apart by semicolons and each is read or refused by its place in the list
#            (`--polygon[1]`, tests/cli/test_offline.py); docs/other-tools.md keeps this for whoever adds the import.
# Fails when the blanks change nothing, or are refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @tmcw/togeojson@7.1.3 @xmldom/xmldom@0.9.8
cat >zone.mjs <<'JS'
import assert from "node:assert";
import { kml } from "@tmcw/togeojson";
import { DOMParser } from "@xmldom/xmldom";

const read = (corners) => {
  const ring = `<LinearRing><coordinates>${corners}</coordinates></LinearRing>`;
  const zone = `<Placemark><name>zone</name><Polygon><outerBoundaryIs>${ring}</outerBoundaryIs></Polygon></Placemark>`;
  const text = `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">${zone}</kml>`;
  return kml(new DOMParser().parseFromString(text, "text/xml")).features[0].geometry;
};
const right = read("40.1,35.2,0 40.2,35.2,0 40.2,35.3,0 40.1,35.2,0");
const one = read("40.1,35.2,0 40.2, 35.2,0 40.2,35.3,0 40.1,35.2,0");
const all = read("40.1, 35.2, 0 40.2, 35.2, 0 40.2, 35.3, 0 40.1, 35.2, 0");
for (const shape of [right, one, all]) console.log(JSON.stringify(shape && shape.coordinates[0]));
assert.deepEqual(right.coordinates[0][1], [40.2, 35.2, 0]);
assert.deepEqual(one.coordinates[0][1], [35.2, 0]);
assert.equal(all, null);
JS
node zone.mjs
