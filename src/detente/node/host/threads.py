"""What a host remembers of every entry so that it can judge the next: whose, of which kind, in which thread.

One machine number for each fact of an entry, in append-only columns, so that a million entries take some 100 MB; bodies stay
in the store. Answers `records.entries.supersede.check_supersession`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from detente.node.host.examine import Examined
from detente.records.entries.supersede import Version
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State

NOBODY = -1


class WordNumbers:
    """Numbers for words that come again and again."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self._words = list(words)
        self._numbers = {word: number for number, word in enumerate(self._words)}

    def number(self, word: str) -> int:
        """Return the number of a word, giving it the next one if it is new."""
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self._words)
            self._words.append(word)
        return found

    def word(self, number: int) -> str:
        """Return the word of a number."""
        return self._words[number]


class Threads:
    """The columns. Row i is ledger index i; a row whose header is not known (after a restore) has no author."""

    def __init__(self) -> None:
        self._ids: list[bytes] = []
        self._index: dict[bytes, int] = {}
        self._names = WordNumbers()
        self._activities = WordNumbers([activity.value for activity in Activity])
        self._states = WordNumbers([state.value for state in State])
        self._author = array("h")
        self._kind = array("h")
        self._activity = array("b")
        self._state = array("b")
        self._first = array("q")
        self._next = array("q")

    def __len__(self) -> int:
        return len(self._ids)

    def index_of(self, entry_id: bytes) -> int | None:
        """Return the index of an id, or None."""
        return self._index.get(entry_id)

    def author_of(self, index: int) -> str | None:
        """Return the author at an index, or None where the header is not known."""
        number = self._author[index]
        return None if number == NOBODY else self._names.word(number)

    def add(self, entry: Examined) -> None:
        """Add the next row. What it supersedes has been checked."""
        index = len(self._ids)
        old = None if entry.supersedes is None else self._index.get(bytes.fromhex(entry.supersedes))
        self._ids.append(entry.id)
        self._index[entry.id] = index
        self._author.append(self._names.number(entry.author))
        self._kind.append(self._names.number(entry.kind))
        self._activity.append(self._activities.number(entry.activity) if entry.activity else NOBODY)
        self._state.append(self._states.number(entry.state) if entry.state else NOBODY)
        self._first.append(index if old is None else self._first[old])
        self._next.append(NOBODY)
        if old is not None:
            self._next[old] = index

    def erase(self, index: int) -> None:
        """Forget what the body at an index said, as a host that starts again after its erasure has to."""
        self._activity[index] = self._state[index] = NOBODY

    def add_blank(self, entry_id: bytes) -> None:
        """Add a row of which only the leaf, and perhaps the id, is known."""
        index = len(self._ids)
        self._ids.append(entry_id)
        if entry_id:
            self._index[entry_id] = index
        for column in (self._author, self._kind, self._activity, self._state, self._next):
            column.append(NOBODY)
        self._first.append(index)

    # --- records.supersede.Versions

    def version(self, entry_id: str) -> Version | None:
        """Return the entry as a version in its thread, or None when it is not known here."""
        index = self._index.get(bytes.fromhex(entry_id))
        if index is None or self._author[index] == NOBODY:
            return None
        after = self._next[index]
        activity, state = self._activity[index], self._state[index]
        return Version(
            activity=None if activity == NOBODY else Activity(self._activities.word(activity)),
            author=self._names.word(self._author[index]),
            first=self._ids[self._first[index]].hex(),
            id=entry_id,
            kind=self._names.word(self._kind[index]).partition("/")[0],
            state=None if state == NOBODY else State(self._states.word(state)),
            superseded_by=None if after == NOBODY else self._ids[after].hex(),
        )

    def head_of(self, first: str) -> str:
        """Return the id of the head of the thread that began with `first`."""
        index = self._index[bytes.fromhex(first)]
        while self._next[index] != NOBODY:
            index = self._next[index]
        return self._ids[index].hex()
