#!/usr/bin/env bash
# khayyam 3.0.17 is a day ahead for the whole year from 20 March 2025 to 20 March 2026.
#
# Package:   khayyam 3.0.17 from PyPI, the calendar of Iran and Afghanistan; beside it jdatetime 5.2.0 and persiantools 6.2.0.
# Behaviour: it takes 1404, not 1403, for the leap year, so every day between is one too late; before and after it agrees.
# Seen:      2025-06-24 is 1404-04-04 (the others: 1404-04-03); 366 of 366 days differ; 2026-03-21 agrees again.
# Matters:   the halt of 24 June 2025 is dated a day late in a document that quotes the solar date; a count of "days since"
#            that starts from it is one short, and both sides are sure.
# Detente:   `detente time check` shows a stated day in three calendars before anything rests on it; dates are read by
#            persiantools (docs/formats/readings.md; tests/agreements/readings).
# Fails when khayyam agrees with the other two in that year.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check khayyam==3.0.17 jdatetime==5.2.0 persiantools==6.2.0
"$work/venv/bin/python" - <<'PY'
from datetime import date, timedelta

import jdatetime
import khayyam
from persiantools.jdatetime import JalaliDate


def three(day):
    by_khayyam, by_jdatetime, by_persiantools = (
        khayyam.JalaliDate(day), jdatetime.date.fromgregorian(date=day), JalaliDate(day),
    )
    return tuple((d.year, d.month, d.day) for d in (by_khayyam, by_jdatetime, by_persiantools))


halt = three(date(2025, 6, 24))
days = [date(2025, 3, 20) + timedelta(n) for n in range(366)]
apart = sum(a != b for a, b, _ in map(three, days))
others = sum(b != c for _, b, c in map(three, days))
print("2025-06-24:", *halt)
print(f"{apart} of {len(days)} days differ from jdatetime; jdatetime and persiantools differ on {others}")
assert halt == ((1404, 4, 4), (1404, 4, 3), (1404, 4, 3))
assert (apart, others) == (366, 0)
assert len(set(three(date(2026, 3, 21)))) == len(set(three(date(2025, 3, 19)))) == 1
PY
