"""What several answers have to find or refuse: an entry by its id, an officer of this station, why an entry does not hold."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente.api.over import OverRow
from detente.errors import Problem, Refused, problem
from detente.picture.over import over
from detente.station.engine import StationLoop


def id_bytes(text: str) -> bytes:
    """Return an id's 32 bytes. Raises `Refused` for anything else."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32:
        raise Refused([problem("parameter", "id", text, "must be 64 hex digits", "Copy the whole id")])
    return found


def not_found(text: str) -> Problem:
    """Return what is said where nothing of that name is held."""
    return problem("not-found", "", text, "is nothing that this station holds", "Check the id")


def own_officer(engine: StationLoop, officer: str) -> str:
    """Return an officer's id. Raises `Refused` for one that has no key at this station."""
    if officer not in engine.parts.officers:
        raise Refused([problem("officer", "officer", officer, "must be an officer of this station", "Name one")])
    return officer


def over_row(engine: StationLoop, entry: str) -> OverRow | None:
    """Return why an entry does not hold any more; None where it holds."""
    found = over(engine.parts.picture, entry, engine.now_us)
    return None if found is None else OverRow(words=found.sentence(), **msgspec.structs.asdict(found))


def over_rows(engine: StationLoop, entries: Iterable[str]) -> dict[str, OverRow]:
    """Return why those of some entries that do not hold any more do not, by id."""
    rows = {entry: over_row(engine, entry) for entry in entries}
    return {entry: row for entry, row in rows.items() if row is not None}
