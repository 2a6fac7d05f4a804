"""What every store promises, asked of each body in turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from detente.errors import Unavailable
from detente.storage import MemoryStore, SqliteStore, StaleAppendError, Store, StoredEntry


def rows(start: int, stop: int, *, sealed: int | None = None) -> list[StoredEntry]:
    return [
        StoredEntry(i, 1_000_000 + i, b"leaf%d" % i, i.to_bytes(32, "big"), b'{"n":%d}' % i, sealed or stop)
        for i in range(start, stop)
    ]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "ledger.db")
    yield made
    made.close()


def test_what_was_appended_is_read_back_in_order(store: Store) -> None:
    """Rows come back as they were given, whatever the batches were."""
    store.append(rows(0, 3), 0).result()
    store.append(rows(3, 700), 3).result()
    assert store.size() == 700
    assert list(store.read(0, 10_000)) == rows(0, 3) + rows(3, 700)
    assert [row.index for row in store.read(255, 258)] == [255, 256, 257]
    assert [row.index for row in store.rows([2, 5, 699, 900])] == [2, 5, 699]


def test_a_stale_append_stores_nothing(store: Store) -> None:
    """Of two writers that believe in the same size, the second is told the size and nothing of its batch is kept."""
    store.append(rows(0, 2), 0).result()
    with pytest.raises(StaleAppendError) as refused:
        store.append(rows(0, 5), 0).result()
    assert (refused.value.expected_size, refused.value.size) == (0, 2)
    assert store.size() == 2
    assert list(store.read(0, 9)) == rows(0, 2)


def test_a_gap_or_a_time_running_back_is_a_mistake_of_the_caller(store: Store) -> None:
    """Indexes run on from the size and received_at never runs back, or nothing is stored."""
    with pytest.raises(ValueError, match="index 1"):
        store.append(rows(1, 2), 0)
    late, early = rows(0, 2)
    with pytest.raises(ValueError, match="backwards"):
        store.append([late._replace(received_at_us=9_000_000), early], 0)
    assert store.size() == 0


def test_many_writers_win_each_index_once(store: Store) -> None:
    """Eight writers race; every index is stored exactly once and every loser knows that it lost."""
    won: list[int] = []

    def write() -> None:
        for _ in range(20):
            size = store.size()
            try:
                store.append(rows(size, size + 1), size).result()
                won.append(size)
            except StaleAppendError:
                pass

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == list(range(store.size()))
    assert [row.index for row in store.read(0, store.size())] == list(range(store.size()))


def test_erasing_a_body_keeps_leaf_time_and_id(store: Store) -> None:
    """Erasure replaces what stands beside the leaf, never the leaf."""
    store.append(rows(0, 3), 0).result()
    store.amend(1, rows(0, 3)[1].id, None).result()
    erased = store.rows([1])[0]
    assert erased == rows(0, 3)[1]._replace(submission=None)
    assert list(store.read(0, 3))[2] == rows(0, 3)[2]


def test_amending_a_row_that_does_not_exist_is_refused_and_harmless(store: Store) -> None:
    """There is nothing to erase beyond the end."""
    with pytest.raises(IndexError):
        store.amend(0, b"", None).result()
    store.append(rows(0, 1), 0).result()
    assert store.size() == 1


def test_named_values_are_kept_beside_the_ledger(store: Store) -> None:
    """The largest cosigned checkpoint of each party lives and dies with the rows it is about."""
    store.keep("cosigned/un", b"one").result()
    store.keep("cosigned/un", b"two").result()
    store.keep("other", b"x").result()
    assert store.kept("cosigned/") == {"cosigned/un": b"two"}


def test_subscribers_hear_the_size_after_each_durable_append(store: Store) -> None:
    """Nobody is told of a row that is not yet durable, and an ended subscription is silent."""
    heard: list[int] = []
    end: Callable[[], None] = store.subscribe(heard.append)
    store.append(rows(0, 2), 0).result()
    store.append(rows(2, 3), 2).result()
    store.keep("a", b"b").result()
    end()
    store.append(rows(3, 4), 3).result()
    store.close()
    assert heard in ([2, 3], [3])


def test_a_closed_store_says_so(store: Store) -> None:
    """Nothing is written after close, and nothing pretends to be."""
    store.close()
    with pytest.raises(Unavailable):
        store.append(rows(0, 1), 0).result()
