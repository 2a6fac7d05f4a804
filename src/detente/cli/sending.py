"""Hands an entry to the station, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from detente.cli.output import plain, progress
from detente.cli.session import StationSession, basis_words, short
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.api.sending import Sent


def send(session: StationSession, asked: Mapping[str, object], wait_s: int, as_json: bool) -> Sent:
    """Send what is asked; raises Refused with the host's words where the host refused it."""
    from detente.api.sending import SendingAsked, send_asked

    body = send_asked(asked)
    with progress("signed and queued; waiting for the host's receipt", as_json):
        found = session.station.ask(SendingAsked(body=body, wait_s=wait_s))
    if found.problems:
        step = f"Nothing was recorded. Correct it and send it again; then `detente dismiss {short(found.id)}`."
        raise Refused(
            problem("host-refused", body.kind, short(found.id), words.rstrip(". "), step) for words in found.problems
        )
    return found


def joined(found: Sent, **more: object) -> dict[str, object]:
    """Return what became of an entry as JSON has it, with more that the verb says."""
    return {**plain(found), **more}


def over_words(found: Sent) -> list[str]:
    """Say of what an entry refers to that it does not hold any more."""
    return [f"Note: {short(entry)} is {row.words}" for entry, row in (found.over or {}).items()]


def sent_words(what: str, found: Sent) -> str:
    """Say where the entry stands now: in the ledger with a receipt, or only here."""
    if found.index is not None:
        return f"{what} {short(found.id)} is recorded at index {found.index} (receipt held)."
    if found.state == "included":
        return f"{what} {short(found.id)} is in the ledger."
    if found.state == "held":
        return f"{what} {short(found.id)} has NOT LEFT: {found.words}. See `detente approve`."
    return (
        f"{what} {short(found.id)} is NOT RECORDED YET: {found.state} at this station, durable, signed; "
        "it goes out when the host answers."
    )


def sent(what: str, found: Sent, *more: str) -> str:
    """Return all that is said after sending."""
    return "\n".join([sent_words(what, found), *over_words(found), *more, basis_words(found.basis)])


def parties(given: list[str] | None, field: str = "--to", needed: bool = True) -> list[str]:
    """Return the parties of a repeated option, each once; `--to a,b` counts as two."""
    found = sorted({part.strip() for text in given or [] for part in text.split(",") if part.strip()})
    if needed and not found:
        raise Refused([problem("audience", field, "", "must name who is to read it", f"Add {field} PARTY.")])
    return found
