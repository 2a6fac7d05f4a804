#!/usr/bin/env bash
# mgrspy 0.3.1: a reference on a 100 km line comes back exactly 100 km away.
#
# Package:   mgrspy 0.3.1 from PyPI.
# Behaviour: where a square lies on the line between two 100 km squares, point and back gives the letters of the square below
#            and the digits 00 of its own: letters are cut, digits are rounded.
# Seen:      37SET0400 -> point -> 37SES0400; 66 of the 100 references 37SET0000 to 37SET9900.
# Matters:   the letters are what nobody reads back. A hospital at the line is announced 100 km to the south, in a form in
#            which every digit is right.
# Detente:   letters and digits are cut from the same rounded metres, and a grid that stands beside other figures is compared
#            with them before anything is sent (docs/formats/place.md).
# Fails when the references come back whole.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mgrspy==0.3.1
"$work/venv/bin/python" - <<'PY'
from mgrspy import mgrs

pairs = [(f"37SET{east:02d}00", mgrs.toMgrs(*mgrs.toWgs(f"37SET{east:02d}00"), 2)) for east in range(100)]
other = [pair for pair in pairs if pair[0] != pair[1]]
print(len(other), "of 100 changed:", *other[:3])
south = mgrs.toWgs("37SES0400")[0], mgrs.toWgs("37SET0400")[0]
print(f"37SET0400 lies {(south[1] - south[0]) * 110.9:.0f} km north of what it became")
assert ("37SET0400", "37SES0400") in other and all(after[:5] == "37SES" and after[5:] == before[5:] for before, after in other)
assert 99 < (south[1] - south[0]) * 110.9 < 101
PY
