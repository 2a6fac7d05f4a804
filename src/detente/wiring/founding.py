"""Founds a ledger: draws every key, has all roots sign the genesis, and writes the folders a host and stations start from.

    FOLDER/
      host/                   what wiring/host.py opens
      stations/PARTY/         what wiring/station.py opens; each goes to the machine of its party
      offline/PARTY/root.key  the root key: take it off the machine, it is needed only to register or revoke keys
      offline/PARTY/authority.key  with TLS: the key of the party's own CA, which issued its station's certificate
      addresses.json          who listens where

In earnest each party makes its own keys on its own machine, and only public halves meet; this makes them all in one
place, for exercises, replays, and parties that let one neutral body do it.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import msgspec

from detente.errors import UNREADABLE, Refused, Unavailable, problem
from detente.ledger import canonical
from detente.ledger.genesis import (
    REPLAY_SUFFIX,
    FoundingOfficer,
    Genesis,
    GenesisHost,
    PartyKeys,
    ScreeningRules,
    SeparationRules,
    SignedGenesis,
    ledger_id,
    sign_genesis,
)
from detente.ledger.keys import ExchangeKey, SigningKey
from detente.network.serving.tls import issue, make_authority
from detente.storage import private
from detente.wiring import secret

SCREENING: Final = ScreeningRules(
    after_us=60_000_000,
    budget_m2_s_per_day=10**15,
    buffer_mm=5_000_000,
    cell_ndeg=50_000_000,
    deadline_us=600_000_000,
    epoch_us=21_600_000_000,
    least_duration_us=900_000_000,
    least_size_mm=2_000_000,
)
"""Screening where the founders say nothing else: answered after 1 min, buffer 5 km, cells of 0.05 degrees, epochs of 6 h."""

SEPARATION: Final = SeparationRules(horizontal_mm=5_000_000, time_us=300_000_000, vertical_mm=600_000)
"""Separation where the founders say nothing else: 5 km, 600 m, 5 min."""

RULES: Final[Mapping[str, int]] = {"lateness_us": 2_592_000_000_000}

HOST: Final = "host"
"""The name under which the host's own CA stands beside the parties'."""

LOOPBACK: Final = "127.0.0.1"

Draw = Callable[[], bytes]
"""Gives 32 secret bytes that nobody can guess."""


@dataclass(frozen=True)
class OfficerPlan:
    """An officer to be: id and roles (any order)."""

    officer: str
    roles: tuple[str, ...] = ("watch",)


@dataclass(frozen=True)
class PartyPlan:
    """A founding party to be."""

    party: str
    name: str = ""
    officers: tuple[OfficerPlan, ...] = (OfficerPlan("watch-1"),)


@dataclass(frozen=True)
class Founding:
    """What is founded. `origin` without `/replay`: a virtual clock adds it.

    `created_us`: where a virtual clock starts; None is now. `quorum`: None is more than half. `port_base`: the host listens there,
    its operator's listener one above, each station two further; 0 takes ports that are free now. `tls`: one CA for each
    party and the host, and certificates by them; needed where `address` is not loopback. `workers`: None leaves it to the host.
    """

    parties: tuple[PartyPlan, ...]
    address: str = "127.0.0.1"
    clock: Literal["real", "virtual"] = "real"
    created_us: int | None = None
    host_name: str = "Neutral host"
    origin: str = "detente.example/ledger"
    port_base: int = 0
    quorum: int | None = None
    rules: Mapping[str, int] = field(default_factory=lambda: dict(RULES))
    screening: ScreeningRules = SCREENING
    separation: SeparationRules = SEPARATION
    slots: int = 8
    tls: bool = False
    workers: int | None = None


class StationSeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one station lives: its folder, and the URLs for other stations (`direct`) and for its officers (`local`)."""

    direct: str
    folder: str
    local: str


class HostSeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the host lives: its folder, and the URLs for parties (`url`) and for its operator."""

    folder: str
    operator: str
    url: str


class Addresses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`addresses.json`. Folders are relative to the file's own."""

    host: HostSeat
    ledger: str
    stations: dict[str, StationSeat]


@dataclass(frozen=True)
class Founded:
    """A founded ledger on disk."""

    addresses: Addresses
    folder: Path
    genesis: SignedGenesis
    ledger: str

    @property
    def host_folder(self) -> Path:
        """The host's folder, for wiring/host.py."""
        return self.folder / self.addresses.host.folder

    def station_folder(self, party: str) -> Path:
        """A station's folder, for wiring/station.py."""
        return self.folder / self.addresses.stations[party].folder

    def root_key(self, party: str) -> SigningKey:
        """A party's root key, while it still lies here."""
        return read_seed(self.folder / "offline" / party / "root.key")


