"""Reads an agreement as people write it: JSON of the record (docs/formats/records/agreements.md), with a few shorter ways to write slots.

    defaults            slots of terms given once: any of bearers, beneficiaries, evidence, excused_by, period, reckoning, scope, wording
    a kind of event     "attack", or ["attack", "shelling"], for {"by": [], "classes": [...]}
    a span              "48 hours", "7 days: calendar, elapsed"
    a time              "2016-09-12T19:00:00+03:00 Asia/Damascus"
    Who                 "everyone"

Nothing is guessed: a slot that is neither in the term nor in the defaults is missing, and what is not understood is refused with its path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, nearest, problem, unreadable
from detente.geometry.zones import check_stated, zone
from detente.ledger.canonical import require_shallow
from detente.ledger.known_names import misfit
from detente.records.agreements import agreement as records
from detente.records.agreements import term as tm
from detente.records.agreements.agreement import Agreement
from detente.records.body import Stated
from detente.records.stated import against_zones
from detente.rules.agreements.facts import events
from detente.rules.agreements.logic.log import moment
from detente.rules.agreements.patterns.expand import despite, expand

MOST_BYTES = 1 << 20
SLOTS = ("bearers", "beneficiaries", "evidence", "excused_by", "period", "reckoning", "scope", "wording")
EMPTY: dict[str, Any] = {
    "annexes": [],
    "clocks": [],
    "ends": None,
    "horizon_us": records.HORIZON_US,
    "rests_on": [],
    "source": "",
    "thirds": [],
    "version": 1,
    "words": "",
}
"""What an agreement may leave out, and what that means."""
WHATS = frozenset(
    {"after", "and_daily", "before", "begins", "completes", "does", "first", "may", "must", "never"}
) | frozenset({"only_after", "reset", "then", "what", "without"})
SPANS = frozenset({"after", "lasts", "least", "most", "per", "tolerance", "within"})
TIMES = frozenset({"at", "begins", "ends"})
_SPAN = re.compile(r"(\d{1,6}) (days?|hours?|minutes?|seconds?)(?::\s*([a-z, -]+))?")
_TIME = re.compile(r"(\S+)\s+([A-Za-z][A-Za-z0-9_+/-]*)")


def read_agreement(data: bytes) -> Agreement:
    """Read an agreement, whole or not at all. Raises `Refused` with every fault: shape first, then slots, then what cannot be monitored."""
    if len(data) > MOST_BYTES:
        rule = f"must not exceed {MOST_BYTES} bytes"
        raise Refused([problem("too-large", "", f"{len(data)} bytes", rule, "Split the agreement.")])
    require_shallow(data)
    try:
        given = msgspec.json.decode(data)
    except UNREADABLE as error:
        raise Refused(
            [problem("json", "", data[:100].decode("utf-8", "replace"), unreadable(error), "Mend the JSON.")]
        ) from None
    if not isinstance(given, dict):
        raise Refused([problem("shape", "", type(given).__name__, "is an object", "See docs/formats/terms.md.")])
    whole = _whole(given)
    try:
        found = msgspec.convert(whole, Agreement)
    except msgspec.ValidationError as error:
        raise Refused([_shape(error, whole)]) from None
    problems = [*records.check(found), *against_zones(found)]
    if not problems:
        problems = list(faults(found))
    if problems:
        raise Refused(problems)
    return found


def faults(found: Agreement) -> tuple[Problem, ...]:
    """Return what keeps the terms of an agreement from being watched: zones that are none, formulas that cannot be monitored."""
    problems: list[Problem] = []
    for i, term in enumerate(found.terms):
        where = f"terms[{i}]({term.term})"
        for field, name in _zones(term):
            try:
                zone(name)
            except Refused as refused:
                problems += [msgspec.structs.replace(p, field=f"{where}.{field}") for p in refused.problems]
        for bearer in term.bearers:
            if bearer not in found.parties and bearer not in {third.party for third in found.thirds}:
                rule = "is neither a party nor a third party of the agreement"
                problems.append(
                    problem("bearer", f"{where}.bearers", bearer, rule, "Add it to parties, or correct it.")
                )
        try:
            expand(term, events.moment(found.begins), bool(despite(found.terms, term)))
        except Refused as refused:
            problems += [
                msgspec.structs.replace(p, field=f"{where}.pattern{'.' + p.field if p.field else ''}")
                for p in refused.problems
            ]
    return tuple(problems)


def _zones(term: tm.Term) -> list[tuple[str, str]]:
    return [("reckoning.zone", term.reckoning.zone)]


def _whole(given: Mapping[str, Any]) -> dict[str, Any]:
    """Put defaults in and write the shorter ways out."""
    whole: dict[str, Any] = {**EMPTY, **{k: v for k, v in given.items() if k != "defaults"}}
    defaults = given.get("defaults", {})
    if not isinstance(defaults, dict):
        raise Refused([problem("shape", "defaults", type(defaults).__name__, "is an object", "Give slots by name.")])
    for name in defaults:
        if name not in SLOTS:
            rule = f"is a slot of terms: {', '.join(SLOTS)}"
            raise Refused([problem("slot", "defaults", name, rule, nearest(name, SLOTS) or "Correct the name.")])
    for name in ("begins", "ends"):
        whole[name] = _time(whole.get(name), name)
    terms = whole.get("terms")
    if isinstance(terms, list):
        whole["terms"] = [
            _term({**defaults, **term}, f"terms[{i}]") if isinstance(term, dict) else term
            for i, term in enumerate(terms)
        ]
    return whole


def _term(term: Mapping[str, Any], path: str) -> dict[str, Any]:
    found = dict(term)
    if isinstance(found.get("pattern"), dict):
        found["pattern"] = _slots(found["pattern"], f"{path}.pattern")
    if isinstance(found.get("period"), dict):
        found["period"] = {
            "after": None, "begins": None, "ends": None, "lasts": None,
            **{k: _period(k, v, f"{path}.period") for k, v in found["period"].items()},
        }  # fmt: skip
    if isinstance(found.get("excused_by"), list):
        found["excused_by"] = [
            _slots({"within": None, **e}, f"{path}.excused_by[{i}]") if isinstance(e, dict) else e
            for i, e in enumerate(found["excused_by"])
        ]
    scope = found.get("scope")
    if isinstance(scope, dict):
        found["scope"] = {k: _who(v) if k in ("actors", "affected") else v for k, v in scope.items()}
    return found


def _period(name: str, value: Any, path: str) -> Any:
    if name == "lasts":
        return _span(value, f"{path}.{name}")
    return _time(value, f"{path}.{name}") if name in TIMES else value


def _who(value: Any) -> Any:
    if value == "everyone":
        return {"excluded": [], "included": [], "unknown": "included", "word_of": []}
    return value


def _slots(pattern: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Write the slots of a pattern out, at any depth."""
    made: dict[str, Any] = {}
    for name, value in pattern.items():
        at = f"{path}.{name}"
        if isinstance(value, list) and name in ("phases", "sides", "events"):
            made[name] = [_slots(v, f"{at}[{i}]") if isinstance(v, dict) else v for i, v in enumerate(value)]
        elif isinstance(value, dict) and name == "by":
            made[name] = {"after": None, "at": None, **{k: _deadline(k, v, f"{at}.{k}") for k, v in value.items()}}
        elif isinstance(value, str) and name in SPANS and (name not in WHATS or _SPAN.fullmatch(value)):
            made[name] = _span(value, at)
        elif name in WHATS and isinstance(value, str):
            made[name] = {"by": [], "classes": [value]}
        elif name in WHATS and isinstance(value, list):
            made[name] = {"by": [], "classes": sorted(value, key=str)}
        elif isinstance(value, dict) and name in ("what", *WHATS):
            made[name] = {"by": [], **value} if "classes" in value else value
        else:
            made[name] = value
    return made


