"""The ledger in one SQLite file: write-ahead log, a flush at every commit, one committer thread, group commit.

Appends queue up; the committer takes what waits, at most `GROUP` rows, into one transaction, and only when the commit
came back are their futures done. The write-ahead log is folded back every 100 pages, which keeps the slowest commit
short (docs/decisions/0004-host-storage-and-batches.md). Reads use a connection of their own and never wait for the writer.
"""

from __future__ import annotations

import contextlib
import fcntl
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import chain
from pathlib import Path
from typing import IO, Any

from detente.errors import Unavailable
from detente.storage import private
from detente.storage.interface import StaleAppendError, StoredEntry
from detente.storage.memory import check_batch

GROUP = 256
"""At most this many rows in one transaction, unless a single append is larger."""

PAGE = 256
"""Rows fetched at once by `read`, so that no long read holds the write-ahead log back."""

USER_VERSION = 1

_AT_ONCE = (128, 32, 8, 1)
"""Rows in one statement; few sizes, so that the prepared statements stay in SQLite's cache."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  idx INTEGER PRIMARY KEY, received_at_us INTEGER NOT NULL, leaf BLOB NOT NULL, id BLOB NOT NULL, submission BLOB,
  sealed_size INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""

COLUMNS = "idx, received_at_us, leaf, id, submission, sealed_size"

SETTINGS: dict[str, tuple[str, str]] = {  # pragma -> (what we ask for, what it must read back as)
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", "2"),
    "wal_autocheckpoint": ("100", "100"),
}

Step = Callable[[sqlite3.Connection, int], int]
"""Work inside the transaction: gets the connection and the size so far, returns the size after."""


class _Job:
    """One caller's request: how many rows it brings, what to do inside the transaction, and where to answer."""

    __slots__ = ("done", "rows", "step")

    def __init__(self, rows: int, step: Step) -> None:
        self.rows = rows
        self.step = step
        self.done: Future[int] = Future()
        self.done.set_running_or_notify_cancel()  # who waits may give up waiting; the work is done all the same


