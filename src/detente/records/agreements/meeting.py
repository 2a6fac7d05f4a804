"""A meeting of a recurring review: what was called, what was minuted, and what each side signs or has done of it.

Three forms, each an entry: the meeting as called; its minutes, with points and actions; a party's reply to the minutes. A point stands
once every party of the meeting has signed it, and not before; minutes are their author's account until then.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version

MAX_POINTS = 200
"""Most points, or actions, in one meeting's minutes."""

MeetingMeans = Literal["in-person", "video", "voice"]


class Item(Body, frozen=True, kw_only=True):
    """One matter for the agenda: the entries it is about (none: a matter of words alone), and words."""

    about: tuple[str, ...]
    words: str


class Meeting(Body, frozen=True, kw_only=True):
    """One meeting as called. `series` names the review that recurs; `every_us` is after how long the next is due, None: once.

    `agreement` is the agreement (id of a version) that it reviews, None: none. `since_us` is from when on its agenda draws.
    """

    agenda: tuple[Item, ...]
    agreement: str | None
    at_us: int
    every_us: int | None
    means: MeetingMeans
    parties: tuple[str, ...]
    series: str
    since_us: int
    title: str
    words: str


class MinutesPoint(Body, frozen=True, kw_only=True):
    """One point to sign. `agreement`: the agreement (id) whose entry it becomes once all have signed; None: it stands alone."""

    agreement: str | None
    point: str
    words: str


class Action(Body, frozen=True, kw_only=True):
    """One thing to do: whose it is, in which role, by when."""

    action: str
    due_us: int
    owner: str
    role: str
    words: str


class Minutes(Body, frozen=True, kw_only=True):
    """Minutes of one meeting (`about`, its id) as their author has them. Newer minutes supersede; signatures do not carry over."""

    about: str
    actions: tuple[Action, ...]
    points: tuple[MinutesPoint, ...]
    present: tuple[str, ...]
    words: str


class MeetingReply(Body, frozen=True, kw_only=True):
    """What one party says of minutes (`about`, their id): points signed, points refused and why, actions of its own done."""

    about: str
    done: tuple[str, ...]
    refused: tuple[str, ...]
    signed: tuple[str, ...]
    words: str


def check(meeting: Meeting) -> tuple[Problem, ...]:
    """Return what is wrong with a meeting as called."""
    faults = Faults()
    if len(meeting.agenda) > MAX_POINTS:
        faults.add("too_many", "agenda", len(meeting.agenda), f"at most {MAX_POINTS} matters", "Group them.")
    for i, item in enumerate(meeting.agenda):
        faults.ids(f"agenda[{i}].about", item.about)
        faults.text(f"agenda[{i}].words", item.words, needed=True)
    if meeting.agreement is not None:
        faults.hash("agreement", meeting.agreement)
    faults.at_least("every_us", meeting.every_us, 1)
    faults.parties("parties", meeting.parties)
    if len(meeting.parties) < 2:
        faults.add("meeting_parties", "parties", meeting.parties, "joins at least two parties", "Name who meets.")
    faults.name("series", meeting.series)
    faults.order("since_us", meeting.since_us, meeting.at_us)
    faults.title("title", meeting.title)
    faults.text("words", meeting.words)
    return faults.all()


def check_minutes(minutes: Minutes) -> tuple[Problem, ...]:
    """Return what is wrong with minutes, seen alone."""
    faults = Faults()
    faults.hash("about", minutes.about)
    faults.each_once("actions", [action.action for action in minutes.actions])
    faults.each_once("points", [point.point for point in minutes.points])
    for i, action in enumerate(minutes.actions):
        faults.name(f"actions[{i}].action", action.action)
        faults.party(f"actions[{i}].owner", action.owner)
        faults.role(f"actions[{i}].role", action.role)
        faults.text(f"actions[{i}].words", action.words, needed=True)
    for i, point in enumerate(minutes.points):
        faults.name(f"points[{i}].point", point.point)
        faults.text(f"points[{i}].words", point.words, needed=True)
        if point.agreement is not None:
            faults.hash(f"points[{i}].agreement", point.agreement)
    if len(minutes.actions) > MAX_POINTS or len(minutes.points) > MAX_POINTS:
        faults.add("too_many", "points", len(minutes.points), f"at most {MAX_POINTS} points and actions", "Split them.")
    faults.parties("present", minutes.present)
    faults.text("words", minutes.words)
    return faults.all()


def check_reply(reply: MeetingReply) -> tuple[Problem, ...]:
    """Return what is wrong with a reply, seen alone: a refusal says why, and nothing is both signed and refused."""
    faults = Faults()
    faults.hash("about", reply.about)
    for field, names in (("done", reply.done), ("refused", reply.refused), ("signed", reply.signed)):
        faults.each_once(field, names)
        for i, name in enumerate(names):
            faults.name(f"{field}[{i}]", name)
    if both := sorted(set(reply.signed) & set(reply.refused)):
        faults.add("signed_and_refused", "refused", both, "a point is signed or refused", "Leave it in one list.")
    if not (reply.done or reply.refused or reply.signed):
        faults.add("empty_reply", "signed", "", "a reply names a point or an action", "Name one.")
    faults.text("words", reply.words, needed=bool(reply.refused))
    return faults.all()


FORMS = (
    first_version("meeting", Meeting, check),
    first_version("meeting", Minutes, check_minutes, "minutes"),
    first_version("meeting", MeetingReply, check_reply, "reply"),
)
