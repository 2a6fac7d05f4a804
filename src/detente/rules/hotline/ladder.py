"""Ladders: who is called, one after the other, while something that must be answered is not.

    since            +after           +after               +after            +after
    role   ──>   duty director ──> alternate channel ──> higher level ──> host's duty officer
    step 0           step 1           step 2               step 3             step 4

A matter is one entry waiting for one party. Which steps are due is a function of the matter, its ladder and the time;
nothing of it is stored. What a step *does* is an entry in a slot of its own (`Slot`), so that neither a restart nor a second
keeper of the same ladder does it twice. Step numbers belong to the reach and never to the times: an agreement that moves a
time moves no slot. Times are microseconds; a step is due at its moment, not after it.

Everybody sees when the leaf of a step comes, so its time must not tell what a leaf hides: a ladder begins on a whole second of
the ledger's own time (`begins_us`), never at the moment that the entry says it was signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from detente.errors import Problem, problem
from detente.records.hotline.step import STEP_OF, LadderName, Reach
from detente.records.notices.response import Answer

REACHES: Final[tuple[Reach, ...]] = tuple(STEP_OF)
"""Whom a step calls, by step number. Step 0 is the entry itself: the role it is addressed to, any officer on watch."""

FIRST_CALL: Final = 1
"""The first step that is a consequence, and so an entry; until then the matter waits and is not overdue."""

Outcome = Literal["waiting", "undelivered", "answered"]
"""What became of a matter. `undelivered` is a result, from the first call until an answer; never `notified`."""

WHOLE_US: Final = 1_000_000
"""Ladders begin on multiples of this: coarse beside the moment of a signature, fine beside a stop's 30 s."""

NO_TERMS: Mapping[str, int] = MappingProxyType({})

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_DAY: Final = 86_400 * _SECOND


class Rung(NamedTuple):
    """One step: its number, whom it calls, and how long after the beginning."""

    step: int
    reach: Reach
    after_us: int


class Ladder(NamedTuple):
    """The rungs of one ladder in order of step; their times never run backwards."""

    name: LadderName
    rungs: tuple[Rung, ...]


class Matter(NamedTuple):
    """One entry (`about`, its id in hex) that `party` must answer, on a ladder, since `since_us` by the keeper's clock."""

    about: str
    party: str
    ladder: LadderName
    since_us: int

    @property
    def key(self) -> tuple[str, str, LadderName]:
        """What the slots of this matter's steps begin with."""
        return self.about, self.party, self.ladder


Slot = tuple[str, str, str, int]
"""(about, party, ladder, step): at most one `step` entry of the author of `about` stands in each."""

DEFAULTS: Final[Mapping[LadderName, tuple[int | None, ...]]] = MappingProxyType(
    {
        # after how long steps 1 to 4 are due; None: this ladder has no such step
        "stop": (30 * _SECOND, 30 * _SECOND, 60 * _SECOND, 90 * _SECOND),
        "urgent": (120 * _SECOND, 120 * _SECOND, 300 * _SECOND, 600 * _SECOND),
        "warning": (300 * _SECOND, 600 * _SECOND, 1_800 * _SECOND, 3_600 * _SECOND),
        "warning-routine": (60 * _MINUTE, 240 * _MINUTE, 1_440 * _MINUTE, None),
        "priority": (10 * _MINUTE, 30 * _MINUTE, None, None),
        "screening": (15 * _SECOND, 10 * _MINUTE, 60 * _MINUTE, None),
        "query": (7 * _DAY, None, 8 * _DAY, None),
        "query-urgent": (2 * _DAY, None, 3 * _DAY, None),
    }
)
"""Starting values. 120 s: Deir ez-Zor, where 27 minutes were lost; 7 and 2 days: the five-state border agreement's query."""

FIRST_RULE: Final[Mapping[LadderName, str]] = MappingProxyType(
    {
        "query": "query_us",
        "query-urgent": "query_urgent_us",
        "stop": "stop_us",
        "urgent": "urgent_answer_us",
        "warning-routine": "warning_us",
    }
)
"""Older names under which genesis states when a first answer is due; that time moves step 1, and what would come before it."""

