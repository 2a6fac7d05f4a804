"""Turns the particulars of a row into what a station is asked to send: the kind and its body (docs/formats/records.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from detente.errors import Refused, problem
from detente.geometry.f3548 import rounded
from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.lead import least_lead_us
from detente.records.notice import Activity
from detente.scenario.case import Case, Row, microseconds

Asked = tuple[str, dict[str, Any]]


def point_of(case: Case, name: str) -> Point:
    """Return a declared place as a point on WGS 84."""
    lat, lon = (Decimal(part.strip()) for part in case.places[name].decimal.split(","))
    return Point(rounded(lat, 9), rounded(lon, 9))


def volumes_of(case: Case, particulars: Mapping[str, Any]) -> tuple[Volume4D, ...]:
    """Return one circle for each place named under `at`."""
    return tuple(
        Volume4D(
            end_us=microseconds(particulars["until"]),
            error_mm=case.places[name].error_m * 1000,
            outline=Circle(centre=point_of(case, name), radius_mm=int(particulars["radius_m"]) * 1000),
            start_us=microseconds(particulars["from"]),
        )
        for name in particulars["at"]
    )


def presence_of(case: Case, row: Row) -> dict[str, Any]:
    """Return what a station's own presence is set to."""
    volumes = volumes_of(case, row.particulars)
    return {"presence": [{"party": row.particulars["party"], "volume": v} for v in volumes]}


def body_of(case: Case, row: Row, entries: Mapping[str, str]) -> list[Asked]:
    """Return the kinds that a row sends and, for each, the request to its station. A row may send a call beside a message."""
    made = [(row.do, _COMPOSE[row.do](case, row, entries))]
    if row.do == "message" and row.call is not None:
        made.append(("call", _call(case, row, entries)))
    readers = sorted({row.by, *row.to})
    return [
        (
            kind,
            {
                "facets": [{"audience": readers, "body": msgspec.to_builtins(body), "form": "full"}],
                "kind": kind,
                "officer": officer,
                "refers_to": refers_to,
            },
        )
        for kind, (body, officer, refers_to) in made
    ]


Composed = tuple[dict[str, Any], str, list[str]]


def _notice(case: Case, row: Row, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    body = {
        "activity": told["activity"],
        "emergency": False,
        "lead_time_us": least_lead_us(Activity(told["activity"]), emergency=False),
        "needs_readback": False,
        "place": _stated(case, told),
        "rests_on": [],
        "shorter_lead_accepted_by": None,
        "state": "accepted",
        "stated_time": None,
        "units": [],
        "users": [],
        "volumes": volumes_of(case, told),
        "words": told.get("words", ""),
    }
    return body, told["officer"], []


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


def _response(case: Case, row: Row, entries: Mapping[str, str]) -> Composed:
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


def _message(case: Case, row: Row, entries: Mapping[str, str]) -> Composed:
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
        "within": None,
        "words": told["words"],
    }
    return body, told["officer"], []


def _call(case: Case, row: Row, entries: Mapping[str, str]) -> Composed:
    told = row.call or {}
    body = {
        "about": [],
        "at_us": row.at_us,
        "caller": {"officer": told["caller"], "party": row.by, "role": None},
        "countersigns": None,
        "ended_us": None,
        "line": told["line"],
        "outcome": told["outcome"],
        "said_by": row.by,
        "stated_time": None,
        "taker": {"officer": None, "party": row.to[0], "role": None},
        "words": told["words"],
    }
    return body, told["caller"], []


def _claim(case: Case, row: Row, entries: Mapping[str, str]) -> Composed:
    told = row.particulars
    stated = None
    if told.get("stated"):
        stated = {
            "earliest_us": _us(told.get("from")),
            "latest_us": _us(told.get("until")),
            "text": told["stated"],
            "zone": told["zone"],
        }
    place = None
    if told.get("at"):
        whole = {"at": [told["at"]], "radius_m": 1, "from": case.starts, "until": case.starts}
        place = volumes_of(case, whole)[0]
    body = {
        "about": [],
        "at_stated": stated,
        "count": None,
        "party": told.get("party"),
        "place": place,
        "says": row.says,
        "source": ", ".join(case.sources[key] for key in row.source),
        "stance": told["stance"],
        "subject": told["subject"],
        "tag": row.tag,
        "unit": "",
        "who": told["who"],
    }
    return body, told.get("officer", "observer"), []


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)


def _entry(row: Row, name: str, entries: Mapping[str, str]) -> str:
    if name not in entries:
        raise Refused(
            [problem("unknown_row", f"{row.id}.about", name, "must be a row that was sent", "Name an earlier row.")]
        )
    return entries[name]


_COMPOSE = {"call": _call, "claim": _claim, "message": _message, "notice": _notice, "response": _response}
