"""All meetings of a batch are exactly those found by comparing every pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geometry.shapes import gatherings, separations

from detente.errors import Refused
from detente.geometry.altitude import vertical_gap_mm
from detente.geometry.exact.separation import meets
from detente.geometry.search.batch import all_meetings
from detente.geometry.search.boxes import box_of
from detente.geometry.search.bulk import table
from detente.geometry.search.chart import sketch
from detente.geometry.search.leaves import Boxes, Bundles, bundled
from detente.geometry.search.store import VolumeStore, vertical_gaps
from detente.geometry.volume import Circle, Point, Separation, Volume4D

TURN_M = 2 * np.pi * 6378137.0


def brute(volumes: list[Volume4D], separation: Separation) -> list[tuple[int, int, bool]]:
    """Compare every pair."""
    pairs = ((i, j, meets(a, b, separation)) for j, b in enumerate(volumes) for i, a in enumerate(volumes[:j]))
    return sorted((i, j, meeting.boundary) for i, j, meeting in pairs if meeting is not None)


def batch(volumes: list[Volume4D], separation: Separation, threads: int) -> list[tuple[int, int, bool]]:
    found = all_meetings(volumes, separation, threads=threads)
    return list(zip(found.first.tolist(), found.second.tolist(), found.boundary.tolist(), strict=True))


@settings(max_examples=60, deadline=None)
@given(gatherings(12), separations, st.sampled_from([1, 2]))
def test_a_batch_finds_what_comparing_every_pair_finds(
    volumes: list[Volume4D], separation: Separation, threads: int
) -> None:
    """Anywhere on Earth, for every shape, reading and datum, with one thread or two."""
    try:
        want = brute(volumes, separation)
    except Refused:
        return
    assert batch(volumes, separation, threads) == want


@settings(max_examples=30, deadline=None)
@given(gatherings(4), gatherings(4), separations)
def test_places_far_apart_do_not_disturb_each_other(
    here: list[Volume4D], there: list[Volume4D], separation: Separation
) -> None:
    """Two gatherings anywhere, of different scale, in one batch."""
    try:
        want = brute(here + there, separation)
    except Refused:
        return
    assert batch(here + there, separation, 1) == want


@settings(max_examples=60, deadline=None)
@given(gatherings(8))
def test_many_at_once_are_put_into_the_same_columns_as_one_by_one(volumes: list[Volume4D]) -> None:
    """The bulk drawing, box and heights of a volume are those it has in the index."""
    columns = table(volumes, 2000)
    for row, volume in enumerate(volumes):
        drawn = sketch(volume.outline, volume.error_mm)
        assert (columns.powers[row] >= 0) == (drawn is not None)
        box = box_of(volume, drawn, Separation(horizontal_mm=1000, time_us=0, vertical_mm=0))
        mine = tuple(int(column[row]) for column in columns[-4:])
        assert mine[0] == pytest.approx(box.south, abs=2)
        assert mine[1] == pytest.approx(box.north, abs=2)
        assert abs((mine[2] - box.west + 2**31) % 2**32 - 2**31) <= 2
        assert mine[3] == pytest.approx(box.width, abs=3)
        if drawn is None:
            continue
        store = VolumeStore(first_bits=4)
        slots = np.array([store.put(7, volume, drawn)])
        ((power, _),) = store.by_ring_size(store.numbers(slots))
        assert power == columns.powers[row]
        one, group = store.drawings(power, slots, store.numbers(slots)), columns.groups[power]
        off = one.placing[0] - group.drawings.placing[columns.places[row]]
        off[0] -= TURN_M * np.round(off[0] / TURN_M)  # a whole turn apart is the same place
        assert np.allclose(off, 0, atol=1e-6)
        assert np.allclose(one.rings[0], group.drawings.rings[columns.places[row]], rtol=1e-6, atol=1e-3)
        assert (store.originals(power, store.numbers(slots)).ndeg == group.originals.ndeg[columns.places[row]]).all()
    for a in range(len(volumes)):
        one_row = columns.heights.pick(np.array([a]))
        assert vertical_gaps(one_row, columns.heights).tolist() == [vertical_gap_mm(volumes[a], v) for v in volumes]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 900), st.sampled_from([8, 20, 30]))
def test_bundles_find_every_pair_of_boxes_that_touch(seed: int, count: int, bits: int) -> None:
    """Small boxes and boxes around the whole Earth, in one bundle or many, across the antimeridian."""
    rng = np.random.default_rng(seed)
    low = rng.integers(0, 1 << bits, (3, count))
    high = low + rng.integers(0, 2 + (1 << bits) // 8, (3, count))
    west = (rng.integers(0, 1 << bits, count) - (1 << bits) // 2) % 2**32
    width = np.where(rng.random(count) < 0.02, 2**32 - 1, rng.integers(0, 2 + (1 << bits) // 8, count))
    order, starts = bundled(Boxes(low, high, west, width))
    assert sorted(order.tolist()) == list(range(count))
    low, high, west, width = low[:, order], high[:, order], west[order], width[order]
    lots = list(Bundles(Boxes(low, high, west, width), starts).touching(0, len(starts) - 1))
    found = sorted((int(i), int(j)) for one, two in lots for i, j in zip(one, two, strict=True))
    met = np.ones((count, count), bool)
    for axis in range(3):
        met &= low[axis][:, None] <= high[axis]
        met &= high[axis][:, None] >= low[axis]
    met &= ((west - west[:, None]) % 2**32 <= width[:, None]) | ((west[:, None] - west) % 2**32 <= width)
    assert found == [(int(i), int(j)) for i, j in zip(*np.nonzero(np.triu(met, 1)), strict=True)]


def spot(lat: float, lon: float, start_us: int) -> Volume4D:
    centre = Point(round(lat * 1e9), round(lon * 1e9))
    return Volume4D(end_us=start_us + 5, outline=Circle(centre=centre, radius_mm=1000), start_us=start_us)


def test_many_in_one_place_are_told_apart_by_their_times() -> None:
    """Three thousand volumes at one spot, each meeting the five that start while it lasts."""
    volumes = [spot(34, 40, k) for k in range(3000)]
    found = all_meetings(volumes, Separation(horizontal_mm=0, time_us=0, vertical_mm=0))
    assert (found.second - found.first).max() == 5
    assert len(found.first) == 5 * 3000 - 15


def test_none_and_one_volume_meet_nobody() -> None:
    """No pair, no meeting."""
    none = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)
    assert len(all_meetings([], none).first) == 0
    assert len(all_meetings([spot(0, 0, 0)], none).first) == 0
