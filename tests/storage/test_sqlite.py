"""What the SQLite body promises beyond the interface: durability is asked for, read back, and survives torn files."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.storage.test_store import rows

from detente.errors import Unavailable
from detente.storage import SqliteStore
from detente.storage import sqlite as sqlite_module


def test_durability_is_read_back_at_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that does not give us a flush at every commit is refused at start, not discovered after a power cut."""
    settings = dict(sqlite_module.SETTINGS, synchronous=("NORMAL", "2"))
    monkeypatch.setattr(sqlite_module, "SETTINGS", settings)
    with pytest.raises(Unavailable, match="synchronous = 1"):
        SqliteStore(tmp_path / "ledger.db")


def test_both_connections_run_with_the_promised_settings(tmp_path: Path) -> None:
    """WAL, FULL, a small write-ahead log: on the writer, where it matters."""
    store = SqliteStore(tmp_path / "ledger.db")
    found = {name: store._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in sqlite_module.SETTINGS}
    assert found == {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 100}
    store.close()


def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """Two writers would fork the ledger."""
    first = SqliteStore(tmp_path / "ledger.db")
    with pytest.raises(Unavailable, match="another process"):
        SqliteStore(tmp_path / "ledger.db")
    first.close()
    SqliteStore(tmp_path / "ledger.db").close()


def test_a_file_that_is_not_a_ledger_is_refused_in_words(tmp_path: Path) -> None:
    """Neither a text file nor a later schema is read as an empty ledger."""
    (tmp_path / "a.db").write_text("these are not the pages you are looking for " * 40)
    with pytest.raises(Unavailable, match="cannot be opened"):
        SqliteStore(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "b.db") as later:
        later.execute("PRAGMA user_version = 9")
    later.close()
    with pytest.raises(Unavailable, match="another version"):
        SqliteStore(tmp_path / "b.db")


def test_small_appends_share_a_flush(tmp_path: Path) -> None:
    """What waits while one commit is on its way goes together into the next, and each caller gets its own answer."""
    store = SqliteStore(tmp_path / "ledger.db")
    commits: list[int] = []
    store.subscribe(commits.append)
    answers = [store.append(rows(i, i + 1), i) for i in range(500)]
    assert [answer.result() for answer in answers] == list(range(1, 501))
    store.close()
    assert len(commits) < 400
    assert commits[-1] == 500


@pytest.mark.parametrize("seed", range(6))
def test_a_torn_log_loses_no_acknowledged_row_and_shows_no_half_batch(tmp_path: Path, seed: int) -> None:
    """Cut the log anywhere after the last acknowledged flush: acknowledged batches are whole, no other is in part."""
    dice = random.Random(seed)
    store = SqliteStore(tmp_path / "live.db")
    store._writer.execute("PRAGMA wal_autocheckpoint = 0")  # keep everything in the log, so that there is much to tear
    ends: list[tuple[int, int]] = []  # (size acknowledged, bytes in the log at that moment)
    size = 0
    for _ in range(12):
        count = dice.randrange(1, 40)
        store.append(rows(size, size + count), size).result()
        size += count
        ends.append((size, (tmp_path / "live.db-wal").stat().st_size))
    for _ in range(10):
        acknowledged, flushed = dice.choice(ends)
        cut = dice.randrange(flushed, ends[-1][1] + 1)
        copy = tmp_path / f"torn{cut}.db"
        shutil.copy(tmp_path / "live.db", copy)
        (tmp_path / f"torn{cut}.db-wal").write_bytes((tmp_path / "live.db-wal").read_bytes()[:cut])
        found = SqliteStore(copy)
        assert found.size() >= acknowledged
        assert found.size() in [end for end, _ in ends]
        assert [row.index for row in found.read(0, size)] == list(range(found.size()))
        found.close()
    store.close()
