#!/usr/bin/env bash
# capparser 2.0.4 writes an exercise in words that no reader of CAP 1.2 takes for one.
#
# Packages:  capparser 2.0.4 and cap-tools 3.1.1 from PyPI. Standard: OASIS CAP 1.2, 3.2.1: status is Actual, Exercise, System, Test or Draft.
# Behaviour: an Alert made with the package's own Status.Exercise or Status.Actual is written with the name of the Python
#            value, which is none of the five words; the other package has the standard's words only.
# Seen:      "Exercise is written Status.Exercise", "Actual is written Status.Actual".
# Matters:   a receiver that shows everything "not exercise, not test" as real shows a drill as a real alarm, or one that
#            shows only "Actual" drops a real one (it is written Status.Actual).
# Detente:   writes no CAP today. A replay or an exercise is a ledger of its own whose origin ends in /replay, so that every
#            view, export and proof of it says so; docs/other-tools.md keeps this trap for whoever adds the format.
# Fails when the standard's word is written.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check capparser==2.0.4 cap-tools==3.1.1
"$work/venv/bin/python" - <<'PY'
import re

import cap_tools
import capparser

words = {str(value.value) for value in cap_tools.Status}
for status in (capparser.Status.Exercise, capparser.Status.Actual):
    alert = capparser.Alert(identifier="a-1", sender="desk@example.org", sent="2026-11-30T12:00:00-00:00", status=status)
    written = re.search(r"<status>(.*)</status>", capparser.deparse(alert).decode()).group(1)
    print(f"{status.name} is written {written}; the words of the standard: {sorted(words)}")
    assert status.name in words and written == f"Status.{status.name}" and written not in words
PY
