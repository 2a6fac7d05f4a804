"""Whether what a case expects of a row came about: decided by what stations answered about that row's own entries, never by words shown.

What has come about is kept as facts beside the lines that say it. A fact names the entry that it is about, and an expectation asks for
facts about the entries of its row (for a question: the entry that is asked about); another row's facts satisfy nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from detente.scenario.case import CaseRow, microseconds

AT_ONCE_US = 60_000_000
"""Within this time a fresh answer must be asked of those whom a change endangers."""

WAITS = ("called", "unanswered")
"""Alarms by which a ladder tells that something waits: at its sender, and at the party that owes the answer."""


class RowFact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a station raised or answered. `about` are the ids that it concerns, `party` where or of whom.

    `value`: the kind of an alarm, the answer of a screening, the urgency of what is asked afresh, the lead of a notice.
    """

    about: tuple[str, ...]
    at_us: int
    kind: Literal["alarm", "asked", "contradiction", "lead", "screening"]
    party: str = ""
    value: str = ""


class Facts:
    """What has come about in one branch, and what was sent in it: `entries` maps names of rows and their parts to entry ids."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries
        self._all: list[RowFact] = []

    def add(self, fact: RowFact) -> None:
        """Keep one."""
        self._all.append(fact)

    def of(self, row: CaseRow, kind: str, values: Collection[str] = ()) -> list[RowFact]:
        """Return the facts of a kind about a row's own entries, or about the one it asks about; `values`: only these."""
        mine = self._mine(row)
        return [f for f in self._all if f.kind == kind and mine & set(f.about) and (not values or f.value in values)]

    def _mine(self, row: CaseRow) -> set[str]:
        parts = {entry for name, entry in self._entries.items() if name == row.id or name.startswith(f"{row.id}.")}
        asked = {
            str(row.particulars[name])
            for name in ("course", "outcome", "stop")
            if row.do == "ask" and name in row.particulars
        }
        return parts | {self._entries[name] for name in asked if name in self._entries}

    # --- what a row may expect of them

    def screened(self, row: CaseRow, answer: str) -> bool:
        """Somebody screened the row's notice with this answer."""
        return bool(self.of(row, "screening", (answer,)))

    def unanswered_after(self, row: CaseRow, seconds: int) -> bool:
        """What the row sent raised its alarm of an answer that is out, so many seconds later to the microsecond."""
        due_us = row.at_us + seconds * 1_000_000
        return any(fact.at_us == due_us for fact in self.of(row, "alarm", WAITS))

    def called(self, row: CaseRow, parties: Sequence[str]) -> bool:
        """What waits was told as an alarm at each of these parties."""
        return set(parties) <= {fact.party for fact in self.of(row, "alarm", WAITS)}

    def unreached(self, row: CaseRow, at: datetime) -> bool:
        """At this moment the asker and the party asked about, and nobody else, were told that no acting unit had confirmed."""
        found = {f.party for f in self.of(row, "alarm", ("unit-unreached",)) if f.at_us == microseconds(at)}
        return found == {row.by, str(row.particulars["party"])}

    def short_leads(self, row: CaseRow, wanted: Mapping[str, str]) -> bool:
        """Each of these recipients was told shorter before the row's notice begins than its class asks: by this lead."""
        return set(wanted.items()) <= {(fact.party, fact.value) for fact in self.of(row, "lead")}

    def contradicted(self, row: CaseRow, denial: str) -> bool:
        """The row's claim stands against the denial in another row."""
        return any(self._entries.get(denial) in fact.about for fact in self.of(row, "contradiction"))

    def asked_afresh(self, row: CaseRow, parties: Sequence[str]) -> bool:
        """Exactly these parties were asked as urgent, at once, to answer again what the row's change endangers."""
        found = {f.party for f in self.of(row, "asked", ("urgent",)) if f.at_us - row.at_us < AT_ONCE_US}
        return found == set(parties)
