"""The zones of a country, and between which offsets from UTC its days may lie: from the tables that come with the zones.

The names are those that event data sets use. Where a country's days are in doubt (a disputed area, several zones, clocks that part of it
does not put forward) the span is the widest.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files

from detente.geometry.zones import zone

_OTHER_NAMES = {
    "bosnia-herzegovina": ("BA",),
    "central african republic": ("CF",),
    "congo": ("CG",),
    "czechia": ("CZ",),
    "democratic republic of congo": ("CD",),
    "democratic republic of the congo": ("CD",),
    "dr congo": ("CD",),
    "gaza": ("PS",),
    "israel": ("IL", "PS"),
    "ivory coast": ("CI",),
    "kingdom of eswatini": ("SZ",),
    "kosovo": ("RS",),
    "macedonia, fyr": ("MK",),
    "morocco": ("MA", "EH"),
    "north korea": ("KP",),
    "republic of congo": ("CG",),
    "south korea": ("KR",),
    "swaziland": ("SZ",),
    "syrian arab republic": ("SY",),
    "timor-leste": ("TL",),
    "turkiye": ("TR",),
    "türkiye": ("TR",),
    "united kingdom": ("GB",),
    "united states of america": ("US",),
}
"""Names of UCDP and ACLED that the table of countries writes otherwise; two codes where events of both stand under one name."""

_HALF_MONTHS = tuple((month, day) for month in range(1, 13) for day in (1, 15))


def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of a country by its name; none where no table knows the name."""
    name = _plain(country)
    codes = _OTHER_NAMES.get(name) or _codes().get(name, ())
    return tuple(zone for code in codes for zone in _zones().get(code, ()))


@lru_cache(maxsize=4096)
def offsets_s(zones: tuple[str, ...], first_year: int, last_year: int) -> tuple[int, int]:
    """Return the least and the greatest offset from UTC, seconds, at which any of the zones stood in these years, winter and summer."""
    moments = [datetime(y, m, d, tzinfo=UTC) for y in range(first_year, last_year + 1) for m, d in _HALF_MONTHS]
    away = {at.astimezone(zone(name)).utcoffset() or timedelta() for name in zones for at in moments}
    return round(min(away).total_seconds()), round(max(away).total_seconds())


def _plain(name: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", name).replace("&", "and").strip().casefold()


@lru_cache(maxsize=1)
def _codes() -> dict[str, tuple[str, ...]]:
    return {_plain(name): (code,) for code, name in _rows("iso3166.tab")}


@lru_cache(maxsize=1)
def _zones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, _, name, *_ in _rows("zone.tab"):
        found.setdefault(code, []).append(name)
    return found


def _rows(table: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", table).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
