"""A channel: a line between parties, who may use it in which role, whether it is open, and what stands in for it."""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults


class Channel(Body, frozen=True, kw_only=True):
    """One line as its author says it stands. `suspended` in words and working in fact may both be on record.

    `alternates` are names of other channels, in the order in which to try them. `tested_at_us` is the last test call.
    """

    alternates: tuple[str, ...]
    channel: str
    means: Literal["ledger", "mail", "meeting", "radio", "relay", "video", "voice"]
    name: str
    parties: tuple[str, ...]
    roles: tuple[str, ...]
    state: Literal["closed", "open", "suspended"]
    tested_at_us: int | None
    words: str


def check(channel: Channel) -> tuple[Problem, ...]:
    """Return what is wrong with a channel, seen alone."""
    faults = Faults()
    faults.name("channel", channel.channel)
    faults.title("name", channel.name)
    faults.text("words", channel.words)
    faults.parties("parties", channel.parties)
    faults.roles("roles", channel.roles)
    for i, alternate in enumerate(channel.alternates):
        faults.name(f"alternates[{i}]", alternate)
    if channel.channel in channel.alternates or len(set(channel.alternates)) < len(channel.alternates):
        faults.add("channel_alternates", "alternates", "", "each other channel once, never itself", "Correct the list.")
    if len(channel.parties) < 2:
        faults.add("channel_parties", "parties", channel.parties, "joins at least two parties", "Name both ends.")
    return faults.all()
