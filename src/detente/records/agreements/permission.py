"""A permission of a host party, or of a third state, for a guest's activity: asked for, offered, granted; and what is said to it.

An offer is no permission, and silence accepts nothing: an offer that nobody accepts by its time has lapsed. A grant holds for its
classes, ground and time, under its conditions, until it is withdrawn.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults
from detente.records.form import first_version
from detente.records.notices.notice import Activity

Act = Literal["ask", "grant", "offer"]
PermissionAnswer = Literal["accept", "refuse", "withdraw"]


class Permission(Body, frozen=True, kw_only=True):
    """Terms of one permission. The guest asks; the host offers or grants. `in_answer_to` is the entry that it answers, if any.

    `volumes` are where it holds; empty: wherever the host's word holds. `lapses_us`: an offer, or a request, not answered by then is over.
    `from_us` and `until_us` bound the activity. `supervision`: who of the host watches over it, and how; "" is none.
    """

    act: Act
    activities: tuple[Activity, ...]
    conditions: tuple[str, ...]
    from_us: int
    guest: str
    host: str
    in_answer_to: str | None
    lapses_us: int | None
    permission: str
    supervision: str
    until_us: int
    volumes: tuple[Volume4D, ...]
    words: str


class PermissionReply(Body, frozen=True, kw_only=True):
    """What the other side says to it, or the host when it withdraws (`about`, the id of the terms); to withdraw needs a reason."""

    about: str
    answer: PermissionAnswer
    words: str


def check(permission: Permission) -> tuple[Problem, ...]:
    """Return what is wrong with the terms of a permission, seen alone."""
    faults = Faults()
    faults.each_once("activities", [activity.value for activity in permission.activities])
    if not permission.activities:
        faults.add("permission_of_what", "activities", "", "permits at least one class of activity", "Name it.")
    for i, condition in enumerate(permission.conditions):
        faults.text(f"conditions[{i}]", condition, needed=True)
    faults.order("from_us", permission.from_us, permission.until_us)
    faults.party("guest", permission.guest)
    faults.party("host", permission.host)
    if permission.guest == permission.host:
        faults.add("own_permission", "guest", permission.guest, "needs no permission of its own", "Name the guest.")
    if permission.in_answer_to is not None:
        faults.hash("in_answer_to", permission.in_answer_to)
    if permission.act == "offer" and permission.lapses_us is None:
        faults.add("offer_without_end", "lapses_us", "", "an offer says when it lapses", "State it, or grant at once.")
    faults.name("permission", permission.permission)
    faults.text("supervision", permission.supervision)
    faults.text("words", permission.words)
    for i, volume in enumerate(permission.volumes):
        faults.extend(check_volume(volume, f"volumes[{i}]"))
    return faults.all()


def check_reply(reply: PermissionReply) -> tuple[Problem, ...]:
    """Return what is wrong with a reply, seen alone."""
    faults = Faults()
    faults.hash("about", reply.about)
    faults.text("words", reply.words, needed=reply.answer != "accept")
    return faults.all()


FORMS = (
    first_version("permission", Permission, check),
    first_version("permission", PermissionReply, check_reply, "reply"),
)
