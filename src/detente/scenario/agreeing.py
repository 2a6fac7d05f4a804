"""Agreements in case files: terms written short, and made whole. What a term leaves out, the agreement's `defaults` say, in the file.

`{instant: TIME, text, zone}` is a stated time; under `area`, `{at: PLACE, radius_m}` a circle around a declared place; a
kind of event may leave out `by`, a span of hours its `readings`. All else is as
in docs/formats/records/agreements.md. Nothing is supposed: what neither the term nor the defaults give, the station refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from detente.errors import Refused, problem
from detente.geometry.volume import Circle
from detente.scenario.case import Case, CaseRow, microseconds
from detente.scenario.compose_parts import point_of, sources_of, stated_time

ANNEX = ("agreement", "source", "tag", "terms", "title", "words")
"""What an annex says of itself."""


def agreement_of(case: Case, row: CaseRow) -> dict[str, Any]:
    """Return an agreement's body; its annexes are only named in it."""
    told = row.particulars
    annexes = told.get("annexes", {})
    return {
        "agreement": told["agreement"],
        "annexes": [
            {"form": form, "terms": len(annexes[form]["terms"]), "title": annexes[form]["title"]}
            for form in sorted(annexes)
        ],
        "begins": _plain(case, told.get("begins")),
        "clocks": [
            {"name": name, "us": seconds * 1_000_000} for name, seconds in sorted(told.get("clocks_s", {}).items())
        ],
        "ends": _plain(case, told.get("ends")),
        "horizon_us": int(told.get("horizon_days", 30)) * 86_400_000_000,
        "on": told.get("on", "time"),
        "parties": sorted(told["parties"]),
        "rests_on": [],
        "source": sources_of(case, row),
        "tag": row.tag,
        "terms": _terms(case, row, told["terms"]),
        "thirds": sorted(told.get("thirds", []), key=lambda t: (t["party"], t["role"])),
        "title": told["title"],
        "version": int(told.get("version", 1)),
        "vocabulary": [
            {"name": name, "noun": noun, "verb": verb}
            for name, (noun, verb) in sorted(told.get("vocabulary", {}).items())
        ],
        "words": row.says,
    }


def annexes_of(case: Case, row: CaseRow) -> list[tuple[str, dict[str, Any], list[str]]]:
    """Return each annex: its form, its body, and who may read it beside the author."""
    told = row.particulars
    found = []
    for form, annex in sorted(told.get("annexes", {}).items()):
        body = {
            "agreement": told["agreement"],
            "source": sources_of(case, row),
            "tag": annex.get("tag", row.tag),
            "terms": _terms(case, row, annex["terms"]),
            "title": annex["title"],
            "words": annex.get("words", ""),
        }
        found.append((form, body, sorted({row.by, *annex.get("readers", [])})))
    return found


def position_of(case: Case, row: CaseRow, about: str) -> dict[str, Any]:
    """Return a position's body."""
    told = row.particulars
    return {
        "about": about,
        "at": stated_time(told, "stated"),
        "by_authority": told.get("by_authority", "unknown"),
        "party": told["party"],
        "power": told.get("power", ""),
        "reading": told.get("reading", ""),
        "says": told["says"],
        "source": sources_of(case, row),
        "tag": row.tag,
        "term": told.get("term", ""),
        "who": told["who"],
        "words": row.says,
    }


def assent_of(case: Case, row: CaseRow, about: str) -> dict[str, Any]:
    """Return an assent's body."""
    told = row.particulars
    return {
        "about": about,
        "act": told["act"],
        "at": stated_time(told, "stated"),
        "party": told["party"],
        "source": sources_of(case, row),
        "tag": row.tag,
        "terms": sorted(told.get("terms", [])),
        "who": told["who"],
        "words": row.says,
    }


def _terms(case: Case, row: CaseRow, terms: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    defaults = row.particulars.get("defaults", {})
    return [_term(case, row, {**defaults, **term}) for term in terms]


def _term(case: Case, row: CaseRow, term: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"beneficiaries": [], "excused_by": [], "period": _period(None), **_plain(case, dict(term))}
    made["bearers"], made["beneficiaries"] = sorted(made["bearers"]), sorted(made["beneficiaries"])
    made["period"] = _period(made["period"])
    made["wording"] = {"tag": row.tag, **made["wording"]}
    unknown = [key for key in made["wording"].get("source", "").split(", ") if key and key not in case.sources]
    if unknown:
        rule = "must be a declared source"
        raise Refused(
            [problem("unknown_name", f"{row.id}.{made['term']}.wording.source", unknown[0], rule, "Declare it.")]
        )
    return made


def _period(period: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"after": None, "begins": None, "ends": None, "lasts": None, **(period or {})}


def _plain(case: Case, value: Any) -> Any:
    """Replace the short forms anywhere in a value."""
    if isinstance(value, list):
        return [_plain(case, item) for item in value]
    if not isinstance(value, dict):
        return value
    if "instant" in value:
        at_us = microseconds(value["instant"])
        return {"earliest_us": at_us, "latest_us": at_us, "text": value["text"], "zone": value["zone"]}
    if set(value) == {"at", "radius_m"}:
        outline = Circle(centre=point_of(case, value["at"]), radius_mm=int(value["radius_m"]) * 1000)
        return msgspec.to_builtins(outline)
    made = {key: _plain(case, item) for key, item in value.items()}
    if "classes" in value:
        return {"by": [], **made}
    return {"readings": [], **made} if set(value) == {"count", "unit"} else made
