"""What a replay or a test asks of the station of a virtual ledger: to set its clock, to cut its lines, to finish what is under way."""

from __future__ import annotations

import msgspec

from detente.api.basis import Basis
from detente.api.question import Question


class ClockAsked(Question[Basis], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Set the clock, and do nothing else: first every clock is set, then everybody drains."""

    method = "POST"
    path = "/local/clock"
    now_us: int


class Drained(Basis, frozen=True, kw_only=True):
    """Whether nothing is under way any more, and when something is due next here."""

    busy: int
    drained: bool
    wake_us: int


class DrainedAsked(Question[Drained], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Do what is due, follow the host to its present end, and wait until nothing is under way."""

    path = "/local/drained"


class LinesCut(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines are cut now; `host`: whether that to the host stands."""

    cut_peers: tuple[str, ...]
    host: bool


class LinkAsked(Question[LinesCut], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut or mend lines, to see what stands without them. `peers`: those to keep a line to; None leaves them as they are."""

    method = "POST"
    path = "/local/link"
    host: bool = True
    peers: tuple[str, ...] | None = None
