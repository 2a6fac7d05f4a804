"""One table for every benchmark: our figure, a baseline's, the ratio. Only ratios from one run mean anything."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple


class Row(NamedTuple):
    """One line: what was done, our figure and the baseline's as text with units, the ratio, what was reached and how."""

    work: str
    ours: str
    baseline: str
    ratio: str
    note: str = ""


def render(title: str, rows: Iterable[Row]) -> str:
    """Return a Markdown table headed by the machine and the date on which it was measured."""
    lines = [
        f"### {title}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d} · {platform.machine()} · CPython {platform.python_version()} · two cores",
        "",
        "| Work | Ours | Baseline | Ratio | Note |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {r.work} | {r.ours} | {r.baseline} | {r.ratio} | {r.note} |" for r in rows]
    return "\n".join(lines) + "\n"
