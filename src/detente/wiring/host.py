"""Puts a host together: reads its configuration, opens its store, loads its key, chooses its clock.

A host's folder:

    host.toml         this configuration (docs/host.md has every setting)
    genesis.json      the signed genesis
    host.key          32 secret bytes as hex, mode 0600: signs checkpoints, and nothing a party says
    ledger.db         the store, made at the first start
    operator.token    what the operator's listener asks for, made at the first start, mode 0600
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from detente.errors import UNREADABLE, Refused, Unavailable, problem
from detente.ledger.genesis import SignedGenesis, read_genesis
from detente.ledger.keys import SigningKey
from detente.ledger.known_names import did_you_mean
from detente.node.limits import LimitRules
from detente.storage import SqliteStore, Store
from detente.wiring.clocks import Clock, clock_for

CONFIGURATION: Final = "host.toml"


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paths, from the host's folder: its certificate and key, and each party's CA."""

    authorities: dict[str, str]
    certificate: str
    key: str


class HostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One host. `listen` and `operator` are ADDRESS:PORT, port 0 for any free one.

    `peers` are the stations' direct URLs by party, asked at start for what they cosigned; `answers_needed` of them must
    answer before the host writes (default: more than half). `workers` check submissions beside the serving process.
    """

    answers_needed: int | None = None
    limits: LimitRules = LimitRules()
    listen: str = "127.0.0.1:8440"
    operator: str = "127.0.0.1:8441"
    peers: dict[str, str] = {}
    tls: TlsFiles | None = None
    workers: int = max(0, min(4, (os.cpu_count() or 1) - 1))

    @property
    def needed(self) -> int:
        """How many stations must have said what they cosigned before the host writes."""
        return len(self.peers) // 2 + 1 if self.answers_needed is None and self.peers else self.answers_needed or 0


@dataclass(frozen=True)
class HostParts:
    """Everything a host process runs on."""

    clock: Clock
    config: HostConfig
    folder: Path
    genesis: SignedGenesis
    genesis_bytes: bytes
    key: SigningKey
    operator_token: str
    store: Store


def read_config(folder: Path) -> HostConfig:
    """Read `host.toml`; raises Refused in words."""
    path = folder / CONFIGURATION
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=HostConfig)
    except FileNotFoundError:
        return HostConfig()
    except (*UNREADABLE, ValueError, OSError) as error:
        step = did_you_mean(error, HostConfig) or "Correct the file; see docs/host.md"
        raise Refused([problem("config", str(path), "", str(error), step)]) from None
    for field, text in (("listen", config.listen), ("operator", config.operator)):
        split_address(text, field)
    if config.tls is None and not _loopback(config.listen):
        rule = "outside loopback needs [tls]: one CA for each party"
        raise Refused([problem("config", "listen", config.listen, rule, "Add [tls], or listen on 127.0.0.1")])
    if not _loopback(config.operator):
        rule = "must be a loopback address: it is not for parties"
        raise Refused([problem("config", "operator", config.operator, rule, "Use 127.0.0.1 and a tunnel")])
    return config


def split_address(text: str, field: str) -> tuple[str, int]:
    """Return address and port of ADDRESS:PORT."""
    address, _, port = text.rpartition(":")
    if not address or not port.isdigit() or int(port) > 65535:
        raise Refused([problem("config", field, text, "must be ADDRESS:PORT", "Write it like 127.0.0.1:8440")])
    return address.strip("[]"), int(port)


def open_host(folder: Path) -> HostParts:
    """Open a host's folder; raises Refused for a bad configuration, Unavailable when the store cannot be opened."""
    config = read_config(folder)
    genesis_bytes = _read(folder / "genesis.json").rstrip(b"\n")
    genesis = read_genesis(genesis_bytes)
    key = SigningKey.from_seed(_seed(folder / "host.key"))
    return HostParts(
        clock=clock_for(genesis.genesis),
        config=config,
        folder=folder,
        genesis=genesis,
        genesis_bytes=genesis_bytes,
        key=key,
        operator_token=_token(folder / "operator.token"),
        store=SqliteStore(folder / "ledger.db"),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error


def _seed(path: Path) -> bytes:
    try:
        seed = bytes.fromhex(_read(path).decode("ascii").strip())
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise Refused([problem("host-key", str(path), "", "must be 64 hex digits", "Restore the host's key")])
    return seed


def _token(path: Path) -> str:
    """Return the operator's token, drawing it at the first start."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return _read(path).decode("ascii").strip()


def _loopback(listen: str) -> bool:
    address = listen.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
