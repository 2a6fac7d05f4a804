"""What could not be taken in: set aside, kept, counted, and shown to the officers with its author's name.

    body that breaks its record's rules ──> `unsound`: its author signed it, so it is evidence against its author
    entry at which something raised     ──> `unfoldable`: the author's doing, or a fault of ours; what rests on it is incomplete

Nothing here ends the station: whatever its bytes and whoever recorded it, the next entry is taken in.
"""

from __future__ import annotations

from collections.abc import Callable

from detente import errors
from detente.node.station.effects import Effect
from detente.node.station.parts.alarms import Kind
from detente.node.station.parts.checking import Believed
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station
from detente.picture.fold import Fault

OURS = "this station"
"""Stands for the author where what raised is about no entry."""


def set_aside(state: Station, entry: Believed, where: str, error: Exception) -> None:
    """Note that one step of taking in an entry raised."""
    header = entry.checked.header
    found = Fault(
        author=header.author,
        entry=entry.checked.id.hex(),
        index=entry.index,
        kind=header.kind,
        view=where,
        words=_words(error),
    )
    state.following.faults.append(found)


def attempted(state: Station, step: Callable[[Station, int], list[Effect]], now_us: int) -> list[Effect]:
    """Do one of the steps that are due; if it raises, the others are done all the same, and the officers are told."""
    try:
        return step(state, now_us)
    except errors.SURVIVED as error:
        name = step.__name__.strip("_")
        words = f"this station could not do what was due ({name}): {_words(error)}. A fault of this software, perhaps set off by an entry"
        return raise_alarm(state, "unfoldable", f"{OURS}: {name}", words, now_us)


def alarms_of_faults(state: Station, now_us: int) -> list[Effect]:
    """Raise what was set aside since last asked, each with the entry as evidence."""
    effects: list[Effect] = []
    for index, why in state.following.broken.items():
        words = (
            f"this station's own copy holds bytes at index {index} that are no entry ({why}): the file was changed or damaged. What rests "
            "on that entry is missing here. Move the copy away and let the station fetch everything anew"
        )
        effects += raise_alarm(state, "unfoldable", f"index {index}", words, now_us)
    state.following.broken.clear()
    found, state.following.faults = [*state.following.faults, *state.picture.driver.take_faults()], []
    for one in found:
        entry = bytes.fromhex(one.entry)
        held = state.following.recent.get(entry) or state.find(entry)
        kind: Kind = "unfoldable" if one.view else "unsound"
        about = f"{one.entry} {one.view}".strip()
        evidence = [] if held is None else [held[1]]
        effects += raise_alarm(state, kind, about, _sentence(one), now_us, evidence, by=one.author)
    return effects


def _sentence(one: Fault) -> str:
    if one.view:
        return (
            f"entry {one.index} ({one.kind}) by {one.author} could not be taken into {one.view}: {one.words}. The entry is kept; "
            f"views of {one.kind.partition('/')[0]} are incomplete. Ask {one.author} what it says, and report this fault of the software"
        )
    return (
        f"entry {one.index} by {one.author} holds a {one.kind} that breaks the rules of its record: {one.words} It is kept as evidence "
        f"against {one.author} and not taken in; views of {one.kind.partition('/')[0]} are incomplete. Ask {one.author} what was meant"
    )


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:400]
