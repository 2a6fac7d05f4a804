"""Verdicts of an agreement as stations themselves answer them: of one station, or of several next to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detente.api.agreements import AgreementAsked, VerdictRow, VerdictsAsked
from detente.scenario.processes import Door


def verdicts(door: Door, agreement: str, terms: Sequence[str]) -> tuple[list[VerdictRow], str]:
    """Return the verdicts on some terms (none named: all), and as seen by whom at which size."""
    found = door.ask(VerdictsAsked(name=agreement))
    return [row for row in found.verdicts if not terms or row.term in terms], found.seen


def status(door: Door, agreement: str) -> tuple[list[str], str]:
    """Return where the agreement stands for each party, in words and in deeds, and as seen by whom."""
    found = door.ask(AgreementAsked(name=agreement))
    return [one.said for one in found.agreement.parties], found.seen


def beside(doors: Mapping[str, Door], agreement: str, terms: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return what each party's station concludes now, verdict by verdict: one line for all that say the same, else a line with all."""
    said: dict[tuple[str, str, str, str], dict[str, VerdictRow]] = {}
    for party, door in doors.items():
        for row in verdicts(door, agreement, terms)[0]:
            said.setdefault(row.key, {})[party] = row
    lines = []
    for key in sorted(said):
        of = said[key]
        words = {party: of[party].words if party in of else "no such verdict" for party in doors}
        basis = tuple(dict.fromkeys(entry for row in of.values() for entry in (*row.evidence, *row.against)))
        if len(set(words.values())) == 1:
            lines.append((f"alike for {' and '.join(words)}: {next(iter(words.values()))}", basis))
        else:
            lines.append((" | ".join(f"{party}: {text}" for party, text in words.items()), basis))
    return lines
