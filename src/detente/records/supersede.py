"""Superseding and erasing one's own entries: what may follow what is decided here, from a view of heads.

A thread is a first version and those that supersede it one after the other; its last version is the *head*.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from detente.errors import Problem
from detente.records.body import Faults
from detente.records.erasure import ERASABLE
from detente.records.notice import Activity
from detente.records.notice_state import LIVE, NEXT, START, State, change_between

NEVER_SUPERSEDED = frozenset({"disclosure", "erasure", "response", "screening", "sealed", "step", "watermark"})
"""Kinds that are said once: a later one is a new fact, not a new version."""


class Version(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry as a version in its thread. `state` and `activity` are a notice's, None where this viewer cannot read them.

    `first` is the id of the thread's first version; `superseded_by` the id of the next version, None at the head.
    """

    activity: Activity | None
    author: str
    first: str
    id: str
    kind: str
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
        faults.add(
            "superseded", "supersedes", head, "has a newer version already: this one", "Supersede it, or leave it."
        )
    else:
        _check_notice(faults, old, new)
    return faults.all()


def check_erasure(about: str, author: str, versions: Versions) -> tuple[Problem, ...]:
    """Return why this author may not have the body of an entry destroyed. A live notice is ended or withdrawn first."""
    faults = Faults()
    old = versions.version(about)
    if old is None or old.author != author:
        faults.add("erased_unknown", "about", about, "names an earlier entry of yours", "Look in `log`.")
    elif old.kind not in ERASABLE:
        faults.add("erased_kind", "about", old.kind, f"only {', '.join(sorted(ERASABLE))} can be erased", "Leave it.")
    elif old.superseded_by is None and old.state in LIVE:
        faults.add("erased_live", "about", old.state, "is a live notice", "End or withdraw it first, then erase both.")
    return faults.all()


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
