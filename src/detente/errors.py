"""The exception tree, and the one value every refusal is made of.

    DetenteError
    ├── Refused            bad input: one Problem for each thing wrong; nothing was stored
    ├── EvidenceError      a proof, signature or commitment does not hold: somebody else's fault, keep what they sent
    │   ├── ForkError      two histories under one name: keep both checkpoints, together they are the evidence
    │   └── WithheldError  an entry addressed to us is in the ledger and was not given to us
    └── Unavailable        a store, peer or host cannot be reached: try again, nothing is known to be lost
        └── OwnCopyFailed  the station's own copy cannot be written or read: nobody else is at fault

Problems in data are values (`Problem`), mistakes in code are ordinary Python exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

SURVIVED: tuple[type[Exception], ...] = (Exception,)
"""What a fold survives: an entry whose taking-in raises one of these is set aside, counted and alarmed, and the next entry is taken in.

Read by those few places when they catch, so that tests can let everything through and hear every fault of ours.
"""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with one input, in words for the person who must mend it.

    `field` is a path such as `volumes[0].outline.vertices[3]` ("" is the whole input); `value` is what was given, as
    text and cut to 200 characters; `rule` is what it must be; `next_step` is what to do now; `code` is stable for machines.
    """

    code: str
    field: str
    value: str
    rule: str
    next_step: str

    def sentence(self) -> str:
        """Say the problem as one line for a terminal or a log."""
        where = f"{self.field}: " if self.field else ""
        given = f"{self.value!r} " if self.value else ""
        return f"{where}{given}- {self.rule}. {self.next_step}"


def problem(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    """Make a `Problem`, cutting the value shown to 200 characters."""
    text = value if isinstance(value, str) else repr(value)
    return Problem(code=code, field=field, value=text[:200], rule=rule, next_step=next_step)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean `error`?", or "" where nothing known is near."""
    near = get_close_matches(name[:64].casefold(), list(known), 1, 0.5)
    return f"Did you mean `{near[0]}`?" if near else ""


def not_among(field: str, given: str, known: Iterable[str], what: str) -> Problem:
    """Return the problem of a choice that is none of those there are, with the nearest of them and the list.

    A filter by a name that does not exist finds nothing, and nothing found reads as "they told nothing": so it is refused.
    """
    names = sorted(set(known))
    article = "an" if what[0] in "aeiou" else "a"
    rule = f"must be {article} {what}: {', '.join(names) or 'there is none'}"
    return problem("unknown-name", field, given, rule, nearest(given, names) or "Choose one of them.")


class DetenteError(Exception):
    """The root of every error that Detente raises on purpose."""


class Refused(DetenteError):  # noqa: N818 - an answer, not a mistake
    """Input was refused; `problems` says why, one by one. Nothing was stored."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(p.sentence() for p in self.problems) or "refused")


class EvidenceError(DetenteError):
    """A proof, signature or commitment does not hold. Keep the bytes: they are evidence against whoever sent them."""


class ForkError(EvidenceError):
    """Two signed checkpoints of one ledger cannot both be true. Keep both: together they are the evidence."""


class WithheldError(EvidenceError):
    """The ledger holds an entry addressed to us that we were not given. Ask again, then tell the other stations."""


class Unavailable(DetenteError):  # noqa: N818 - a state, not a mistake
    """A store, peer or host cannot be reached now. Nothing acknowledged is lost; try again."""


class OwnCopyFailed(Unavailable):
    """A station's own copy cannot be written or read (full disk, torn file). Mend the disk, then start the station again."""


REFUSED, EVIDENCE, UNAVAILABLE = 2, 3, 4
"""Exit codes of a process that an error ends: the input was refused; a proof does not hold; something cannot be reached.
1 is a mistake in Detente."""


def exit_code(error: DetenteError) -> int:
    """Return the exit code that stands for a kind of error."""
    match error:
        case Refused():
            return REFUSED
        case EvidenceError():
            return EVIDENCE
        case Unavailable():
            return UNAVAILABLE
        case _:
            return 1
