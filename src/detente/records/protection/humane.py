"""What a humanitarian notification says beside where and when: a site or a movement, whose, with what, and how to reach its duty desk.

It is *notification*: we tell; nobody is asked for leave. Asking for leave is `coordination`, a record of its own, so that the two never
look alike. No personal data but one duty contact, which is a desk and a number, not a person.
"""

from __future__ import annotations

import itertools
from typing import Literal

from detente.errors import Problem
from detente.geometry.volume import Point
from detente.records.body import Body, Faults
from detente.records.form import first_version

CoordinationAnswer = Literal["approved", "delayed", "refused"]


class Waypoint(Body, frozen=True, kw_only=True):
    """One point of a route, with when it is to be passed; `stay_us` is how long there (a stop or overnight place), 0: passed."""

    at_us: int
    name: str
    point: Point
    stay_us: int


class Vehicles(Body, frozen=True, kw_only=True):
    """Vehicles of one kind: how many, colour, plates, and where they are marked ("roof", "sides")."""

    colour: str
    count: int
    kind: str
    marked: tuple[str, ...]
    plates: tuple[str, ...]


class HumaneNotice(Body, frozen=True, kw_only=True):
    """The humanitarian part of a notice. `names` are the site's or convoy's names, in any scripts; `purpose` what it does.

    `verified_us` is when it was last checked on the ground, None: never; `reverify_us` when that is due again; a site also expires.
    `route` in order of time, `back` the return leg; empty for a site. `staff` counts people, without names.
    """

    back: tuple[Waypoint, ...]
    contact: str
    expires_us: int | None
    is_a: Literal["infrastructure", "movement", "site"]
    names: tuple[str, ...]
    organisation: str
    purpose: str
    reverify_us: int | None
    route: tuple[Waypoint, ...]
    staff: int | None
    vehicles: tuple[Vehicles, ...]
    verified_us: int | None


class Consent(Body, frozen=True, kw_only=True):
    """The owner's consent to a notification, kept by its author for itself. `not_to` are parties it must never be shared with.

    `about` is the notice's first version. Withdrawing consent ends the sharing, not what was told before.
    """

    about: str
    given_us: int
    not_to: tuple[str, ...]
    owner: str
    state: Literal["given", "withdrawn"]
    words: str


class Coordination(Body, frozen=True, kw_only=True):
    """A request for approval, or the answer to one. Nothing in a notification asks this, and nothing here notifies.

    `about` is the notice, or (in an answer) the request. `until_us` is until when an approval or a delay holds.
    """

    about: str
    conditions: str
    says: Literal[CoordinationAnswer, "asks-approval"]
    until_us: int | None
    words: str


def check(notice: HumaneNotice) -> tuple[Problem, ...]:
    """Return what is wrong with the humanitarian part, seen alone."""
    faults = Faults()
    faults.text("organisation", notice.organisation, needed=True)
    faults.text("contact", notice.contact, needed=True)
    faults.text("purpose", notice.purpose)
    for i, name in enumerate(notice.names):
        faults.title(f"names[{i}]", name)
    if not notice.names:
        faults.add("names", "names", "", "has at least one name", "Name it, in each script in use.")
    faults.order("reverify_us", notice.verified_us, notice.reverify_us)
    faults.at_least("staff", notice.staff, 0)
    for leg, points in (("route", notice.route), ("back", notice.back)):
        for i, point in enumerate(points):
            faults.text(f"{leg}[{i}].name", point.name)
            faults.at_least(f"{leg}[{i}].stay_us", point.stay_us, 0)
        if any(a.at_us + a.stay_us > b.at_us for a, b in itertools.pairwise(points)):
            faults.add("route_times", leg, "", "each point is passed after the one before it", "Correct the times.")
    if notice.is_a == "movement" and not notice.route:
        faults.add("route", "route", "", "a movement has a route", "Give its waypoints with times.")
    if notice.is_a != "movement" and (notice.route or notice.back or notice.vehicles):
        faults.add("site_route", "route", "", "only a movement has a route and vehicles", "Send it as a movement.")
    for i, vehicles in enumerate(notice.vehicles):
        faults.at_least(f"vehicles[{i}].count", vehicles.count, 1)
        faults.text(f"vehicles[{i}].kind", vehicles.kind, needed=True)
    return faults.all()


def check_consent(consent: Consent) -> tuple[Problem, ...]:
    """Return what is wrong with a consent, seen alone."""
    faults = Faults()
    faults.hash("about", consent.about)
    faults.parties("not_to", consent.not_to)
    faults.text("owner", consent.owner, needed=True)
    faults.text("words", consent.words)
    return faults.all()


def check_coordination(asked: Coordination) -> tuple[Problem, ...]:
    """Return what is wrong with a request for approval or its answer, seen alone."""
    faults = Faults()
    faults.hash("about", asked.about)
    faults.text("conditions", asked.conditions)
    faults.text("words", asked.words, needed=asked.says in ("refused", "delayed"))
    return faults.all()


FORMS = (
    first_version("consent", Consent, check_consent),
    first_version("coordination", Coordination, check_coordination),
    first_version("notice", HumaneNotice, check, "humane", 3),
)
