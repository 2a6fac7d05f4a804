#!/usr/bin/env bash
# aviconv-notam 0.3.0: "H24" is read as 00:00 to 23:59, so the last minute of every day is outside.
#
# Package:   aviconv-notam 0.3.0 from PyPI. Standard: ICAO Annex 15 and Doc 8126, item D; H24 is continuous.
# Behaviour: the period of "H24" ends at 23:59; that of "DAILY 2200-0400" ends at 04:00, so an end is a moment and not the last
#            whole minute. A time range without a day, "0600-1800", has no period at all (it says so in parse_error).
# Seen:      H24 -> 00:00 to 23:59; DAILY 2200-0400 -> 22:00 to 04:00; 0600-1800 -> no period.
# Matters:   an area that is closed all day is open for a minute each midnight UTC, when many plans begin and end.
# Detente:   a notice has one start and one end in microseconds, both included, and no schedule that could leave a gap; it reads no
#            NOTAM today, and docs/other-tools.md keeps this trap for whoever adds the reader.
# Fails when H24 has no gap.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check aviconv-notam==0.3.0
"$work/venv/bin/python" - <<'PY'
from datetime import time

from aviconv_notam.schedule import parse_schedule

seen = {}
for text in ("H24", "DAILY 2200-0400", "0600-1800"):
    read = parse_schedule(text)
    seen[text] = [(p.start, p.end) for p in read.periods]
    print(text, "->", " ".join(f"{a:%H:%M} to {b:%H:%M}" for a, b in seen[text]) or f"no period ({read.parse_error})")
assert seen == {"H24": [(time(0), time(23, 59))], "DAILY 2200-0400": [(time(22), time(4))], "0600-1800": []}
PY
