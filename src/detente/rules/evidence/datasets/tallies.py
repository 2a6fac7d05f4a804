"""What imported events look like by source: how many each carries, how many origins stand behind an event, where sources differ.

Events of one day and place with different counts are laid side by side. They may be one event or several: nobody adds them, and
nobody merges them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from detente.rules.evidence.datasets.imported import DatasetEvent, Import, same_name

FOLLOWED = 12
"""How many sources are followed over time."""


class TallyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event's side of a difference: its id, compiler, origins, and deaths as low, best, high."""

    best: int | None
    compiler: str
    event: str
    high: int | None
    low: int | None
    origins: tuple[str, ...]


class TallyDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Events that state the same day and the same place, by sources that are not the same, with different counts."""

    day: str
    place: str
    rows: tuple[TallyRow, ...]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """An import in figures. `by_source` and `by_origin`: events each carries, most first.

    `by_origins`: events by how many origins they have. `assumed`: events whose first source is not told.
    `by_source_month`: the record over time of those that carry most: events for each month from the first to the last, nought included.
    """

    assumed: int
    by_origin: tuple[tuple[str, int], ...]
    by_origins: tuple[tuple[int, int], ...]
    by_region: tuple[tuple[str, int], ...]
    by_source: tuple[tuple[str, int], ...]
    by_source_month: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    cautions: int
    differences: tuple[TallyDifference, ...]
    events: int
    first_day: str
    last_day: str
    more_sources_than_origins: int
    refused: int
    rows: int


def tally(made: Import) -> Tally:
    """Return an import in figures."""
    events = made.events
    return Tally(
        assumed=sum(event.assumed for event in events),
        by_origin=_ranked(origin for event in events for origin in event.origins),
        by_origins=tuple(sorted(Counter(len(event.origins) for event in events).items())),
        by_region=_ranked(event.region or "not stated" for event in events),
        by_source=_ranked(office for event in events for office in _offices(event)),
        by_source_month=_over_time(events),
        cautions=len(made.cautions),
        differences=differences(events),
        events=len(events),
        first_day=min((event.stated_day.partition(" ")[0] for event in events), default=""),
        last_day=max((event.stated_day.rpartition(" ")[2] for event in events), default=""),
        more_sources_than_origins=sum(len(event.articles) > len(event.origins) for event in events),
        refused=len({fault.field.partition(".")[0] for fault in made.refused}),
        rows=made.rows,
    )


def _over_time(events: Sequence[DatasetEvent]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Events of each source by month of the day stated (the first, where several are)."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        for office in _offices(event):
            counts[same_name(office)][event.stated_day[:7]] += 1
    months = _months(
        min((m for c in counts.values() for m in c), default=""),
        max((m for c in counts.values() for m in c), default=""),
    )
    most = _ranked(office for event in events for office in _offices(event))[:FOLLOWED]
    return tuple((name, tuple((month, counts[same_name(name)][month]) for month in months)) for name, _ in most)


def _months(first: str, last: str) -> list[str]:
    if not first:
        return []
    year, month = int(first[:4]), int(first[5:7])
    found = []
    while (text := f"{year}-{month:02}") <= last:
        found.append(text)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


def differences(events: Sequence[DatasetEvent]) -> tuple[TallyDifference, ...]:
    """Return where two sources give the same single day and the same coordinates and different counts, in order of day and place."""
    groups: dict[tuple[str, int, int], list[DatasetEvent]] = defaultdict(list)
    for event in events:
        if " to " not in event.stated_day:
            groups[(event.stated_day, event.lat_ndeg, event.lon_ndeg)].append(event)
    found = []
    for (day, _, _), group in groups.items():
        sources = {frozenset(map(same_name, event.origins)) for event in group}
        counts = {(event.deaths.low, event.deaths.best, event.deaths.high) for event in group}
        if len(sources) > 1 and len(counts) > 1:
            rows = tuple(_row(event) for event in sorted(group, key=lambda e: (e.compiler, e.event)))
            found.append(TallyDifference(day=day, place=group[0].place, rows=rows))
    return tuple(sorted(found, key=lambda d: (d.day, d.place)))


def _row(event: DatasetEvent) -> TallyRow:
    deaths = event.deaths
    return TallyRow(
        best=deaths.best,
        compiler=event.compiler,
        event=event.event,
        high=deaths.high,
        low=deaths.low,
        origins=event.origins,
    )


def _offices(event: DatasetEvent) -> list[str]:
    return list({same_name(a.office): a.office for a in event.articles}.values())


def _ranked(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Count names, spellings of one name together under the commonest spelling, most first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name in names:
        counts[same_name(name)][name] += 1
    sums = [(spelt.most_common(1)[0][0], spelt.total()) for spelt in counts.values()]
    return tuple(sorted(sums, key=lambda pair: (-pair[1], pair[0])))
