"""Puts a host together: reads its configuration, opens its store, loads its key, chooses its clock.

A host's folder:

    host.toml         this configuration (docs/host.md has every setting)
    genesis.json      the signed genesis
    host.key          32 secret bytes as hex, mode 0600: signs checkpoints, and nothing a party says
    ledger.db         the store, made at the first start
    operator.token    what the operator's listener asks for, made at the first start, mode 0600
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.ledger.genesis import SignedGenesis, read_genesis
from detente.ledger.keys import SigningKey
from detente.node.host.limits import LimitRules
from detente.storage import SqliteStore, Store
from detente.wiring import secret
from detente.wiring.clocks import Clock, clock_for
from detente.wiring.config import TlsFiles, loopback, read_toml

CONFIGURATION: Final = "host.toml"
STORE: Final = "ledger.db"


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
    tightened: tuple[str, ...]
    """What was open to others in the folder, and is closed now; a sentence each."""


def read_config(folder: Path) -> HostConfig:
    """Read `host.toml`; raises Refused in words."""
    try:
        config = read_toml(folder / CONFIGURATION, HostConfig, "docs/host.md")
    except FileNotFoundError:
        return HostConfig()
    reachable = not loopback(config.listen, "listen")
    for_operator = loopback(config.operator, "operator")
    if config.tls is None and reachable:
        rule = "outside loopback needs [tls]: one CA for each party"
        raise Refused([problem("config", "listen", config.listen, rule, "Add [tls], or listen on 127.0.0.1")])
    if not for_operator:
        rule = "must be a loopback address: it is not for parties"
        raise Refused([problem("config", "operator", config.operator, rule, "Use 127.0.0.1 and a tunnel")])
    return config


def open_host(folder: Path) -> HostParts:
    """Open a host's folder.

    Raises Refused for a bad configuration or a key that others can read, Unavailable when the store cannot be opened.
    """
    config = read_config(folder)
    genesis_bytes = secret.read_plain(folder / "genesis.json").rstrip(b"\n")
    genesis = read_genesis(genesis_bytes)
    key = SigningKey.from_seed(secret.read_seed(folder / "host.key"))
    token = secret.token_in(folder / "operator.token")
    tightened = secret.close_folder(folder, CONFIGURATION, STORE)
    return HostParts(
        clock=clock_for(genesis.genesis),
        config=config,
        folder=folder,
        genesis=genesis,
        genesis_bytes=genesis_bytes,
        key=key,
        operator_token=token,
        store=SqliteStore(folder / STORE),
        tightened=tightened,
    )
