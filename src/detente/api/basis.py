"""On what every answer of a station rests, and what keeps the station from going on as it should."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "own-copy",  # the own copy cannot be written or read
    "fork",  # the host has signed two histories
    "host-away",  # the host does not answer
    "host-refuses",  # the host answers, and refuses this station
    "host-nonsense",  # the host answers, and nobody can use what it says
    "host-behind",  # the host shows other stations a longer ledger
    "host-read-only",  # the host answers, and takes no submissions
    "nothing-proven",  # the host answers, and its newest checkpoint is not proven
    "stuck",  # entries are proven or kept, and the picture does not come to have them
    "work-failed",  # a part of the station's work ends in errors
    "not-understood",  # entries that could not be folded: the picture is incomplete
]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """One cause. `since_us` is None where it has stood since the station started."""

    kind: Kind
    next_step: str
    since_us: int | None
    words: str


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What the picture could not take in: how many bodies of each "kind/version", and how many by the fault of each author."""

    by: dict[str, int] = {}
    not_understood: dict[str, int] = {}


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """On what an answer rests. Nothing stale is shown as fresh.

    `size` counts the leaves that are proven, `entries_size` those that are also in the picture. `age_us` is the time since the
    host last showed that size, None before it ever did. `now_us` is the ledger's clock, microseconds since 1970 UTC;
    `virtual` says that it is a replay's. `queued` counts own submissions that the host has not taken yet.
    """

    age_us: int | None
    entries_size: int
    fresh: bool
    host_reachable: bool
    incomplete: Missing = Missing()
    now_us: int
    queued: int
    size: int
    troubles: tuple[Trouble, ...] = ()
    virtual: bool
