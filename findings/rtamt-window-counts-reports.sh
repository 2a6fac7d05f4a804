#!/usr/bin/env bash
# rtamt 0.4.10, discrete time: a window of three periods is a window of the last four reports, whenever they came.
#
# Package:   rtamt 0.4.10 from PyPI, `StlDiscreteTimeSpecification`, sampling period 1 s, online `update(time, ...)`.
# Behaviour: the time that is given with a report does not decide whether it is still inside `historically[0:3]`; the
#            number of reports after it does. Four quick reports push a breach out, three slow ones keep it.
# Seen:      breach at 0, reports at 1, 1.2, 1.4, 1.6: kept again at 1.6; reports at 1, 20, 40: still breached at 40.
# Matters:   reports of a ceasefire come when somebody writes one. With a period of an hour, a burst after a shelling makes
#            "calm for three hours" true within two, and a quiet front stays in breach for days.
# Detente:   a window is a span of time, whatever number of reports fall into it; who reports late revises the verdict
#            (docs/formats/readings.md; tests/agreements).
# Fails when the window follows the clock.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check rtamt==0.4.10
"$work/venv/bin/python" - <<'PY'
import rtamt


def calm(times):
    """Return whether the last three periods were calm at each report; the first report is a breach."""
    spec = rtamt.StlDiscreteTimeSpecification()
    spec.declare_var("x", "float")
    spec.declare_var("y", "float")
    spec.spec = "y = historically[0:3](x >= 0)"
    spec.set_sampling_period(1, "s", 0.1)
    spec.parse()
    return [spec.update(at, [("x", -1.0 if n == 0 else 1.0)]) >= 0 for n, at in enumerate(times)]


quick, slow = [0, 1, 1.2, 1.4, 1.6], [0, 1, 20, 40]
print("reports at", quick, "calm:", calm(quick))
print("reports at", slow, "calm:", calm(slow))
assert calm(quick) == [False, False, False, False, True]
assert calm(slow) == [False, False, False, False]
PY
