"""The recipient matrix: for each live notice, which parties should have it, which have it, and which never can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from detente.picture.notices.airspace import LiveNotice
from detente.records.entries.supersede import still_held
from detente.rules.notices.delivery.recipients import MatrixCell, Reachability, cell, why_should

if TYPE_CHECKING:
    from detente.picture.picture import Picture


class MatrixLine(msgspec.Struct, frozen=True, kw_only=True):
    """One notice with a cell for every party of the ledger, by party.

    `behind`: parties that a later version left out, each with the version that stands there still; nobody has ended it for them.
    """

    activity: str | None
    author: str
    behind: dict[str, str] = {}
    cells: tuple[MatrixCell, ...]
    first: str
    start_us: int | None
    version: str

    @property
    def gaps(self) -> tuple[MatrixCell, ...]:
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
) -> tuple[MatrixLine, ...]:
    """Return a row for each live notice of the viewer's own (`everybody`: of others too), in order of their start; after them one
    for each own notice that is over, and that some party still has as live.

    `named` are parties that an officer says should have all of them. Of others' notices only that is known which the viewer may
    read; what they do not show is shown as no evidence.
    """
    rows = [
        _row(picture, live, frozenset(named), forms(live.version))
        for live in picture.airspace.live()
        if everybody or live.author == viewer
    ]
    rows += [row for first in picture.heads.state.left if (row := _over(picture, first, viewer)) is not None]
    return tuple(sorted(rows, key=lambda r: (r.start_us is None, r.start_us or 0, r.version)))


def _over(picture: Picture, first: str, viewer: str) -> MatrixLine | None:
    """Return the row of an own notice that is over here and not at everybody, else None."""
    entry = picture.heads.entry(first)
    behind = _behind(picture, first)
    live = picture.airspace.get_first(first)
    if entry is None or entry.author != viewer or entry.kind != "notice" or live is not None or not behind:
        return None
    head = picture.heads.head_of(first)
    return MatrixLine(activity=None, author=viewer, behind=behind, cells=(), first=first, start_us=None, version=head)


def _behind(picture: Picture, first: str) -> dict[str, str]:
    if first not in picture.heads.state.left:
        return {}
    head = picture.heads.head_of(first)
    return {party: held for party, held in sorted(still_held(first, picture.heads).items()) if held != head}


def _row(picture: Picture, live: LiveNotice, named: frozenset[str], forms: Mapping[str, str]) -> MatrixLine:
    entry = picture.heads.entry(live.version)
    addressed = frozenset(entry.recipients) if entry is not None else frozenset()
    facts = {party: picture.delivery.facts(live.version, party) for party in _parties(picture)}
    near = _near(picture, live)
    cells = []
    for party in _parties(picture):
        standing = Reachability(answered_by=picture.directory.answers_for(party).by, party=party)
        why = why_should(
            live.activity,
            live.author,
            party,
            addressed=party in addressed,
            near=party in near,
            named=party in named,
        )
        cells.append(cell(standing, live.author, why, addressed, facts, forms.get(party, "")))
    return MatrixLine(
        activity=live.activity.value if live.activity is not None else None,
        author=live.author,
        behind=_behind(picture, live.first),
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
