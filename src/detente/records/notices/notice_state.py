"""The states of a notice, what may follow what, and the states' names in ASTM F3548-21.

A notice never changes: a superseding version carries the new state, and the change that it stands for is read off this
table. Whether a notice has *lapsed* (its last volume is over) is a function of the time and never stored.

    proposed ──accept──> accepted ──activate──> activated ──deviate──> nonconforming
                                                      │   ^──────recover──────┘  │
                                                      └──fail──> contingent <──fail──┘

Any live state may be ended (proposed: only withdrawn) or withdrawn, and amended without leaving it.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a notice stands, as its author last said."""

    ACCEPTED = "accepted"  # planned: the author means to do it
    ACTIVATED = "activated"  # under way
    CONTINGENT = "contingent"  # gone wrong; anything near it should stay away
    ENDED = "ended"  # over, as its author says
    NONCONFORMING = "nonconforming"  # under way, outside its volumes
    PROPOSED = "proposed"  # asked about, not yet meant
    WITHDRAWN = "withdrawn"  # will not happen, or should not have been sent


class VersionChange(StrEnum):
    """What a superseding version does to the version before it."""

    ACCEPT = "accept"
    ACTIVATE = "activate"
    AMEND = "amend"  # other volumes, times or words in the same state
    DEVIATE = "deviate"
    END = "end"
    FAIL = "fail"
    RECOVER = "recover"
    WITHDRAW = "withdraw"


START = frozenset({State.PROPOSED, State.ACCEPTED, State.ACTIVATED})
"""States that the first version of a notice may have; activated at once is a late notice, better than none."""

LIVE = frozenset({State.PROPOSED, State.ACCEPTED, State.ACTIVATED, State.NONCONFORMING, State.CONTINGENT})
"""States in which others must still reckon with the notice."""

NEXT: dict[State, dict[VersionChange, State]] = {
    State.PROPOSED: {
        VersionChange.ACCEPT: State.ACCEPTED,
        VersionChange.ACTIVATE: State.ACTIVATED,
        VersionChange.AMEND: State.PROPOSED,
        VersionChange.WITHDRAW: State.WITHDRAWN,
    },
    State.ACCEPTED: {
        VersionChange.ACTIVATE: State.ACTIVATED,
        VersionChange.AMEND: State.ACCEPTED,
        VersionChange.DEVIATE: State.NONCONFORMING,
        VersionChange.END: State.ENDED,
        VersionChange.FAIL: State.CONTINGENT,
        VersionChange.WITHDRAW: State.WITHDRAWN,
    },
    State.ACTIVATED: {
        VersionChange.AMEND: State.ACTIVATED,
        VersionChange.DEVIATE: State.NONCONFORMING,
        VersionChange.END: State.ENDED,
        VersionChange.FAIL: State.CONTINGENT,
        VersionChange.WITHDRAW: State.WITHDRAWN,
    },
    State.NONCONFORMING: {
        VersionChange.AMEND: State.NONCONFORMING,
        VersionChange.END: State.ENDED,
        VersionChange.FAIL: State.CONTINGENT,
        VersionChange.RECOVER: State.ACTIVATED,
        VersionChange.WITHDRAW: State.WITHDRAWN,
    },
    State.CONTINGENT: {
        VersionChange.AMEND: State.CONTINGENT,
        VersionChange.END: State.ENDED,
        VersionChange.WITHDRAW: State.WITHDRAWN,
    },
    State.ENDED: {},
    State.WITHDRAWN: {},
}

F3548: dict[State, str | None] = {
    State.PROPOSED: None,  # F3548-21 has no tentative intent: not sent to a DSS until accepted
    State.ACCEPTED: "Accepted",
    State.ACTIVATED: "Activated",
    State.NONCONFORMING: "Nonconforming",
    State.CONTINGENT: "Contingent",
    State.ENDED: "Ended",  # F3548-21 ends an intent by deleting it
    State.WITHDRAWN: "Ended",
}
"""The operational intent state of ASTM F3548-21 for each of ours."""


def change_between(before: State, after: State) -> VersionChange | None:
    """Return the change that leads from one state to another, or None when the table has none."""
    return next((change for change, state in NEXT[before].items() if state is after), None)
