"""The book that ladders ask, out of the views: rosters and lines from the directory, times from agreements.

The times of an agreement count between two parties while both have assented to it and neither has suspended or withdrawn.
"""

from __future__ import annotations

from collections.abc import Mapping

from detente.picture.agreements.agreements import Agreements
from detente.picture.parties.directory import Directory
from detente.records.agreements.assent import Assent
from detente.records.hotline.channel import Channel
from detente.rules.agreements.judging.effect import Act
from detente.rules.hotline.callees import agreed_terms
from detente.rules.hotline.ladder import NO_TERMS

BINDS = frozenset({"assent", "reservation", "resumption"})
"""What a party's last act on an agreement must be for its times to count."""


class PictureBook:
    """Answers `rules.hotline.callees.Callees` from one viewer's picture."""

    def __init__(self, directory: Directory, agreements: Agreements) -> None:
        self._directory = directory
        self._agreements = agreements
        self._found: dict[tuple[str, str], Mapping[str, int]] = {}
        self._stamp: tuple[int, ...] = ()

    def on_watch(self, party: str, role: str, at_us: int) -> tuple[str, ...]:
        """Return the officers on watch in a role at a time."""
        return self._directory.on_watch(party, role, at_us)

    def channels_between(self, a: str, b: str) -> tuple[Channel, ...]:
        """Return the lines that join two parties."""
        return self._directory.channels_between(a, b)

    def above(self, party: str) -> str | None:
        """Return the party above this one."""
        return self._directory.above(party)

    def agreed(self, a: str, b: str) -> Mapping[str, int]:
        """Return the times on which two parties have agreed; of several agreements, the one that came last states a time."""
        watching = self._agreements.watching.values()
        if not watching:
            return NO_TERMS
        stamp = tuple(n for w in watching for n in (len(w.versions), len(w.acts)))
        if stamp != self._stamp:
            self._found, self._stamp = {}, stamp
        if (a, b) not in self._found:
            terms: dict[str, int] = {}
            for one in watching:
                if one.body.clocks and {a, b} <= set(one.body.parties) and self._bound(one.acts, a, b):
                    terms |= agreed_terms(one.body.clocks)
            self._found[a, b] = terms
        return self._found[a, b]

    def _bound(self, acts: list[Act], a: str, b: str) -> bool:
        last = {act.party: act.body.act for act in acts if isinstance(act.body, Assent)}
        return last.get(a) in BINDS and last.get(b) in BINDS
