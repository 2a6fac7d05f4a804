"""Tiles (c2sp.org/tlog-tiles): the tree and its leaves as files that never change, so that any log client can follow.

    tile/<L>/<N>             256 consecutive hashes of tree level 8 L
    tile/<L>/<N>.p/<W>       the first W of them (0 < W < 256), while the tile is not full
    tile/entries/<N>[.p/<W>] the leaves themselves, each behind its 2-byte big-endian length

<N> is written in groups of three digits, all but the last with an x: 1234067 is x001/x234/067. Nothing beyond the
published size is ever served. Format, example, vectors: docs/formats/tiles.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.ledger.tree import Tree

TILE_WIDTH: Final = 256
"""Hashes in a full tile: the height is 8 tree levels."""

LEVEL_MAX: Final = 63

ENTRY_SIZE_MAX: Final = 0xFFFF

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which tile: level (None: the entry bundle beside level 0), index within the level, width (256: full)."""

    index: int
    level: int | None
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """The tile's path below the log's prefix, without a leading slash."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{encode_index(self.index)}{partial}"


def encode_index(index: int) -> str:
    """Write a tile index in path elements of three digits (tlog-tiles, "Merkle Tree")."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def parse_path(path: str) -> TileRef:
    """Read a tile's path, without a leading slash; one spelling only; raises Refused."""
    found = _PATH.fullmatch(path)
    if found and len(found["index"]) <= 28:  # 21 digits hold every index there can be
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(re.sub("[x/]", "", found["index"]))
        width = int(found["width"] or TILE_WIDTH)
        ref = TileRef(index=index, level=level, width=width)
        if (level or 0) <= LEVEL_MAX and ref.path == path:  # the second test: no needless x000, width below 256
            return ref
    rule = "is tile/<level 0-63 or entries>/<index in groups of three digits>, and .p/<width 1-255> if partial"
    raise Refused([problem("tile-path", "path", path, rule, "See docs/formats/tiles.md for how paths are built.")])


def available(ref: TileRef, size: int) -> bool:
    """Say whether a tree of this size has at least `ref.width` hashes (or leaves) in that tile."""
    return size >> 8 * (ref.level or 0) >= ref.index * TILE_WIDTH + ref.width


def read_tile(tree: Tree, ref: TileRef) -> bytes:
    """Return a hash tile's bytes. The caller has checked `available` against the *published* size."""
    if ref.level is None:
        raise ValueError("entry bundles are made of leaves, not of hashes: encode_bundle")
    start = ref.index * TILE_WIDTH
    return tree.hashes(8 * ref.level, start, start + ref.width)


def tiles_of(size: int) -> Iterator[TileRef]:
    """List every hash tile of a tree of this size, full ones and the partial one at each level's right end."""
    level = 0
    while count := size >> 8 * level:
        full, rest = divmod(count, TILE_WIDTH)
        yield from (TileRef(index=index, level=level) for index in range(full))
        if rest:
            yield TileRef(index=full, level=level, width=rest)
        level += 1


def encode_bundle(leaves: Iterable[bytes]) -> bytes:
    """Join leaves into an entry bundle, each behind its length as a big-endian uint16 (tlog-tiles, "Log entries")."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def decode_bundle(data: bytes, width: int = TILE_WIDTH) -> Sequence[bytes]:
    """Split an entry bundle into its `width` leaves; raises Refused if it does not hold exactly those."""
    leaves: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            break
        leaves.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(leaves) != width:
        rule = f"holds exactly {width} leaves, each behind its 2-byte length"
        raise Refused([problem("tile-bundle", "", f"{len(leaves)} leaves", rule, "Ask for the bundle again.")])
    return leaves
