"""Playbooks for views: say who tells whom what, and see it as any party would read it. Unsigned; ids are made up.

play = Play()
n = play.say("cjtf", "rus", notice())
play.say("rus", "cjtf", acknowledge(n))
picture_of(play, viewer="cjtf")
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from tests.support.read_back import figures_of
from tests.support.world import genesis

from detente.geometry.volume import Altitude, Circle, Point, Volume4D
from detente.ledger.entry import Header
from detente.ledger.facets import Facet
from detente.picture.known import Entry, known_of
from detente.picture.notices.delivery import Delivery
from detente.picture.picture import Picture
from detente.records import registry
from detente.records.body import Body
from detente.records.entries.watermark import Watermark
from detente.records.hotline.message import Message
from detente.records.notices.notice import Activity, Notice
from detente.records.notices.notice_state import State
from detente.records.notices.response import Answer, Readback, Response
from detente.records.notices.screening import Screening, padded
from detente.rules.notices.delivery.steps import DeliveryStep, Fact

START_US = 1_474_119_000_000_000
"""2016-09-17T13:30:00Z."""
SECOND = 1_000_000
MINUTE = 60 * SECOND
KM = 1_000_000
LEDGER = "00" * 32


def _named(bodies: Iterable[Any]) -> set[str]:
    """Return the ids that bodies name; a header refers to all of them."""
    found: set[str] = set()
    for given in bodies:
        body = given[1] if isinstance(given, tuple) else given
        for field in ("about", "in_reply_to", "rests_on", "version"):
            value = getattr(body, field, None)
            found.update([value] if isinstance(value, str) else value if isinstance(value, tuple) else ())
    return found


def identifier(word: object) -> str:
    """Return a made-up entry id that belongs to a word."""
    return hashlib.sha256(f"play {word}".encode()).hexdigest()


def fact_of(delivery: Delivery, version: str, party: str, step: DeliveryStep) -> Fact | None:
    """Return the first such fact, or None: no evidence of it."""
    return next((f for f in delivery.facts(version, party) if f.step is step), None)


class Play:
    """Entries in the order in which they are said, one index and one second apart unless told otherwise."""

    def __init__(self) -> None:
        self.said: list[tuple[int, int, str, Header, list[Facet | None]]] = []
        self.now_us = START_US
        self.size = 1  # genesis

    def say(
        self,
        author: str,
        to: str,
        *bodies: Body | tuple[str, Body],
        at_us: int | None = None,
        kind: str | None = None,
        supersedes: str | None = None,
        word: object = None,
    ) -> str:
        """Add an entry and return its id. `to` is space-separated; ("rus un", body) gives a body its own audience."""
        entry_id = identifier(self.size if word is None else word)
        self.now_us = self.now_us + SECOND if at_us is None else max(self.now_us, at_us)
        facets: list[Facet | None] = [None] * 4
        for given in bodies:
            readers, body = given if isinstance(given, tuple) else (to, given)
            written, form, data = registry.write(body)
            kind = kind or written
            audience = tuple(sorted({author, *readers.split()}))
            facets[registry.position(body)] = Facet(audience=audience, body=msgspec.Raw(data), form=form)
        header = Header(
            audience=tuple(sorted(to.split())),
            author=author,
            commitments=("00" * 32,) * 4,
            key="11" * 32,
            kind=kind or "notice/1",
            ledger=LEDGER,
            refers_to=tuple(sorted(_named(bodies))),
            signed_at_us=self.now_us,
            supersedes=supersedes,
        )
        self.said.append((self.size, self.now_us, entry_id, header, facets))
        self.size += 1
        return entry_id

    def wait(self, us: int) -> None:
        """Let time pass."""
        self.now_us += us

    def known(self, viewer: str, kinds: registry.Registry = registry.REGISTRY) -> list[Entry]:
        """Return what one party may read, as a version of Detente reads it that knows these kinds."""
        seen = []
        for index, at_us, entry_id, header, facets in self.said:
            if viewer == header.author or viewer in header.audience:
                shown = [f if f is not None and viewer in f.audience else None for f in facets]
                seen.append(known_of(index, at_us, entry_id, header, shown, registry=kinds))
        return seen


def empty_picture(**options: Any) -> Picture:
    """Return a picture in which nothing has happened yet."""
    return Picture(genesis(), LEDGER, **options)


def picture_of(play: Play, viewer: str, **options: Any) -> Picture:
    """Return everything as one party sees it at the end of a play."""
    return fold(play.known(viewer), **options)


def fold(known: Iterable[Entry], **options: Any) -> Picture:
    """Return a picture with these entries folded in."""
    picture = empty_picture(**options)
    for one in known:
        picture.apply(one)
    return picture


def circle(lat: float = 35.2663, lon: float = 40.1527, radius_km: float = 1.5, **changes: Any) -> Volume4D:
    """Return a circle near Deir ez-Zor from 20 to 80 minutes after the start, up to 5 km above sea level."""
    given: dict[str, Any] = {
        "altitude_upper": Altitude(datum="geoid", value_mm=5 * KM),
        "end_us": START_US + 80 * MINUTE,
        "outline": Circle(centre=Point(round(lat * 1e9), round(lon * 1e9)), radius_mm=round(radius_km * KM)),
        "start_us": START_US + 20 * MINUTE,
    }
    return Volume4D(**(given | changes))


def notice(**changes: Any) -> Notice:
    """Return an accepted notice of air activity, with changes."""
    given: dict[str, Any] = {
        "activity": Activity.AIR,
        "emergency": False,
        "lead_time_us": 10 * MINUTE,
        "needs_readback": False,
        "place": None,
        "rests_on": (),
        "shorter_lead_accepted_by": None,
        "state": State.ACCEPTED,
        "stated_time": None,
        "units": (),
        "users": (),
        "volumes": (circle(),),
        "words": "air activity",
    }
    return Notice(**(given | changes))


def response(to: str, answer: Answer, *, first: str | None = None, **changes: Any) -> Response:
    """Return an answer by the watch to one version; `first` is the thread where that is another entry."""
    given: dict[str, Any] = {
        "about": first or to,
        "answer": answer,
        "by_role": "watch",
        "readback": None,
        "unit": None,
        "version": to,
        "words": "because" if answer in ("query", "reject") else "",
    }
    if answer == "read-back":
        given["readback"] = Readback(datum="WGS84", volumes=(figures_of(circle()),))
    if answer == "passed-to-unit":
        given["unit"] = "Flight 1"
    return Response(**(given | changes))


def screening(about: str, answer: Any = "none raised", **changes: Any) -> Screening:
    """Return a screening of one version."""
    given: dict[str, Any] = {
        "about": about,
        "answer": answer,
        "buffer_mm": 2 * KM,
        "data_age_us": None if answer == "not screened" else 90 * MINUTE,
        "epoch": 68247,
        "padding": "",
        "speaks_for": ("rus", "syr"),
        "urgency": "urgent",
    }
    return padded(Screening(**(given | changes)))


def message(urgency: Any = "routine", **changes: Any) -> Message:
    """Return a message in free words."""
    given: dict[str, Any] = {
        "about": (),
        "in_reply_to": None,
        "language": "en",
        "phrase": None,
        "subject": "",
        "to_role": None,
        "urgency": urgency,
        "volumes": (circle(),) if urgency == "stop" else (),
        "within": None,
        "words": "words",
    }
    return Message(**(given | changes))


def watermark(size: int, count: int = 0) -> Watermark:
    """Return a watermark for everything below a size."""
    return Watermark(count=count, list_hash="22" * 32, size=size)
