"""A small term to count with, and events written in one line: `12 19:00 start`, day of September 2016 and hour in Damascus."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from detente.geometry.zones import us_of, zone
from detente.rules.agreements.readings.counting import Counting, read_counting
from detente.rules.agreements.readings.events import TimedEvent

DAMASCUS = "Asia/Damascus"

PLAIN: dict[str, Any] = {
    "announces": "ends",
    "calendar": "gregorian",
    "conditions": [
        {"kind": "absent", "id": "calm", "words": "no attack", "of": [{"event": "attack"}]},
        {
            "kind": "open",
            "id": "aid",
            "words": "aid passes",
            "before": "no",
            "opened_by": [{"event": "opened"}],
            "closed_by": [{"event": "closed"}],
        },
        {
            "kind": "satisfied",
            "id": "sponsors",
            "words": "both are satisfied",
            "event": "word",
            "parties": ["ru", "us"],
            "silence": "unknown",
        },
    ],
    "days": 7,
    "goal": "the joint centre opens",
    "id": "k12",
    "resets": {"event": "reset", "parties": ["ru", "us"], "together": True},
    "source": "test",
    "starts": {"event": "start"},
    "tag": "ILL",
    "text": "summarised",
    "ways": [
        {"id": "R1", "kind": "calendar", "words": "calendar days", "used_by": []},
        {"id": "R1b", "kind": "calendar-after", "words": "days after the first", "used_by": []},
        {"id": "R2", "kind": "elapsed", "words": "hours", "used_by": []},
        {"id": "R3", "kind": "qualifying", "words": "good days", "needs": ["calm", "aid", "sponsors"], "used_by": []},
    ],
    "words": "after seven days",
    "zone": DAMASCUS,
}


def term(**changes: Any) -> Counting:
    """The term, with other slots."""
    return read_counting({**PLAIN, **changes})


def us(text: str, zone_name: str = DAMASCUS) -> int:
    """`12 19:00`: day and hour of September 2016; `2016-03-24 12:00` any day."""
    day, clock = text.split()
    iso = day if "-" in day else f"2016-09-{int(day):02}"
    return us_of(datetime.fromisoformat(f"{iso} {clock}").replace(tzinfo=zone(zone_name)))


def events(text: str, zone_name: str = DAMASCUS) -> list[TimedEvent]:
    """One event a line: day, hour, name, and for words and resets who says it (`us yes`, `ru no`); `by` for ends and the end."""
    made = []
    for n, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        day, clock, name, *more = line.split()
        at_us = us(f"{day} {clock}", zone_name)
        fields: dict[str, Any] = {}
        if name == "word":
            fields["satisfied"] = more[1] == "yes"
        if name == "ends":
            fields["ends"] = None if more[1] == "none" else us(f"{more[1]} {more[2]}", zone_name)
        made.append(
            TimedEvent(
                at_us=at_us,
                by=more[0] if more else "",
                fields=fields,
                id=f"e{n}",
                latest_us=at_us,
                name=name,
                told_us=at_us,
            )
        )
    return made


GOOD = """
12 19:00 start
12 20:00 opened
12 20:00 word us yes
12 21:00 word ru yes
"""
