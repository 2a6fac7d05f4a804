"""Puts a station together: reads its configuration, loads its keys, opens its own copy, chooses its clock.

A station's folder:

    station.toml            this configuration
    genesis.json            the signed genesis
    keys/station.key        32 secret bytes as hex, mode 0600: signs what the station itself says
    keys/cosigner.key       signs checkpoints and nothing else
    keys/exchange.key       X25519: finds what is addressed to us
    keys/officers/ID.key    an officer's key, where the officer signs at this station
    copy.db                 the station's own verified copy, made at the first start
    local.token             what the local listener asks for, made at the first start, mode 0600

The root key is not here: it stays offline.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.geometry.search.index import VolumeIndex
from detente.ledger.genesis import SignedGenesis, ledger_id, read_genesis
from detente.ledger.identity import KeyUse
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.network.serving.tls import client_context, server_context
from detente.node.station.load import load
from detente.node.station.parts.durable_change import Keep
from detente.node.station.parts.screener import HolderScreener, rules_of
from detente.node.station.state import Me, Station
from detente.picture.picture import Picture
from detente.storage import OwnCopy
from detente.storage.copy import StationCopy
from detente.wiring import secret
from detente.wiring.clocks import Clock, StepClock, clock_for
from detente.wiring.config import TlsFiles, loopback, read_toml
from detente.wiring.failpoints import failpoints_from_environment

CONFIGURATION: Final = "station.toml"
COPY: Final = "copy.db"
FAILPOINTS: Final = ("copy-read", "copy-write")
"""Where a test may have the own copy fail (`wiring.failpoints`)."""
ALL: Final = 1 << 62


class StationConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One station. `listen` (for other stations) and `local` (for its own officers) are ADDRESS:PORT, port 0 for any.

    `host` is the host's URL, `peers` the other stations' direct URLs by party.
    """

    host: str
    listen: str = "127.0.0.1:8450"
    local: str = "127.0.0.1:8451"
    party: str
    peers: dict[str, str] = {}
    tls: TlsFiles | None = None


@dataclass(frozen=True)
class StationParts:
    """Everything a station process runs on."""

    clock: Clock
    config: StationConfig
    copy: OwnCopy
    folder: Path
    genesis: SignedGenesis
    genesis_bytes: bytes
    local_token: str
    officers: dict[str, SigningKey]
    picture: Picture
    state: Station
    tightened: tuple[str, ...]
    """What was open to others in the folder, and is closed now; a sentence each."""

    @property
    def virtual(self) -> bool:
        """Whether the ledger runs on a virtual clock, that a replay sets."""
        return isinstance(self.clock, StepClock)

    def client_tls(self) -> ssl.SSLContext | None:
        """The context for calls to host and peers."""
        tls = self.config.tls
        return None if tls is None else client_context(*tls.found_in(self.folder))

    def server_tls(self) -> ssl.SSLContext | None:
        """The context for the direct listener."""
        tls = self.config.tls
        return None if tls is None else server_context(*tls.found_in(self.folder))

    def authorities(self) -> dict[str, bytes]:
        """Each party's CA, by party; none on loopback without TLS."""
        tls = self.config.tls
        return {} if tls is None else tls.found_in(self.folder)[2]


def read_station_config(folder: Path) -> StationConfig:
    """Read `station.toml`; raises Refused in words."""
    path = folder / CONFIGURATION
    try:
        config = read_toml(path, StationConfig, "docs/formats/station-api.md")
    except FileNotFoundError:
        rule, step = "must be there: it makes a folder a station's", "Name the folder that `detente init` made."
        raise Refused([problem("config", str(path), "", rule, step)]) from None
    if not loopback(config.local, "local"):
        rule = "must be a loopback address: it is for own officers"
        raise Refused([problem("config", "local", config.local, rule, "Use 127.0.0.1 and a tunnel")])
    if config.tls is None and not loopback(config.listen, "listen"):
        rule = "outside loopback needs [tls]: one CA for each party"
        raise Refused([problem("config", "listen", config.listen, rule, "Add [tls], or listen on 127.0.0.1")])
    return config


def open_station(folder: Path, now_us: int | None = None) -> StationParts:
    """Open a station's folder and bring its memory to where its copy stands.

    Raises Refused for a bad configuration or keys others can read, EvidenceError for a copy that was changed.
    """
    config = read_station_config(folder)
    genesis_bytes = secret.read_plain(folder / "genesis.json").rstrip(b"\n")
    signed = read_genesis(genesis_bytes)
    genesis = signed.genesis
    clock = clock_for(genesis)
    me = Me(
        cosigner_key=SigningKey.from_seed(secret.read_seed(folder / "keys" / "cosigner.key")),
        exchange_key=ExchangeKey.from_seed(secret.read_seed(folder / "keys" / "exchange.key")),
        genesis=genesis,
        party=config.party,
        peers=tuple(sorted(config.peers)),
        station_key=SigningKey.from_seed(secret.read_seed(folder / "keys" / "station.key")),
    )
    officers, token = officer_keys(folder), secret.token_in(folder / "local.token")
    tightened = secret.close_folder(folder, CONFIGURATION, COPY)
    copy = StationCopy(folder / COPY, failpoints_from_environment(FAILPOINTS))
    if isinstance(clock, StepClock):
        kept = copy.kept("clock").get("clock")
        clock.set(max(clock.now_us(), int(kept) if kept else 0))

    picture, state = load_memory(me, copy, clock.now_us() if now_us is None else now_us)
    return StationParts(
        clock=clock,
        config=config,
        copy=copy,
        folder=folder,
        genesis=signed,
        genesis_bytes=genesis_bytes,
        local_token=token,
        officers=officers,
        picture=picture,
        state=state,
        tightened=tightened,
    )


def load_memory(me: Me, copy: OwnCopy, now_us: int) -> tuple[Picture, Station]:
    """Make a station's memory, and bring it to where its copy stands; raises EvidenceError for a copy that was changed."""
    genesis = me.genesis

    def key_use(key: str, index: int) -> KeyUse | None:
        return state.identity.key_at(key, index)

    picture = Picture(genesis, ledger_id(genesis).hex(), index=VolumeIndex(), key_use=key_use)
    screener = HolderScreener(rules_of(genesis.screening))
    state = Station(me=me, picture=picture, screener=screener, read_entry=copy.known_at)
    proven = load(state, copy.kept(), copy.leaves(0, ALL), _known(copy), now_us)
    if copy.leaf_count() > proven:  # fetched before a crash and never proven: fetch them again
        copy.write(_cut(proven)).result()
    return picture, state


def _cut(proven: int) -> Keep:
    return Keep(cut_leaves_from=proven)


def _known(copy: OwnCopy) -> Iterator[tuple[int, bytes, bytes]]:
    start = 0
    while page := copy.known(start, 1024):
        yield from page
        start = page[-1][0] + 1


def officer_keys(folder: Path) -> dict[str, SigningKey]:
    """Return the keys of the officers that sign at this station, by officer."""
    found = sorted((folder / "keys" / "officers").glob("*.key"))
    return {path.stem: SigningKey.from_seed(secret.read_seed(path)) for path in found}
