"""Where entries are kept: a small interface for a host's ledger and one for a station's copy, and their bodies."""

from detente.storage.interface import OwnCopy, StaleAppendError, Store, StoredEntry
from detente.storage.memory import MemoryStore
from detente.storage.sqlite import SqliteStore

__all__ = ["MemoryStore", "OwnCopy", "SqliteStore", "StaleAppendError", "Store", "StoredEntry"]
