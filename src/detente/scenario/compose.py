"""Turns the particulars of a row into what a station is asked to send: the kind and its body (docs/formats/records/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from detente.api.presence import SetPresenceAsked, StatedPresence
from detente.errors import Refused, problem
from detente.records.notices.lead import least_lead_us
from detente.records.notices.notice import Activity
from detente.records.parties.party import Party
from detente.scenario.agreeing import agreement_of, annexes_of, assent_of, position_of
from detente.scenario.case import Case, CaseRow, microseconds
from detente.scenario.case import CaseParty as CaseParty
from detente.scenario.compose_parts import point_of, sources_of, stated_time, us_of, volumes_of

Asked = tuple[str, str, dict[str, Any]]
"""The name under which a case refers to what is sent, its kind, and the request to the station."""


Composed = tuple[dict[str, Any], str, list[str]]
"""A body, the officer who signs, and what it refers to."""


def presence_of(case: Case, row: CaseRow) -> SetPresenceAsked:
    """Return what a station's own presence is set to."""
    party = str(row.particulars["party"])
    return SetPresenceAsked(
        presence=tuple(StatedPresence(party=party, volume=v) for v in volumes_of(case, row.particulars))
    )


def answered_for(case: Case, by: CaseParty, other: str) -> dict[str, Any]:
    """Return the entry by which a party says that another, without a station, is reached through it."""
    body = Party(
        acts_for=(),
        answered_for_by=by.party,
        cosigner_key=None,
        endorsements=(),
        exchange_key=None,
        name=other,
        parent=None,
        party=other,
        root_key=None,
        state="active",
        station_key=None,
        words=f"Reached through {by.party}.",
    )
    readers = [party.party for party in case.parties if party.party != by.party]
    return {"facets": [{"audience": readers, "body": body, "form": "full"}], "kind": "party", "officer": ""}


