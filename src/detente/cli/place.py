"""`detente place check`: compare every way in which a place was stated; offline, nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from detente.cli.say import AsJson, answer, guarded, table
from detente.cli.words import metres, point
from detente.errors import REFUSED, Refused, problem

if TYPE_CHECKING:
    from detente.geometry.place_check import PlaceCheck
    from detente.geometry.position import Box
    from detente.geometry.volume import Outline


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
    from detente.cli import given
    from detente.geometry.place_check import check_place

    if order not in ("lat,lon", "lon,lat"):
        raise Refused([problem("choice", "--order", order, "must be lat,lon or lon,lat", "Choose one.")])
    if circle is not None and volume is not None:
        raise Refused([problem("shape", "--circle", circle, "stands beside --volume", "Give one shape.")])
    outline: Outline | None = None
    error_mm, spoken = 0, None
    if circle is not None:
        outline, position = given.circle(circle, datum)
        error_mm = position.error_mm
    if volume is not None:
        (spoken, *_) = given.read_files([volume])
        outline, error_mm = spoken.outline, spoken.error_mm
    found = check_place(
        datum=datum,
        decimal=decimal,
        error_mm=error_mm,
        grid=grid,
        landmarks=given.landmarks(landmark, datum),
        order=order,  # type: ignore[arg-type]
        outline=outline,
        phrase=phrase,
        theatre=_theatre(theatre),
    )
    words = None
    if speak and outline is not None:
        from detente.geometry.spoken import speak as words_of

        words = words_of(spoken if spoken is not None else outline, error_mm)
    answer({"consistent": found.consistent, "found": found, "spoken": words}, _words(found, words), as_json)
    if not found.consistent:
        raise typer.Exit(REFUSED)


def _theatre(text: str | None) -> Box | None:
    from detente.geometry.position import Box

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
    return Box(south_ndeg=parts[0], west_ndeg=parts[1], north_ndeg=parts[2], east_ndeg=parts[3])


def _words(found: PlaceCheck, spoken: str | None) -> list[Any]:
    words: list[Any] = []
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
    if spoken:
        words.append(f"To say: {spoken}")
    return words


def _pair(at: Any) -> tuple[int, int]:
    return at.lat_ndeg, at.lon_ndeg
