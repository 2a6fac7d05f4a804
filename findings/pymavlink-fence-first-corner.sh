#!/usr/bin/env bash
# pymavlink 2.4.50 takes the first corner of a closed fence for the return point, and fences the rest.
#
# Package:   pymavlink 2.4.50 from PyPI, MAVLink 2, `mavwp.MissionItemProtocol_Fence.load` on a text file of one corner a line.
# Behaviour: where the first line is repeated as the last, as closed rings are written, that corner becomes a return point
#            (command 5000) and the fence is made of the corners between.
# Seen:      square A B C D A -> return point A, inclusion polygon of B C D; "4 corners drawn, 3 fenced".
# Matters:   a drone operator who saves the ring of a zone as every drawing tool closes it gets a fence without one corner:
#            half of the square is outside, and the vehicle is sent home to a corner that nobody named.
# Detente:   a ring never repeats its first corner, and what a repeat means is said when it is read (`place check --polygon`:
#            caution `ring-closed`; tests/cli/test_offline.py); it writes no fence files today.
# Fails when all four corners are fenced.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pymavlink==2.4.50
printf '%s\n' "35.0 40.0" "35.1 40.0" "35.1 40.1" "35.0 40.1" "35.0 40.0" >fence.txt
MAVLINK20=1 venv/bin/python - <<'PY'
from pymavlink import mavwp

RETURN_POINT, POLYGON_INCLUSION = 5000, 5001
fence = mavwp.MissionItemProtocol_Fence()
fence.load("fence.txt")
items = [fence.item(n) for n in range(fence.count())]
for item in items:
    print(item.command, item.x / 1e7, item.y / 1e7)
corners = [(i.x / 1e7, i.y / 1e7) for i in items if i.command == POLYGON_INCLUSION]
home = [(i.x / 1e7, i.y / 1e7) for i in items if i.command == RETURN_POINT]
print(f"4 corners drawn, {len(corners)} fenced, return point {home}")
assert home == [(35.0, 40.0)]
assert corners == [(35.1, 40.0), (35.1, 40.1), (35.0, 40.1)]
PY
