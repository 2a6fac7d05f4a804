"""Whether a station may put its cosignature under a checkpoint whose root it has recomputed.

A cosignature says two things: "this history only grew" (the caller has recomputed the root) and "these leaves are not
dated far from when I first saw them". This module decides the second. The cosignature's own time is the logged time.

A new leaf may carry any `received_at` from a moment the station knows the leaf was not there yet (it had just seen the
ledger without it) up to its own clock, each end widened by the slack (5 s). While a station follows, both ends are "now",
and this is the plain rule of 5 s; after an absence the leaves of the absence are fair. Time must not run backwards.

A leaf refused here stays refused: the station cosigns nothing that holds it until an officer releases it. Otherwise a host
would only have to ask twice.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SLACK_US = 5_000_000

Fault = Literal["back-dated", "post-dated", "backwards"]


class TimeFault(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf whose `received_at` cannot be vouched for. `off_by_us` > 0 says how far outside the fair span it lies."""

    fault: Fault
    index: int
    off_by_us: int
    received_at_us: int


def time_faults(
    first_index: int,
    received_at_us: list[int],
    *,
    previous_us: int | None,
    absent_at_us: int | None,
    now_us: int,
    slack_us: int = SLACK_US,
) -> list[TimeFault]:
    """Judge the times of new leaves, in index order; an empty list means all are fair.

    `previous_us` is the time in the leaf before the first (None: there is none); `absent_at_us` is when this station last
    saw the ledger end before `first_index` (None: it has never seen the ledger, any past time is fair).
    """
    faults = []
    earliest = None if absent_at_us is None else absent_at_us - slack_us
    latest = now_us + slack_us
    before = previous_us
    for index, at_us in enumerate(received_at_us, first_index):
        if before is not None and at_us < before:
            faults.append(TimeFault(fault="backwards", index=index, off_by_us=before - at_us, received_at_us=at_us))
        elif earliest is not None and at_us < earliest:
            faults.append(TimeFault(fault="back-dated", index=index, off_by_us=earliest - at_us, received_at_us=at_us))
        elif at_us > latest:
            faults.append(TimeFault(fault="post-dated", index=index, off_by_us=at_us - latest, received_at_us=at_us))
        before = at_us if before is None else max(before, at_us)
    return faults
