"""A station's own verified copy: leaves, the entries it may read, and small named values, in one SQLite file.

One committer thread; whatever waits goes into one transaction and one flush. A write's future is done only when it would
survive a power cut. Leaves above `verified/size` are there so that a long catch-up can go on after a crash; nothing believes
them before a signed root covers them.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO

from detente.errors import OwnCopyFailed, Unavailable
from detente.node.station.parts.durable_change import Keep
from detente.storage import private
from detente.storage.sqlite import SETTINGS, hold

USER_VERSION = 1
READ_ROWS = 1024

OWN_SETTINGS: dict[str, tuple[str, str]] = {"wal_autocheckpoint": ("2000", "2000")}
"""Catching up writes in bulk, and nobody waits for the slowest commit: fold the log back less often than a host does."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS leaf (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS known (idx INTEGER PRIMARY KEY, id BLOB NOT NULL, known BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


class StationCopy:
    """The file and its committer thread. Reads use a connection of their own and may run on any one thread at a time."""

    def __init__(self, path: Path | str, failpoint: Callable[[str], None] = lambda name: None) -> None:
        self._failpoint = failpoint
        self._unreadable = ""
        self._lock = None if str(path) == ":memory:" else _held(Path(path))
        try:
            self._writer = _connect(path)
            self._reader = self._writer if str(path) == ":memory:" else _connect(path)
        except BaseException:
            self._let_go()
            raise
        self._reading = threading.Lock()
        self._jobs: queue.SimpleQueue[tuple[tuple[Keep, ...], Future[None]] | None] = queue.SimpleQueue()
        self._broken: OwnCopyFailed | None = None
        self._closed = False
        self._committer = threading.Thread(target=self._commit_forever, name="copy-committer", daemon=True)
        self._committer.start()

    def write(self, *changes: Keep) -> Future[None]:
        """Queue changes, all or nothing; the future is done when they are durable, and raises `Unavailable` if the disk refuses."""
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()  # who waits may give up waiting; the write is done all the same
        if self._closed:
            done.set_exception(OwnCopyFailed("the station's copy is closed"))
        else:
            self._jobs.put((changes, done))
        return done

    @property
    def broken(self) -> str:
        """Why nothing more is written until somebody restarts and looks; "" while it is."""
        return str(self._broken) if self._broken else ""

    @property
    def unreadable(self) -> str:
        """Why the last read failed; "" where it did not."""
        return self._unreadable

    def kept(self, prefix: str = "") -> dict[str, bytes]:
        """Return the named values whose name begins with `prefix`, sorted by name."""
        rows = self._select(
            "SELECT name, value FROM kept WHERE name >= ? AND name < ? ORDER BY name", (prefix, prefix + "\U0010ffff")
        )
        return dict(rows)

    def leaves(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield leaves in order of index, start <= index < stop."""
        for at in range(start, stop, READ_ROWS):
            rows = self._select(
                "SELECT leaf FROM leaf WHERE idx >= ? AND idx < ? ORDER BY idx", (at, min(at + READ_ROWS, stop))
            )
            yield from (row[0] for row in rows)
            if not rows:
                return

    def leaves_joined(self, start: int, stop: int) -> bytes:
        """Return leaves start <= index < stop, joined."""
        return b"".join(self.leaves(start, stop))

    def leaf_count(self) -> int:
        """How many leaves are held without a hole, from 0."""
        count, last = self._select("SELECT count(*), coalesce(max(idx), -1) FROM leaf", ())[0]
        if count != last + 1:
            raise OwnCopyFailed("the station's copy has a hole in its leaves: fetch it anew")
        return int(count)

    def known(self, start: int, limit: int) -> list[tuple[int, bytes, bytes]]:
        """Return up to `limit` readable entries from an index on: (index, id, the bytes the host gave)."""
        return self._select("SELECT idx, id, known FROM known WHERE idx >= ? ORDER BY idx LIMIT ?", (start, limit))

    def known_at(self, index: int) -> bytes | None:
        """Return the bytes of the readable entry at an index."""
        rows = self._select("SELECT known FROM known WHERE idx = ?", (index,))
        return rows[0][0] if rows else None

    def close(self) -> None:
        """Finish what was begun and let go of the file."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        self._committer.join()
        with self._reading:
            if self._reader is not self._writer:
                self._reader.close()
        self._writer.close()
        self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def _select(self, sql: str, values: Sequence[object]) -> list[tuple]:  # type: ignore[type-arg]
        with self._reading:
            try:
                self._failpoint("copy-read")
                rows = self._reader.execute(sql, values).fetchall()
            except (Unavailable, sqlite3.Error) as error:
                self._unreadable = f"the station's copy cannot be read: {error}"
                raise OwnCopyFailed(self._unreadable) from error
            self._unreadable = ""
            return rows

    def _commit_forever(self) -> None:
        while (job := self._jobs.get()) is not None:
            group = [job]
            last = False
            while not self._jobs.empty():
                more = self._jobs.get()
                if more is None:
                    last = True
                    break
                group.append(more)
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[tuple[tuple[Keep, ...], Future[None]]]) -> None:
        try:
            if self._broken:
                raise self._broken
            with self._reading if self._reader is self._writer else _NOTHING:
                self._writer.execute("BEGIN IMMEDIATE")
                for changes, _ in group:
                    for change in changes:
                        _carry_out(self._writer, change)
                self._failpoint("copy-write")
                self._writer.execute("COMMIT")
        except Exception as error:
            # After a failed flush nobody knows what the disk holds: no further write until somebody restarts and looks.
            self._broken = self._broken or OwnCopyFailed(f"the station's copy refused a write: {error}")
            with contextlib.suppress(
                sqlite3.Error
            ):  # the disk may refuse this too; whoever waits is answered all the same
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
            for _, done in group:
                done.set_exception(self._broken)
            return
        for _, done in group:
            done.set_result(None)


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *args: object) -> None: ...


