"""Edges cut into pieces: each piece is where its reading says, within the bow it claims."""

import numpy as np
import pytest
from tests.geometry.exact.outlines import EDGES, WGS84, _stretched, along, area

from detente.geometry.exact.edges import GEODESIC, SLANTED, cut, isometric, latitude_of, split
from detente.geometry.volume import NDEG

RINGS = [
    [(34, 36), (34, 37), (34.6, 36.4)],
    [(60, 20), (60, 30), (66, 24)],
    [(-45, 179), (-44, -178), (-40, 179.5)],
    [(85, 0), (84, 90), (86, 179), (83, -80)],
    [(0, 10), (0, 12), (-1, 11)],
]


def test_isometric_latitude_goes_there_and_back():
    """To a hundredth of a millimetre at every latitude short of the pole, and as its definition says."""
    lat = np.concatenate([np.linspace(-89.99999, 89.99999, 4001), [-89.9999999, 0.0, 1e-12]])
    assert np.abs(latitude_of(isometric(lat)) - lat).max() < 1e-13 * 90
    assert float(isometric(np.array(52.0))) == pytest.approx(np.degrees(_stretched(52.0)), abs=1e-12)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("ring", RINGS)
@pytest.mark.parametrize("level", [False, True])
def test_pieces_follow_the_edge_within_their_bow(edge, ring, level):
    """Every piece starts and ends on the edge as defined, and the edge stays within `bow` of the geodesic between."""
    lat, lon = (np.array([float(p[k]) for p in ring]) for k in (0, 1))
    pieces = cut(edge, lat, lon, True, level=level)
    vertices = area(*ring, edge=edge).vertices
    assert (pieces.reach <= 100_001).all()
    for k in range(len(ring)):
        dense = along(edge, vertices[k], vertices[(k + 1) % len(ring)], np.linspace(0, 1, 4001))
        rows = np.flatnonzero(pieces.edge == k)
        assert pieces.head[rows[0]] and pieces.tail[rows[-1]]
        assert (pieces.lat0[rows[0]], pieces.lon0[rows[0]]) == (
            vertices[k].lat_ndeg / NDEG,
            vertices[k].lon_ndeg / NDEG,
        )
        for row in rows:
            away = WGS84.inv(np.full(4001, pieces.lon0[row]), np.full(4001, pieces.lat0[row]), dense[1], dense[0])[2]
            assert away.min() < 600  # a dense point is near: the piece starts on the edge
        length = float(pieces.reach[rows].sum())
        steps = WGS84.inv(dense[1][:-1], dense[0][:-1], dense[1][1:], dense[0][1:])[2].sum()
        assert steps <= length * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize("edge", ["parallel", "lonlat"])
@pytest.mark.parametrize("ring", RINGS)
def test_the_bow_holds_the_curve_and_is_not_wasteful(edge, ring):
    """Sampled: the middle of a piece leaves the geodesic by at most `bow`; and over all by at least a tenth of it somewhere."""
    lat, lon = (np.array([float(p[k]) for p in ring]) for k in (0, 1))
    pieces = cut(edge, lat, lon, True)
    halves, came = split(pieces, pieces.kind != GEODESIC, 2)
    shares = []
    for row in np.flatnonzero(pieces.kind != GEODESIC):
        middle = np.flatnonzero(came == row)[1]
        line = np.linspace(0, pieces.length[row], 2001)
        same = np.ones(2001)
        at_lon, at_lat, _ = WGS84.fwd(
            pieces.lon0[row] * same, pieces.lat0[row] * same, pieces.azimuth[row] * same, line
        )
        off = WGS84.inv(halves.lon0[middle] * same, halves.lat0[middle] * same, at_lon, at_lat)[2].min()
        assert off <= pieces.bow[row] + 1e-6
        shares.append(off / pieces.bow[row])
    assert not shares or max(shares) > 0.05


@pytest.mark.parametrize("edge", ["parallel", "lonlat"])
def test_cutting_finer_shrinks_the_bow_with_the_square(edge):
    """Four parts, a sixteenth of the bow."""
    pieces = cut(edge, np.array([60.0, 61.0]), np.array([20.0, 21.0]), False)
    finer, _ = split(pieces, pieces.kind == SLANTED, 4)
    assert finer.bow.max() < pieces.bow.max() / 15


def test_a_level_cut_leaves_no_geodesic_that_turns():
    """between 34 N 30 E and 34.01 N 40 E the geodesic rises and falls: cut at its northernmost point, each piece does one of the two."""
    lat, lon = np.array([34.0, 34.01]), np.array([30.0, 40.0])
    for level, turns in ((False, 1), (True, 0)):
        pieces = cut("geodesic", lat, lon, False, level=level)
        _, back, _ = WGS84.inv(pieces.lon0, pieces.lat0, pieces.lon1, pieces.lat1)
        end = np.cos(np.radians(back + 180))
        assert int((np.cos(np.radians(pieces.azimuth)) * end < -1e-12).sum()) == turns
