#!/usr/bin/env bash
# utm 0.9.0 puts every point of an array into the zone of the first.
#
# Package:   utm 0.9.0 from PyPI, with numpy.
# Behaviour: `from_latlon` on arrays chooses zone and letter once, by the first point; the others get eastings of that zone,
#            far outside the 100 to 900 km in which they name a place, without a word. One by one, each has its own zone.
# Seen:      35.3 N 43.5 E after 35.3 N 40.1 E: easting 909269 in zone 37; alone: 363619 in zone 38.
# Matters:   a list of sites on both sides of 42 E (eastern Syria, western Iraq) is converted in one call; whoever writes the
#            first zone's letters beside such a grid names ground that is nowhere near the site.
# Detente:   every position is read with its own zone and square, and an easting that no place in the zone has is refused
#            (docs/formats/place.md, "UTM"; tests/geometry).
# Fails when the array gives each point its own zone, or refuses.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check utm==0.9.0 numpy==2.2.6
"$work/venv/bin/python" - <<'PY'
import numpy as np
import utm

east, _, zone, _ = utm.from_latlon(np.array([35.3, 35.3]), np.array([40.1, 43.5]))
alone_east, _, alone_zone, _ = utm.from_latlon(35.3, 43.5)
print(f"second of two: easting {east[1]:.0f} in zone {zone}")
print(f"alone:         easting {alone_east:.0f} in zone {alone_zone}")
assert (round(float(east[1])), zone) == (909269, 37)
assert (round(float(alone_east)), alone_zone) == (363619, 38)
PY
