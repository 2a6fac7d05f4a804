"""A lull is not a pause. A pause is announced by somebody, with an end, and is theirs to keep; a lull is only that nothing was reported."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from detente.rules.notices.changes.fan_out import Change


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of quiet it is at a moment. `by` announced it (pauses only); `until_us` is its announced end.

    `since_us` is when the pause began, or the last report before the lull; None when nothing was ever reported.
    """

    by: str | None
    kind: Literal["announced pause", "lull", "no quiet"]
    since_us: int | None
    until_us: int | None

    def sentence(self) -> str:
        """Say it in one line."""
        if self.kind == "announced pause":
            return f"announced pause, by {self.by}: its word until the stated end"
        if self.kind == "lull":
            return "a lull: nobody announced it, nobody promised it, nothing may rest on it"
        return "no quiet: something was reported"


def quiet(changes: Iterable[Change], reported_us: Iterable[int], lull_after_us: int, now_us: int) -> Quiet:
    """Tell what kind of quiet there is on one matter.

    `changes` are those of the matter in order; a pause stands from its start to its end unless its author resumed or ended it.
    `reported_us` are times of reported events. With no pause in force, nothing reported for `lull_after_us` is a lull. Reports
    during a pause do not end it: they are claims about a pause that was announced.
    """
    standing: dict[str, Change] = {}
    for change in changes:
        if change.effective_us <= now_us:
            standing[change.by] = change
    paused = [c for c in standing.values() if c.change == "paused" and c.until_us is not None and now_us <= c.until_us]
    if paused:
        longest = max(paused, key=lambda c: (c.until_us or 0, c.by))
        return Quiet(by=longest.by, kind="announced pause", since_us=longest.effective_us, until_us=longest.until_us)
    last = max((at for at in reported_us if at <= now_us), default=None)
    if last is not None and now_us - last <= lull_after_us:
        return Quiet(by=None, kind="no quiet", since_us=last, until_us=None)
    return Quiet(by=None, kind="lull", since_us=last, until_us=None)
