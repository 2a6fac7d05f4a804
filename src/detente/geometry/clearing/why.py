"""The whole answer about one pair: do they meet, how close in each dimension, under which readings, what clears it."""

from __future__ import annotations

import msgspec

from detente.geometry.altitude import NAMES
from detente.geometry.clearing.least_change import LeastChange, clearing
from detente.geometry.exact.readings import Readings, readings_of
from detente.geometry.exact.rings import words as place_words
from detente.geometry.exact.separation import RULESET, Encounter, meets
from detente.geometry.f3548 import time_text
from detente.geometry.volume import NDEG, Separation, Volume4D


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with its reasons. `meeting` and `least_change` are None where the volumes are apart."""

    least_change: LeastChange | None
    meeting: Encounter | None
    readings: Readings
    ruleset: str = RULESET
    warnings: tuple[str, ...]


def why(a: Volume4D, b: Volume4D, separation: Separation) -> Why:
    """Return the verdict on two volumes with everything that explains it. The least change is to `a`."""
    meeting = meets(a, b, separation)
    return Why(
        least_change=None if meeting is None else clearing(a, b, separation),
        meeting=meeting,
        readings=readings_of(meeting, a, b, separation),
        warnings=datum_warnings(a, b),
    )


def datum_warnings(a: Volume4D, b: Volume4D) -> tuple[str, ...]:
    """Say which heights were compared through the worst case of the whole Earth, because their datums differ."""
    pairs = ((a.altitude_lower, b.altitude_upper), (b.altitude_lower, a.altitude_upper))
    names = {
        tuple(sorted((NAMES[low.datum], NAMES[high.datum])))
        for low, high in pairs
        if low is not None and high is not None and (low.datum != high.datum or low.datum == "unknown")
    }
    return tuple(
        f"Heights above {first} and above {second} were compared by the widest band there is on Earth; one datum for both is sharper."
        for first, second in sorted(names)
    )


def sentences(found: Why) -> tuple[str, ...]:
    """Put a verdict into words, one sentence each."""
    meeting = found.meeting
    if meeting is None:
        return ("They stay apart.", found.readings.words(), *found.warnings)
    lines = [_how_close(meeting)]
    if meeting.boundary:
        lines.append("They are within the measuring bound of the limit (1 mm): counted as meeting.")
    lines.append(found.readings.words())
    if found.least_change is not None:
        lines.append(change_words(found.least_change))
    return (*lines, *found.warnings)


def _how_close(meeting: Encounter) -> str:
    place = place_words(meeting.near_a)
    when = (
        f"from {time_text(meeting.first_us)} to {time_text(meeting.last_us)}"
        if meeting.time_us == 0
        else f"{meeting.time_us / 1e6:g} s apart in time, {time_text(meeting.first_us)} and {time_text(meeting.last_us)}"
    )
    return (
        f"They meet: {meeting.horizontal_mm / 1000:,.3f} m apart on the ground near {place} "
        f"(allowed {meeting.allowed_mm / 1000:,.3f} m), {meeting.vertical_mm / 1000:,.1f} m in height, {when}."
    )


def change_words(change: LeastChange) -> str:
    """Say what parts two volumes, each way enough by itself."""
    ways = []
    if change.time_us is not None:
        ways.append(f"{abs(change.time_us) / 1e6:,.6g} s {'later' if change.time_us > 0 else 'earlier'}")
    if change.height_mm is not None:
        ways.append(f"{abs(change.height_mm) / 1000:,.3f} m {'higher' if change.height_mm > 0 else 'lower'}")
    if change.distance_mm is not None and change.bearing_ndeg is not None:
        ways.append(f"{change.distance_mm / 1000:,.1f} m on bearing {change.bearing_ndeg / NDEG:05.1f}")
    return f"Any one of these moves of the first clears it: {'; '.join(ways)}." if ways else "No single move clears it."
