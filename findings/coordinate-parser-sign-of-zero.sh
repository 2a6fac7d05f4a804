#!/usr/bin/env bash
# coordinate-parser 1.0.7: the sign of minus zero degrees is lost.
#
# Package:   coordinate-parser 1.0.7 from npm.
# Behaviour: "-0 degrees 15 minutes" is read as +0.25; "-1 degree 15 minutes" and "-0.25" are read right.
# Seen:      51°28' -0°15' -> 51.4667, 0.25 (half a degree too far east); 5°36' -0°12' -> 5.6, 0.2; -0°30' 32°35' -> 0.5.
# Matters:   everything less than a degree west of Greenwich or south of the equator: Accra, Castellón, Masaka, Quito. The
#            point lands on the other side of the line, 44 km off in Accra, with nothing to show for it.
# Detente:   keeps the sign of what was written, not of the number read; "-0°15'" is west (tests/geometry).
# Fails when the sign is kept.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund coordinate-parser@1.0.7
node - <<'JS'
const assert = require("node:assert");
const Coordinates = require("coordinate-parser");
const read = (text) => { const c = new Coordinates(text); return [c.getLatitude(), c.getLongitude()]; };
const near = (seen, wanted) => seen.every((value, i) => Math.abs(value - wanted[i]) < 1e-9);
for (const text of ["51°28' -0°15'", "5°36' -0°12'", "-0°30' 32°35'", "-1°30' -1°15'"]) console.log(text, "->", ...read(text));
assert(near(read("51°28' -0°15'"), [51 + 28 / 60, 0.25]));
assert(near(read("5°36' -0°12'"), [5.6, 0.2]));
assert(near(read("-0°30' 32°35'"), [0.5, 32 + 35 / 60]));
assert(near(read("-1°30' -1°15'"), [-1.5, -1.25]));
JS
