#!/usr/bin/env bash
# implicitdict 5.0.0: two times of an F3548 message are compared as text, not as moments.
#
# Package:   implicitdict 5.0.0 from PyPI, the message types under the public F3548-21 test tools.
# Behaviour: StringBasedDateTime is a str that carries a .datetime. Its ==, < and sorted() are those of the text.
# Seen:      "03:00+03:00 == 00:00Z" is False (the same moment); "01:00+03:00 < 00:00Z" is False (it is two hours earlier).
# Matters:   an operator's software that sorts intents, or asks whether one starts before another ends, is wrong by as much
#            as the zone whenever two parties write their offsets differently. F3548 says RFC 3339, not "Z".
# Detente:   reads a time once into microseconds since 1970 UTC and keeps the stated text beside it; only the number is
#            compared. The types of this package are used in no decision.
# Fails when the comparison becomes one of moments.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check implicitdict==5.0.0
"$work/venv/bin/python" - <<'PY'
from implicitdict import StringBasedDateTime

midnight = StringBasedDateTime("2026-11-30T00:00:00Z")
same = StringBasedDateTime("2026-11-30T03:00:00+03:00")
earlier = StringBasedDateTime("2026-11-30T01:00:00+03:00")
print(f"03:00+03:00 == 00:00Z: {same == midnight} (as moments: {same.datetime == midnight.datetime})")
print(f"01:00+03:00 <  00:00Z: {earlier < midnight} (as moments: {earlier.datetime < midnight.datetime})")
assert same.datetime == midnight.datetime and same != midnight
assert earlier.datetime < midnight.datetime and not earlier < midnight
assert sorted([midnight, earlier]) == [midnight, earlier]
PY
