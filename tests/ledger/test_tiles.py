"""Tiles: a client that knows only the tile paths can rebuild every root."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.ledger.tiles import (
    TileRef,
    available,
    decode_bundle,
    encode_bundle,
    encode_index,
    parse_path,
    read_tile,
    tiles_of,
)
from detente.ledger.tree import Tree, leaf_hash, node_hash

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/tiles.json").read_text())


def grown(size: int) -> Tree:
    tree = Tree()
    tree.extend(b"%d" % number for number in range(size))
    return tree


def test_paths_are_those_of_the_format() -> None:
    """Known paths read and write alike; every other spelling is refused."""
    for path, level, index, width in VECTORS["paths"]:
        ref = TileRef(index=index, level=level, width=width)
        assert parse_path(path) == ref and ref.path == path
    for path in VECTORS["bad_paths"]:
        with pytest.raises(Refused):
            parse_path(path)


@given(st.integers(0, 10**15))
def test_an_index_is_written_in_one_way(index: int) -> None:
    """Groups of three digits, all but the last behind an x; the path reads back to the index."""
    assert parse_path(f"tile/0/{encode_index(index)}").index == index


def test_the_tiles_of_a_tree_of_70000() -> None:
    """The format's own example: 273 full tiles and one of 112 at level 0, one full and one of 17 above, one of 1."""
    refs = list(tiles_of(70_000))
    widths = [sorted(ref.width for ref in refs if ref.level == level) for level in range(3)]
    assert widths == [[112] + [256] * 273, [17, 256], [1]]
    assert [(ref.level, ref.width) for ref in tiles_of(256)] == [(0, 256), (1, 1)]


def root_from_tiles(tiles: dict[str, bytes], size: int) -> bytes:
    """What a client does: take the level-0 tiles the size calls for, check each above against those below, fold."""
    hashes: list[bytes] = []
    for ref in tiles_of(size):
        data = tiles[ref.path]
        assert len(data) == 32 * ref.width
        if ref.level == 0:
            hashes += [data[at : at + 32] for at in range(0, len(data), 32)]

    def fold(nodes: list[bytes]) -> bytes:
        if len(nodes) == 1:
            return nodes[0]
        k = 1 << (len(nodes) - 1).bit_length() - 1
        return node_hash(fold(nodes[:k]), fold(nodes[k:]))

    for ref in tiles_of(size):
        if ref.level == 1:
            for at in range(ref.width):
                below = (ref.index * 256 + at) * 256
                assert tiles[ref.path][32 * at : 32 * at + 32] == fold(hashes[below : below + 256])
    return fold(hashes)


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 1500))
def test_a_client_rebuilds_the_root_from_tiles_alone(size: int) -> None:
    """Fetching every tile of a size gives that size's root, though the tree has grown since."""
    tree = grown(size)
    root = tree.root()
    tree.extend(b"later" for _ in range(300))
    tiles = {ref.path: read_tile(tree, ref) for ref in tiles_of(size)}
    assert root_from_tiles(tiles, size) == root


def test_nothing_beyond_the_published_size_is_available() -> None:
    """A tile wider than the published tree is not served, whatever the host already holds."""
    assert available(TileRef(index=0, level=0, width=7), 7)
    assert not available(TileRef(index=0, level=0, width=8), 7)
    assert not available(TileRef(index=0, level=0), 255)
    assert available(TileRef(index=0, level=1, width=1), 256)
    assert not available(TileRef(index=0, level=1, width=1), 255)
    assert available(TileRef(index=1, level=None, width=44), 300)
    assert not available(TileRef(index=1, level=None, width=45), 300)
    with pytest.raises(ValueError):
        read_tile(grown(3), TileRef(index=0, level=None, width=3))


def test_a_bundle_holds_the_leaves_that_hash_to_its_tile() -> None:
    """Entry bundles carry leaves behind their lengths; cut or padded ones are refused."""
    leaves = [bytes([n]) * n for n in range(20)]
    data = encode_bundle(leaves)
    assert list(decode_bundle(data, 20)) == leaves
    tree = Tree()
    tree.extend(leaves)
    hashes = b"".join(leaf_hash(leaf) for leaf in decode_bundle(data, 20))
    assert hashes == read_tile(tree, TileRef(index=0, level=0, width=20))
    for bad in (data[:-1], data + b"\x00", data + b"\x00\x00", b""):
        with pytest.raises(Refused):
            decode_bundle(bad, 20)
    with pytest.raises(OverflowError):
        encode_bundle([bytes(65536)])
