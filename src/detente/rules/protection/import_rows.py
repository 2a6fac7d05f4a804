"""From rows of a table to notifications: every bad row is named with each of its faults, and none hides the others.

A row's fields are text, as a CSV or XLSX file has them. Columns are those of docs/formats/import.md; others are faults, not noise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from detente.errors import Problem, Refused, nearest, problem
from detente.geometry.stated.coordinates import read_position
from detente.geometry.volume import Circle, Corridor, Point, Volume4D
from detente.records import registry
from detente.records.notices.lead import least_lead_us
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import State
from detente.records.protection.humane import HumaneNotice, Vehicles, Waypoint

SITE_COLUMNS = frozenset(
    {
        "contact", "consent", "datum", "decimal", "expires", "from", "function", "name", "name_2", "not_share", "organisation",
        "owner", "radius_m", "reverify", "share", "verified",
    }
)  # fmt: skip
MOVEMENT_COLUMNS = frozenset(
    {
        "back", "contact", "consent", "datum", "emergency", "half_width_m", "name", "not_share", "organisation", "owner", "purpose",
        "route", "share", "staff", "vehicles",
    }
)  # fmt: skip
NEEDED = {
    "movements": ("contact", "consent", "datum", "name", "organisation", "owner", "route", "share"),
    "sites": ("contact", "consent", "datum", "decimal", "from", "name", "organisation", "owner", "radius_m", "share"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REVERIFY_US = 90 * 86_400_000_000
"""A site is checked again after 90 days where the row says nothing else."""
FOREVER_US = 365 * 86_400_000_000
SLACK_US = 30 * 60_000_000
"""A movement's notice goes on for half an hour after its last point."""

MOST_DIGITS = 9

