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

import os
import secrets
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from detente.errors import UNREADABLE, Refused, Unavailable, problem
from detente.geometry.index import VolumeIndex
from detente.ledger.genesis import SignedGenesis, ledger_id, read_genesis
from detente.ledger.identity import KeyUse
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.ledger.known_names import did_you_mean
from detente.network.tls import client_context, server_context
from detente.node.keeping import Keep
from detente.node.screener import DeskScreener, rules_of
from detente.node.station_load import load
from detente.node.station_state import Me, Station
from detente.picture.book import PictureBook
from detente.picture.picture import Picture
from detente.storage.copy import StationCopy
from detente.wiring.clocks import Clock, StepClock, clock_for
from detente.wiring.host import TlsFiles, split_address

CONFIGURATION: Final = "station.toml"
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
    copy: StationCopy
    folder: Path
    genesis: SignedGenesis
    genesis_bytes: bytes
    local_token: str
    officers: dict[str, SigningKey]
    picture: Picture
    state: Station

    @property
    def virtual(self) -> bool:
        """Whether the ledger runs on a virtual clock, that a replay sets."""
        return isinstance(self.clock, StepClock)

    def client_tls(self) -> ssl.SSLContext | None:
        """The context for calls to host and peers."""
        tls = self.config.tls
        return None if tls is None else client_context(*self._tls_files(tls))

    def server_tls(self) -> ssl.SSLContext | None:
        """The context for the direct listener."""
        tls = self.config.tls
        return None if tls is None else server_context(*self._tls_files(tls))

    def authorities(self) -> dict[str, bytes]:
        """Each party's CA, by party; none on loopback without TLS."""
        tls = self.config.tls
        return {} if tls is None else self._tls_files(tls)[2]

    def _tls_files(self, tls: TlsFiles) -> tuple[Path, Path, dict[str, bytes]]:
        authorities = {party: (self.folder / path).read_bytes() for party, path in tls.authorities.items()}
        return self.folder / tls.certificate, self.folder / tls.key, authorities


def read_station_config(folder: Path) -> StationConfig:
    """Read `station.toml`; raises Refused in words."""
    path = folder / CONFIGURATION
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=StationConfig)
    except (*UNREADABLE, ValueError, OSError) as error:
        step = did_you_mean(error, StationConfig) or "Correct the file"
        raise Refused([problem("config", str(path), "", str(error), step)]) from None
    for field, text in (("listen", config.listen), ("local", config.local)):
        address, _ = split_address(text, field)
        if address not in ("127.0.0.1", "::1", "localhost") and (field == "local" or config.tls is None):
            rule = "must be a loopback address" if field == "local" else "outside loopback needs [tls]"
            raise Refused([problem("config", field, text, rule, "Use 127.0.0.1, or add [tls]")])
    return config


def open_station(folder: Path, now_us: int | None = None) -> StationParts:
    """Open a station's folder and bring its memory to where its copy stands.

    Raises Refused for a bad configuration or keys others can read, EvidenceError for a copy that was changed.
    """
    config = read_station_config(folder)
    genesis_bytes = _read(folder / "genesis.json").rstrip(b"\n")
    signed = read_genesis(genesis_bytes)
    genesis = signed.genesis
    clock = clock_for(genesis)
    copy = StationCopy(folder / "copy.db")
    if isinstance(clock, StepClock):
        kept = copy.kept("clock").get("clock")
        clock.set(max(clock.now_us(), int(kept) if kept else 0))
    me = Me(
        cosigner_key=SigningKey.from_seed(_secret(folder / "keys" / "cosigner.key")),
        exchange_key=ExchangeKey.from_seed(_secret(folder / "keys" / "exchange.key")),
        genesis=genesis,
        party=config.party,
        peers=tuple(sorted(config.peers)),
        station_key=SigningKey.from_seed(_secret(folder / "keys" / "station.key")),
    )

    def key_use(key: str, index: int) -> KeyUse | None:
        return state.identity.key_at(key, index)

    picture = Picture(genesis, ledger_id(genesis).hex(), index=VolumeIndex(), key_use=key_use)
    state = Station(
        me=me,
        picture=picture.driver,
        screener=DeskScreener(rules_of(genesis.screening)),
        find=finder(picture, copy),
        read_back=lambda entry: picture.read_backs.judged(entry) or picture.calls.judged(entry),
        book=PictureBook(picture.directory, picture.agreements),
        holds=lambda entry: picture.heads.entry(entry) is not None,
        revisions_due=picture.agreements.take_due,
    )
    state.fans.dangers, state.stops, state.humane = picture.dangers, picture.stops, picture.humane
    state.unit_watch = picture.unit_watch
    proven = load(state, copy.kept(), copy.leaves(0, ALL), _known(copy), clock.now_us() if now_us is None else now_us)
    if copy.leaf_count() > proven:  # fetched before a crash and never proven: fetch them again
        copy.write(_cut(proven)).result()
    return StationParts(
        clock=clock,
        config=config,
        copy=copy,
        folder=folder,
        genesis=signed,
        genesis_bytes=genesis_bytes,
        local_token=_token(folder / "local.token"),
        officers=officer_keys(folder),
        picture=picture,
        state=state,
    )


def _cut(proven: int) -> Keep:
    return Keep(cut_leaves_from=proven)


def _known(copy: StationCopy) -> Iterator[tuple[int, bytes, bytes]]:
    start = 0
    while page := copy.known(start, 1024):
        yield from page
        start = page[-1][0] + 1


def finder(picture: Picture, copy: StationCopy) -> Callable[[bytes], tuple[int, bytes] | None]:
    """Return what reads an entry back by its id: the picture knows where it stands, the copy has its bytes."""

    def find(entry: bytes) -> tuple[int, bytes] | None:
        held = picture.heads.entry(entry.hex())
        raw = copy.known_at(held.index) if held is not None else None
        return None if held is None or raw is None else (held.index, raw)

    return find


def officer_keys(folder: Path) -> dict[str, SigningKey]:
    """Return the keys of the officers that sign at this station, by officer."""
    found = sorted((folder / "keys" / "officers").glob("*.key"))
    return {path.stem: SigningKey.from_seed(_secret(path)) for path in found}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error


def _secret(path: Path) -> bytes:
    """Read a key file; one that others than its owner may read is refused."""
    data = _read(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        rule = f"may be read by its owner alone (mode 0600), not {mode:04o}"
        raise Refused([problem("key-mode", str(path), f"{mode:04o}", rule, f"chmod 600 {path}, or make a new key")])
    try:
        seed = bytes.fromhex(data.decode("ascii").strip())
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise Refused([problem("key-form", str(path), "", "must be 64 hex digits", "Restore the key")])
    return seed


def _token(path: Path) -> str:
    """Return the local token, drawing it at the first start."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return _read(path).decode("ascii").strip()
