"""Why an entry does not hold any more, so that whoever is shown an old one is told first that it is old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from detente.records.entries.supersede import SHORT
from detente.records.notices.notice_state import LIVE, State

if TYPE_CHECKING:
    from detente.picture.picture import Picture

Why = Literal["ended", "ended-for-us", "erased", "lapsed", "superseded", "withdrawn"]


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """`head` is the thread's newest version here, `head_state` a notice's state there; `by` the entry that brought it about, if one did."""

    by: str | None
    head: str
    head_state: State | None
    why: Why

    def sentence(self) -> str:
        """Say it in one line."""
        if self.why == "superseded":
            now = f", which is {self.head_state.upper()}" if self.head_state is not None else ""
            return f"SUPERSEDED by {self.head[:SHORT]}{now}: what follows is an old version."
        return WORDS[self.why]


WORDS: dict[Why, str] = {
    "ended": "ENDED, as its author says.",
    "ended-for-us": "ENDED FOR US: its author tells us no later version. It holds no longer, and is no assurance of anything.",
    "erased": "ERASED: what it said is gone.",
    "lapsed": "LAPSED: its last time is over, and its author has not ended it.",
    "withdrawn": "WITHDRAWN by its author.",
}


def over(picture: Picture, entry_id: str, now_us: int) -> Over | None:
    """Return why an entry does not hold at a time; None where it holds, and where it is not known here."""
    entry = picture.heads.entry(entry_id)
    why = _why(picture, entry_id, now_us)
    if entry is None or why is None:
        return None
    head = picture.heads.head_of(entry.first)
    newest = picture.heads.entry(head)
    by = entry.superseded_by or picture.heads.closing(entry_id)
    return Over(by=by, head=head, head_state=newest.state if newest is not None else None, why=why)


def _why(picture: Picture, entry_id: str, now_us: int) -> Why | None:
    entry = picture.heads.entry(entry_id)
    if entry is None:
        return None
    if entry.superseded_by is not None:
        return "superseded"
    if picture.heads.closing(entry_id) is not None:
        return "ended-for-us"
    if entry.erased:
        return "erased"
    if entry.state is not None and entry.state not in LIVE:
        return "ended" if entry.state is State.ENDED else "withdrawn"
    live = picture.airspace.get_first(entry.first)
    return "lapsed" if live is not None and live.lapsed(now_us) else None