def found_ledger(folder: Path, founding: Founding, draw: Draw = lambda: secrets.token_bytes(32)) -> Founded:
    """Make a ledger's folders; raises Refused when the folder is not empty or a rule of genesis is broken.

    Nothing is written before the genesis is signed and found good.
    """
    if folder.exists() and any(folder.iterdir()):
        rule = "must be empty or not exist: keys are never overwritten"
        raise Refused([problem("folder", "folder", str(folder), rule, "Name another folder")])
    seeds = {plan.party: _seeds(plan, draw) for plan in founding.parties}
    host_seed = draw()
    signed = _sign(founding, seeds, SigningKey.from_seed(host_seed))
    addresses = _addresses(founding, ledger_id(signed.genesis).hex())
    private.make_folder(folder)
    if founding.tls:
        _write_certificates(folder, founding, addresses)
    _write_host(folder / addresses.host.folder, founding, addresses, signed, host_seed)
    for party, seat in addresses.stations.items():
        _write_station(folder / seat.folder, party, founding, addresses, signed, seeds[party])
        write_seed(folder / "offline" / party / "root.key", seeds[party]["root"])
    private.write(folder / "addresses.json", msgspec.json.format(msgspec.json.encode(addresses), indent=2))
    return Founded(addresses=addresses, folder=folder, genesis=signed, ledger=addresses.ledger)


def read_founded(folder: Path) -> Founded:
    """Read what `found_ledger` wrote; raises Refused when the folder holds no ledger."""
    from detente.ledger.genesis import read_genesis

    path = folder / "addresses.json"
    try:
        addresses = msgspec.json.decode(path.read_bytes(), type=Addresses)
        signed = read_genesis((folder / addresses.host.folder / "genesis.json").read_bytes().rstrip(b"\n"))
    except (*UNREADABLE, OSError):
        rule = "must be a folder that `detente init` made"
        raise Refused([problem("folder", "folder", str(folder), rule, "Run `detente init`")]) from None
    return Founded(addresses=addresses, folder=folder, genesis=signed, ledger=addresses.ledger)


def write_seed(path: Path, seed: bytes) -> None:
    """Write a secret as hex in a file of mode 0600; an existing key is never overwritten."""
    private.create(path, seed.hex().encode("ascii") + b"\n")


def read_seed(path: Path) -> SigningKey:
    """Read a signing key that `write_seed` wrote. Refused: there is none, others can read it, or it is no key."""
    try:
        return SigningKey.from_seed(secret.read_seed(path))
    except Unavailable as error:
        rule = "must be a file of 64 hex digits"
        raise Refused([problem("key-form", "key", str(path), rule, "Restore the key")]) from error


