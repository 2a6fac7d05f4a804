"""Importing event data: the real extract where it is present, else as many rows made up; origins counted, every bad row named."""

from __future__ import annotations

import csv
import gzip
import io
import time
from pathlib import Path

from bench.table import Row, render

from detente.rules.evidence.datasets.tallies import tally
from detente.rules.evidence.datasets.ucdp import NEEDED, read_ucdp

EXTRACT = Path(__file__).parents[2] / "shared" / "data" / "ucdp-ged-syria-2016-2019.csv.gz"
SIZE = 16_566


def rows() -> list[Row]:
    """Time the whole import against reading the same CSV into dicts and doing nothing with it."""
    real = EXTRACT.exists()
    text = gzip.decompress(EXTRACT.read_bytes()).decode() if real else made_up()
    began = time.perf_counter()
    found = tally(read_ucdp(text))
    ours_s = time.perf_counter() - began
    began = time.perf_counter()
    count = sum(1 for _ in csv.DictReader(io.StringIO(text)))
    bare_s = time.perf_counter() - began
    what = "real events" if real else "made-up events"
    note = f"reach: under 10 s; {found.cautions} repairs and {found.refused} refusals named, {len(found.differences)} differences"
    work = f"import {count} {what}, origins counted"
    return [Row(work, f"{ours_s:.1f} s", f"{bare_s:.2f} s (csv.DictReader alone)", f"{ours_s / bare_s:.1f}x", note)]


def made_up() -> str:
    """Rows of the shape of the extract."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(NEEDED)
    for n in range(SIZE):
        article = f'"SOHR,2016-01-01,Headline {n}"'
        day = f"2016-{n % 12 + 1:02}-{n % 28 + 1:02}"
        writer.writerow(
            [
                n,
                1,
                "A",
                "B",
                article,
                "SOHR, Airwars",
                1,
                f"Place {n % 900}",
                "Region",
                34 + n % 300 / 100,
                36,
                1,
                day,
                day,
                1,
                2,
                n % 7 + 2,
            ]
        )
    return out.getvalue()


if __name__ == "__main__":
    print(render("Importing", rows()))
