"""What a unit carries in a case: a register of protected places exported by its side's station, asked later without any line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detente.api.station import RegisterAsked
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.position import StatedPosition
from detente.rules.protection.near import Nearness, NearQuestion, answer
from detente.rules.protection.register import read_register
from detente.scenario.case import Case
from detente.scenario.processes import Door
from detente.storage import private


class Pocket:
    """The registers of one branch, by name, as files in its folder."""

    def __init__(self, case: Case, branch: str, folder: Path) -> None:
        self._case = case
        self._at = folder / f"{case.case}-{branch}"
        self._keys: dict[str, str] = {}

    def export(self, name: str, door: Door) -> list[str]:
        """Take a register out of a station, with the key that the unit is given for it."""
        data = door.ask(RegisterAsked())
        private.write(self._path(name), data)
        signed = read_register(data)
        self._keys[name] = signed.key
        return [
            f"REGISTER {name}: {len(signed.register.places)} protected place(s), ledger size {signed.register.size}"
        ]

    def ask(self, name: str, asked: Mapping[str, Any], now_us: int) -> list[str]:
        """Ask a register about a place of the case, as a unit would; alarms first, then the answer."""
        held = read_register(self._path(name).read_bytes(), self._keys[name]).register
        question = NearQuestion(
            at_us=now_us,
            described=str(asked.get("described", "")),
            described_at=self._position(asked.get("described_at")),
            found=str(asked.get("found", "")),
            position=self._position(asked.get("at")),
        )
        found = answer(held, question)
        said = [f"ALARM to the unit: {alarm.words}" for alarm in found.alarms]
        said += [f"NEAR: {hit.sentence()}" for hit in found.hits]
        if found.verdict in (Nearness.NOT_NEAR, Nearness.NO_ANSWER):
            said.append(f"NEAR: {found.verdict.value}")
        return list(dict.fromkeys(said))  # two buildings of one site may say the same

    def _path(self, name: str) -> Path:
        return self._at.with_name(f"{self._at.name}-{name}.register")

    def _position(self, place: object) -> StatedPosition | None:
        if place is None:
            return None
        named = self._case.places[str(place)]
        return read_position(
            named.decimal, datum=named.datum, declared_error_mm=named.error_m * 1000, field=f"places.{place}"
        )
