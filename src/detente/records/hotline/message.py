"""A message: text between parties, with an urgency. A `stop` says what: notices, volumes, or anything near a point."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_outline, check_volume
from detente.geometry.volume import Circle, Point, Volume4D
from detente.records.body import Body, Faults
from detente.records.form import first_version

Urgency = Literal["priority", "routine", "stop", "urgent"]

URGENCY_RANK: dict[Urgency, int] = {"routine": 0, "priority": 1, "urgent": 2, "stop": 3}
"""Higher comes first."""


class WithinRadius(Body, frozen=True, kw_only=True):
    """Any activity of yours within a geodesic radius of a point, now."""

    centre: Point
    radius_mm: int


class Message(Body, frozen=True, kw_only=True):
    """One message. `about` are ids of entries it concerns; for `stop`, what it names is asked to stop.

    `language` is a BCP 47 tag of `words`; `phrase` names a standard phrase, None for free words. `in_reply_to` is the
    id of the message answered. `to_role` is the role asked to take it; anyone on watch may take urgent and stop.
    """

    about: tuple[str, ...]
    in_reply_to: str | None
    language: str
    phrase: str | None
    subject: str
    to_role: str | None
    urgency: Urgency
    volumes: tuple[Volume4D, ...]
    within: WithinRadius | None
    words: str


def check(message: Message) -> tuple[Problem, ...]:
    """Return what is wrong with a message, seen alone."""
    faults = Faults()
    faults.ids("about", message.about)
    faults.text("subject", message.subject)
    faults.text("words", message.words, needed=message.phrase is None)
    faults.text("language", message.language, needed=True)
    if message.in_reply_to is not None:
        faults.hash("in_reply_to", message.in_reply_to)
    if message.phrase is not None:
        faults.name("phrase", message.phrase)
    if message.to_role is not None:
        faults.role("to_role", message.to_role)
    for i, volume in enumerate(message.volumes):
        faults.extend(check_volume(volume, f"volumes[{i}]"))
    if message.within is not None:
        around = Circle(centre=message.within.centre, radius_mm=message.within.radius_mm)
        faults.extend(check_outline(around, "within"))
    if message.urgency == "stop" and not (message.about or message.volumes or message.within):
        faults.add("stop_of_what", "about", "", "a stop says what is to stop", "Name notices, a volume, or a place.")
    return faults.all()


FORMS = (first_version("message", Message, check),)
