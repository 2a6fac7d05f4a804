#!/usr/bin/env bash
# antimeridian 0.4.9 turns a clockwise ring round a pole into the rest of the world, without its usual warning.
#
# Package:   antimeridian 0.4.9 from PyPI.
# Behaviour: an exterior ring that is wound clockwise is reversed with a warning, so a box comes out right. A ring round the
#            pole is not: counter-clockwise it gives the polar cap, clockwise everything but the cap, and no warning.
# Seen:      box clockwise: 100 square degrees, 1 warning; cap counter-clockwise: 3600, 0 warnings; cap clockwise: 61200, 0 warnings.
# Matters:   an Arctic keep-out zone drawn the other way round becomes a zone over the whole world except the Arctic.
# Detente:   a ring has no winding: its inside is the smaller part of the Earth whichever way it is written, so both
#            orders give the same answer (docs/formats/volume.md; tests/geometry).
# Fails when the two windings agree or a warning appears.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check antimeridian==0.4.9
"$work/venv/bin/python" - <<'PY'
import warnings
import antimeridian


def ring_area(ring):
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:])) / 2)


def fixed(ring):
    """Return the area in square degrees of what comes out, and how many warnings were given."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        shape = antimeridian.fix_geojson({"type": "Polygon", "coordinates": [ring]})
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return round(sum(ring_area(p[0]) - sum(map(ring_area, p[1:])) for p in parts)), len(given)


box = [[10, 10], [10, 20], [20, 20], [20, 10], [10, 10]]
cap = [[lon, 80.0] for lon in range(-180, 180, 30)] + [[-180, 80.0]]
seen = {"box clockwise": fixed(box), "cap counter-clockwise": fixed(cap), "cap clockwise": fixed(cap[::-1])}
for name, (area, warned) in seen.items():
    print(f"{name}: {area} square degrees, {warned} warning(s)")
assert seen == {"box clockwise": (100, 1), "cap counter-clockwise": (3600, 0), "cap clockwise": (61200, 0)}
PY
