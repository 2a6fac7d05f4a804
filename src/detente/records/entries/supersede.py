"""Superseding, erasing and closing one's own entries: what may follow what is decided here, from a view of heads.

A thread is a first version and those that supersede it one after the other; its last version is the *head*.

The same rules are asked three times: by the author's own station before it signs, by the host before it records, and by each
reader's station before it destroys anything. Nobody relies on the one before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from detente.errors import Problem
from detente.records.body import Faults
from detente.records.entries.closing import Closing
from detente.records.entries.erasure import ERASABLE, ERASABLE_ALONE, Erasure
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import LIVE, NEXT, START, State, change_between

NEVER_SUPERSEDED = frozenset(
    {"closing", "disclosure", "erasure", "response", "screening", "sealed", "step", "watermark"}
)
"""Kinds that are said once: a later one is a new fact, not a new version."""

SHORT = 12
"""Digits of an id shown in a sentence."""


class Version(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry as a version in its thread. `state` and `activity` are a notice's, None where this viewer cannot read them.

    `first` is the id of the thread's first version; `superseded_by` the id of the next version, None at the head. `readers` are
    those it was addressed to, without its author, and `closed` those of them for whom a closing has ended it; a host keeps neither.
    """

    activity: Activity | None
    author: str
    closed: tuple[str, ...] = ()
    first: str
    id: str
    kind: str
    readers: tuple[str, ...] = ()
    state: State | None
    superseded_by: str | None


class Versions(Protocol):
    """What a check needs to know of the entries so far."""

    def version(self, entry_id: str) -> Version | None:
        """Return the entry as a version, or None when it is not known here."""

    def head_of(self, first: str) -> str:
        """Return the id of the head of the thread that began with `first`."""


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """What a new entry wants to be. `state` and `activity` are a notice's, None for other kinds or when sealed."""

    activity: Activity | None
    author: str
    kind: str
    state: State | None
    supersedes: str | None


def check_supersession(new: Proposed, versions: Versions) -> tuple[Problem, ...]:
    """Return why this entry may not be the next version of what it supersedes, or may not begin a thread.

    An entry of another author counts as unknown, so that a refusal tells nothing of it.
    """
    faults = Faults()
    if new.supersedes is None:
        if new.state is not None and new.state not in START:
            _refuse_state(faults, "", new.state, sorted(START))
        return faults.all()
    old = versions.version(new.supersedes)
    if old is None or old.author != new.author:
        faults.add(
            "superseded_unknown", "supersedes", new.supersedes, "names an earlier entry of yours", "Look in `log`."
        )
    elif old.kind != new.kind or old.kind in NEVER_SUPERSEDED:
        faults.add("superseded_kind", "supersedes", old.kind, f"a {new.kind} cannot supersede it", "Send a new entry.")
    elif old.superseded_by is not None:
        head = versions.head_of(old.first)
        rule = f"is the newest version of the thread; {old.id[:SHORT]} has been superseded"
        faults.add("superseded", "supersedes", head, rule, "Look at it, and supersede that one if it is still needed.")
    else:
        _check_notice(faults, old, new)
    return faults.all()


def check_readers(
    new_readers: Collection[str], ended_for: Collection[str], supersedes: str | None, versions: Versions
) -> tuple[Problem, ...]:
    """Return whom a new version would leave with a former one that stands on, unless it is to be ended for them.

    Only the author's own station can ask this: nobody else knows all readers.
    """
    faults = Faults()
    old = versions.version(supersedes) if supersedes is not None else None
    held = still_held(old.first, versions) if old is not None else {}
    for party in sorted(set(held) - {*new_readers, *ended_for}):
        rule = f"has {held[party][:SHORT]}, which stays live there if this version does not reach it"
        step = f"Address it too, in the form it had, or end it there: --ended-for {party}."
        faults.add("reader-left-out", "audience", party, rule, step)
    for party in sorted(set(ended_for) - set(held)):
        faults.add("ended-for", "ended_for", party, "has no former version that is live there", "Leave it out.")
    for party in sorted({*ended_for} & {*new_readers} & set(held)):
        faults.add("ended-for", "ended_for", party, "is a reader of the new version", "Choose one of the two.")
    return faults.all()


