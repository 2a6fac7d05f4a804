"""A case as a file: parties, places, rules, rows in time, each with an evidence tag and its sources (docs/formats/scenario.md).

YAML 1.2, read into the structs below; what is unknown, untagged or out of order is refused, naming row and field.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, problem, unknown_names
from detente.ledger.known_names import misfit
from detente.records.evidence.claim import Tag
from detente.scenario.yaml_file import read_yaml

Do = Literal[
    "affiliation",
    "agreement",
    "assent",
    "ask",
    "assessment",
    "bulletin",
    "call",
    "change",
    "claim",
    "fact",
    "judge",
    "link",
    "message",
    "notice",
    "position",
    "presence",
    "report",
    "response",
    "whereabouts",
]


class CasePart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of a case file is: no field that is not in the format."""


class CaseOfficer(CasePart, frozen=True, kw_only=True):
    """One officer of a party, with the roles that its key may act in."""

    officer: str
    roles: tuple[str, ...]


class CaseParty(CasePart, frozen=True, kw_only=True):
    """One party that takes part with a station of its own. `answers_for` are parties that can only be reached through it."""

    answers_for: tuple[str, ...] = ()
    name: str
    officers: tuple[CaseOfficer, ...]
    party: str
    source: tuple[str, ...]
    tag: Tag


class NamedPlace(CasePart, frozen=True, kw_only=True):
    """A place of the case, as decimal degrees in text ("lat, lon") with its datum and error."""

    datum: str
    decimal: str
    error_m: int = 0
    name: str
    source: tuple[str, ...]
    tag: Tag


class CaseRow(CasePart, frozen=True, kw_only=True):
    """One thing that happened, was said, or is asked, at one time. Exactly the field named by `do` holds its particulars."""

    affiliation: dict[str, Any] | None = None
    agreement: dict[str, Any] | None = None
    ask: dict[str, Any] | None = None
    assent: dict[str, Any] | None = None
    assessment: dict[str, Any] | None = None
    at: datetime
    branches: tuple[str, ...] = ()
    bulletin: dict[str, Any] | None = None
    by: str
    call: dict[str, Any] | None = None
    change: dict[str, Any] | None = None
    claim: dict[str, Any] | None = None
    do: Do
    expect: dict[str, Any] = {}
    id: str
    judge: dict[str, Any] | None = None
    link: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    notice: dict[str, Any] | None = None
    position: dict[str, Any] | None = None
    presence: dict[str, Any] | None = None
    report: dict[str, Any] | None = None
    response: dict[str, Any] | None = None
    says: str
    source: tuple[str, ...]
    tag: Tag
    time_tag: Tag | None = None
    to: tuple[str, ...] = ()
    whereabouts: dict[str, Any] | None = None

    @property
    def at_us(self) -> int:
        """The row's time in microseconds since 1970 UTC."""
        return microseconds(self.at)

    @property
    def particulars(self) -> dict[str, Any]:
        """What the row's verb needs; empty for a fact."""
        return getattr(self, self.do, None) or {}

    def in_branch(self, branch: str) -> bool:
        """Tell whether the row belongs to a branch; a row that names none belongs to all."""
        return not self.branches or branch in self.branches


class Case(CasePart, frozen=True, kw_only=True):
    """A whole case. `areas` are grounds without a point, `interests` whose ground is where, `deals` reported deals to follow.
    `counting` are counting terms with which subjects of claims are events to them (docs/formats/readings.md).

    `rules` are the virtual ledger's, all illustrative unless a comment in the file says otherwise.
    """

    about: str
    areas: dict[str, dict[str, Any]] = {}
    branches: dict[str, str]
    case: str
    counting: dict[str, dict[str, Any]] = {}
    deals: dict[str, dict[str, Any]] = {}
    interests: tuple[dict[str, Any], ...] = ()
    parties: tuple[CaseParty, ...]
    places: dict[str, NamedPlace]
    rows: tuple[CaseRow, ...]
    rules: dict[str, int | str]
    sources: dict[str, str]
    starts: datetime
    title: str
    zone: str

    def rows_of(self, branch: str) -> tuple[CaseRow, ...]:
        """Return the rows of one branch in order of time; rows of one moment keep the order of the file."""
        return tuple(sorted((r for r in self.rows if r.in_branch(branch)), key=lambda r: r.at_us))


