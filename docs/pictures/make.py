"""Draws the README's picture from the shipped case: the area told, the areas meant, and how far apart. Run: python docs/pictures/make.py"""

from __future__ import annotations

from pathlib import Path

import matplotlib
from pyproj import Geod

from detente.scenario.case import load
from detente.scenario.compose import point_of

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "detente"
from matplotlib import pyplot as plt

GEOD = Geod(ellps="WGS84")
RADIUS_M = 1500


def main() -> None:
    """Draw and write deir-ez-zor.svg beside this file."""
    case = load("deir-ez-zor-2016")
    at = {name: point_of(case, name) for name in ("AF", "P1", "P2", "N9")}
    degrees = {name: (p.lon_ndeg / 1e9, p.lat_ndeg / 1e9) for name, p in at.items()}
    figure, axes = plt.subplots(figsize=(7.6, 4.4))
    axes.set_facecolor("#f6f3ea")
    for name, colour, hatch, label in (
        ("P1", "#3b6ea5", "", "areas meant"),
        ("P2", "#3b6ea5", "", None),
        ("N9", "#b5562b", "///", "area told: “9 km south of the airfield”"),
    ):
        lon, lat = degrees[name]
        ring = [GEOD.fwd(lon, lat, b, RADIUS_M)[:2] for b in range(0, 361, 5)]
        axes.fill(*zip(*ring, strict=True), facecolor=colour, alpha=0.35, edgecolor=colour, hatch=hatch, label=label)
    axes.plot(*degrees["AF"], marker="P", color="black", markersize=9, linestyle="none", label="airfield, the landmark")
    for name, km in (("P1", "7.2 km"), ("P2", "6.4 km")):
        (x0, y0), (x1, y1) = degrees["N9"], degrees[name]
        axes.annotate("", (x1, y1), (x0, y0), arrowprops={"arrowstyle": "<->", "color": "#444444"})
        axes.text(
            (x0 + x1) / 2,
            (y0 + y1) / 2,
            km,
            ha="center",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    axes.set_aspect(1 / 0.816)  # cosine of 35.25 degrees
    axes.set_xlabel("longitude, degrees east (WGS 84)")
    axes.set_ylabel("latitude, degrees north")
    axes.set_title("Deir ez-Zor, 17 September 2016: refused before sending", fontsize=11, loc="left")
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), fontsize=9, frameon=False)
    axes.grid(color="white")
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("deir-ez-zor.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