class SqliteStore:
    """One ledger in one file, held by one process (a lock file beside it says so)."""

    def __init__(self, path: Path) -> None:
        self._lock = _hold(path)
        try:
            self._writer = _connect(path)
            self._reader = _connect(path)
            self._size = _size(self._writer)
        except BaseException:
            self._lock.close()
            raise
        self._reading = threading.Lock()
        self._told: list[Callable[[int], None]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._broken: Exception | None = None
        self._closed = False
        self._committer = threading.Thread(target=self._commit_forever, name="committer", daemon=True)
        self._committer.start()

    def append(self, batch: Sequence[StoredEntry], expected_size: int) -> Future[int]:
        check_batch(batch, expected_size)

        def step(connection: sqlite3.Connection, size: int) -> int:
            if size != expected_size:
                raise StaleAppendError(expected_size, size)
            _insert(connection, batch)
            return size + len(batch)

        return self._ask(len(batch), step)

    def amend(self, index: int, entry_id: bytes, submission: bytes | None) -> Future[int]:
        def step(connection: sqlite3.Connection, size: int) -> int:
            found = connection.execute(
                "UPDATE entry SET id = ?, submission = ? WHERE idx = ?", (entry_id, submission, index)
            )
            if found.rowcount != 1:
                raise IndexError(index)
            return size

        return self._ask(1, step)

    def keep(self, name: str, value: bytes) -> Future[int]:
        def step(connection: sqlite3.Connection, size: int) -> int:
            connection.execute("INSERT OR REPLACE INTO kept (name, value) VALUES (?, ?)", (name, value))
            return size

        return self._ask(1, step)

    def kept(self, prefix: str) -> dict[str, bytes]:
        found = self._select("SELECT name, value FROM kept", ())
        return {name: value for name, value in found if name.startswith(prefix)}

    def read(self, start: int, stop: int) -> Iterator[StoredEntry]:
        while start < (end := min(stop, self._size)):
            page = self._select(
                f"SELECT {COLUMNS} FROM entry WHERE idx >= ? AND idx < ? ORDER BY idx", (start, min(end, start + PAGE))
            )
            yield from map(StoredEntry._make, page)
            start += PAGE

    def rows(self, indexes: Sequence[int]) -> list[StoredEntry]:
        wanted = ",".join(str(int(index)) for index in indexes)
        page = self._select(f"SELECT {COLUMNS} FROM entry WHERE idx IN ({wanted}) ORDER BY idx", ())
        return [StoredEntry._make(row) for row in page if row[0] < self._size]

    def size(self) -> int:
        return self._size

    def subscribe(self, told: Callable[[int], None]) -> Callable[[], None]:
        self._told.append(told)
        return lambda: self._told.remove(told)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._jobs.put(None)
        self._committer.join()
        self._writer.close()
        with self._reading:
            self._reader.close()
        self._lock.close()

    def _ask(self, rows: int, step: Step) -> Future[int]:
        job = _Job(rows, step)
        if self._closed:
            job.done.set_exception(Unavailable("the store is closed"))
        else:
            self._jobs.put(job)
        return job.done

    def _select(self, sql: str, values: tuple[int, ...]) -> list[Any]:
        with self._reading:
            try:
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise Unavailable(f"the store cannot be read: {error}") from error

    # --- the committer thread ---

    def _commit_forever(self) -> None:
        held: _Job | None = None
        while True:
            first = held or self._jobs.get()
            held = None
            if first is None:
                return
            group, rows, last = [first], first.rows, False
            while rows < GROUP:
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if job is None:
                    last = True
                    break
                if rows + job.rows > GROUP:
                    held = job
                    break
                group.append(job)
                rows += job.rows
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[_Job]) -> None:
        """Do a group in one transaction. A refused job leaves no trace; a failing disk fails the whole group."""
        before = self._size
        answers: list[int | Exception] = []
        try:
            if self._broken:
                raise self._broken
            self._writer.execute("BEGIN IMMEDIATE")
            size = before
            for job in group:
                try:
                    size = job.step(self._writer, size)
                    answers.append(size)
                except (StaleAppendError, IndexError) as refusal:  # raised before anything of this job was written
                    answers.append(refusal)
            self._writer.execute("COMMIT")
        except Exception as error:
            # After a failed flush nobody knows what the disk holds: no further write until somebody restarts and looks.
            self._broken = self._broken or Unavailable(f"the store refused a write: {error}")
            with contextlib.suppress(
                sqlite3.Error
            ):  # the disk may refuse this too; whoever waits is answered all the same
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
            answers = [self._broken] * len(group)
            size = before
        self._size = size
        for job, answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                job.done.set_exception(answer)
            else:
                job.done.set_result(answer)
        if size != before:
            for told in tuple(self._told):
                told(size)


def _insert(connection: sqlite3.Connection, batch: Sequence[StoredEntry]) -> None:
    """Insert rows by few large statements: each one gives up the interpreter's lock once, not once for each row."""
    at = 0
    for rows in _AT_ONCE:
        statement = f"INSERT INTO entry ({COLUMNS}) VALUES {', '.join(['(?, ?, ?, ?, ?, ?)'] * rows)}"
        while len(batch) - at >= rows:
            connection.execute(statement, tuple(chain.from_iterable(batch[at : at + rows])))
            at += rows


def _hold(path: Path) -> IO[bytes]:
    lock = hold(path)
    if lock is None:
        raise Unavailable(f"another process holds {path}: stop it first, two writers would fork the ledger")
    return lock


def hold(path: Path) -> IO[bytes] | None:
    """Hold a database for this process by the lock file beside it; None where another process holds it. Closing the file lets go."""
    lock = private.append(path.with_name(path.name + ".lock"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, ask for durability, and read back that we have it: some builds are made with weaker defaults."""
    try:
        private.prepare_database(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        for pragma, (value, _) in SETTINGS.items():
            connection.execute(f"PRAGMA {pragma} = {value}")
        for pragma, (_, expected) in SETTINGS.items():
            found = str(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
            if found != expected:
                raise Unavailable(f"SQLite answers {pragma} = {found}, not {expected}: durability is not promised")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, USER_VERSION):
            raise Unavailable(f"{path} was written by another version: schema {version}, not {USER_VERSION}")
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{path} cannot be opened as a ledger: {error}") from error
    return connection


def _size(connection: sqlite3.Connection) -> int:
    """Return the number of rows. A hole cannot come from this program; whoever folds the rows checks for one."""
    return int(connection.execute("SELECT coalesce(max(idx), -1) + 1 FROM entry").fetchone()[0])
