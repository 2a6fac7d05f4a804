#!/usr/bin/env bash
# past-mtl-monitors 0.1.0: a window of seven never lets go of what it once saw.
#
# Package:   past-mtl-monitors 0.1.0 from PyPI (metric temporal logic over the past, sign = truth).
# Behaviour: hist(0, 7), "always within the last seven units", stays false for ever after one false report.
# Seen:      calm at 0, not calm at 3, calm from 4 on: false at 4, at 13, at 20 and at 100.
# Matters:   "seven calm days" can then never be reached again after one violation: the agreement's next step never falls due.
# Detente:   its windows are closed intervals in microseconds and let go of what lies before them; the monitor is held
#            against a slow reading of the definition on random logs (tests/agreements/logic).
# Fails when the window forgets.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check past-mtl-monitors==0.1.0
"$work/venv/bin/python" - <<'PY'
from past_mtl_monitors import atom

monitor = atom("calm").hist(0, 7).monitor()
told = {at: monitor.send((at, {"calm": calm})) > 0 for at, calm in [(0, 1), (3, -1), (4, 1), (13, 1), (20, 1), (100, 1)]}
print(told)
assert told == {0: True, 3: False, 4: False, 13: False, 20: False, 100: False}
PY
