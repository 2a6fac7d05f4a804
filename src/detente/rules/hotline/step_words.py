"""What a ladder's step says, in controlled English: how long the matter has waited and how far it came, then whom it calls.

Words are made here and nowhere else, from `Called`, when a step is recorded or shown; nothing reads them back.
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.geometry.f3548 import time_text
from detente.rules.hotline.callees import Called


def step_words(call: Called) -> str:
    """Say one step whole."""
    return f"{waited_words(call)} {whom_words(call)}"


def together(calls: Sequence[Called]) -> str:
    """Say steps of one matter that come at the same moment: how long it has waited is said once, where the duty director is called first.

    Otherwise each step says it, as stations have always signed it.
    """
    more = whom_words if calls[0].rung.reach == "director" else step_words
    return " ".join([step_words(calls[0]), *map(more, calls[1:])])


def in_one_breath(calls: Sequence[Called]) -> tuple[str, ...]:
    """Say steps that are due at once, each with the earlier ones' words too: they travel apart, and the later may come first."""
    return tuple(together(calls[: count + 1]) for count in range(len(calls)))


def waited_words(call: Called) -> str:
    """Say how long the matter has waited, and whether the other station holds it: where it is not known to, *undelivered*."""
    party, ladder = call.matter.party, call.matter.ladder
    after = span(call.now_us - call.matter.since_us)
    if ladder == "screening":
        far = "undelivered" if call.held_us is None else f"held by its station since {_utc(call.held_us)}"
        return f"{party} has not screened this after {after}: not screened, {far}."
    if call.held_us is None:
        return f"{ladder}: no answer by an officer of {party} after {after}: undelivered."
    return (
        f"{ladder}: held by the station of {party} since {_utc(call.held_us)}, no officer has answered after {after}."
    )


def whom_words(call: Called) -> str:
    """Say who is called, and name who has nobody to be called."""
    party = call.matter.party
    match call.rung.reach:
        case "director":
            who = f" ({', '.join(call.names)})" if call.names else f", whom no roster here names at {party}"
            return f"Duty director{who}: take it and relay it."
        case "alternate-channel":
            line = call.line
            return f"Use {line.name} ({line.channel})." if line is not None else "No other line is on record: use any."
        case "higher-level":
            return f"The higher level of {party} is called{f' ({call.above})' if call.above else ''}."
        case _:
            return "The duty officer of the host is told: reach them by any line."


def span(us: int) -> str:
    """Say a span in the unit that people would use: whole seconds, minutes, hours or days, rounded down."""
    seconds = max(0, us) // 1_000_000
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _utc(us: int) -> str:
    return time_text(us // 1_000_000 * 1_000_000)
