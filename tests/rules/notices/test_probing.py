"""An attacker who may ask anything it likes learns no more than the coarse cell. The metres achieved are printed."""

import random

import msgspec
import pytest
from pyproj import Geod

from detente.geometry.durations import DAY_US, HOUR_US
from detente.geometry.exact.separation import meets
from detente.geometry.volume import NDEG, Circle, Point, Separation, Volume4D
from detente.rules.notices.screening.cells import cell_of, outline_of
from detente.rules.notices.screening.screening import Presence, Rules, ScreeningMemory, ScreeningQuestion, screen

GEOD = Geod(ellps="WGS84")
START = 17_061 * DAY_US
NOTICES, DAYS = 1_000, 10
RULES = Rules(
    budget_m2_s_per_day=10**18,  # no budget: the cell alone must protect
    buffer_mm=2_000_000,
    cell_ndeg=50_000_000,
    epoch_us=6 * HOUR_US,
    least_duration_us=HOUR_US // 4,
    least_size_mm=1_000_000,
    stale_after_us=20 * DAY_US,
)
STEP_NDEG = 2_000_000
"""The attacker tells places apart 0.002 degrees (some 200 m) from one another."""


def ask(centre, radius_mm, k):
    """Make the k-th question, spread evenly over the ten days."""
    now_us = START + k * DAYS * DAY_US // NOTICES
    volume = Volume4D(outline=Circle(centre=centre, radius_mm=radius_mm), start_us=now_us, end_us=now_us + HOUR_US)
    return now_us, ScreeningQuestion(asked_at_us=now_us, asker="attacker", notice=f"n{k}", volumes=(volume,))


def hidden_at(point):
    volume = Volume4D(outline=Circle(centre=point, radius_mm=1), start_us=START, end_us=START + 11 * DAY_US)
    return Presence(held_from_us=START - DAY_US, party="hidden", volume=volume)


def attack(answer_of, would_answer, candidates, seed):
    """Ask 1 000 circles, each centred to cut the surviving candidates in two, and return the places still possible.

    `would_answer(place, volume)` is the attacker's own model of the answer were the hidden unit at `place`.
    """
    rng = random.Random(seed)
    for k in range(NOTICES):
        centre = rng.choice(candidates)
        radius_mm = rng.choice((1_000_000, 1_500_000, 3_000_000, 6_000_000))
        now_us, question = ask(_moved(centre, radius_mm + RULES.buffer_mm, rng), radius_mm, k)
        heard = answer_of(question, now_us)
        kept = [c for c in candidates if would_answer(c, question.volumes[0]) == heard]
        assert kept, "the attacker's model must explain every answer"
        candidates = kept
    return candidates


def _moved(point, by_mm, rng):
    """A point whose circle of influence has its rim near the candidate: the questions that split best."""
    lon, lat, _ = GEOD.fwd(point.lon_ndeg / NDEG, point.lat_ndeg / NDEG, rng.uniform(0, 360), by_mm / 1000)
    return Point(round(lat * NDEG), round(lon * NDEG))


def grid_around(point, reach_ndeg):
    reach = range(-reach_ndeg, reach_ndeg + 1, STEP_NDEG)
    return [Point(point.lat_ndeg + dy, point.lon_ndeg + dx) for dy in reach for dx in reach]


def metres(a, b):
    return GEOD.inv(a.lon_ndeg / NDEG, a.lat_ndeg / NDEG, b.lon_ndeg / NDEG, b.lat_ndeg / NDEG)[2]


def spread_m(places):
    """The largest error the attacker must still expect: from the middle of what is possible to its farthest place."""
    middle = Point(sum(p.lat_ndeg for p in places) // len(places), sum(p.lon_ndeg for p in places) // len(places))
    return max(metres(middle, p) for p in places)


def model_by_cell():
    """The attacker knows the published rules, so it predicts by coarse cell (answers cached: a cell is one hypothesis)."""
    near = Separation(horizontal_mm=RULES.buffer_mm, time_us=0, vertical_mm=0)
    cached = {}

    def would_answer(place, volume):
        key = (cell_of(place, RULES.cell_ndeg), volume)
        if key not in cached:
            block = Volume4D(
                outline=outline_of(key[0], RULES.cell_ndeg), start_us=volume.start_us, end_us=volume.end_us
            )
            cached[key] = "concern" if meets(block, volume, near) is not None else "none raised"
        return cached[key]

    return would_answer


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_notices_over_ten_days_find_no_more_than_the_cell(seed, capsys):
    """Every place of the true cell explains all answers as well as the true one; the attacker is left with the whole cell."""
    rng = random.Random(seed)
    true = Point(35_250_000_000 + rng.randrange(50_000_000), 40_150_000_000 + rng.randrange(50_000_000))
    state = {"desk": ScreeningMemory(presence=(hidden_at(true),), reviewed_at_us=START)}

    def answer_of(question, now_us):
        state["desk"], screened = screen(state["desk"], question, RULES, now_us)
        return screened.answer.answer

    left = attack(answer_of, model_by_cell(), grid_around(true, 100_000_000), seed)
    whole_cell = [
        p for p in grid_around(true, 100_000_000) if cell_of(p, RULES.cell_ndeg) == cell_of(true, RULES.cell_ndeg)
    ]
    with capsys.disabled():
        print(f"\nprobing, seed {seed}: {NOTICES} notices over {DAYS} days locate to {spread_m(left):.0f} m;", end=" ")
        print(f"the cell alone {spread_m(whole_cell):.0f} m")
    assert set(whole_cell) <= set(left)
    assert spread_m(left) >= spread_m(whole_cell)


def test_without_cells_the_same_attacker_finds_the_unit():
    """The attack is a real one: against answers computed from the exact place it closes in to within some hundred metres."""
    true = Point(35_271_300_000, 40_163_700_000)

    def exact(place, volume):
        reach_m = (volume.outline.radius_mm + RULES.buffer_mm) / 1000
        return "concern" if metres(place, volume.outline.centre) <= reach_m else "none raised"

    left = attack(lambda q, _now: exact(true, q.volumes[0]), exact, grid_around(true, 30_000_000), 3)
    assert spread_m(left) < 300


def test_two_places_in_one_cell_give_word_for_word_one_transcript():
    """Two worlds, the unit at different places of one cell: a thousand answers are equal in every field."""
    worlds = [Point(35_255_000_000, 40_155_000_000), Point(35_295_000_000, 40_197_000_000)]
    desks = [ScreeningMemory(presence=(hidden_at(p),), reviewed_at_us=START) for p in worlds]
    rng = random.Random(5)
    for k in range(300):
        now_us, question = ask(_moved(worlds[0], rng.randrange(9_000_000), rng), 1_500_000, k)
        results = [screen(desk, question, RULES, now_us) for desk in desks]
        desks = [desk for desk, _ in results]
        assert msgspec.json.encode(results[0][1].answer) == msgspec.json.encode(results[1][1].answer)
