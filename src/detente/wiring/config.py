"""Configuration files as host and station read them: TOML into a Struct, addresses, TLS files; every fault said in words."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TypeVar

import msgspec

from detente.errors import UNREADABLE, Refused, problem
from detente.ledger.known_names import did_you_mean
from detente.storage import private

C = TypeVar("C", bound=msgspec.Struct)


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paths, from the folder of the host or station: its certificate and key, and each party's CA."""

    authorities: dict[str, str]
    certificate: str
    key: str

    def found_in(self, folder: Path) -> tuple[Path, Path, dict[str, bytes]]:
        """Return certificate, key and each party's CA. Refused: others may read the key."""
        private.read_secret(folder / self.key)
        authorities = {party: (folder / path).read_bytes() for party, path in self.authorities.items()}
        return folder / self.certificate, folder / self.key, authorities


def read_toml(path: Path, kind: type[C], page: str) -> C:
    """Read a configuration. Refused, with the nearest name for one that is not known, or else with the page to see.

    FileNotFoundError is left to the caller: where a configuration may be absent, that is no fault.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise
    except (*UNREADABLE, ValueError, OSError) as error:
        step = did_you_mean(error, kind) or f"Correct the file; see {page}"
        raise Refused([problem("config", str(path), "", str(error), step)]) from None


def split_address(text: str, field: str) -> tuple[str, int]:
    """Return address and port of ADDRESS:PORT."""
    address, _, port = text.rpartition(":")
    if not address or not port.isdigit() or int(port) > 65535:
        raise Refused([problem("config", field, text, "must be ADDRESS:PORT", "Write it like 127.0.0.1:8440")])
    return address.strip("[]"), int(port)


def loopback(listen: str, field: str) -> bool:
    """Whether an ADDRESS:PORT is reached from this machine alone."""
    address, _ = split_address(listen, field)
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