_NOTHING = _Nothing()


def _carry_out(connection: sqlite3.Connection, change: Keep) -> None:
    if change.cut_leaves_from is not None:
        connection.execute("DELETE FROM leaf WHERE idx >= ?", (change.cut_leaves_from,))
    if change.leaves:
        connection.executemany("INSERT OR REPLACE INTO leaf (idx, leaf) VALUES (?, ?)", change.leaves)
    if change.known:
        connection.executemany("INSERT OR REPLACE INTO known (idx, id, known) VALUES (?, ?, ?)", change.known)
    for name, value in change.kept:
        if value is None:
            connection.execute("DELETE FROM kept WHERE name = ?", (name,))
        else:
            connection.execute("INSERT OR REPLACE INTO kept (name, value) VALUES (?, ?)", (name, value))


def _held(path: Path) -> IO[bytes]:
    lock = hold(path)
    if lock is None:
        raise Unavailable(f"another process holds {path}: the station runs already. Stop it first, or ask it")
    return lock


def _connect(path: Path | str) -> sqlite3.Connection:
    """Open the file, ask for durability and read it back (`storage.sqlite`); a copy in memory promises nothing."""
    try:
        if str(path) != ":memory:":
            private.prepare_database(Path(path))
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        if str(path) != ":memory:":
            for pragma, (value, expected) in {**SETTINGS, **OWN_SETTINGS}.items():
                connection.execute(f"PRAGMA {pragma} = {value}")
                found = str(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
                if found != expected:
                    raise Unavailable(
                        f"SQLite answers {pragma} = {found}, not {expected}: it cannot promise durability"
                    )
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, USER_VERSION):
            raise Unavailable(
                f"{path} was written by another version (schema {version}); this one reads {USER_VERSION}"
            )
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{path} cannot be opened as a station's copy: {error}") from error
    return connection
