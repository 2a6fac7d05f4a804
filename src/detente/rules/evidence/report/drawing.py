"""Two small drawings for a report, as SVG text: where (a map without a base map) and when (lanes of time). No scripts, nothing fetched.

Every kind of mark has a shape of its own, so that colour is never the only sign; numbers are those of the report's list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from detente.geometry.durations import HOUR_US
from detente.geometry.volume import NDEG, Circle, Corridor, Outline, Point
from detente.rules.evidence.report.day import Figure, Kind, Mark, figure

COLOURS: dict[Kind, str] = {"access-refused": "#8a1c1c", "event": "#1b4965", "protected": "#2f6b2f"}
MEANS: dict[Kind, str] = {
    "access-refused": "access refused to monitors",
    "event": "reported event",
    "protected": "notified protected movement or site",
}
WIDTH = 760
M_PER_DEGREE = 111_320
"""Metres in a degree of latitude, near enough for a drawing."""

STEPS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30)
LANE = 30
MOST_HIGH = 430


def map_svg(marks: Sequence[Mark]) -> str:
    """Return the marks that have a place, on a grid of degrees with a scale; dashed circles are the stated errors."""
    placed = [(mark, *_centre(mark.place.outline), _error_deg(mark)) for mark in marks if mark.place is not None]
    if not placed:
        return ""
    south, north = min(p[1] - p[3] for p in placed), max(p[1] + p[3] for p in placed)
    shrink = max(0.05, math.cos(math.radians((south + north) / 2)))
    west, east = min(p[2] - p[3] / shrink for p in placed), max(p[2] + p[3] / shrink for p in placed)
    high = max(north - south, 0.3, (east - west) * shrink * 0.45) * 1.2
    wide = max((east - west) * 1.2, high / shrink * 0.9)
    centre_lat, centre_lon = (south + north) / 2, (west + east) / 2
    scale = min((WIDTH - 60) / (wide * shrink), MOST_HIGH / high)
    wide = (WIDTH - 60) / (shrink * scale)
    height = round(high * scale) + 70

    def at(lat: float, lon: float) -> tuple[float, float]:
        return 50 + (lon - centre_lon + wide / 2) * shrink * scale, 12 + (centre_lat + high / 2 - lat) * scale

    parts = _grid(at, (centre_lat - high / 2, centre_lat + high / 2), (centre_lon - wide / 2, centre_lon + wide / 2))
    spots: list[tuple[float, float, list[Mark]]] = []
    for mark, lat, lon, error in placed:
        x, y = at(lat, lon)
        if error * scale > 6:
            parts.append(
                f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{error * scale:.1f}' fill='none' stroke='#777' stroke-dasharray='4 3'/>"
            )
        near = next((s for s in spots if abs(s[0] - x) < 14 and abs(s[1] - y) < 14), None)
        if near is None:
            spots.append((x, y, [mark]))
        else:
            near[2].append(mark)
    for x, y, here in spots:
        kinds = list(dict.fromkeys(mark.kind for mark in here))
        parts += [_symbol(kind, x + 9 * n, y) for n, kind in enumerate(kinds)]
        numbers = ", ".join(str(mark.number) for mark in here)
        parts.append(f"<text x='{x + 9 * len(kinds):.1f}' y='{y - 7:.1f}' font-weight='600'>{numbers}</text>")
    parts.append(_scale_bar(scale, height))
    parts.append(_legend([mark.kind for mark in marks if mark.place is not None], height - 12))
    return _svg(height, f"Map of {len(placed)} marks", parts)


def timeline_svg(
    marks: Sequence[Mark],
    figures: Sequence[Figure],
    windows: Sequence[tuple[int, int]],
    start_us: int,
    end_us: int,
    hour: Callable[[int], str],
) -> str:
    """Return a lane for each who told of something: marks as bars over their time band, counts as open bars over their windows.

    `windows` are those of `figures`; `hour` writes an hour below the axis. What reaches over an edge ends in an arrow.
    """
    lanes = list(dict.fromkeys([*(f.who for f in figures), *(m.who for m in marks)]))
    if not lanes:
        return ""
    left, right = 190, WIDTH - 20
    height = len(lanes) * LANE + 70
    length_us = end_us - start_us

    def x_of(at_us: int) -> float:
        return left + (min(max(at_us, start_us), end_us) - start_us) / length_us * (right - left)

    parts = []
    for n in range(int(length_us // (3 * HOUR_US)) + 1):
        x = x_of(start_us + n * 3 * HOUR_US)
        parts.append(f"<line x1='{x:.1f}' y1='8' x2='{x:.1f}' y2='{height - 48}' stroke='#ddd'/>")
        parts.append(
            f"<text x='{x:.1f}' y='{height - 34}' text-anchor='middle' fill='#555'>{escape(hour(start_us + n * 3 * HOUR_US))}</text>"
        )
    for n, who in enumerate(lanes):
        y = 12 + n * LANE
        parts.append(f"<text x='{left - 8}' y='{y + 15}' text-anchor='end'>{escape(_short(who))}</text>")
        parts.append(f"<line x1='{left}' y1='{y + 24}' x2='{right}' y2='{y + 24}' stroke='#eee'/>")
        for one, (first, last) in zip(figures, windows, strict=True):
            if one.who == who:
                parts += _count_bar(
                    x_of(first), x_of(last), y, f"{figure(one.now)} {one.now.unit}", first < start_us, last > end_us
                )
        taken: list[tuple[float, float]] = []
        for mark in marks:
            if mark.who == who:
                parts += _bar(mark, x_of(mark.start_us), x_of(mark.end_us), y, taken)
    parts.append(_legend([mark.kind for mark in marks], height - 12))
    return _svg(height, f"Timeline of {len(marks)} marks and {len(figures)} counts", parts)


def _svg(height: int, words: str, parts: Sequence[str]) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}' role='img'"
    body = "\n".join(part for part in parts if part)
    sheet = f"<title>{escape(words)}</title><rect width='100%' height='100%' fill='#fff'/>"
    return f"{head} font-family='sans-serif' font-size='12'>{sheet}\n{body}\n</svg>"


def _grid(
    at: Callable[[float, float], tuple[float, float]], lats: tuple[float, float], lons: tuple[float, float]
) -> list[str]:
    step = next((s for s in STEPS if max(lats[1] - lats[0], lons[1] - lons[0]) / s <= 8), STEPS[-1])
    parts = []
    for n in range(math.ceil(lats[0] / step), math.floor(lats[1] / step) + 1):
        (x1, y), (x2, _) = at(n * step, lons[0]), at(n * step, lons[1])
        parts.append(f"<line x1='{x1:.1f}' y1='{y:.1f}' x2='{x2:.1f}' y2='{y:.1f}' stroke='#ddd'/>")
        parts.append(
            f"<text x='{x1 - 4:.1f}' y='{y + 4:.1f}' text-anchor='end' fill='#555'>{_degrees(n * step, 'NS')}</text>"
        )
    for n in range(math.ceil(lons[0] / step), math.floor(lons[1] / step) + 1):
        (x, y1), (_, y2) = at(lats[1], n * step), at(lats[0], n * step)
        parts.append(f"<line x1='{x:.1f}' y1='{y1:.1f}' x2='{x:.1f}' y2='{y2:.1f}' stroke='#ddd'/>")
        parts.append(
            f"<text x='{x:.1f}' y='{y2 + 13:.1f}' text-anchor='middle' fill='#555'>{_degrees(n * step, 'EW')}</text>"
        )
    return parts


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):g}°{signs[0] if value >= 0 else signs[1]}"


def _centre(outline: Outline) -> tuple[float, float]:
    if isinstance(outline, Circle):
        points: Sequence[Point] = (outline.centre,)
    else:
        points = outline.line if isinstance(outline, Corridor) else outline.vertices
    return sum(p.lat_ndeg for p in points) / len(points) / NDEG, sum(p.lon_ndeg for p in points) / len(points) / NDEG


def _error_deg(mark: Mark) -> float:
    place = mark.place
    if place is None:
        return 0.0
    radius = place.outline.radius_mm if isinstance(place.outline, Circle) else 0
    return (radius + place.error_mm) / 1000 / M_PER_DEGREE


def _symbol(kind: Kind, x: float, y: float) -> str:
    colour = COLOURS[kind]
    match kind:
        case "event":
            return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='{colour}'/>"
        case "protected":
            return f"<rect x='{x - 5:.1f}' y='{y - 5:.1f}' width='10' height='10' fill='#fff' stroke='{colour}' stroke-width='2.5'/>"
        case "access-refused":
            return f"<path d='M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10' stroke='{colour}' stroke-width='3'/>"


def _bar(mark: Mark, x1: float, x2: float, y: float, taken: list[tuple[float, float]]) -> list[str]:
    """One mark in its lane; its number is moved right of numbers that are there already."""
    colour = COLOURS[mark.kind]
    parts = []
    if x2 - x1 > 10:
        dash = (
            ""
            if mark.kind == "event"
            else " stroke-dasharray='6 3'"
            if mark.kind == "protected"
            else " stroke-dasharray='2 3'"
        )
        parts.append(
            f"<line x1='{x1:.1f}' y1='{y + 17}' x2='{x2:.1f}' y2='{y + 17}' stroke='{colour}' stroke-width='3'{dash}/>"
        )
    parts.append(_symbol(mark.kind, x2 if x2 - x1 > 10 else (x1 + x2) / 2, y + 17))
    at = x2 + 4
    while any(abs(at - other) < 18 for other, _ in taken):
        at += 18
    taken.append((at, y))
    parts.append(f"<text x='{at:.1f}' y='{y + 11}' font-weight='600'>{mark.number}</text>")
    return parts


def _count_bar(x1: float, x2: float, y: float, words: str, from_before: bool, goes_on: bool) -> list[str]:
    ends = f"{'◂ ' if from_before else ''}{words}{' ▸' if goes_on else ''}"
    return [
        f"<rect x='{x1:.1f}' y='{y}' width='{max(x2 - x1, 2):.1f}' height='13' fill='#f4f1e8' stroke='#9a8f6a'/>",
        f"<text x='{x1 + 4:.1f}' y='{y + 10}' font-size='10'>{escape(ends)}</text>",
    ]


def _legend(kinds: Sequence[Kind], y: float) -> str:
    parts = []
    x = 60.0
    for kind in sorted(set(kinds)):
        parts.append(f"{_symbol(kind, x, y - 4)}<text x='{x + 10:.1f}' y='{y:.1f}'>{MEANS[kind]}</text>")
        x += 30 + 6.6 * len(MEANS[kind])
    return "".join(parts)


def _scale_bar(scale: float, height: int) -> str:
    """A bar of 1, 2 or 5 times a power of ten kilometres, near 100 px wide. `scale` is px in a degree of latitude."""
    px_per_km = scale / (M_PER_DEGREE / 1000)
    ideal = 100 / px_per_km
    power = 10 ** math.floor(math.log10(ideal))
    km = max(n * power for n in (1, 2, 5) if n * power <= ideal)
    x2 = WIDTH - 20
    x1 = x2 - km * px_per_km
    y = height - 16
    return (
        f"<path d='M{x1:.1f} {y - 4}v4H{x2:.1f}v-4' fill='none' stroke='#333'/>"
        f"<text x='{(x1 + x2) / 2:.1f}' y='{y - 6}' text-anchor='middle'>{km:g} km</text>"
    )


def _short(who: str) -> str:
    return who if len(who) <= 28 else who[:27] + "…"
