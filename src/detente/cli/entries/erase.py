"""`detente erase ID`: destroy what an own entry says, at the host and every station; its leaf and all proofs stay."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.entry_words import kind_of
from detente.cli.output import AsJson, answer, guarded
from detente.cli.sending import parties, send, sent
from detente.cli.session import Officer, Station, To, WaitS, at_station, short
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("erase")(guarded(erase))


def erase(
    entry: Annotated[str, typer.Argument(metavar="ID", help="Own entry: its first digits.")],
    authority: Annotated[str, typer.Option("--authority", help="Who may order this, in words.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    only: Annotated[
        str | None, typer.Option("--only", help="Only this part of it: humane (of a notice, also while it is live).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this nothing is sent.")] = False,
    to: To = None,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Erase. What the entry said is gone for good; that it was said, by whom, to whom and when, stands."""
    from detente.records.entries.erasure import ERASABLE, ERASABLE_ALONE, WHOLE, Erasure

    with at_station(station) as session:
        held = session.entry(entry).entry
        full = session.full_id(entry, "ID")
        kind = kind_of(held)
        problems = []
        if held.header.author != session.party:
            rule = f"must be an entry of {session.party}; it is by {held.header.author}"
            problems.append(problem("author", "ID", entry, rule, "Ask its author."))
        if kind not in ERASABLE:
            rule = f"must be of a kind that can be erased: {', '.join(sorted(ERASABLE))}; it is a {kind}"
            problems.append(problem("kind", "ID", entry, rule, "It stands as evidence."))
        alone = ERASABLE_ALONE.get(kind, {})
        there = [part.facet.form for part in held.facets if part is not None]
        if only is not None and (only not in alone or only not in there):
            rule = f"must be a part that is there and can be erased alone: {', '.join(p for p in alone if p in there) or 'none'}"
            problems.append(problem("part", "--only", only, rule, "Leave --only out to erase all of it."))
        if not yes:
            rule = "must be given: what is erased cannot be had again"
            problems.append(problem("yes", "--yes", "", rule, f"Look at it with `detente show {short(full)}` first."))
        if problems:
            raise Refused(problems)
        readers = sorted({*parties(to, needed=False), *held.header.audience})
        asked = {
            "facets": [
                {
                    "audience": readers,
                    "body": Erasure(
                        about=full,
                        authority=authority,
                        positions=WHOLE if only is None else (alone[only],),
                        reason=reason,
                    ),
                    "form": "full",
                }
            ],
            "kind": "erasure",
            "officer": session.officer(officer),
            "refers_to": [full],
        }
        found = send(session, asked, wait, as_json)
        what = f"What {short(full)} said" if only is None else f"The {only} part of {short(full)}"
        more = f"{what} is destroyed at the host and at every station that obeys; its leaf stays."
        answer(found, sent("Erasure", found, more), as_json)
