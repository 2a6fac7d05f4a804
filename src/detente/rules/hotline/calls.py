"""What is said over a voice line about a notice: made from its shapes, never typed; and what was heard, turned back into figures.

A telephone works for nuance and fails for place, time and evidence. So the words are generated (datum first, every digit), the
other end says them back, and both are compared figure by figure before anything else is done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.geometry.stated.read_back import Difference, VolumeSaid, compare_figures, said_aloud
from detente.geometry.stated.spoken import DIGITS, speak
from detente.geometry.volume import Volume4D
from detente.records.hotline.call import Call
from detente.records.notices.response import Readback

_END: Final = re.compile(r"end\W+of\W+place", re.IGNORECASE)
_START: Final = re.compile(r"\bdatum\b", re.IGNORECASE)
DATUM: Final = "WGS84"
"""The datum in which words are spoken (`geometry.stated.spoken.DATUM` says it aloud)."""


def words_of(volumes: Sequence[Volume4D]) -> tuple[str, ...]:
    """Return what is said of each volume, one text for each, to be read out in order and read back one by one.

    Refused: a shape that words cannot say within their error; it is sent as data.
    """
    count = _digits(len(volumes))
    said = []
    for n, volume in enumerate(volumes, 1):
        head = f"Place {_digits(n)} of {count}. " if len(volumes) > 1 else ""
        said.append(head + speak(volume))
    return tuple(said)


def _digits(number: int) -> str:
    return " ".join(DIGITS[int(c)] for c in str(number))


def read_back_of(heard: str) -> Readback:
    """Return the figures in words as they were heard, one volume for each "datum ... end of place". Refused where a word does not fit."""
    parts = [part for part in _END.split(heard) if _START.search(part)]
    if not parts:
        rule = "must hold the place as said back, from 'Datum' to 'End of place'"
        raise Refused([problem("heard", "heard", heard, rule, "Write it word by word, or ask to have it said again.")])
    return Readback(datum=DATUM, volumes=tuple(_said(part) for part in parts))


def _said(part: str) -> VolumeSaid:
    found = _START.search(part)
    assert found is not None
    return said_aloud(f"{part[found.start() :]} End of place")


def compare(readback: Readback, volumes: Sequence[Volume4D]) -> tuple[Difference, ...]:
    """Return every figure said back that is not what was told, or was left out; empty only when all of it agrees."""
    return compare_figures(readback.volumes, readback.datum, volumes)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One entry about a call. `author` signed it; where `call.said_by` is another party, it was entered for that one."""

    author: str
    call: Call
    entry: str
    index: int
    received_at_us: int

    @property
    def said_by_another(self) -> bool:
        """Whether this is told for a party that did not sign it."""
        return self.call.said_by != self.author


def may_countersign(account: Account, other: Account, answers_for: Mapping[str, str | None]) -> bool:
    """Whether another entry counts as a second word on a call: not by who entered the first, and by an end of it or who answers for one."""
    ends = {account.call.caller.party, account.call.taker.party, account.call.said_by}
    ends |= {by for party in ends if (by := answers_for.get(party)) is not None}
    return other.author != account.author and other.author in ends


SAME_CALL_US: Final = 2 * 60_000_000
"""Two clocks and two pens: starts of one call this near each other are the same."""


def disagreements(one: Call, two: Call) -> tuple[str, ...]:
    """Return in what two accounts of one call contradict each other, as sentences. Words differ in every pair, and are not compared."""
    found = []
    for field, ours, theirs in (
        ("line", one.line, two.line),
        ("outcome", one.outcome, two.outcome),
        ("caller", one.caller.party, two.caller.party),
        ("taker", one.taker.party, two.taker.party),
    ):
        if ours != theirs:
            found.append(f"{field}: {ours} against {theirs}")
    if abs(one.at_us - two.at_us) > SAME_CALL_US:
        found.append(f"time: {abs(one.at_us - two.at_us) // 1_000_000} s apart")
    return tuple(found)
