"""The recipient matrix: for each live notice, which parties should have it, which have it, and which never can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from detente.hotline.recipients import Cell, Standing, cell, why_should
from detente.picture.airspace import LiveNotice

if TYPE_CHECKING:
    from detente.picture.picture import Picture


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One notice with a cell for every party of the ledger, by party."""

    activity: str | None
    author: str
    cells: tuple[Cell, ...]
    first: str
    start_us: int | None
    version: str

    @property
    def gaps(self) -> tuple[Cell, ...]:
        """The parties that should have it without evidence that they have."""
        return tuple(c for c in self.cells if c.gap)


Forms = Callable[[str], Mapping[str, str]]
"""Which form of a version each party may read, by party, as far as it is known here."""


def matrix(
    picture: Picture,
    viewer: str,
    *,
    everybody: bool = False,
    forms: Forms = lambda version: {},
    named: Iterable[str] = (),
) -> tuple[Row, ...]:
    """Return a row for each live notice of the viewer's own (`everybody`: of others too), in order of their start.

    `named` are parties that an officer says should have all of them. Of others' notices only that is known which the viewer may
    read; what they do not show is shown as no evidence.
    """
    rows = [
        _row(picture, live, frozenset(named), forms(live.version))
        for live in picture.airspace.live()
        if everybody or live.author == viewer
    ]
    return tuple(sorted(rows, key=lambda r: (r.start_us is None, r.start_us or 0, r.version)))


def _row(picture: Picture, live: LiveNotice, named: frozenset[str], forms: Mapping[str, str]) -> Row:
    entry = picture.heads.entry(live.version)
    addressed = frozenset(entry.recipients) if entry is not None else frozenset()
    facts = {party: picture.delivery.facts(live.version, party) for party in _parties(picture)}
    near = _near(picture, live)
    cells = []
    for party in _parties(picture):
        standing = Standing(answered_by=picture.directory.answers_for(party).by, party=party)
        why = why_should(
            live.activity,
            live.author,
            party,
            addressed=party in addressed,
            near=party in near,
            named=party in named,
        )
        cells.append(cell(standing, live.author, why, addressed, facts, forms.get(party, "")))
    return Row(
        activity=live.activity.value if live.activity is not None else None,
        author=live.author,
        cells=tuple(cells),
        first=live.first,
        start_us=live.start_us,
        version=live.version,
    )


def _parties(picture: Picture) -> tuple[str, ...]:
    return tuple(p.party for p in picture.directory.parties() if p.state != "departed")


def _near(picture: Picture, live: LiveNotice) -> set[str]:
    """Return the authors of live notices that come too close to this one."""
    found = set()
    for one in picture.conflicts.of(live.version):
        for version in (one.conflict.first, one.conflict.second):
            other = picture.airspace.get(version)
            if other is not None and other.author != live.author:
                found.add(other.author)
    return found
