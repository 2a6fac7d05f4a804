"""Puts entries and their parts into words, from the JSON in which a station shows them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import msgspec

from detente.cli.session import short
from detente.cli.times import moment, span
from detente.errors import Refused

if TYPE_CHECKING:
    from detente.api.entries import ShownEntry

DATUM = {"ellipsoid": "HAE", "geoid": "AMSL", "ground": "AGL", "flight_level": "FL", "unknown": "above what is unknown"}
AROUND_2000_US = 10**14
"""A number of microseconds above this is a time, below it a length of time (1973 parts them)."""

Json = dict[str, Any]


def bodies(entry: ShownEntry) -> list[tuple[str, Json]]:
    """Return form and body of each part of an entry that is open here, in order of position."""
    opened = (part.facet for part in entry.facets if part is not None)
    return [(facet.form, msgspec.json.decode(facet.body)) for facet in opened]


def body_of(entry: ShownEntry, form: str = "full") -> Json | None:
    """Return the body in one form, if it is open here."""
    return next((body for found, body in bodies(entry) if found == form), None)


def kind_of(entry: ShownEntry) -> str:
    """Return the kind without its version."""
    return entry.header.kind.partition("/")[0]


def from_to(entry: ShownEntry) -> str:
    """Say who told whom."""
    header = entry.header
    others = [party for party in header.audience if party != header.author]
    return f"{header.author} > {', '.join(others) or '(itself)'}"


def line(entry: ShownEntry, zone: tzinfo | None = None) -> str:
    """Say in one line what an entry is about."""
    if entry.erased:
        return "erased: what it said is gone; that it was said stands"
    opened = bodies(entry)
    if not opened:
        return "sealed; stays at its author's station" if kind_of(entry) == "sealed" else "not opened to you"
    form, body = opened[0]
    say = LINES.get(kind_of(entry))
    said = say(body, zone) if say is not None and form == "full" else _plain_line(form, body)
    return f"{said} [{form} only]" if form != "full" else said


def _notice(body: Json, zone: tzinfo | None) -> str:
    when = window(body["volumes"], zone)
    return f"{body['activity']}, {body['state']}, {when}: {cut(body['words'])}"


def window(volumes: list[Json], zone: tzinfo | None) -> str:
    """Say from when to when the volumes of a notice last together."""
    if not volumes:
        return "no time"
    start, end = min(v["start_us"] for v in volumes), max(v["end_us"] for v in volumes)
    return f"{moment(start, zone)} to {moment(end, zone)}"


def _response(body: Json, zone: tzinfo | None) -> str:
    unit = f" to {body['unit']}" if body["unit"] else ""
    words = f": {cut(body['words'])}" if body["words"] else ""
    return f"{body['answer']}{unit} of {short(body['version'])} in role {body['by_role']}{words}"


def _message(body: Json, zone: tzinfo | None) -> str:
    about = f" about {', '.join(short(i) for i in body['about'])}" if body["about"] else ""
    said = body["words"] if not body.get("phrase") else phrase_words(body)
    return f"{body['urgency'].upper()}{about}: {cut(said)}"


def phrase_words(body: Json) -> str:
    """Return a message's standard phrase in the reader's language (DETENTE_LANGUAGE), figures as they were given."""
    return sentence(body["phrase"], body["words"], os.environ.get("DETENTE_LANGUAGE", "en"))


def _screening(body: Json, zone: tzinfo | None) -> str:
    return f"{body['answer']} about {short(body['about'])}, buffer {body['buffer_mm'] / 1_000_000:g} km"


def _watermark(body: Json, zone: tzinfo | None) -> str:
    return f"holds everything addressed to it below size {body['size']}; {body['count']} by its reader"


def _call(body: Json, zone: tzinfo | None) -> str:
    ends = f"{body['caller']['party']} rang {body['taker']['party']} on {body['line']}"
    return f"{ends} at {moment(body['at_us'], zone)}, {body['outcome']}: {cut(body['words'])}"


def _claim(body: Json, zone: tzinfo | None) -> str:
    path = f" via {' > '.join(body['chain'])}" if body.get("chain") else ""
    origin = f", origin {body['origin']}" if body.get("origin") else ""
    return f"{body['who']}{path}{origin} {body['stance']} ({body['tag']}): {cut(str(body['says']))}"


def _report(body: Json, zone: tzinfo | None) -> str:
    path = f" via {' > '.join(body['chain'])}" if body["chain"] else ""
    return f"{body['who']}{path}, {body['result']} ({body['tag']}): {cut(body['title'] or body['words'])}"


def _assessment(body: Json, zone: tzinfo | None) -> str:
    grade = f"{body['reliability'] or '-'}{body['credibility'] or '-'}"
    return f"{body['assessor']} grades {body['source']} {grade}: {cut(body['reason'])}"


def _bulletin(body: Json, zone: tzinfo | None) -> str:
    total = body["total"]
    figure = total["best"] if total["best"] is not None else f"{total['low']} or more"
    return f"{body['who']} counts {figure} {total['unit']} ({body['scope']}), {body['window']['text']}"


def _affiliation(body: Json, zone: tzinfo | None) -> str:
    return f"{body['who']} {body['stance']}: {body['actor']} {body['relation']} {body['of']}"


def _whereabouts(body: Json, zone: tzinfo | None) -> str:
    return f"{body['who']} {body['stance']}: {body['actor']} on this ground ({body['share']})"


def _change(body: Json, zone: tzinfo | None) -> str:
    until = f" until {moment(body['until_us'], zone)}" if body["until_us"] else ""
    return f"{body['matter']}: {body['change']} from {moment(body['effective_us'], zone)}{until}: {cut(body['words'])}"


def _warning(body: Json, zone: tzinfo | None) -> str:
    first = moment(body["endangered"][0][0], zone)
    return f"{body['urgency'].upper()}, {len(body['endangered'])} open notice(s), first in danger {first}: {cut(body['words'])}"


def _about(body: Json, zone: tzinfo | None) -> str:
    words = body.get("words") or body.get("reason") or ""
    return f"of {short(body['about'])}{': ' + cut(words) if words else ''}"


def _officer(body: Json, zone: tzinfo | None) -> str:
    return f"{body['officer']} of {body['party']}, {body['state']}, roles {', '.join(body['roles']) or 'none'}"


LINES = {
    "affiliation": _affiliation,
    "assessment": _assessment,
    "bulletin": _bulletin,
    "call": _call,
    "change": _change,
    "claim": _claim,
    "disclosure": _about,
    "erasure": _about,
    "message": _message,
    "notice": _notice,
    "officer": _officer,
    "report": _report,
    "response": _response,
    "screening": _screening,
    "warning": _warning,
    "watermark": _watermark,
    "whereabouts": _whereabouts,
}
"""How each kind is said in one line; every other kind by its first texts."""


def _plain_line(form: str, body: Json) -> str:
    texts = [f"{name} {value}" for name, value in body.items() if isinstance(value, str) and value.strip(".")]
    return cut("; ".join(texts))


def cut(text: str, most: int = 90) -> str:
    """Return a text on one line, cut where it is long."""
    one = " ".join(text.split())
    return one if len(one) <= most else one[: most - 1] + "…"


def lines_of(value: Any, zone: tzinfo | None, indent: str = "  ", name: str = "") -> Iterator[str]:
    """Say a body field by field: times, lengths and angles in people's units; what is empty is left out."""
    if isinstance(value, dict) and "outline" in value and "start_us" in value:
        yield f"{indent}{volume_words(value, zone)}"
        return
    for key, item in value.items():
        if item in (None, "", [], {}) or key in ("padding", "salt"):
            continue
        if isinstance(item, dict):
            yield f"{indent}{key}:"
            yield from lines_of(item, zone, indent + "  ")
        elif isinstance(item, list) and item and isinstance(item[0], dict):
            for n, part in enumerate(item):
                yield f"{indent}{key}[{n}]:"
                yield from lines_of(part, zone, indent + "  ")
        else:
            yield f"{indent}{_label(key)}: {_scalar(key, item, zone)}"


