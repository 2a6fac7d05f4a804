"""Keys and tokens in files: read only where nobody but their owner can read them, drawn where a process starts without one."""

from __future__ import annotations

import secrets
from pathlib import Path

from detente.errors import Refused, Unavailable, problem
from detente.storage import private


def read_seed(path: Path) -> bytes:
    """Read the 32 secret bytes of a key file. Refused: others may read it, or it is no key; Unavailable: it cannot be read."""
    try:
        seed = bytes.fromhex(private.read_secret(path).decode("ascii").strip())
    except ValueError:
        seed = b""
    if len(seed) != 32:
        raise Refused([problem("key-form", str(path), "", "must be a file of 64 hex digits", "Restore the key")])
    return seed


def token_in(path: Path) -> str:
    """Return the token of a listener, drawing it at the first start. Refused: others may read it."""
    if not path.exists():
        private.create(path, secrets.token_urlsafe(32).encode("ascii"))
    return private.read_secret(path).decode("ascii").strip()


def close_folder(folder: Path, configuration: str, database: str) -> tuple[str, ...]:
    """Close what a process keeps in its folder to others, but for secrets (refused where they are read); a sentence for each found open."""
    folders = ("", "keys", "keys/officers", "keys/ended", "tls", "tls/authorities")
    files = (configuration, "genesis.json", "listening.json", *(database + end for end in private.BESIDE_DATABASE))
    return tuple(private.tighten(*(folder / name for name in (*folders, *files))))


def read_plain(path: Path) -> bytes:
    """Read a file that is no secret. Unavailable: it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error
