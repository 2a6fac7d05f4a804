#!/usr/bin/env bash
# metric-temporal-logic 0.4.1 reads the closed window [0, 7] as [0, 7): what happens at its last moment is not seen.
#
# Package:   metric-temporal-logic 0.4.1 from PyPI (`import mtl`).
# Behaviour: `G[0, 7] a` holds although a is false from 7 on, and `F[0, 7] a` does not hold although a is true from 7 on.
# Seen:      "always in [0, 7], false at 7: True", "eventually in [0, 7], true at 7: False"; at 6.9 both are right.
# Matters:   "calm for seven days" is declared kept with a breach at the closing moment, and a withdrawal done at the last
#            moment allowed is declared late: the two questions over which parties do quarrel.
# Detente:   windows are closed, their ends included, and the term says so in words (docs/formats/readings.md); the monitor
#            is held against a slow definition that imports nothing of it (tests/agreements/logic).
# Fails when the last moment counts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check metric-temporal-logic==0.4.1
"$work/venv/bin/python" - <<'PY'
import mtl

always, eventually = mtl.parse("G[0, 7] a"), mtl.parse("F[0, 7] a")


def seen(formula, first, at, then):
    return formula({"a": [(0, first), (at, then)]}, time=0, quantitative=False)


at_the_end = seen(always, True, 7, False), seen(eventually, False, 7, True)
just_before = seen(always, True, 6.9, False), seen(eventually, False, 6.9, True)
print(f"always in [0, 7], false at 7: {at_the_end[0]}; at 6.9: {just_before[0]}")
print(f"eventually in [0, 7], true at 7: {at_the_end[1]}; at 6.9: {just_before[1]}")
assert at_the_end == (True, False)
assert just_before == (False, True)
PY
