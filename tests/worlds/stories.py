"""Pairs of stories that differ in what one party may not know, and agree on what it may learn.

A story is a list of steps in virtual time. Steps that the observer may learn of are the same in both stories: its own, those of others
addressed to it, how many leaves the ledger has and when, who is offline, which coarse cells are occupied when it asks, and how
long something of somebody waits for an answer, on which ladder (docs/threats.md).
What is hidden is drawn for each story apart: bodies, lengths, kinds, forms and edits of entries between the others, and within the
last second before they were recorded when they were signed; how they are answered, of the answers that end the same; where in its
cells a holder's presence is, of how many units, when it was entered, moved or partly withdrawn; sealed doubts;
drafts; requests of others that the host refused.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.support.stations import SECOND

PARTIES = ("cjtf", "rus", "un")
CELLS = ((1763, 11007), (1763, 11008), (1765, 11010))
"""(row, column) of 0.02 degree cells about 35.27 N 40.15 E."""
HOUR = 3600 * SECOND
PAUSES = (*(0, SECOND // 5, SECOND, 6 * SECOND, 6 * SECOND, 12 * SECOND) * 3, 33 * SECOND, 125 * SECOND)
"""Between two steps. Now and then a stop or an urgent message waits long enough to climb."""
HASTY = ("priority", "stop", "urgent")
LAST = (20 * SECOND, 20 * SECOND, 95 * SECOND, 130 * SECOND, 605 * SECOND)
"""Before the last look: what waits then climbs, a stop to the end of its ladder, a priority message to its first call."""


@dataclass(frozen=True)
class Step:
    """One thing that happens: when (µs after the start), what, and with which particulars."""

    at_us: int
    name: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """Two stories, and who is looking."""

    observer: str
    one: tuple[Step, ...]
    other: tuple[Step, ...]


def pair(seed: int) -> Pair:
    """Return the pair of stories with this number; the same number gives the same pair."""
    return _Drawing(random.Random(seed)).pair()


class _Drawing:
    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.secrets = (random.Random(draw.getrandbits(64)), random.Random(draw.getrandbits(64)))
        self.observer = draw.choice(PARTIES)
        self.others = [party for party in PARTIES if party != self.observer]
        self.at_us = 0
        self.stories: tuple[list[Step], list[Step]] = ([], [])
        self.away: set[str] = set()
        self.busy_until_us = -1
        """When the others have last answered each other: from then on it cannot be seen who of them speaks first."""
        self.swapped_until_us = -1
        self.edits = 0

    def pair(self) -> Pair:
        for party in self.others:
            if self.draw.random() < 0.7:
                self.presence(party)
        steps = (
            *(self.open,) * 2,
            *(self.ask,) * 3,
            *(self.told,) * 3,
            self.alone,
            *(self.presence,) * 2,
            self.unseen,
            self.line,
            self.refused,
            self.look,
        )
        for _ in range(self.draw.randint(2, 6)):
            self.draw.choice(steps)()
            self.at_us += self.draw.choice(PAUSES)
            if not self.away and self.draw.random() < 0.02:
                self.at_us += HOUR
                self.both("login")
        for party in sorted(self.away):
            self.both("line", party=party, up=True)
        self.at_us += self.draw.choice(LAST)
        self.look()
        return Pair(self.observer, tuple(self.stories[0]), tuple(self.stories[1]))

    def both(self, name: str, **given: Any) -> None:
        """Add a step that the observer may learn all about."""
        self.apart(name, given, given)

    def apart(self, name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
        """Add a step of which the observer may learn only that something happened, or not even that."""
        self.stories[0].append(Step(self.at_us, name, one))
        self.stories[1].append(Step(self.at_us, name, other))

    def apart_in_time(self, name: str, one: dict[str, Any], other: dict[str, Any]) -> None:
        """As `apart`, at a moment of its own: two stations that send at one moment come in some order, and the ledger shows it."""
        self.at_us += SECOND // 5
        self.apart(name, one, other)
        self.at_us += SECOND // 5

    def seeds(self, **shared: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return particulars that share what is given and have each a number of its own; now and then the same one."""
        one, other = (secret.getrandbits(30) for secret in self.secrets)
        if self.draw.random() < 0.15:
            other = one
        return {**shared, "secret": one}, {**shared, "secret": other}

    def two(self) -> tuple[str, str]:
        """Return the two parties that are not looking, in some order."""
        author = self.draw.choice(self.others)
        return author, next(party for party in self.others if party != author)

    # --- what the observer takes part in

    def open(self) -> None:
        """Another party tells the observer something; a notice also has parts for others only."""
        author, third = self.two()
        to = self.draw.choice(((self.observer,), tuple(sorted((self.observer, third)))))
        if third in to:
            self.between_the_others()
        shared = {
            "author": author,
            "body": self.draw.choice(("message", "notice", "coarse", "coarse", "urgent")),
            "cell": self.draw.choice(CELLS),
            "number": self.draw.getrandbits(30),
            "to": to,
        }
        self.apart("open", *self.seeds(**shared))

    def ask(self) -> None:
        """The observer tells of an activity of its own, anew or as an edit, and the others screen it; or writes to them."""
        self.both(
            "ask",
            body=self.draw.choice(("notice", "notice", "notice", "message", "urgent")),
            cell=self.draw.choice(CELLS),
            edit=self.edits > 0 and self.draw.random() < 0.4,
            number=self.draw.getrandbits(30),
            to=self.draw.choice((tuple(self.others), (self.others[0],), (self.others[1],))),
        )
        self.edits += 1

    def look(self) -> None:
        """The observer asks the host and the other stations all that it can think of."""
        self.both("look", number=self.draw.getrandbits(30))

    def line(self) -> None:
        """A holder's line to the host is cut, or comes back. Its absence shows in both worlds."""
        party = self.draw.choice(self.others)
        self.both("line", party=party, up=party in self.away)
        self.away ^= {party}

    # --- what it does not

    def told(self) -> None:
        """One of the others tells the other something, and is told that it has arrived.

        Who tells whom is hidden too, and whether they talk at all: in the other world each may have written a note for itself.
        """
        author, to = self.two()
        how = self.draw.choice(("word", "word", "word", "notice", *self.draw.sample(HASTY, 2)))
        # While somebody is away, an edit would end the ladder of a notice that nobody has screened, and that would show.
        one, other = self.seeds(author=author, edits=not self.away, how=how, to=to)
        if how == "word" and not self.away and self.at_us > self.busy_until_us and self.draw.random() < 0.8:
            if self.draw.random() < 0.5:
                self.apart_in_time("told", one, {**other, "author": to, "to": author})
            else:
                self.apart_in_time("told", one, {**other, "how": "notes"})
            self.swapped_until_us = self.at_us + 6 * SECOND
            if self.draw.random() < 0.7:
                self.ask()  # whether it shows in the answer that they have just spoken
        else:
            self.between_the_others()
            self.apart("told", one, other)
            if how == "notice" and self.draw.random() < 0.4:
                self.ask()  # two answers of one station in one slot
            if how in ("stop", "urgent") and self.draw.random() < 0.5:
                self.at_us += self.draw.choice((2, 25, 35, 65)) * SECOND
                self.apart("answered", *self.seeds(author=author, to=to))
        self.busy_until_us = self.at_us + 11 * SECOND

    def between_the_others(self) -> None:
        """Wait where the answer to what comes now would be on the ledger sooner or later by who of the others spoke before."""
        self.at_us = max(self.at_us, self.swapped_until_us)
        self.busy_until_us = self.at_us + 11 * SECOND

    def alone(self) -> None:
        """One of the others writes something for itself: a doubt about its own notice, a note."""
        author, another = self.two()
        one, other = self.seeds(author=author)
        if self.away or self.draw.random() < 0.5:
            self.apart("alone", one, other)
        else:
            self.apart_in_time("alone", one, {**other, "author": another})

    def refused(self) -> None:
        """The host refuses what a station sent; its hash is lodged with the others. For which fault is hidden."""
        author, to = self.two()
        if author not in self.away:
            self.apart("refused", *self.seeds(author=author, to=to))

    def presence(self, party: str | None = None) -> None:
        """A holder states its presence: the same cells, in its own way, in as many edits as it likes before the next step."""
        party = party or self.draw.choice(self.others)
        cells = tuple(cell for cell in CELLS if self.draw.random() < 0.4)
        for story, secret in zip(self.stories, self.secrets, strict=True):
            times = sorted(secret.randrange(SECOND) for _ in range(secret.choice((1, 1, 2, 4))))
            for at_us in times:
                given = {"cells": cells, "party": party, "secret": secret.getrandbits(30)}
                story.append(Step(self.at_us + at_us, "presence", given))
        self.at_us += SECOND

    def unseen(self) -> None:
        """What leaves no trace on the ledger: refused requests, reads, drafts given up. As many as they like."""
        for story, secret in zip(self.stories, self.secrets, strict=True):
            for _ in range(secret.choice((0, 1, 3))):
                given = {"party": secret.choice(self.others), "secret": secret.getrandbits(30)}
                story.append(Step(self.at_us, "unseen", given))