T = TypeVar("T")


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """One good row: what to send to whom, whose consent it has. `flags` are what a person should look at, without refusing it."""

    consent_us: int
    flags: tuple[str, ...]
    humane: HumaneNotice
    not_to: tuple[str, ...]
    notice: Notice
    owner: str
    row: int
    to: tuple[str, ...]


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row that was not taken, with every fault."""

    problems: tuple[Problem, ...]
    row: int


def read_rows(
    kind: str, rows: Iterable[Mapping[str, str]], now_us: int, rules: Mapping[str, int]
) -> tuple[list[Imported], list[BadRow]]:
    """Read a table of "sites" or "movements"; row 1 is the heading, so the first row of data is 2."""
    good: list[Imported] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 2):
        given = {key.strip().lower(): (value or "").strip() for key, value in row.items() if key}
        if not any(given.values()):
            continue
        reader = _Row(given)
        made = _site(reader) if kind == "sites" else _movement(reader, now_us, rules)
        problems = reader.problems + _columns(kind, given)
        key = (given.get("name", ""), given.get("organisation", ""))
        if key in seen:
            problems.append(
                problem("row-twice", "name", key[0], f"stands in row {seen[key]} already", "Leave one out.")
            )
        seen.setdefault(key, number)
        if made is not None and not problems:
            problems += [*registry.check(made[0]), *registry.check(made[1])]
        if problems or made is None:
            bad.append(BadRow(problems=tuple(problems), row=number))
            continue
        notice, humane = made
        good.append(
            Imported(
                consent_us=reader.time("consent") or 0,
                flags=tuple(reader.flags),
                humane=humane,
                not_to=reader.parties("not_share"),
                notice=notice,
                owner=given["owner"],
                row=number,
                to=reader.parties("share"),
            )
        )
    return good, bad


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def _columns(kind: str, given: Mapping[str, str]) -> list[Problem]:
    known = SITE_COLUMNS if kind == "sites" else MOVEMENT_COLUMNS
    found = [
        problem(
            "column",
            name,
            given[name],
            "is no column of this table",
            nearest(name, known) or "See docs/formats/import.md.",
        )
        for name in sorted(set(given) - known)
        if given[name]
    ]
    found += [
        problem("missing", name, "", f"a row of {kind} says it", "Fill it in.")
        for name in NEEDED[kind]
        if not given.get(name)
    ]
    share = {p.strip() for p in given.get("share", "").split(";") if p.strip()}
    both = sorted(share & {p.strip() for p in given.get("not_share", "").split(";") if p.strip()})
    if both:
        found.append(problem("share-both", "not_share", ", ".join(both), "is also under share", "Take it out of one."))
    return found


class _Row:
    """Reads the fields of one row and collects its faults."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        self.problems: list[Problem] = []
        self.flags: list[str] = []

    def text(self, name: str) -> str:
        return self.given.get(name, "")

    def parties(self, name: str) -> tuple[str, ...]:
        return tuple(sorted({part.strip() for part in self.text(name).split(";") if part.strip()}))

    def time(self, name: str, text: str | None = None) -> int | None:
        said = self.text(name) if text is None else text
        if not said:
            return None
        try:
            moment = datetime.fromisoformat(said.replace(" ", "T", 1))
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            rule = "must be a date and time with its zone"
            self.problems.append(problem("time", name, said, rule, "Write 2016-09-19T10:50+03:00."))
            return None
        return (moment - EPOCH) // timedelta(microseconds=1)

    def number(self, name: str, least: int = 0) -> int | None:
        said = self.text(name)
        if not said:
            return None
        whole = said[:-2] if said.endswith(".0") else said
        if not _is_count(whole) or int(whole) < least:
            self.problems.append(
                problem("number", name, said, f"must be a whole number of at least {least}", "Correct it.")
            )
            return None
        return int(whole)

    def point(self, name: str, text: str) -> tuple[Point, int] | None:
        return self.taken(lambda: self._position(name, text))

    def _position(self, name: str, text: str) -> tuple[Point, int]:
        found = read_position(text, datum=self.text("datum") or None, field=name)
        self.flags += [f"{name}: {one.words}" for one in found.cautions if one.code == "order"]
        return found.point, found.error_mm

    def taken(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except Refused as refused:
            self.problems += refused.problems
            return None


def _site(row: _Row) -> tuple[Notice, HumaneNotice] | None:
    place = row.point("decimal", row.text("decimal")) if row.text("decimal") else None
    radius, start = row.number("radius_m", 1), row.time("from")
    verified, reverify, expires = row.time("verified"), row.time("reverify"), row.time("expires")
    row.time("consent")
    if verified is None and not row.problems:
        row.flags.append("verified: never checked on the ground")
    if place is None or radius is None or start is None:
        return None
    volume = Volume4D(
        end_us=expires if expires is not None else start + FOREVER_US,
        error_mm=place[1],
        outline=Circle(centre=place[0], radius_mm=radius * 1000),
        start_us=start,
    )
    humane = _humane(row, "site", row.text("function"))
    due = reverify if reverify is not None else None if verified is None else verified + REVERIFY_US
    dated = msgspec.structs.replace(humane, expires_us=volume.end_us, reverify_us=due, verified_us=verified)
    return _notice(Activity.PROTECTED_SITE, (volume,), row, emergency=False, least_us=0), dated


def _movement(row: _Row, now_us: int, rules: Mapping[str, int]) -> tuple[Notice, HumaneNotice] | None:
    route, back = _leg(row, "route"), _leg(row, "back")
    width = row.number("half_width_m", 1) or 200
    staff = row.number("staff")
    row.time("consent")
    said = row.text("emergency").lower()
    if said not in ("", "no", "yes"):
        row.problems.append(problem("yes-no", "emergency", said, "must be yes or no", "Correct it."))
    vehicles = _vehicles(row)
    if not route or row.problems:
        return None
    legs = [leg for leg in (route, back) if leg]
    volumes = tuple(_along(leg, width) for leg in legs)
    least = least_lead_us(Activity.PROTECTED_MOVEMENT, emergency=said == "yes", rules=rules)
    lead = volumes[0].start_us - now_us
    if lead < least:
        hours = f"{max(lead, 0) // 3_600_000_000} h ahead, {least // 3_600_000_000} h asked"
        row.flags.append(
            f"route: SHORT LEAD, {hours}" + ("" if said == "yes" else "; an emergency (24 h) is flagged as one")
        )
    if said == "yes":
        row.flags.append("emergency: flagged")
    if any(not v.plates for v in vehicles):
        row.flags.append("vehicles: no plates")
    if any("roof" not in v.marked for v in vehicles):
        row.flags.append("vehicles: no mark on the roof; marks are not seen at night either")
    humane = _humane(row, "movement", row.text("purpose"))
    whole = msgspec.structs.replace(humane, back=back, route=route, staff=staff, vehicles=vehicles)
    return _notice(Activity.PROTECTED_MOVEMENT, volumes, row, emergency=said == "yes", least_us=least), whole


def _leg(row: _Row, name: str) -> tuple[Waypoint, ...]:
    """Read "NAME @ LAT, LON @ TIME [@ STAY min] | …"."""
    found: list[Waypoint] = []
    for part in (p.strip() for p in row.text(name).split("|") if p.strip()):
        pieces = [piece.strip() for piece in part.split("@")]
        if len(pieces) not in (3, 4):
            rule = 'is "NAME @ LAT, LON @ TIME", perhaps "@ MINUTES" of stay'
            row.problems.append(problem("waypoint", name, part, rule, "See docs/formats/import.md."))
            continue
        point, at_us = row.point(name, pieces[1]), row.time(name, pieces[2])
        stay = pieces[3] if len(pieces) == 4 else "0"
        if not _is_count(stay):
            row.problems.append(problem("stay", name, stay, "must be whole minutes", "Correct it."))
        elif point is not None and at_us is not None:
            found.append(Waypoint(at_us=at_us, name=pieces[0], point=point[0], stay_us=int(stay) * 60_000_000))
    return tuple(found)


def _along(leg: tuple[Waypoint, ...], half_width_m: int) -> Volume4D:
    """One volume for a leg: the whole road for the whole time, since convoys are late."""
    start, end = leg[0].at_us, leg[-1].at_us + leg[-1].stay_us + SLACK_US
    line = tuple(dict.fromkeys(w.point for w in leg))
    if len(line) == 1:
        return Volume4D(end_us=end, outline=Circle(centre=line[0], radius_mm=half_width_m * 1000), start_us=start)
    outline = Corridor(edge="geodesic", half_width_mm=half_width_m * 1000, line=line)
    return Volume4D(end_us=end, outline=outline, start_us=start)


def _vehicles(row: _Row) -> tuple[Vehicles, ...]:
    """Read "COUNT KIND, colour=…, plates=A/B, marked=roof/sides; …"."""
    found: list[Vehicles] = []
    for part in (p.strip() for p in row.text("vehicles").split(";") if p.strip()):
        head, *more = [piece.strip() for piece in part.split(",")]
        count, _, kind = head.partition(" ")
        named = dict(piece.partition("=")[::2] for piece in more)
        if not _is_count(count) or not kind or set(named) - {"colour", "marked", "plates"}:
            rule = 'is "COUNT KIND, colour=…, plates=A/B, marked=roof/sides"'
            row.problems.append(problem("vehicles", "vehicles", part, rule, "See docs/formats/import.md."))
            continue
        found.append(
            Vehicles(
                colour=named.get("colour", ""),
                count=int(count),
                kind=kind,
                marked=tuple(m for m in named.get("marked", "").split("/") if m),
                plates=tuple(p for p in named.get("plates", "").split("/") if p),
            )
        )
    return tuple(found)


def _humane(row: _Row, is_a: Any, purpose: str) -> HumaneNotice:
    return HumaneNotice(
        back=(),
        contact=row.text("contact"),
        expires_us=None,
        is_a=is_a,
        names=tuple(name for name in (row.text("name"), row.text("name_2")) if name),
        organisation=row.text("organisation"),
        purpose=purpose,
        reverify_us=None,
        route=(),
        staff=None,
        vehicles=(),
        verified_us=None,
    )


def _notice(activity: Activity, volumes: tuple[Volume4D, ...], row: _Row, *, emergency: bool, least_us: int) -> Notice:
    return Notice(
        activity=activity,
        emergency=emergency,
        lead_time_us=least_us,
        needs_readback=False,
        place=None,
        rests_on=(),
        shorter_lead_accepted_by=None,
        state=State.ACCEPTED,
        stated_time=None,
        units=(),
        users=(),
        volumes=volumes,
        words=f"{row.text('name')}, {row.text('organisation')}",
    )