ENDS: Final[Mapping[LadderName, frozenset[Answer]]] = MappingProxyType(
    {
        "priority": frozenset({"acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"}),
        "query": frozenset(),  # ended by a message in reply
        "query-urgent": frozenset(),
        "screening": frozenset(),  # ended by a screening
        "stop": frozenset({"comply", "reject"}),
        "urgent": frozenset({"acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"}),
        "warning-routine": frozenset(
            {"acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"}
        ),
        "warning": frozenset({"acknowledge", "comply", "confirm", "passed-to-unit", "query", "read-back", "reject"}),
    }
)
"""Which answers of an officer end a ladder. A stop that is only read goes on climbing."""


def ladder_of(name: LadderName, rules: Mapping[str, int] = NO_TERMS, agreed: Mapping[str, int] = NO_TERMS) -> Ladder:
    """Return a ladder with the times in force: of the agreement between the two parties, else of genesis, else the default.

    Names: "ladder_<name>_<reach>_us" with underscores, e.g. "ladder_urgent_higher_level_us". Times that would run backwards
    wait for the step before them, so that no step is skipped.
    """
    rungs = [Rung(0, "role", 0)]
    first = FIRST_RULE.get(name, "")
    moved_us = agreed.get(first, rules.get(first))
    for step, default_us in enumerate(DEFAULTS[name], FIRST_CALL):
        reach = REACHES[step]
        term = f"ladder_{name}_{reach}_us".replace("-", "_")
        plain_us = moved_us if moved_us is not None and _moves(name, step) else default_us
        after_us = agreed.get(term, rules.get(term, plain_us))
        if after_us is not None:
            rungs.append(Rung(step, reach, max(after_us, rungs[-1].after_us)))
    return Ladder(name, tuple(rungs))


def _moves(name: LadderName, step: int) -> bool:
    """Whether a step stands at the time of the first call, and moves with it."""
    return DEFAULTS[name][step - FIRST_CALL] == DEFAULTS[name][0]


def ladder_terms() -> frozenset[str]:
    """Return every name under which genesis or an agreement may state a ladder's time."""
    rungs = (f"ladder_{name}_{reach}_us" for name in DEFAULTS for reach in REACHES[FIRST_CALL:])
    return frozenset({*(term.replace("-", "_") for term in rungs), *FIRST_RULE.values()})


def check_terms(terms: Mapping[str, int]) -> tuple[Problem, ...]:
    """Return which names in agreed terms are no ladder's, among those that begin as one."""
    known = ladder_terms()
    rule = "names a ladder and whom a step calls, e.g. ladder_urgent_director_us"
    return tuple(
        problem("ladder_term", term, terms[term], rule, "See docs/formats/genesis.md.")
        for term in sorted(terms)
        if term.startswith("ladder_") and term not in known
    )


def begins_us(signed_us: int, ledgered_us: int) -> int:
    """Return when the ladder of an entry begins: as it was signed, told in whole seconds of the ledger's time.

    `ledgered_us` is when the ledger received it, or when it was queued while the ledger has not. What was recorded within a
    second of being signed begins on the next whole second after it was recorded, whenever within that second it was signed. What
    waited (the host was away) begins as many whole seconds earlier as it waited: nobody is called later because of the wait.
    Never before the signing, and less than two seconds after it.
    """
    waited_us = (ledgered_us - signed_us) // WHOLE_US * WHOLE_US
    return -(-ledgered_us // WHOLE_US) * WHOLE_US - waited_us


def steps_due(ladder: Ladder, since_us: int, now_us: int) -> Iterator[Rung]:
    """Yield the calls whose moment has come, in order of step. Pure: which of them were made is the caller's to know."""
    return (rung for rung in ladder.rungs[FIRST_CALL:] if since_us + rung.after_us <= now_us)


def next_step(ladder: Ladder, since_us: int, now_us: int) -> tuple[int, Rung] | None:
    """Return when the next call comes after `now_us`, and whom it calls; None when all have been."""
    for rung in ladder.rungs[FIRST_CALL:]:
        if since_us + rung.after_us > now_us:
            return since_us + rung.after_us, rung
    return None


def outcome(ladder: Ladder, since_us: int, answered_us: int | None, now_us: int) -> Outcome:
    """Say what became of a matter at a time, from when it was answered (None: not yet)."""
    if answered_us is not None and answered_us <= now_us:
        return "answered"
    return "undelivered" if any(True for _ in steps_due(ladder, since_us, now_us)) else "waiting"
