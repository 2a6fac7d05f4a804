"""Where entries are kept: one small interface, and its bodies in memory and in SQLite."""

from detente.storage.interface import StaleAppendError, Store, StoredEntry
from detente.storage.memory import MemoryStore
from detente.storage.sqlite import SqliteStore

__all__ = ["MemoryStore", "SqliteStore", "StaleAppendError", "Store", "StoredEntry"]
