"""All conflicts among 100 000 congested volumes, beside shapely's STRtree in bulk with filters.

Generator: `congested.volumes` (the Levant, starts over 3 hours, heaped one and a half times as densely), 8 vertices each;
made beforehand. Ours takes ready Volume4D and gives every meeting pair with its boundary flag; the first of three runs is
the warm-up, the best and the worst of the other two are shown. The baseline gets its arrays ready made: it is timed for
the tree over outlines, pairs whose boxes touch in the plane, filters on time and height, and then GEOS distances between
the outlines on one Lambert chart of the theatre, which is not exact; the exact test one by one would be slower by far.
DETENTE_BENCH_SCALE shrinks the number of volumes (default 1).
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from itertools import islice

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from congested import SEPARATION, volumes
from detente.geometry.search.batch import Encounters, all_meetings
from detente.geometry.search.bulk import VolumeTable, table
from detente.geometry.search.store import vertical_gaps
from table import Row, render

SCALE = float(os.environ.get("DETENTE_BENCH_SCALE", "1"))
COUNT = max(1000, int(100_000 * SCALE))
CHART = "+proj=lcc +lat_1=34 +lat_2=35.5 +lat_0=34.5 +lon_0=38.5 +ellps=WGS84"
LOT = 1000


def timed(work: Callable[[], Encounters]) -> tuple[float, Encounters]:
    """Return seconds and the result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def rows() -> list[Row]:
    """Return the table."""
    live = list(islice(volumes(5, 3.0, 1.5), COUNT))
    gc.collect()
    gc.freeze()
    out = []
    columns = table(live, SEPARATION.horizontal_mm)
    base_s, base_pairs = strtree(columns)
    for threads in (2, 1):
        runs = [timed(lambda threads=threads: all_meetings(live, SEPARATION, threads=threads)) for _ in range(3)]  # type: ignore[misc]
        best, worst = sorted(seconds for seconds, _ in runs[1:])
        met = runs[0][1]
        out.append(
            Row(
                f"all conflicts among {COUNT:,}, {threads} thread{'s' * (threads > 1)}",
                f"{best:.2f} to {worst:.2f} s, {len(met.first):,} pairs",
                f"{base_s:.1f} s, {base_pairs:,} pairs, not exact",
                f"{base_s / best:.1f}x",
                f"{int(met.boundary.sum())} pairs within the error bound only; two cores, shared while measured",
            )
        )
    return out


def strtree(columns: VolumeTable) -> tuple[float, int]:
    """Time the baseline; return seconds and how many pairs it finds."""
    lat_lon = columns.groups[3].originals.ndeg / 1e9
    x, y = Transformer.from_crs("EPSG:4326", CHART, always_xy=True).transform(lat_lon[:, 1], lat_lon[:, 0])
    near_m = SEPARATION.horizontal_mm / 1000 + columns.groups[3].drawings.placing[:, 5]
    began = time.perf_counter()
    shapes = shapely.polygons(np.stack([x, y], axis=2))
    tree = shapely.STRtree(shapes)
    found = 0
    for start in range(0, len(shapes), LOT):
        some = np.arange(start, min(start + LOT, len(shapes)))
        low, high = np.array(shapely.bounds(shapes[some])).reshape(-1, 2, 2).transpose(1, 0, 2)
        aside = near_m[some][:, None] + 100
        i, j = tree.query(shapely.box(*(low - aside).T, *(high + aside).T))
        found += len(confirm(columns, shapes, near_m, some[i], j))
    return time.perf_counter() - began, found


def confirm(
    columns: VolumeTable,
    shapes: NDArray[np.object_],
    near_m: NDArray[np.float64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Keep the pairs, each once, that meet in time and height and whose outlines come near on the chart."""
    pairs = np.flatnonzero(
        (i < j)
        & (columns.start_us[i] <= columns.end_us[j] + SEPARATION.time_us)
        & (columns.start_us[j] <= columns.end_us[i] + SEPARATION.time_us)
    )
    i, j = i[pairs], j[pairs]
    heights = columns.heights
    pairs = np.flatnonzero(vertical_gaps(heights.pick(i), heights.pick(j)) <= SEPARATION.vertical_mm)
    i, j = i[pairs], j[pairs]
    apart = SEPARATION.horizontal_mm / 1000
    return np.flatnonzero(shapely.dwithin(shapes[i], shapes[j], near_m[i] + near_m[j] - apart))


if __name__ == "__main__":
    print(render((__doc__ or "").splitlines()[0], rows()))