PLACED = {
    "notice": frozenset(
        ["activity", "at", "from", "officer", "phrase", "radius_m", "rests_on", "state", "supersedes", "until", "words"]
    ),
    "presence": frozenset(["at", "from", "party", "radius_m", "until"]),
}
"""What rows that put something somewhere may say of it (docs/formats/scenario.md): a datum or an error passed over would move it."""


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970 UTC; one without a zone is UTC (YAML drops the Z)."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000)


def shipped() -> tuple[str, ...]:
    """Return the names of the cases that come with Detente."""
    return tuple(
        sorted(
            f.name.removesuffix(".yaml")
            for f in files("detente.scenario").joinpath("cases").iterdir()
            if f.name.endswith(".yaml")
        )
    )


def load(name_or_path: str) -> Case:
    """Read a shipped case by name, or a file by path.

    Errors: Refused for an unknown name, bad YAML, or anything that the format does not allow, with row and field.
    """
    if name_or_path in shipped():
        return read(files("detente.scenario").joinpath("cases", f"{name_or_path}.yaml").read_text("utf-8"))
    path = Path(name_or_path)
    if not path.is_file():
        raise Refused(
            [
                problem(
                    "unknown_case",
                    "case",
                    name_or_path,
                    "must be a shipped case or a file",
                    f"Shipped: {', '.join(shipped())}.",
                )
            ]
        )
    return read(path.read_text("utf-8"))


def read(text: str) -> Case:
    """Read the text of a case file. Errors: Refused."""
    try:
        case = msgspec.convert(read_yaml(text.encode("utf-8", "surrogatepass"), ""), Case)
    except UNREADABLE as error:
        field, rule, step = misfit(error, Case, "See docs/formats/scenario.md.")
        raise Refused([problem("case", field, "", rule, step)]) from error
    problems = check(case)
    if problems:
        raise Refused(problems)
    return case


def check(case: Case) -> tuple[Problem, ...]:
    """Return what a well-formed case still gets wrong: names nobody declared, rows without particulars, times before the start."""
    found: list[Problem] = []
    parties = {p.party for p in case.parties}
    names = [r.id for r in case.rows]
    for i, row in enumerate(case.rows):
        at = f"rows[{i}] ({row.id})"
        unknown = [
            *({row.by, *row.to} - parties),
            *(set(row.branches) - set(case.branches)),
            *(set(row.source) - set(case.sources)),
        ]
        found += [
            problem("unknown_name", at, name, "must be declared above", "Declare the party, branch or source.")
            for name in unknown
        ]
        if names.count(row.id) > 1:
            found.append(problem("twice", at, row.id, "must be used once", "Give the row another id."))
        if row.do != "fact" and not row.particulars:
            found.append(
                problem("no_particulars", f"{at}.{row.do}", "", f"a row that does {row.do} says what", "Add the field.")
            )
        if row.do in PLACED:
            found += unknown_names(f"{at}.{row.do}", map(str, row.particulars), PLACED[row.do])
        if row.at_us < microseconds(case.starts):
            found.append(
                problem("too_early", f"{at}.at", row.at.isoformat(), "must not be before `starts`", "Mend the time.")
            )
        places = row.particulars.get("at", ())
        for place in [places] if isinstance(places, str) else places:
            if place not in case.places:
                found.append(
                    problem("unknown_place", f"{at}.{row.do}.at", place, "must be declared above", "Declare the place.")
                )
    for name, place in case.places.items():
        try:
            [Decimal(part) for part in place.decimal.split(",")]
        except InvalidOperation:
            found.append(
                problem(
                    "decimal", f"places.{name}.decimal", place.decimal, "must be `lat, lon`", "Write decimal degrees."
                )
            )
    return tuple(found)