def _deadline(name: str, value: Any, path: str) -> Any:
    return _span(value, path) if name == "after" else _time(value, path) if name == "at" else value


def _span(value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return value
    found = _SPAN.fullmatch(value.strip())
    if found is None:
        rule = 'is a number and days, hours, minutes or seconds; days with readings: "7 days: calendar, elapsed"'
        raise Refused([problem("span", path, value, rule, "Write it so.")])
    unit = found[2] if found[2].endswith("s") else f"{found[2]}s"
    readings = sorted({part.strip() for part in (found[3] or "").split(",") if part.strip()})
    return {"count": int(found[1]), "readings": readings, "unit": unit}


def _time(value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return value
    found = _TIME.fullmatch(value.strip())
    if found is None:
        rule = "is a time with its offset, then the zone: 2016-09-12T19:00:00+03:00 Asia/Damascus"
        raise Refused([problem("zone", path, value, rule, "Write it so.")])
    try:
        at_us = moment(found[1])
        check_stated(found[1], found[2], path)
    except ValueError as error:
        raise Refused([problem("moment", path, value, str(error), "Write it as 2016-09-12T19:00:00+03:00.")]) from None
    except Refused as refused:
        raise Refused([msgspec.structs.replace(p, field=path) for p in refused.problems]) from None
    return msgspec.to_builtins(Stated(earliest_us=at_us, latest_us=at_us, text=value.strip(), zone=found[2]))


def _shape(error: msgspec.ValidationError, whole: Mapping[str, Any]) -> Problem:
    """Say where the shape is wrong, with the term's name."""
    path, rule, step = misfit(error, Agreement, "See docs/formats/terms.md.")
    at = re.match(r"terms\[(\d+)\]", path)
    if at:
        term = whole["terms"][int(at[1])]
        name = term.get("term", "?") if isinstance(term, dict) else "?"
        path = f"terms[{at[1]}]({name}){path[at.end() :]}"
    return problem("shape", path, "", rule, step)
