"""`detente overlap A.json B.json`: do two volumes come closer than a separation, why, and what would part them."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from detente.cli.say import AsJson, answer, guarded, plain, read_bytes
from detente.errors import Refused, problem
from detente.geometry import f3548
from detente.geometry.least_change import LeastChange, least_change
from detente.geometry.separation import EDGES, RULESET, Meeting, meets
from detente.geometry.volume import Circle, Edge, Separation, Volume4D

File = Annotated[
    str, typer.Argument(help="A Volume4D in the JSON of ASTM F3548-21, `edge` beside `vertices`; - is standard input.")
]
HorizontalM = Annotated[float, typer.Option("--horizontal-m", help="Separation on the ground, metres.")]
VerticalM = Annotated[float, typer.Option("--vertical-m", help="Separation in height, metres.")]
TimeS = Annotated[float, typer.Option("--time-s", help="Separation in time, seconds.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("overlap")(guarded(overlap))


def overlap(
    a: File,
    b: File,
    horizontal_m: HorizontalM = 0.0,
    vertical_m: VerticalM = 0.0,
    time_s: TimeS = 0.0,
    as_json: AsJson = False,
) -> None:
    """Tell whether two volumes meet under a separation; say why, and the least change of A that parts them."""
    first, second = f3548.read(read_bytes(a), "A"), f3548.read(read_bytes(b), "B")
    separation = Separation(
        horizontal_mm=_thousandths(horizontal_m, "--horizontal-m", 1000),
        time_us=_thousandths(time_s, "--time-s", 1_000_000),
        vertical_mm=_thousandths(vertical_m, "--vertical-m", 1000),
    )
    meeting = meets(first, second, separation)
    change = least_change(first, second, separation) if meeting else None
    readings = {edge: meets(_read_as(first, edge), _read_as(second, edge), separation) is not None for edge in EDGES}
    value = {
        "meets": meeting is not None,
        "why": plain(meeting),
        "least_change": plain(change),
        "under_each_edge_reading": readings,
        "ruleset": RULESET,
    }
    answer(value, _words(meeting, change, readings, separation), as_json)


def _read_as(volume: Volume4D, edge: Edge) -> Volume4D:
    """Return the same volume with its edges read in another way; a circle has none."""
    if isinstance(volume.outline, Circle):
        return volume
    return msgspec.structs.replace(volume, outline=msgspec.structs.replace(volume.outline, edge=edge))


def _thousandths(value: float, field: str, scale: int) -> int:
    if not 0 <= value < 1e10:
        raise Refused([problem("separation", field, value, "must be 0 or more", "Give a distance or a time.")])
    return round(value * scale)


def _words(
    meeting: Meeting | None, change: LeastChange | None, readings: dict[Edge, bool], separation: Separation
) -> str:
    asked = (
        f"separation {separation.horizontal_mm / 1000:g} m on the ground, {separation.vertical_mm / 1000:g} m in height, "
        f"{separation.time_us / 1e6:g} s in time"
    )
    differ = (
        ""
        if len(set(readings.values())) == 1
        else "\nThe answer depends on how edges run: "
        + ", ".join(f"{edge}: {'meets' if held else 'apart'}" for edge, held in readings.items())
    )
    if meeting is None:
        return f"apart ({asked}){differ}"
    lines = [
        f"meets ({asked})",
        f"  on the ground  {meeting.horizontal_mm / 1000:.3f} m apart, {meeting.allowed_mm / 1000:.3f} m needed",
        f"  in height      {meeting.vertical_mm / 1000:.3f} m apart",
        f"  in time        {meeting.time_us / 1e6:g} s apart; {f3548.time_text(meeting.first_us)} to {f3548.time_text(meeting.last_us)}",
    ]
    if meeting.boundary:
        lines.append("  boundary       only the bound on measuring error decides")
    return "\n".join(lines) + differ + (f"\n{change_words(change)}" if change else "")


def change_words(change: LeastChange) -> str:
    """Say the least change of the first volume in each dimension, each enough by itself."""
    ways = []
    if change.time_us is not None:
        ways.append(f"{abs(change.time_us) / 1e6:.6g} s {'later' if change.time_us > 0 else 'earlier'}")
    if change.height_mm is not None:
        ways.append(f"{abs(change.height_mm) / 1000:.3f} m {'up' if change.height_mm > 0 else 'down'}")
    if change.distance_mm is not None and change.bearing_ndeg is not None:
        ways.append(f"{change.distance_mm / 1000:.3f} m on true bearing {change.bearing_ndeg / 1e9:.1f} degrees")
    return "  least change of A that parts them, any one of: " + "; ".join(ways)
