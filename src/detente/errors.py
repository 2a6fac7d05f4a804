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

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

import msgspec

SURVIVED: tuple[type[Exception], ...] = (Exception,)
"""What a fold survives: an entry whose taking-in raises one of these is set aside, counted and alarmed, and the next entry is taken in.

Read by those few places when they catch, so that tests can let everything through and hear every fault of ours.
"""
UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""All that decoding JSON, MessagePack or TOML from outside may raise; nesting too deep is a `RecursionError`."""
SHOWN: Final = 200
SHORT: Final = 500
MOST_UNKNOWN: Final = 10
"""So many unknown names of one object are told one by one."""


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
        given = f"'{_printable(self.value)}' " if self.value else ""
        return f"{where}{given}- {self.rule}. {self.next_step}"


def problem(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    """Make a `Problem`, cutting the value shown to 200 characters. It can always be written as UTF-8, whatever it is about."""
    return Problem(
        code=code, field=_writable(field), value=_writable(_shown(value)), rule=_writable(rule), next_step=next_step
    )


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value[:SHOWN]
    try:
        return repr(value)[:SHOWN]
    except (RecursionError, ValueError):  # nested too deeply, or a number of more than 4 300 digits
        return f"({type(value).__name__}, too large to show)"


def _writable(text: str) -> str:
    """Return the text with halves of surrogate pairs, which JSON can spell and UTF-8 cannot, written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _printable(text: str) -> str:
    """Return the text as it was typed; only what no terminal should be sent is written out (controls, changes of direction)."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def unreadable(error: Exception) -> str:
    """Say in words why something could not be decoded (`UNREADABLE`)."""
    if isinstance(error, RecursionError):
        return "nests too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"must be UTF-8 text; byte 0x{error.object[error.start]:02x} is invalid"
    return str(error)


def require_short(field: str, text: str) -> None:
    """Refuse a text of more than `SHORT` characters where a person says one figure, place or phrase: its digits are worked on."""
    if len(text) > SHORT:
        rule = f"must have at most {SHORT} characters; this has {len(text)}"
        raise Refused([problem("too-long", field, text, rule, "Write only the figure or phrase itself.")])


def unknown_names(
    field: str, given: Iterable[str], known: Iterable[str], steps: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Return a problem for each name that is not known at a place, with the nearest known one; beyond `MOST_UNKNOWN` only their number.

    `steps` are next steps for names that people are known to put there.
    """
    allowed = sorted(known)
    strange = sorted(set(given).difference(allowed))
    rule = f"is no name known here; known: {', '.join(allowed) or 'none'}"
    found = [
        problem(
            "unknown",
            f"{field}.{name[:SHOWN]}".lstrip("."),
            name,
            rule,
            (steps or {}).get(name) or nearest(name, allowed) or LEAVE_OUT,
        )
        for name in strange[:MOST_UNKNOWN]
    ]
    if len(strange) > MOST_UNKNOWN:
        found.append(problem("unknown", field, f"{len(strange) - MOST_UNKNOWN} more", rule, LEAVE_OUT))
    return tuple(found)


LEAVE_OUT: Final = "Leave it out, or correct the name; nothing unknown is passed over."


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
