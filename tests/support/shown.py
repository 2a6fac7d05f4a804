"""What every view of a picture answers, without what is the host's own: where in the ledger something stands, and when it came.

Two ledgers in which the same was said in another order must show the same.
"""

from __future__ import annotations

from typing import Any

import msgspec

from detente.picture.picture import Picture
from detente.rules.agreements.permits import standing
from detente.rules.notices.delivery.steps import DeliveryStep

HOSTS = {"at_us", "due_us", "index", "received_at_us", "since_us", "until_us", "effective_us"}
MACHINES = (DeliveryStep.RECORDED, DeliveryStep.TOLD)
"""Facts of the host and of stations: when they stand in the ledger is the host's."""

BY_MACHINE = {"sealed", "watermark"}
"""Kinds that a station writes as its clock and the host have it."""


def shown(picture: Picture, now_us: int) -> dict[str, Any]:
    """Return every view's answer as plain values that compare equal when they say the same."""
    entries = {entry: e for entry, e in picture.heads.entries() if e.kind not in BY_MACHINE}
    return {
        "agreements": {
            name: (sorted(held.versions), sorted((a.entry, a.party) for a in held.acts), held.entry)
            for name, held in picture.agreements.watching.items()
        },
        "airspace": sorted((n.version, n.form, str(n.state)) for n in picture.airspace.live()),
        "approvals": sorted(
            (entry, party, found.coordination.says, found.entry)
            for entry in entries
            for party in ("cjtf", "rus", "un")
            if (found := picture.humane.approval(entry, party)) is not None
        ),
        "calls": sorted(
            (c.account.entry, c.compared, sorted(c.countersigned), c.disagree, c.sentence())
            for c in picture.calls.all()
        ),
        "changes": sorted(_plain(change) for change in picture.dangers.changes()),
        "conflicts": sorted(sorted((o.conflict.first, o.conflict.second)) for o in picture.conflicts.open()),
        "consents": sorted(_plain(found) for entry in entries if (found := picture.humane.consent(entry)) is not None),
        "delivery": {entry: _courses(picture, entry) for entry in sorted(entries)},
        "findings": sorted((r.author, _plain(r.finding)) for r in picture.findings.state.raised),
        "handovers": sorted(s.sentence() for s in picture.watchbook.handovers()),
        "heads": sorted((entry, e.first, e.superseded_by or "", str(e.state)) for entry, e in entries.items()),
        "hits": sorted(_plain(hit) for hit in picture.humane.hits()),
        "incidents": sorted((e, m.words) for e, m in picture.meetings.state.incidents.items()),
        "minutes": {
            entry: (
                [p.sentence() for p in picture.meetings.points(entry)],
                [(a.action.action, a.standing == "done") for a in picture.meetings.actions(entry, now_us)],
            )
            for entry in sorted(picture.meetings.state.minutes)
        },
        "permits": sorted((p.entry, standing(p, now_us).value) for p in picture.permits.permits()),
        "lifelines": sorted(kept.entry for kept in picture.permits.lifelines()),
        "read backs": sorted(
            (j.version, j.party, j.entry, j.verdict, j.asker) for entry in entries for j in picture.read_backs.of(entry)
        ),
        "screenings": sorted(
            (entry, a.party, str(a.answer), a.entry or "", a.due_us - e.received_at_us)
            for entry, e in entries.items()
            for a in picture.screenings.of(entry, now_us)
            if a.entry is not None
        ),
        "stops": sorted(
            (c.stop, c.asker, c.party, str(c.answer), c.read_us is not None, sorted(u for u, _ in c.passed))
            for c in picture.stops.clocks()
        ),
        "units": sorted(picture.unit_watch.state.watched),
        "waiting": sorted((w.version, w.asker, w.asked, w.for_, w.due_us is None) for w in picture.waiting.open()),
        "warned": sorted(
            (slot, w.author, w.recipient, w.entry, w.count)
            for slot, ws in picture.dangers.state.warned.items()
            for w in ws
        ),
        "covered": sorted(
            (slot, party, len(indexes))
            for slot, by_party in picture.dangers.state.covered.items()
            for party, indexes in by_party.items()
        ),
    }


def _courses(picture: Picture, entry: str) -> list[Any]:
    found = []
    for party, facts in picture.delivery.of(entry).items():
        course = picture.delivery.course(entry, party)
        said = sorted((f.step.value, f.entry, f.unit or "", f.by_role or "") for f in facts if f.step not in MACHINES)
        units = sorted((unit.unit, unit.standing.value) for unit in course.units)
        found.append((party, said, units, course.open_queries, course.alarm))
    return found


def _plain(value: Any) -> str:
    kept = {name: one for name, one in msgspec.to_builtins(value).items() if name not in HOSTS}
    return msgspec.json.encode(kept, order="sorted").decode()
