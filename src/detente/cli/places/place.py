"""`detente place check`: compare every way in which a place was stated; offline, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import typer

from detente.cli.entry_words import metres, point
from detente.cli.output import AsJson, answer, guarded, table
from detente.errors import REFUSED, Refused, problem

if TYPE_CHECKING:
    from rich.table import Table

    from detente.geometry.stated.place_check import PlaceCheck
    from detente.geometry.stated.position import Caution, StatedPosition, Theatre
    from detente.geometry.volume import Outline, Point, Volume4D


def register(app: typer.Typer) -> None:
    """Add the verb."""
    group = typer.Typer(
        help="Compare the ways in which a place was stated.", no_args_is_help=True, rich_markup_mode=None
    )
    group.callback()(lambda: None)
    group.command("check")(guarded(check))
    app.add_typer(group, name="place")


def check(
    decimal: Annotated[str, typer.Option("--decimal", help="'35.2854, 40.1760', or degrees, minutes, seconds.")] = "",
    grid: Annotated[str, typer.Option("--grid", help="UTM or MGRS: '37SFV 06940 05327'.")] = "",
    circle: Annotated[str | None, typer.Option("--circle", help="Shape: '35.2854, 40.1760, 1000 m'.")] = None,
    polygon: Annotated[
        str | None,
        typer.Option("--polygon", help="Shape: '35.28,40.17; 35.30,40.20; 35.25,40.21', its corners in order."),
    ] = None,
    volume: Annotated[str | None, typer.Option("--volume", help="Shape: a Volume4D file (F3548-21 JSON).")] = None,
    datum: Annotated[
        str | None, typer.Option("--datum", help="Datum of every figure: WGS84, ED50, ... No default.")
    ] = None,
    phrase: Annotated[str, typer.Option("--phrase", help="'9 km south of the airfield'.")] = "",
    landmark: Annotated[
        list[str] | None,
        typer.Option("--landmark", help="Named place a phrase starts from: 'the airfield=35.2854,40.1760 ± 300 m'."),
    ] = None,
    order: Annotated[str, typer.Option("--order", help="Which figure comes first: lat,lon or lon,lat.")] = "lat,lon",
    theatre: Annotated[
        str | None, typer.Option("--theatre", help="Where places are expected: 'SOUTH,WEST,NORTH,EAST' in degrees.")
    ] = None,
    speak: Annotated[bool, typer.Option("--speak", help="Say the shape as words to read over a voice line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare all stated forms of a place in pairs. Exit 2 where one cannot be read or two contradict each other."""
    from detente.cli.places import options
    from detente.geometry.stated.place_check import check_place

    if order not in ("lat,lon", "lon,lat"):
        raise Refused([problem("choice", "--order", order, "must be lat,lon or lon,lat", "Choose one.")])
    shape = _shape(circle, polygon, volume, datum)
    known = options.landmarks(landmark, datum)
    found = check_place(
        datum=datum,
        decimal=decimal,
        error_mm=shape.error_mm,
        grid=grid,
        landmarks=known,
        order=order,  # type: ignore[arg-type]
        outline=shape.outline,
        phrase=phrase,
        theatre=_theatre(theatre),
    )
    found = msgspec.structs.replace(found, cautions=(*shape.cautions, *found.cautions))
    words = None
    if speak and shape.outline is not None:
        from detente.geometry.stated.spoken import speak as words_of

        words = words_of(shape.volume if shape.volume is not None else shape.outline, shape.error_mm)
    phrases = _phrases(found, known)
    value = {"consistent": found.consistent, "found": found, "phrases": phrases, "spoken": words}
    answer(value, _words(found, phrases, words), as_json)
    if not found.consistent:
        raise typer.Exit(REFUSED)


class _Shape(NamedTuple):
    """The shape that was given, if any; `volume` where a file gave it with heights and times."""

    outline: Outline | None = None
    error_mm: int = 0
    cautions: tuple[Caution, ...] = ()
    volume: Volume4D | None = None


def _shape(circle: str | None, polygon: str | None, volume: str | None, datum: str | None) -> _Shape:
    from detente.cli.places import options

    shapes = {"--circle": circle, "--polygon": polygon, "--volume": volume}
    first, *more = [name for name, text in shapes.items() if text is not None] or [""]
    if more:
        raise Refused([problem("shape", first, shapes[first], f"stands beside {more[0]}", "Give one shape.")])
    if circle is not None:
        centred, position = options.circle(circle, datum)
        return _Shape(centred, position.error_mm)
    if polygon is not None:
        ring = options.polygon(polygon, datum)
        return _Shape(ring.polygon, ring.error_mm, ring.cautions)
    if volume is not None:
        (read, *_) = options.read_files([volume])
        return _Shape(read.outline, read.error_mm, volume=read)
    return _Shape()


def _phrases(found: PlaceCheck, known: Mapping[str, StatedPosition]) -> tuple[str, ...]:
    """Say the place from each landmark, to hold against what was said; nothing where its forms put it at several places."""
    from detente.geometry.stated.phrase import say_phrase

    if not found.consistent:
        return ()
    place = found.readings[0].point
    return tuple(say_phrase(place, name, origin.point) for name, origin in known.items() if origin.point != place)


def _theatre(text: str | None) -> Theatre | None:
    from detente.geometry.stated.position import Theatre

    if text is None:
        return None
    parts: list[int] = []
    try:
        parts = [round(float(part) * 1e9) for part in text.split(",")]
    except (ValueError, OverflowError):
        parts = []
    if len(parts) != 4 or parts[0] > parts[2]:
        rule = "must be four numbers: south, west, north, east, in degrees"
        raise Refused([problem("theatre", "--theatre", text, rule, "Write 32,35,38,43.")])
    return Theatre(south_ndeg=parts[0], west_ndeg=parts[1], north_ndeg=parts[2], east_ndeg=parts[3])


def _words(found: PlaceCheck, phrases: Sequence[str], spoken: str | None) -> list[Table | str]:
    words: list[Table | str] = []
    if found.readings:
        rows = [(r.form, r.stated or "-", point(list(_pair(r.point))), metres(r.error_mm)) for r in found.readings]
        words.append(table("", ("form", "as stated", "WGS 84", "error circle"), rows))
    words += [f"CANNOT BE READ: {p.sentence()}" for p in found.problems]
    for c in found.contradictions:
        words.append(f"CONTRADICTION: {c.words}.{' Perhaps: ' + c.perhaps + '.' if c.perhaps else ''}")
    words += [f"caution: {c.words}" for c in found.cautions]
    if found.consistent:
        words.append("The forms agree within their error circles. That does not make the place right.")
    else:
        words.append("Settle which is right before anyone is told.")
    words += [f"In words: {text}" for text in phrases]
    if spoken:
        words.append(f"To say: {spoken}")
    return words


def _pair(at: Point) -> tuple[int, int]:
    return at.lat_ndeg, at.lon_ndeg
