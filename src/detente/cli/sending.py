"""Hands an entry to the station, and says what became of it."""

from __future__ import annotations

from typing import Any

import msgspec

from detente.cli.desk import Desk, basis_words, short
from detente.cli.say import plain, progress
from detente.errors import Refused, problem


def send(desk: Desk, asked: dict[str, Any], wait_s: int, as_json: bool) -> dict[str, Any]:
    """Send what is asked; raises Refused with the host's words where the host refused it."""
    from detente.api.sending import SendAsked, SendingAsked

    body = msgspec.json.decode(msgspec.json.encode(asked), type=SendAsked)
    with progress("signed and queued; waiting for the host's receipt", as_json):
        found = desk.station.ask(SendingAsked(body=body, wait_s=wait_s))
    if found.problems:
        step = f"Nothing was recorded. Correct it and send it again; then `detente dismiss {short(found.id)}`."
        raise Refused(
            problem("host-refused", asked["kind"], short(found.id), words.rstrip(". "), step)
            for words in found.problems
        )
    shown: dict[str, Any] = plain(found)
    return shown


def over_words(answer: dict[str, Any]) -> list[str]:
    """Say of what an entry refers to that it does not hold any more."""
    return [f"Note: {short(entry)} is {row['words']}" for entry, row in answer.get("over", {}).items()]


def sent_words(what: str, answer: dict[str, Any]) -> str:
    """Say where the entry stands now: in the ledger with a receipt, or only here."""
    if answer["index"] is not None:
        return f"{what} {short(answer['id'])} is recorded at index {answer['index']} (receipt held)."
    if answer["state"] == "included":
        return f"{what} {short(answer['id'])} is in the ledger."
    if answer["state"] == "held":
        return f"{what} {short(answer['id'])} has NOT LEFT: {answer['words']}. See `detente approve`."
    return (
        f"{what} {short(answer['id'])} is NOT RECORDED YET: {answer['state']} at this station, durable, signed; "
        "it goes out when the host answers."
    )


def sent(what: str, answer: dict[str, Any], *more: str) -> str:
    """Return all that is said after sending."""
    return "\n".join([sent_words(what, answer), *over_words(answer), *more, basis_words(answer["basis"])])


def parties(given: list[str] | None, field: str = "--to", needed: bool = True) -> list[str]:
    """Return the parties of a repeated option, each once; `--to a,b` counts as two."""
    found = sorted({part.strip() for text in given or [] for part in text.split(",") if part.strip()})
    if needed and not found:
        raise Refused([problem("audience", field, "", "must name who is to read it", f"Add {field} PARTY.")])
    return found
