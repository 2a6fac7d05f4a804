"""The volume index: whatever was inserted and deleted before, it answers as comparing with every live volume would."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geometry.shapes import gatherings, separations

from detente.errors import Refused
from detente.geometry.exact.separation import meets
from detente.geometry.search.index import VolumeIndex
from detente.geometry.volume import Circle, Point, Separation, Volume4D


def brute(live: dict[int, Volume4D], asked: Volume4D, separation: Separation) -> list[tuple[int, bool]]:
    """Compare with every volume; return key and boundary flag of those that meet."""
    met = [(key, meets(asked, volume, separation)) for key, volume in sorted(live.items())]
    return [(key, meeting.boundary) for key, meeting in met if meeting is not None]


@settings(max_examples=60, deadline=None)
@given(gatherings(9), separations, st.data())
def test_any_history_gives_the_same_answer_as_comparing_with_all(
    pool: list[Volume4D], separation: Separation, data: st.DataObject
) -> None:
    """Insert, delete, insert again under other keys; then candidates hold all that meet, and verdicts are exactly those."""
    index, live = VolumeIndex(expected=16), dict[int, Volume4D]()
    for step in range(data.draw(st.integers(1, 25))):
        if live and data.draw(st.integers(0, 3)) == 0:
            key = data.draw(st.sampled_from(sorted(live)))
            index.delete(key)
            del live[key]
        else:
            key = step * data.draw(st.sampled_from([1, 1024, -7]))
            if key not in live:
                live[key] = data.draw(st.sampled_from(pool))
                index.insert(key, live[key])
    asked = data.draw(st.sampled_from(pool))
    try:
        want = brute(live, asked, separation)
    except Refused:
        return
    assert len(index) == len(live)
    assert set(index.candidates(asked, separation).tolist()) >= {key for key, _ in want}
    found = index.verdicts(asked, separation)
    assert list(zip(found.keys.tolist(), found.boundary.tolist(), strict=True)) == want
    assert [(key, meeting.boundary) for key, meeting in index.query(asked, separation)] == want


@settings(max_examples=60, deadline=None)
@given(gatherings(5))
def test_a_volume_is_given_back_as_it_was_put(pool: list[Volume4D]) -> None:
    """Columns hold the stated integers, so the volume rebuilt from them is equal in every field."""
    index = VolumeIndex(expected=4)
    for key, volume in enumerate(pool):
        index.insert(key, volume)
    assert [index.volume(key) for key in range(len(pool))] == pool


def moment(lat: float, lon: float, start_us: int, end_us: int) -> Volume4D:
    return Volume4D(
        end_us=end_us,
        outline=Circle(centre=Point(round(lat * 1e9), round(lon * 1e9)), radius_mm=1_000_000),
        start_us=start_us,
    )


NONE = Separation(horizontal_mm=0, time_us=0, vertical_mm=0)


def test_volumes_that_share_one_microsecond_meet() -> None:
    """Bounds in time are closed, to the microsecond, however coarse the grid."""
    index = VolumeIndex(expected=4)
    index.insert(1, moment(34, 40, 0, 1_000_000))
    assert index.verdicts(moment(34, 40, 1_000_000, 2_000_000), NONE).keys.tolist() == [1]
    assert index.verdicts(moment(34, 40, 1_000_001, 2_000_000), NONE).keys.tolist() == []


def test_growing_past_every_reservation_loses_nothing() -> None:
    """Two thousand volumes in an index made for four, heaped in one place, deleted in another order than inserted."""
    index = VolumeIndex(expected=4)
    for key in range(2000):
        index.insert(key, moment(34 + (key % 7) * 1e-4, 40, key, key + 10))
    for key in range(0, 2000, 3):
        index.delete(key)
    found = index.verdicts(moment(34, 40, 900, 1000), NONE)
    assert found.keys.tolist() == [key for key in range(890, 1001) if key % 3]
    assert len(index) == 2000 - 667
    for key in range(2000):
        if key % 3:
            index.delete(key)
    assert index.candidates(moment(34, 40, 0, 5000), NONE).tolist() == []


def test_a_key_in_use_and_a_key_unknown_are_mistakes() -> None:
    """Inserting twice under one key, or deleting what is not there, is a mistake in code."""
    index = VolumeIndex(expected=4)
    index.insert(1, moment(34, 40, 0, 1))
    with pytest.raises(KeyError):
        index.insert(1, moment(34, 40, 0, 1))
    with pytest.raises(KeyError):
        index.delete(2)
