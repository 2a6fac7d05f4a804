#!/usr/bin/env bash
# reelay 25.0.0, dense time: what begins and ends at one moment is never seen, and what lasts is told only afterwards.
#
# Package:   reelay 25.0.0 from PyPI.
# Behaviour: a dense monitor with piecewise constant values holds a value from its report until the next. A value that is
#            true and false again at the same time has no length and counts as never having been; one that lasts is
#            announced with the report that ends it.
# Seen:      shell at 5, over at 5: "once shell" is never true. Shell from 5 to 6: told when the report of 6 arrives.
# Matters:   one impact is an event without length. A monitor of a truce built so is silent about a single shell, and hears
#            of a barrage when it has stopped.
# Detente:   an event is a point (or a band, where its time is uncertain), and the verdict is revised with the entry that
#            reports it, not with the next one.
# Fails when the moment is seen.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check reelay==25.0.0
"$work/venv/bin/python" - <<'PY'
import reelay


def told(reports):
    """Return, for each report, what the monitor of "a shell has fallen" said with it."""
    monitor = reelay.dense_timed_monitor(pattern="once{shell}", piecewise="constant")
    return [(at, monitor.update({"time": at, "shell": shell})) for at, shell in reports]


moment = told([(1, False), (5, True), (5, False), (9, False), (12, False)])
lasting = told([(1, False), (5, True), (6, False), (9, False), (12, False)])
print("a moment:", moment)
print("a second:", lasting)
assert not any(change["value"] for _, changes in moment for change in changes)
assert [at for at, changes in lasting for change in changes if change["value"]] == [6]
PY
