"""Questions about the station itself: where it stands, what it has found wrong, what keeps it from going on."""

from __future__ import annotations

from typing import Literal

import msgspec

from detente.api.basis import Basis, Trouble
from detente.api.question import Answer, Question


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the station goes on as it should, for whoever watches processes: nothing of what entries say."""

    fresh: bool
    size: int
    status: Literal["ok", "trouble"]
    troubles: tuple[Trouble, ...]


class HealthAsked(Question[Health], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Does the station go on as it should? The one question that needs no token."""

    path = "/healthz"


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """One own submission that is not in the proven ledger yet. `problems` are the host's, in its words."""

    id: str
    kind: str
    problems: tuple[str, ...]
    state: Literal["queued", "sent", "receipted", "refused"]


class PeerRow(msgspec.Struct, frozen=True, kw_only=True):
    """Another party's station: when it last answered directly (None: never), and the size of the last checkpoint that it showed."""

    answered_at_us: int | None
    reachable: bool
    size: int | None


class ToldCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries this station has been told, and up to which size it has read."""

    count: int
    size: int


class UnacknowledgedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An urgent entry of ours that the station of one party has not acknowledged directly."""

    id: str
    party: str


class StationStatus(Basis, frozen=True, kw_only=True):
    """Where a station stands. `alarms` counts those that stand, `missing` has authors by index of what is withheld from us.

    `failed`: why nothing more is taken in, "" while it is. `host_since_us`: since when the host has answered, or not. `wake_us`:
    when something is due next here.
    """

    alarms: int
    busy: int
    checkpoint: str | None
    cosigning: bool
    direct_held: tuple[str, ...]
    distrusted: bool
    failed: str
    host_since_us: int | None
    ledger: str
    lodged_here: int
    missing: dict[str, str]
    officers: tuple[str, ...]
    origin: str
    outbox: tuple[OutboxRow, ...]
    party: str
    peers: dict[str, PeerRow]
    told: ToldCount
    unacknowledged: tuple[UnacknowledgedRow, ...]
    wake_us: int


class StatusAsked(Question[StationStatus], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where does the station stand?"""

    path = "/local/status"


class AlarmRow(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm. `about` is an id, an index or a party, as text; `evidence` names what is kept (`EvidenceAsked`).

    `by` is the party that brought it about where that is known, "" otherwise. `closed` says why there is nothing left to do about
    it, and `closed_at_us` since when; "" and None while it stands.
    """

    about: str
    at_us: int
    by: str = ""
    closed: str = ""
    closed_at_us: int | None = None
    evidence: tuple[str, ...] = ()
    kind: str
    words: str


class AlarmRows(Answer, frozen=True, kw_only=True):
    """Every alarm of this station, in the order in which they were raised, with those that are closed."""

    alarms: tuple[AlarmRow, ...]


class AlarmsAsked(Question[AlarmRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has the station found wrong with its host, with other stations, or with what they say?"""

    path = "/local/alarms"


class EvidenceAsked(Question[bytes], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bytes on which an alarm rests, by the name that the alarm gives."""

    kind = "application/octet-stream"
    path = "/local/evidence/{name}"
    name: str


class BundleAsked(Question[bytes], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The investigator's file, made from the own copy and signed by the station; `words` say in it what it is."""

    path = "/local/bundle"
    words: str = ""


class RegisterAsked(Question[bytes], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The protected places that we may read, dated and signed by the station, for units to carry."""

    path = "/local/register"


class Vouching(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the station cosigns again."""

    cosigning: bool


class ReleaseAsked(Question[Vouching], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer has looked at the times that were refused: cosign again."""

    method = "POST"
    path = "/local/release"
    officer: str