def body_of(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Iterator[Asked]:
    """Return what a row sends, one after the other: a row may send a call beside a message, or claims after their report.

    `entries` maps names to ids of what was sent; the caller adds each before asking for the next, so that it can be named.
    """
    yield _asked(row, row.id, row.do, _COMPOSE[row.do](case, row, entries), entries, _annexes(case, row))
    if row.do == "message" and row.call is not None:
        yield _asked(row, f"{row.id}.call", "call", _call(case, row, entries), entries)
    if row.do == "report":
        for part in row.particulars.get("passages", ()):
            if "subject" in part:
                yield _asked(row, part["as"], "claim", _claim_in_report(case, row, part, entries), entries)


def _asked(
    row: CaseRow,
    name: str,
    kind: str,
    composed: Composed,
    entries: Mapping[str, str],
    annexes: Sequence[dict[str, Any]] = (),
) -> Asked:
    body, officer, refers_to = composed
    readers = sorted({row.by, *row.to})
    request: dict[str, Any] = {
        "facets": [{"audience": readers, "body": msgspec.to_builtins(body), "form": "full"}, *annexes],
        "kind": kind,
        "officer": officer,
        "refers_to": refers_to,
    }
    if row.particulars.get("supersedes"):
        request["supersedes"] = _entry(row, row.particulars["supersedes"], entries)
    return name, kind, request


def _notice(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "activity": told["activity"],
        "emergency": False,
        "lead_time_us": least_lead_us(Activity(told["activity"]), emergency=False),
        "needs_readback": False,
        "place": _stated(case, told),
        "rests_on": sorted(_entry(row, name, entries) for name in told.get("rests_on", ())),
        "shorter_lead_accepted_by": None,
        "state": told.get("state", "accepted"),
        "stated_time": None,
        "units": [],
        "users": [],
        "volumes": volumes_of(case, told),
        "words": told.get("words", ""),
    }
    return body, told["officer"], [str(entry) for entry in body["rests_on"]]


def _stated(case: Case, told: Mapping[str, Any]) -> dict[str, Any] | None:
    phrase = told.get("phrase")
    if phrase is None:
        return None
    origin = case.places[phrase["origin"]]
    return {
        "datum": origin.datum,
        "decimal": "",
        "error_mm": 0,
        "grid": "",
        "phrase": {
            "origin": point_of(case, phrase["origin"]),
            "origin_error_mm": origin.error_m * 1000,
            "origin_name": origin.name,
            "text": phrase["text"],
        },
    }


def _response(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    about = _entry(row, told["about"], entries)
    body = {
        "about": about,
        "answer": told["answer"],
        "by_role": told["role"],
        "readback": None,
        "unit": told.get("unit"),
        "version": about,
        "words": told.get("words", ""),
    }
    return body, told["officer"], [about]


def _message(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "about": [],
        "in_reply_to": None,
        "language": "en",
        "phrase": None,
        "subject": told["subject"],
        "to_role": None,
        "urgency": told["urgency"],
        "volumes": [],
        "within": _within(case, told),
        "words": told["words"],
    }
    return body, told["officer"], []


def _within(case: Case, told: Mapping[str, Any]) -> dict[str, Any] | None:
    if "within" not in told:
        return None
    around = told["within"]
    return {"centre": point_of(case, around["at"]), "radius_mm": int(around["radius_m"]) * 1000}


def _change(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    about = sorted(_entry(row, name, entries) for name in told.get("about", ()))
    body = {
        "about": about,
        "change": told["change"],
        "channels": [],
        "effective_us": microseconds(told["from"]) if "from" in told else row.at_us,
        "matter": told["matter"],
        "parties": sorted(told.get("parties", ())),
        "stated_time": None,
        "until_us": microseconds(told["until"]) if "until" in told else None,
        "volumes": [],
        "words": told["words"],
    }
    return body, told["officer"], about


def _call(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.call or {}
    body = {
        "about": sorted({entries[name] for name in told.get("about", [])}),
        "at_us": row.at_us,
        "caller": {"officer": told["caller"], "party": row.by, "role": None},
        "countersigns": None,
        "ended_us": None,
        "interpreter": told.get("interpreter"),
        "language": told.get("language", ""),
        "line": told["line"],
        "outcome": told["outcome"],
        "readback": None,
        "said_by": told.get("said_by", row.by),
        "stated_time": None,
        "taker": {"officer": None, "party": row.to[0], "role": None},
        "words": told["words"],
    }
    return body, told["caller"], []


def _claim(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    report = _entry(row, told["report"], entries) if told.get("report") else None
    return _claim_of(case, row, told, row.says, report)


def _claim_in_report(case: Case, row: CaseRow, part: Mapping[str, Any], entries: Mapping[str, str]) -> Composed:
    """Return one claim split from a report: what the passage does not say of its path, the report says."""
    whole: dict[str, Any] = {
        key: row.particulars[key]
        for key in ("chain", "officer", "origin", "party", "said", "who")
        if key in row.particulars
    }
    return _claim_of(case, row, {**whole, **part}, part["words"], _entry(row, row.id, entries))


def _claim_of(case: Case, row: CaseRow, told: Mapping[str, Any], says: str, report: str | None) -> Composed:
    place = None
    if told.get("at"):
        whole = {"at": [told["at"]], "radius_m": 1, "from": case.starts, "until": case.starts}
        place = volumes_of(case, whole)[0]
    body = {
        "about": [],
        "actor": told.get("actor", ""),
        "affected": told.get("affected", ""),
        "at_stated": stated_time(told, "stated"),
        "chain": told.get("chain", []),
        "count": _counted(told.get("count")),
        "event_class": told.get("event_class", ""),
        "implies": sorted(told.get("implies", [])),
        "origin": told.get("origin", ""),
        "party": told.get("party"),
        "place": place,
        "report": report,
        "said": _said(case, row, told),
        "says": says,
        "source": sources_of(case, row),
        "stance": told["stance"],
        "subject": told["subject"],
        "tag": row.tag,
        "who": told["who"],
    }
    return body, told.get("officer", "observer"), [report] if report else []


def _report(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "chain": told.get("chain", []),
        "event_class": told.get("event_class", ""),
        "language": told.get("language", "en"),
        "means": told.get("means", "told"),
        "origin": told.get("origin", ""),
        "party": told.get("party"),
        "passages": [
            {"kind": part.get("kind", "statement"), "words": part["words"]} for part in told.get("passages", ())
        ],
        "place": None,
        "published": _said(case, row, told),
        "result": told.get("result", "account"),
        "source": sources_of(case, row),
        "tag": row.tag,
        "title": told.get("title", ""),
        "who": told["who"],
        "words": row.says,
    }
    return body, told.get("officer", "observer"), []


def _assessment(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    about = _entry(row, told["about"], entries) if told.get("about") else None
    basis = sorted(_entry(row, name, entries) for name in told.get("basis", ()))
    body = {
        "about": about,
        "assessor": told["assessor"],
        "basis": basis,
        "credibility": told.get("credibility"),
        "reason": told["reason"],
        "reliability": told.get("reliability"),
        "source": told["source"],
        "topic": told.get("topic", ""),
    }
    return body, told.get("officer", "observer"), sorted({*basis, *([about] if about else [])})


def _bulletin(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    parts = sorted(told.get("parts", {}).items())
    body = {
        "chain": told.get("chain", []),
        "cumulative": told.get("cumulative", False),
        "origin": told.get("origin", ""),
        "parts": [{"count": count, "name": name} for name, count in parts],
        "party": told.get("party"),
        "says": row.says,
        "scope": told["scope"],
        "source": sources_of(case, row),
        "split_by": told.get("split_by", "province" if parts else ""),
        "tag": row.tag,
        "total": _counted(told["total"]),
        "who": told["who"],
        "window": stated_time(told, "window"),
    }
    return body, told.get("officer", "observer"), []


def _affiliation(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "actor": told["actor"],
        "from_us": us_of(told.get("from")),
        "of": told["of"],
        "party": told.get("party"),
        "relation": told["relation"],
        "source": sources_of(case, row),
        "stance": told.get("stance", "asserts"),
        "tag": row.tag,
        "until_us": us_of(told.get("until")),
        "who": told["who"],
        "words": row.says,
    }
    return body, told.get("officer", "observer"), []


def _whereabouts(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "actor": told["actor"],
        "concern_only": told.get("concern_only", False),
        "party": told.get("party"),
        "place": volumes_of(case, told)[0],
        "share": told.get("share", "unknown"),
        "source": sources_of(case, row),
        "stance": told.get("stance", "asserts"),
        "tag": row.tag,
        "who": told["who"],
        "words": row.says,
    }
    return body, told.get("officer", "observer"), []


def _agreement(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    return agreement_of(case, row), row.particulars.get("officer", "observer"), []


def _annexes(case: Case, row: CaseRow) -> list[dict[str, Any]]:
    if row.do != "agreement":
        return []
    return [{"audience": readers, "body": body, "form": form} for form, body, readers in annexes_of(case, row)]


def _position(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    about = _entry(row, row.particulars["about"], entries)
    return position_of(case, row, about), row.particulars.get("officer", "observer"), [about]


def _assent(case: Case, row: CaseRow, entries: Mapping[str, str]) -> Composed:
    about = _entry(row, row.particulars["about"], entries)
    return assent_of(case, row, about), row.particulars.get("officer", "observer"), [about]


def _counted(count: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if count is None else {"best": None, "high": None, "low": None, **count}


def _said(case: Case, row: CaseRow, told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return when it was said: the words, and the row's own time."""
    if not told.get("said"):
        return None
    return {"earliest_us": row.at_us, "latest_us": row.at_us, "text": told["said"], "zone": case.zone}


def _entry(row: CaseRow, name: str, entries: Mapping[str, str]) -> str:
    if name not in entries:
        raise Refused(
            [problem("unknown_row", f"{row.id}.about", name, "must be a row that was sent", "Name an earlier row.")]
        )
    return entries[name]


_COMPOSE = {
    "affiliation": _affiliation,
    "agreement": _agreement,
    "assent": _assent,
    "assessment": _assessment,
    "bulletin": _bulletin,
    "call": _call,
    "change": _change,
    "claim": _claim,
    "message": _message,
    "notice": _notice,
    "position": _position,
    "report": _report,
    "response": _response,
    "whereabouts": _whereabouts,
}
