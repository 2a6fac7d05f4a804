"""A channel: a line between parties, who may use it in which role, what it may carry, whether it is open, what stands in for it.

How it does is not said here but measured: from trials (`trial`) and calls.
"""

from __future__ import annotations

from typing import Literal

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import second_version

Means = Literal["attache", "data", "ledger", "mail", "meeting", "ministers", "radio", "relay", "video", "voice"]
Load = Literal["coordinates", "incident", "notice", "permission", "routine", "stop", "urgent", "vital-contact"]
"""What a line may or may not carry: an urgency, a kind of matter, or figures at all."""


class Channel(Body, frozen=True, kw_only=True):
    """One line as its author says it stands. `suspended` in words and working in fact may both be on record.

    `alternates` are names of other channels, in the order in which to try them. `tested_at_us` is the last test call.
    `carries` and `never` are what the parties have agreed that it may and may not carry; what is in neither is unsaid.
    """

    alternates: tuple[str, ...]
    carries: tuple[Load, ...]
    channel: str
    languages: tuple[str, ...]
    means: Means
    name: str
    never: tuple[Load, ...]
    parties: tuple[str, ...]
    roles: tuple[str, ...]
    state: Literal["closed", "open", "suspended"]
    tested_at_us: int | None
    words: str


class ChannelFirst(Body, frozen=True, kw_only=True):
    """Version 1: without what it may carry, and languages."""

    alternates: tuple[str, ...]
    channel: str
    means: Literal["ledger", "mail", "meeting", "radio", "relay", "video", "voice"]
    name: str
    parties: tuple[str, ...]
    roles: tuple[str, ...]
    state: Literal["closed", "open", "suspended"]
    tested_at_us: int | None
    words: str


def upcast_first(old: ChannelFirst) -> Channel:
    """Carry a channel of version 1 forward: what it may carry stays unsaid."""
    said = {name: getattr(old, name) for name in old.__struct_fields__}
    return Channel(carries=(), languages=(), never=(), **said)


def check(channel: Channel) -> tuple[Problem, ...]:
    """Return what is wrong with a channel, seen alone."""
    faults = Faults()
    faults.name("channel", channel.channel)
    faults.title("name", channel.name)
    faults.text("words", channel.words)
    faults.parties("parties", channel.parties)
    faults.roles("roles", channel.roles)
    for field, found in (("carries", channel.carries), ("languages", channel.languages), ("never", channel.never)):
        faults.each_once(field, found)
    both = sorted({*channel.carries} & {*channel.never})
    if both:
        faults.add("channel_carries", "never", both, "is not what it carries as well", "Take it out of one of the two.")
    for i, alternate in enumerate(channel.alternates):
        faults.name(f"alternates[{i}]", alternate)
    if channel.channel in channel.alternates or len(set(channel.alternates)) < len(channel.alternates):
        faults.add("channel_alternates", "alternates", "", "each other channel once, never itself", "Correct the list.")
    if len(channel.parties) < 2:
        faults.add("channel_parties", "parties", channel.parties, "joins at least two parties", "Name both ends.")
    return faults.all()


FORMS = (second_version("channel", Channel, check, ChannelFirst, upcast_first),)