def free_ports(address: str, count: int) -> list[int]:
    """Return so many ports that are free now, outside the range from which outgoing connections take theirs."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with contextlib.ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            port = 16_000 + secrets.randbelow(16_000)
            with contextlib.suppress(OSError):
                held.enter_context(socket.create_server((address, port), family=family))
                found.append(port)
        return found


def _seeds(plan: PartyPlan, draw: Draw) -> dict[str, bytes]:
    names = ["root", "station", "cosigner", "exchange", *(f"officer {o.officer}" for o in plan.officers)]
    return {name: draw() for name in names}


def _sign(founding: Founding, seeds: Mapping[str, Mapping[str, bytes]], host: SigningKey) -> SignedGenesis:
    ids = [plan.party for plan in founding.parties]
    if len(set(ids)) < len(ids) or not ids:
        raise Refused(
            [problem("parties", "parties", " ".join(ids), "must be one or more, each once", "Name each party once")]
        )
    if founding.tls and HOST in ids:
        rule = "is the name of the host's own CA and cannot be a party's"
        raise Refused([problem("parties", "parties", HOST, rule, "Give the party another id")])
    origin = founding.origin.removesuffix(REPLAY_SUFFIX) + (REPLAY_SUFFIX if founding.clock == "virtual" else "")
    genesis = Genesis(
        clock=founding.clock,
        created_us=time.time_ns() // 1000 if founding.created_us is None else founding.created_us,
        founders=tuple(_public(plan, seeds[plan.party]) for plan in sorted(founding.parties, key=lambda p: p.party)),
        host=GenesisHost(key=host.public.hex(), name=founding.host_name),
        origin=origin,
        quorum=len(ids) // 2 + 1 if founding.quorum is None else founding.quorum,
        rules=dict(founding.rules),
        screening=founding.screening,
        separation=founding.separation,
        slots=founding.slots,
    )
    return sign_genesis(genesis, {party: SigningKey.from_seed(held["root"]) for party, held in seeds.items()})


def _public(plan: PartyPlan, seeds: Mapping[str, bytes]) -> PartyKeys:
    def public(name: str) -> str:
        return SigningKey.from_seed(seeds[name]).public.hex()

    officers = [
        FoundingOfficer(key=public(f"officer {o.officer}"), officer=o.officer, roles=tuple(sorted(set(o.roles))))
        for o in sorted(plan.officers, key=lambda o: o.officer)
    ]
    return PartyKeys(
        cosigner_key=public("cosigner"),
        exchange_key=ExchangeKey.from_seed(seeds["exchange"]).public.hex(),
        name=plan.name or plan.party,
        officers=tuple(officers),
        party=plan.party,
        root_key=public("root"),
        station_key=public("station"),
    )


def _addresses(founding: Founding, ledger: str) -> Addresses:
    count = 2 + 2 * len(founding.parties)
    base = founding.port_base
    if base and not 1024 <= base <= 65536 - count:
        raise Refused([problem("port", "port", base, f"must be 1024 to {65536 - count}, or 0", "Choose another")])
    ports = list(range(base, base + count)) if base else free_ports(founding.address, count)
    shown = f"[{founding.address}]" if ":" in founding.address else founding.address
    scheme = "https" if founding.tls else "http"
    urls = [f"{scheme}://{shown}:{port}" for port in ports]
    urls[1] = f"http://{LOOPBACK}:{ports[1]}"  # the operator's listener and the officers' ones never leave the machine
    urls[3::2] = [f"http://{LOOPBACK}:{port}" for port in ports[3::2]]
    stations = {
        plan.party: StationSeat(direct=urls[2 + 2 * n], folder=f"stations/{plan.party}", local=urls[3 + 2 * n])
        for n, plan in enumerate(sorted(founding.parties, key=lambda p: p.party))
    }
    return Addresses(host=HostSeat(folder="host", operator=urls[1], url=urls[0]), ledger=ledger, stations=stations)


def _write_host(folder: Path, founding: Founding, addresses: Addresses, signed: SignedGenesis, seed: bytes) -> None:
    settings: dict[str, object] = {
        "listen": _listen(addresses.host.url),
        "operator": addresses.host.operator.removeprefix("http://"),
    }
    if founding.workers is not None:
        settings["workers"] = founding.workers
    settings["peers"] = {party: seat.direct for party, seat in addresses.stations.items()}
    settings |= _tls_settings(founding, addresses)
    write_seed(folder / "host.key", seed)
    private.write(folder / "genesis.json", canonical.encode(signed))
    private.write(folder / "host.toml", toml(settings))


def _write_station(
    folder: Path,
    party: str,
    founding: Founding,
    addresses: Addresses,
    signed: SignedGenesis,
    seeds: Mapping[str, bytes],
) -> None:
    for name in ("station", "cosigner", "exchange"):
        write_seed(folder / "keys" / f"{name}.key", seeds[name])
    for name, seed in seeds.items():
        if name.startswith("officer "):
            write_seed(folder / "keys" / "officers" / f"{name.removeprefix('officer ')}.key", seed)
    seat = addresses.stations[party]
    settings = {
        "party": party,
        "host": addresses.host.url,
        "listen": _listen(seat.direct),
        "local": seat.local.removeprefix("http://"),
        "peers": {other: found.direct for other, found in addresses.stations.items() if other != party},
        **_tls_settings(founding, addresses),
    }
    private.write(folder / "genesis.json", canonical.encode(signed))
    private.write(folder / "station.toml", toml(settings))


def _listen(url: str) -> str:
    return url.partition("://")[2]


def _write_certificates(folder: Path, founding: Founding, addresses: Addresses) -> None:
    """Draw one CA for each party and the host, and have it issue the certificate of that party's process."""
    seats = {HOST: addresses.host.folder, **{party: seat.folder for party, seat in addresses.stations.items()}}
    authorities = {name: make_authority(name) for name in seats}
    for name, seat in seats.items():
        pair = issue(authorities[name], name, [founding.address])
        private.write(folder / seat / "tls" / "certificate.pem", pair.certificate)
        private.create(folder / seat / "tls" / "key.pem", pair.key)
        for other, authority in authorities.items():
            private.write(folder / seat / "tls" / "authorities" / f"{other}.pem", authority.certificate)
        private.write(folder / "offline" / name / "authority.pem", authorities[name].certificate)
        private.create(folder / "offline" / name / "authority.key", authorities[name].key)


def _tls_settings(founding: Founding, addresses: Addresses) -> dict[str, object]:
    if not founding.tls:
        return {}
    return {
        "tls": {"certificate": "tls/certificate.pem", "key": "tls/key.pem"},
        "tls.authorities": {name: f"tls/authorities/{name}.pem" for name in (HOST, *addresses.stations)},
    }


def toml(settings: Mapping[str, object]) -> bytes:
    """Write settings as TOML: texts and whole numbers first, then tables of texts."""
    plain = [f"{name} = {_toml_value(value)}" for name, value in settings.items() if not isinstance(value, dict)]
    for name, value in settings.items():
        if isinstance(value, dict):
            plain += ["", f"[{name}]", *(f'"{key}" = {_toml_value(item)}' for key, item in value.items())]
    return ("\n".join(plain) + "\n").encode()


def _toml_value(value: object) -> str:
    return msgspec.json.encode(value).decode()  # a JSON string or integer is one in TOML too
