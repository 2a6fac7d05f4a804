"""Writes docs/formats/vectors/volume.json. Run by hand after a deliberate change of format: the tests only read it.

Distances are written only where the slow sampling of `outlines` agrees to the millimetre.
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
from tests.geometry.exact.outlines import EDGES, apart, area, box, circle, corridor, height, sampled_distance_m, volume

from detente.geometry.exact.rings import check_volume
from detente.geometry.exact.separation import horizontal_distance, meets
from detente.geometry.f3548 import write_volume
from detente.geometry.volume import Outline, Separation, Volume4D

PATH = Path(__file__).parents[2] / "docs/formats/vectors/volume.json"


def pair(name: str, a: Volume4D, b: Volume4D, separation: Separation) -> dict[str, object]:
    found = meets(a, b, separation)
    distance = horizontal_distance(a.outline, b.outline)
    assert distance is not None and not check_volume(a) and not check_volume(b)
    if distance.distance_m:
        radii = sum(getattr(v.outline, "radius_mm", 0) + getattr(v.outline, "half_width_mm", 0) for v in (a, b)) / 1000
        assert abs(sampled_distance_m(a.outline, b.outline, grid=60) - radii - distance.distance_m) < 0.001, name
    return {
        "name": name,
        "a": msgspec.to_builtins(a),
        "b": msgspec.to_builtins(b),
        "separation": msgspec.to_builtins(separation),
        "distance_mm": round(distance.distance_m * 1000),
        "meets": found is not None,
        "boundary": bool(found and found.boundary),
        "vertical_mm": found.vertical_mm if found else None,
        "time_us": found.time_us if found else None,
    }


def pairs() -> list[dict[str, object]]:
    rows = []
    for edge in EDGES:
        rows += [
            pair(f"one degree at 34 N, {edge}", volume(box(33, 36, 34, 37, edge)), volume(circle(34.01, 36.5, 0.1)), apart(km=1)),
            pair(f"ten degrees at 60 N, {edge}", volume(box(59, 20, 60, 30, edge)), volume(circle(60.3, 25, 1)), apart(km=25)),
            pair(f"either side of 180, {edge}", volume(box(50, 179, 51, 180, edge)), volume(box(50, -180, 51, -179, edge)), apart()),
            pair(f"polar cap, {edge}", volume(_cap(edge)), volume(circle(89.999, 77, 0.001)), apart()),
            pair(f"slanted fronts, {edge}", volume(corridor((60, 20), (61, 30), km=2, edge=edge)),
                 volume(corridor((60.3, 21), (61.3, 29), km=1, edge=edge)), apart(km=10)),
        ]  # fmt: skip
    flight = Volume4D(
        altitude_lower=height(3000, "geoid"),
        altitude_upper=height(3100, "geoid", 20),
        end_us=10,
        outline=circle(34, 36, 1),
        start_us=5,
    )
    rows.append(pair("50 km circle at 34 N", volume(circle(34, 36, 50)), volume(circle(34.46, 36, 1)), apart()))
    rows.append(pair("50 km circle at 70 N", volume(circle(70, 36, 50)), volume(circle(70.46, 36, 1)), apart()))
    rows.append(pair("heights within one datum", flight, msgspec.structs.replace(flight, altitude_lower=height(3200, "geoid"),
                     altitude_upper=height(3300, "geoid")), apart(metres=80)))  # fmt: skip
    rows.append(pair("heights of two datums", flight, msgspec.structs.replace(flight, altitude_lower=height(3180),
                     altitude_upper=height(3300)), apart()))  # fmt: skip
    rows.append(pair("a moment shared", volume(circle(34, 36, 1), start=0, end=5), flight, apart()))
    rows.append(pair("a moment missed", volume(circle(34, 36, 1), start=0, end=4), flight, apart()))
    vague = msgspec.structs.replace(volume(circle(34.1, 36, 1)), error_mm=5_000_000)
    rows.append(pair("an error circle", vague, volume(circle(34, 36, 1)), apart(km=4.1)))
    return rows


def _cap(edge: str) -> Outline:
    return area(*((80.0, float(lon)) for lon in range(-180, 180, 30)), edge=edge)  # type: ignore[arg-type]


def bad() -> list[dict[str, object]]:
    rows = {
        "crosses itself": volume(area((34, 36), (34.02, 36.02), (34, 36.02), (34.02, 36))),
        "closed twice": volume(area((34, 36), (34, 36.1), (34.1, 36.1), (34, 36))),
        "a vertex twice": volume(area((34, 36), (34, 36), (34.1, 36.1))),
        "runs back": volume(area((34, 36), (34.1, 36), (34.2, 36))),
        "swapped": volume(circle(120, 35, 1)),
        "either way round": volume(area((0, 0), (0, 180), (40, 90), edge="parallel")),
        "time reversed": volume(circle(34, 36, 1), start=2, end=1),
        "heights reversed": volume(circle(34, 36, 1), low=2, high=1),
    }
    return [
        {"name": name, "problems": [[p.code, p.field] for p in check_volume(v)], "volume": msgspec.to_builtins(v)}
        for name, v in rows.items()
    ]


def f3548() -> list[dict[str, object]]:
    rows = [
        volume(area((34, 36), (34, 36.123456789), (34.1, 36), edge="lonlat"), low=-10.001, high=120, end=1_474_126_020_000_001),
        volume(circle(35.2663, 40.1527, 0.8), end=1),
        msgspec.structs.replace(volume(corridor((0, 180), (1, -179.5), km=1.25), end=60_000_000), error_mm=250_000,
                                altitude_upper=height(3048, "flight_level", 30)),
    ]  # fmt: skip
    return [
        {"volume": msgspec.to_builtins(v), "json": json.loads(json.dumps(write_volume(v), default=float))} for v in rows
    ]


if __name__ == "__main__":
    text = json.dumps({"bad": bad(), "f3548": f3548(), "pairs": pairs()}, indent=1, ensure_ascii=True)
    PATH.write_text(text + "\n")
