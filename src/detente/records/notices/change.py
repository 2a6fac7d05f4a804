"""A change, as a party says it: a truce ended, a pause was announced, a line closed, an owner changed. Others' notices rest on such things.

What changes by an entry of its own (a newer notice, channel or party) needs no such statement; a truce that its sponsors call over
by telephone does.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.geometry.exact.rings import check_volume
from detente.geometry.volume import Volume4D
from detente.records.body import Body, Faults, Stated
from detente.records.form import first_version

ChangeKind = Literal["started", "ended", "extended", "moved", "owner-changed", "paused", "resumed", "suspended"]

WORSE: frozenset[ChangeKind] = frozenset({"ended", "moved", "owner-changed", "suspended"})
"""Kinds after which people may be in danger who were not before."""


class Changed(Body, frozen=True, kw_only=True):
    """One change. `about` are the entries that changed (an agreement, zone, line, permission), if any stands in the ledger.

    `matter` groups what is said of one thing by several parties. `channels` and `parties` are those concerned; `volumes` the
    ground. `effective_us` is when it holds from. `until_us` is the announced end; a pause must have one: a quiet that nobody
    announced, or that nobody put an end to, is a lull and no pause.
    """

    about: tuple[str, ...]
    change: ChangeKind
    channels: tuple[str, ...]
    effective_us: int
    matter: str
    parties: tuple[str, ...]
    stated_time: Stated | None
    until_us: int | None
    volumes: tuple[Volume4D, ...]
    words: str


def check(changed: Changed) -> tuple[Problem, ...]:
    """Return what is wrong with a stated change, seen alone."""
    faults = Faults()
    faults.ids("about", changed.about)
    faults.each_once("channels", changed.channels)
    for i, channel in enumerate(changed.channels):
        faults.name(f"channels[{i}]", channel)
    faults.name("matter", changed.matter)
    faults.parties("parties", changed.parties)
    faults.stated("stated_time", changed.stated_time)
    faults.text("words", changed.words, needed=True)
    faults.order("until_us", changed.effective_us, changed.until_us)
    for i, volume in enumerate(changed.volumes):
        faults.extend(check_volume(volume, f"volumes[{i}]"))
    if changed.change == "paused" and changed.until_us is None:
        faults.add("pause_without_end", "until_us", "", "an announced pause has an end", "State it, or call it ended.")
    if not (changed.about or changed.channels or changed.parties or changed.volumes):
        faults.add(
            "change_of_what", "about", "", "a change says what changed", "Name entries, lines, parties or ground."
        )
    return faults.all()


FORMS = (first_version("change", Changed, check),)
