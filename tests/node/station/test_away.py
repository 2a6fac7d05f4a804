"""While the host is away people go on answering; when it is back, everything is as if it had never been away.

    python -m tests.node.station.test_away 200        try 200 seeds (200 more after 400: `400 200`); a failing one is printed and kept

A failing seed is added to `failing_away.txt` and tried first from then on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.node.station.away import differences
from tests.world.world import quietly

KEPT = Path(__file__).parent / "failing_away.txt"
_KEPT_SEEDS = [int(line.split()[0]) for line in KEPT.read_text().splitlines() if line[:1].isdigit()]


@pytest.fixture(autouse=True, scope="module")
def quiet():
    with quietly():
        yield


def try_seed(seed: int) -> None:
    found = differences(seed)
    if found and seed not in _KEPT_SEEDS:
        with KEPT.open("a") as file:
            file.write(f"{seed}\n")
    assert not found, f"seed {seed}: " + "\n".join(found)


@pytest.mark.parametrize("seed", list(dict.fromkeys([*_KEPT_SEEDS, *range(1, 21)])))
def test_an_outage_changes_nothing_but_the_hosts_times(seed):
    try_seed(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 201))
def test_two_hundred_outages_change_nothing_but_the_hosts_times(seed):
    try_seed(seed)


if __name__ == "__main__":
    *first, count = [int(given) for given in sys.argv[1:]] or [200]
    seeds = range(1 + sum(first), 1 + sum(first) + count)
    with quietly():
        failed = {seed: found for seed in seeds if (found := differences(seed))}
    print(f"{count} seeds, {len(failed)} failed: {sorted(failed)}")
    for found in list(failed.values())[:2]:
        print("\n".join(one[:600] for one in found[:4]))
    sys.exit(bool(failed))
