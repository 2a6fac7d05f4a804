#!/usr/bin/env bash
# node-cot 14.23.2: a point of which nothing is said becomes "friendly ground force, measured by machine, at sea level".
#
# Package:   @tak-ps/node-cot 14.23.2 from npm (GeoJSON to Cursor on Target).
# Behaviour: a GeoJSON point without properties is written as type a-f-G (affiliation friend), how m-g (read from a receiver),
#            hae 0, stale after 20 s, although Cursor on Target has a type and a value for "not known" (a-u-G; 9999999).
# Seen:      type a-f-G, how m-g, hae 0, and stale 20 s after start.
# Matters:   a clinic that an aid desk pastes in stands on a watch floor as somebody's own unit, with a height that nobody gave.
# Detente:   never gives a place a side: a notice names the party that answers for it, and what was not stated stays not
#            stated. It writes no Cursor on Target today; docs/other-tools.md keeps this trap for whoever adds it.
# Fails when the defaults change.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @tak-ps/node-cot@14.23.2
cat >point.mjs <<'JS'
import assert from "node:assert";
import { CoTParser } from "@tak-ps/node-cot";

const cot = await CoTParser.from_geojson({ id: "c-1", type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [40.1, 35.3] } });
const { type, how, start, stale } = cot.raw.event._attributes;
const { hae } = cot.raw.event.point._attributes;
const lasts = (Date.parse(stale) - Date.parse(start)) / 1000;
console.log(`type ${type}, how ${how}, hae ${hae}, stale ${lasts} s after start`);
assert.deepEqual([type, how, Number(hae), lasts], ["a-f-G", "m-g", 0, 20]);
JS
node point.mjs
