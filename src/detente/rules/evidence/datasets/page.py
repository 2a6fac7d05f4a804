"""An import as one HTML page that stands alone: figures by source, origins, and where sources differ. No script, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from detente.geometry.zones import TABLES
from detente.rules.evidence.datasets.imported import Import
from detente.rules.evidence.datasets.tallies import Tally, TallyDifference

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.bar{display:block;height:.7rem;background:#4477aa;min-width:1px}
td.b{width:45%}
.note{opacity:.8}
"""
MOST_NAMES = 40
MOST_FAULTS = 500


def page(made: Import, found: Tally, name: str) -> str:
    """Return the page. Everything that came out of the file is escaped; nothing in it can act."""
    origins = ((f"{n} origin{'' if n == 1 else 's'}", count) for n, count in found.by_origins)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>{escape(name)}: sources and origins</title><style>{_STYLE}</style>",
        f"<h1>{escape(name)}</h1>",
        f"<p>{found.events} events of {found.rows} rows, {escape(found.first_day)} to {escape(found.last_day)}. "
        f"{found.refused} rows refused, {found.cautions} taken with a stated repair. Days by {TABLES}.</p>",
        "<p class=note>A compiler's reading of press reports. It proves nothing about who did what. Relays add reach, not support; "
        "counts of different sources are never added.</p>",
        "<h2>Events per source</h2>",
        _bars(found.by_source[:MOST_NAMES], "source"),
        "<h2>Each source over time: events by month</h2>",
        "<p class=note>Each on its own scale; the figure is of its fullest month. A source that falls silent is a gap, not a calm.</p>",
        _over_time(found.by_source_month),
        "<h2>Independent origins behind an event</h2>",
        f"<p>{found.more_sources_than_origins} events have more articles than origins: the articles are not independent. "
        f"{found.assumed} events do not tell their first source; there the office stands for it.</p>",
        _bars(list(origins), "origins"),
        "<h2>Events per origin</h2>",
        _bars(found.by_origin[:MOST_NAMES], "origin"),
        "<h2>Events per region</h2>",
        _bars(found.by_region[:MOST_NAMES], "region"),
        f"<h2>Same day, same place, different counts ({len(found.differences)})</h2>",
        "<p class=note>They may be one event or several; nothing is merged.</p>",
        _differences(found.differences),
        f"<h2>Rows refused or repaired ({found.refused + found.cautions})</h2>",
        _faults(f"{p.field}: {p.rule}. {p.next_step}" for p in (*made.refused, *made.cautions)[:MOST_FAULTS]),
    ]
    return "\n".join(parts) + "\n"


def _bars(rows: Sequence[tuple[str, int]], what: str) -> str:
    most = max((count for _, count in rows), default=1)
    lines = (
        f"<tr><td>{escape(name)}<td class=n>{count}<td class=b><span class=bar style='width:{100 * count / most:.1f}%'></span>"
        for name, count in rows
    )
    return f"<table><tr><th>{what}<th class=n>events<th></tr>{''.join(lines)}</table>"


def _over_time(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> str:
    lines = []
    for name, months in rows:
        most = max((count for _, count in months), default=0) or 1
        bars = "".join(
            f"<rect x='{n * 8}' y='{30 - high:.1f}' width='7' height='{high:.1f}'><title>{month}: {count}</title></rect>"
            for n, (month, count) in enumerate(months)
            for high in (30 * count / most,)
        )
        svg = f"<svg viewBox='0 0 {max(len(months), 1) * 8} 31' height='31' role='img' fill='#4477aa'>{bars}</svg>"
        silent = sum(count == 0 for _, count in months)
        lines.append(f"<tr><td>{escape(name)}<td class=b>{svg}<td class=n>{most}<td class=n>{silent}")
    span = f"{rows[0][1][0][0]} to {rows[0][1][-1][0]}" if rows and rows[0][1] else ""
    return f"<table><tr><th>source<th>{span}<th class=n>fullest month<th class=n>months without</tr>{''.join(lines)}</table>"


def _differences(found: Sequence[TallyDifference]) -> str:
    lines = []
    for one in found:
        for n, row in enumerate(one.rows):
            where = f"<td rowspan={len(one.rows)}>{escape(one.day)}<td rowspan={len(one.rows)}>{escape(one.place)}"
            figures = "".join(f"<td class=n>{'' if f is None else f}" for f in (row.low, row.best, row.high))
            lines.append(
                f"<tr>{where if n == 0 else ''}<td>{escape(', '.join(row.origins))}{figures}<td>{escape(row.compiler)} {escape(row.event)}"
            )
    head = "<tr><th>day<th>place<th>origins<th class=n>low<th class=n>best<th class=n>high<th>event</tr>"
    return f"<table>{head}{''.join(lines)}</table>"


def _faults(words: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}' for line in words)}</ul>"