def still_held(first: str, versions: Versions) -> Mapping[str, str]:
    """Return the last version of a thread that each reader was told, by party, where that one is not over for it.

    The head is among them: a reader of the head has nothing older that stands.
    """
    held: dict[str, str] = {}
    at: str | None = first
    while at is not None and (version := versions.version(at)) is not None:
        over = version.kind == "notice" and version.state is not None and version.state not in LIVE
        for party in version.readers:
            held.pop(party, None)
            if not over and party not in version.closed:
                held[party] = at
        at = version.superseded_by
    return held


def check_closing(closing: Closing, author: str, versions: Versions) -> tuple[Problem, ...]:
    """Return why this author may not close a thread at some readers: they still get its versions, or it is not its own."""
    faults = Faults()
    old = versions.version(closing.about)
    if old is None or old.author != author or old.kind in NEVER_SUPERSEDED:
        faults.add("closing-about", "about", closing.about, "names an earlier entry of yours", "Look in `log`.")
    elif old.superseded_by is None:
        rule = "has no newer version: nobody has been left behind with it"
        faults.add("closing-head", "about", closing.about, rule, "End or withdraw it, for all who have it.")
    return faults.all()


def check_erasure(
    erasure: Erasure, author: str, versions: Versions, unanswered: Collection[str] = ()
) -> tuple[Problem, ...]:
    """Return why this author may not have an entry, or a part of it, destroyed.

    What others must still reckon with stands: a live notice, and an urgent word or stop that somebody (`unanswered`) has yet to
    answer. A first version that nothing has superseded is live, whatever can be read of it: a thread cannot begin at its end.
    """
    faults = Faults()
    old = versions.version(erasure.about)
    if old is None or old.author != author:
        rule = "must be an entry of the author's own; others ask its author"
        faults.add("erasure-about", "about", erasure.about, rule, "Check the id.")
    elif old.kind not in ERASABLE:
        rule = f"is a {old.kind}, which stands as evidence; can be erased: {', '.join(sorted(ERASABLE))}"
        faults.add("erasure-kind", "about", erasure.about, rule, "Leave it; send what corrects it.")
    elif not erasure.whole:
        _check_part(faults, erasure, old.kind)
    elif old.superseded_by is None and not old.closed and _live(old):
        rule = "is a live notice: whoever has it would lose it without a word"
        step = f"End or withdraw it first: `detente notice --supersedes {old.id[:SHORT]} --state withdrawn`; then erase both."
        if old.kind in ERASABLE_ALONE:
            step += f" Its {' or '.join(ERASABLE_ALONE[old.kind])} part can go at once: `detente erase {old.id[:SHORT]} --only humane`."
        faults.add("erasure-live", "about", erasure.about, rule, step)
    elif old.kind == "message" and old.superseded_by is None and unanswered:
        rule = f"is urgent, and {', '.join(sorted(unanswered))} has yet to answer it"
        faults.add("erasure-unanswered", "about", erasure.about, rule, "Wait for the answer, or supersede it first.")
    return faults.all()


def _live(version: Version) -> bool:
    return version.kind == "notice" and (
        version.state in LIVE or (version.state is None and version.id == version.first)
    )


def _check_part(faults: Faults, erasure: Erasure, kind: str) -> None:
    alone = ERASABLE_ALONE.get(kind, {})
    if erasure.positions not in {(position,) for position in alone.values()}:
        named = ", ".join(f"{form} ({position})" for form, position in alone.items()) or "no part"
        rule = f"of a {kind}, can be erased alone: {named}"
        faults.add("erasure-part", "positions", list(erasure.positions), rule, "Erase that part, or all of it.")


def _check_notice(faults: Faults, old: Version, new: Proposed) -> None:
    if None in (old.state, new.state, old.activity, new.activity):
        return  # sealed or not a notice: whoever can read both judges
    if old.activity is not new.activity:
        rule = f"the class stays {old.activity}"
        faults.add("notice_class_changed", "activity", new.activity, rule, "Withdraw it and send a new notice.")
    if old.state is not None and new.state is not None and change_between(old.state, new.state) is None:
        _refuse_state(faults, f"after {old.state}: ", new.state, sorted(set(NEXT[old.state].values())))


def _refuse_state(faults: Faults, after: str, state: State, allowed: list[State]) -> None:
    rule = f"{after}may be {', '.join(allowed)}" if allowed else f"{after}nothing follows"
    faults.add("notice_state", "state", state, rule, "Send a new notice." if not allowed else "Choose one of these.")
