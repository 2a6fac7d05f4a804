"""Print every benchmark table: `make bench`, or `python -m bench NAME ...` for some. A benchmark is a module `bench_NAME` with `rows()`."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them, one after the other, and print a Markdown table for each."""
    sys.path.insert(0, str(HERE))
    render = importlib.import_module("table").render
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}")
    chosen = names or known
    if len(chosen) > 1:  # each in a process of its own, so that none measures what another left in memory
        sys.exit(max(subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode for name in chosen))
    for name in chosen:
        began = time.monotonic()
        module = importlib.import_module(f"bench_{name}")
        title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
        print(render(f"{name}: {title}", module.rows()))
        print(f"({time.monotonic() - began:.0f} s, set-up and generator included)\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
