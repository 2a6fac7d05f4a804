"""Files of a station or a host: 0600, folders 0700, under any umask. Other users of the machine read nothing here.

Two rules for what is found with a wider mode. A *secret* (key, token) is refused: others may have read it, and only its owner
can say whether it still holds. *Own records* (database, folder) are tightened, and the caller is told, so that it can say so
in its log (docs/decisions/0012-private-files.md).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, Final

from detente.errors import Refused, Unavailable, problem

FILE: Final = 0o600
FOLDER: Final = 0o700

BESIDE_DATABASE: Final = ("", "-wal", "-shm", "-journal", ".lock")
"""What SQLite and its holder keep beside a database, by the end of the name."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that do not exist yet; what exists keeps its mode."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(FOLDER, exist_ok=True)
        one.chmod(FOLDER)


def write(path: Path, data: bytes) -> None:
    """Write a file, new or not; its folder is made. Closed to others before the first byte of it is written."""
    with _opened(path, os.O_TRUNC) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """As `write`, in UTF-8."""
    write(path, text.encode())


def append(path: Path) -> IO[bytes]:
    """Open a file to write on at its end (a log, a lock)."""
    return _opened(path, os.O_APPEND)


def create(path: Path, data: bytes) -> None:
    """Write a secret into a new file. Refused: there is one already; a key is never overwritten."""
    try:
        with _opened(path, os.O_EXCL) as file:
            file.write(data)
    except FileExistsError:
        rule = "must not exist yet: keys are never overwritten"
        raise Refused([problem("key-exists", "key", str(path), rule, "Move the old key away")]) from None


def read_secret(path: Path) -> bytes:
    """Read a key or a token. Refused: others than its owner may read it. Unavailable: it cannot be read."""
    try:
        data, mode = path.read_bytes(), mode_of(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        rule = f"may be read by its owner alone (mode {FILE:04o}), not {mode:04o}: others may have read it"
        step = f"If nobody did: chmod 600 {path}. If somebody may have: make a new one"
        raise Refused([problem("key-mode", str(path), f"{mode:04o}", rule, step)])
    return data


def tighten(*paths: Path) -> list[str]:
    """Close own records to others; return a sentence for each that was open. Refused: they are not ours to close."""
    said = []
    for path in paths:
        if not path.exists() or not (mode := mode_of(path)) & 0o077:
            continue
        wanted = FOLDER if path.is_dir() else FILE
        try:
            path.chmod(wanted)
        except OSError as error:
            rule = f"must be closed to others (mode {wanted:04o}), and cannot be closed: {error.strerror}"
            raise Refused([problem("file-mode", str(path), f"{mode:04o}", rule, f"chmod {wanted:o} {path}")]) from error
        said.append(f"{path} had mode {mode:04o}: others could read it; now {wanted:04o}")
    return said


def prepare_database(path: Path) -> None:
    """Have an SQLite file closed to others before SQLite opens it: what SQLite makes beside it takes its mode from it.

    A file that is there is not opened here: closing it would drop the locks that another connection of this process holds.
    """
    tighten(*(path.with_name(path.name + end) for end in BESIDE_DATABASE))
    if not path.exists():
        _opened(path, os.O_EXCL).close()


def mode_of(path: Path) -> int:
    """Return the permission bits of a path."""
    return stat.S_IMODE(path.stat().st_mode)


def _opened(path: Path, how: int) -> IO[bytes]:
    make_folder(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, FILE)
    try:
        if stat.S_ISREG(os.fstat(handle).st_mode):  # not a pipe or a terminal that somebody asked us to write to
            os.fchmod(handle, FILE)
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "ab" if how == os.O_APPEND else "wb")