def _label(key: str) -> str:
    for unit in ("_us", "_mm", "_ndeg"):
        key = key.removesuffix(unit)
    return key.replace("_", " ")


def _scalar(key: str, item: Any, zone: tzinfo | None) -> str:
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, int) and key.endswith("_us"):
        return moment(item, zone, exact=True) if abs(item) > AROUND_2000_US else span(item)
    if isinstance(item, int) and key.endswith("_mm"):
        return metres(item)
    if isinstance(item, int) and key.endswith("_ndeg"):
        return f"{item / 1e9:.9f} degrees"
    if key in ("centre", "origin") and isinstance(item, list):
        return point(item)
    if isinstance(item, list):
        return ", ".join(str(part) for part in item)
    return str(item)


def point(at: list[int]) -> str:
    """Say a point in decimal degrees of WGS 84."""
    return f"{at[0] / 1e9:.6f} {at[1] / 1e9:.6f}"


def metres(mm: int) -> str:
    """Say a length: `730 mm`, `441 m`, `7.2 km`."""
    if abs(mm) < 1000:
        return f"{mm} mm"
    if abs(mm) < 10_000_000:
        return f"{mm / 1000:.1f} m".replace(".0 m", " m") if abs(mm) < 100_000 else f"{round(mm / 1000)} m"
    return f"{mm / 1_000_000:.1f} km".replace(".0 km", " km")


def volume_words(volume: Json, zone: tzinfo | None) -> str:
    """Say a volume in one line: shape, heights, time, error."""
    heights = [height_words(volume.get(name)) for name in ("altitude_lower", "altitude_upper")]
    height = f"{heights[0] or 'any'} to {heights[1] or 'any'}" if any(heights) else "all heights"
    error = f"; error circle {metres(volume['error_mm'])}" if volume.get("error_mm") else ""
    when = f"{moment(volume['start_us'], zone)} to {moment(volume['end_us'], zone)}"
    return f"{outline_words(volume['outline'])}; {height}; {when}{error}"


def outline_words(outline: Json) -> str:
    """Say a shape."""
    if outline["shape"] == "circle":
        return f"circle at {point(outline['centre'])}, radius {metres(outline['radius_mm'])}"
    if outline["shape"] == "corridor":
        line = ", ".join(point(p) for p in outline["line"])
        return f"corridor {metres(outline['half_width_mm'])} to either side of {line}, edges {outline['edge']}"
    corners = ", ".join(point(p) for p in outline["vertices"][:6])
    more = f" and {len(outline['vertices']) - 6} more" if len(outline["vertices"]) > 6 else ""
    return f"polygon {corners}{more}, edges {outline['edge']}"


def height_words(height: Json | None) -> str | None:
    """Say a height with its datum, or None for unbounded."""
    if height is None:
        return None
    if height["datum"] == "flight_level":
        return f"FL{round(height['value_mm'] / 30_480):03d}"
    return f"{metres(height['value_mm'])} {DATUM[height['datum']]}"


def sentence(name: str, words: str, language: str) -> str:
    """Return a message's phrase in the reader's language; by its name and bare values where it is not known here."""
    from detente.rules.hotline.phrases import plain, read_values
    from detente.wiring.phrases import phrase

    values = read_values(words)
    try:
        return plain(phrase(name, language), values, language)
    except Refused:
        return f"[{name}] " + ", ".join(f"{k} {v}" for k, v in sorted(values.items()))
