#!/usr/bin/env bash
# pyais 3.3.1: "position not available" becomes a position, in both directions.
#
# Package:   pyais 3.3.1 from PyPI. Standard: ITU-R M.1371-5, message 1: latitude 91, longitude 181, speed 102.3 mean "not available".
# Behaviour: AISTracker overwrites a ship's last good position with 91, 181 when the next report has none; and a report made
#            without a position is encoded as 0 N 0 E at speed 0, not as "not available".
# Seen:      "36.5 36.0 -> 91.0 181.0"; "made without a position: 0.0 0.0 at 0.0 kn".
# Matters:   an aid ship that loses its receiver vanishes from the map at the moment when it matters, or appears at a
#            precise point off Africa where nobody is.
# Detente:   refuses latitude 91 and longitude 181 wherever a coordinate enters; a missing position is missing, never zero.
# Fails when the tracker keeps the last position, or the encoder writes "not available".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyais==3.3.1
"$work/venv/bin/python" - <<'PY'
from pyais import decode, encode_dict
from pyais.tracker import AISTracker


def report(**given):
    return decode(*encode_dict({"mmsi": 271000001, "type": 1, **given}, talker_id="AI"))


tracker = AISTracker()
tracker.update(report(lat=36.5, lon=36.0, speed=5.0))
first = tracker.get_track(271000001)
good = (first.lat, first.lon)
tracker.update(report(lat=91.0, lon=181.0, speed=102.3))
then = tracker.get_track(271000001)
print(*good, "->", then.lat, then.lon)
bare = report().asdict()
print(f"made without a position: {bare['lat']} {bare['lon']} at {bare['speed']} kn")
assert good == (36.5, 36.0) and (then.lat, then.lon) == (91.0, 181.0)
assert (bare["lat"], bare["lon"], bare["speed"]) == (0.0, 0.0, 0.0)
PY
