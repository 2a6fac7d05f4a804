"""`detente overlap A.json B.json`: do two volumes come closer than a separation, why, and what would part them."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import VOLUME_BYTES, AsJson, answer, guarded, plain, read_bytes
from detente.errors import Refused, problem
from detente.geometry import f3548
from detente.geometry.clearing.why import sentences, why
from detente.geometry.volume import Separation

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
    first, second = (f3548.read(read_bytes(x, VOLUME_BYTES), n) for x, n in ((a, "A"), (b, "B")))
    separation = Separation(
        horizontal_mm=_thousandths(horizontal_m, "--horizontal-m", 1000),
        time_us=_thousandths(time_s, "--time-s", 1_000_000),
        vertical_mm=_thousandths(vertical_m, "--vertical-m", 1000),
    )
    found = why(first, second, separation)
    lines = ["meets" if found.meeting else "apart", *(f"  {sentence}" for sentence in sentences(found))]
    answer({"meets": found.meeting is not None, **plain(found)}, "\n".join(lines), as_json)


def _thousandths(value: float, field: str, scale: int) -> int:
    if not 0 <= value < 1e10:
        raise Refused([problem("separation", field, value, "must be 0 or more", "Give a distance or a time.")])
    return round(value * scale)
