"""What composing rows has in common: places, stated times, sources, moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from detente.geometry.f3548 import rounded
from detente.geometry.volume import Circle, Point, Volume4D
from detente.scenario.case import Case, CaseRow, microseconds


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


def stated_time(told: Mapping[str, Any], field: str) -> dict[str, Any] | None:
    """Return a time as stated: the words under `field`, the bounds under `from` and `until`; None where nothing is stated."""
    if not told.get(field):
        return None
    return {
        "earliest_us": us_of(told.get("from")),
        "latest_us": us_of(told.get("until")),
        "text": told[field],
        "zone": told.get("zone", ""),
    }


def sources_of(case: Case, row: CaseRow) -> str:
    """Return a row's sources, written out."""
    return ", ".join(case.sources[key] for key in row.source)


def us_of(moment: datetime | None) -> int | None:
    """Return a moment in microseconds, None for none."""
    return None if moment is None else microseconds(moment)
