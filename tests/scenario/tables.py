"""Golden tables of replays: every line of every branch as its user sees it, with ids left out.

After a change that is meant: `python -m tests.scenario.tables CASE` writes tests/scenario/golden/CASE.txt anew; read its difference.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from detente.scenario.case import load
from detente.scenario.player import Played
from detente.scenario.replay import play

GOLDEN = Path(__file__).parent / "golden"

SAME = (
    (r"\b[0-9a-f]{12}\b", "(id)"),
    (r"at index \d+", "at index (n)"),
    # Of two calls in one moment the first to arrive is shown, and either may be.
    (r"(calls us\. .*?(?:undelivered|answered after [^.]*)\.) (Duty director|No other line).*?(?=  )", r"\1 (...)"),
)
"""What differs from run to run, and what stands for it in a table."""


def table(played: list[Played]) -> str:
    """Write the branches as text: UTC, tag and words of what happened, what Detente raised, who knew."""
    lines = []
    for branch in played:
        lines.append(f"== {branch.branch}")
        for line in branch.lines:
            at = f"{datetime.fromtimestamp(line.at_us / 1e6, UTC):%d %b %H:%M:%SZ}"
            happened = f"{line.row} [{line.tag}] {line.happened}" if line.row else ""
            lines.append(
                "  ".join(part for part in (at, happened, line.raised and f"> {line.raised}", line.knew) if part)
            )
    text = "\n".join(lines) + "\n"
    for pattern, instead in SAME:
        text = re.sub(pattern, instead, text)
    return text


def golden(case: str) -> str:
    """Return the expected table of a case."""
    return (GOLDEN / f"{case}.txt").read_text("utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        (GOLDEN / f"{name}.txt").write_text(table(play(load(name), Path(mkdtemp()))), "utf-8")
