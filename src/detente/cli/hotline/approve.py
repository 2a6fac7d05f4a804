"""`detente approve`: what is held until the own party has approved it; approve, dissent, withdraw; set what needs approval."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, table
from detente.cli.sending import joined, send, sent
from detente.cli.session import Officer, Station, StationSession, WaitS, at_station, basis_words, short
from detente.cli.times import Zone, moment, zone_named
from detente.errors import Refused, problem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("approve")(guarded(approve))


def approve(
    entry: Annotated[str | None, typer.Argument(metavar="[ID]", help="The held entry: its first digits.")] = None,
    dissent: Annotated[
        bool, typer.Option("--dissent", help="Say no: it stops nothing and stays on record for us alone.")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what you composed: it never leaves.")] = False,
    kinds: Annotated[
        list[str] | None, typer.Option("--hold", help="Set a rule: this kind needs approval; repeat.")
    ] = None,
    needs: Annotated[
        list[str] | None,
        typer.Option("--needs", help="With --hold: ROLE:COUNT; repeat. Without any, the rule is lifted."),
    ] = None,
    words: Annotated[str, typer.Option("--words", help="In words; needed for --dissent and --withdraw.")] = "",
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """List what is held here, approve it or not, or set what needs whose approval. Urgent and stop are never held."""
    from detente.api.hotline.watch import HeldAsked

    with at_station(station) as session:
        if kinds:
            body: dict[str, object] = {"kinds": sorted(set(kinds)), "needs": _needs(needs), "words": words}
            what, form, about = "Rule", "rule", []
        elif entry is not None:
            identifier = _held(session, entry)
            says = "dissent" if dissent else "withdraw" if withdraw else "approve"
            body = {"about": identifier, "says": says, "words": words}
            what, form, about = f"What you say ({says})", "says", [identifier]
        else:
            _show(session, zone, as_json)
            return
        asked = {
            "facets": [{"audience": [session.party], "body": body, "form": form}],
            "kind": "approval",
            "officer": session.officer(officer),
            "refers_to": about,
        }
        found = send(session, asked, wait, as_json)
        left = [h.words for h in session.station.ask(HeldAsked()).held if [h.id] == about]
        more = left or (["It has left, or was withdrawn: see `detente log`."] if about else [])
        answer(joined(found, stands=left[0] if left else None), sent(what, found, *more), as_json)


def _needs(given: list[str] | None) -> list[dict[str, object]]:
    found = []
    for text in given or ():
        role, _, count = text.partition(":")
        if count and not count.isdigit():
            raise Refused([problem("needs", "--needs", text, "must be ROLE:COUNT", "Example: --needs director:1")])
        found.append({"count": int(count or 1), "role": role})
    return sorted(found, key=lambda n: str(n["role"]))


def _held(session: StationSession, given: str) -> str:
    from detente.api.hotline.watch import HeldAsked

    ids = [h.id for h in session.station.ask(HeldAsked()).held if h.id.startswith(given.strip().lower())]
    if len(ids) == 1:
        return ids[0]
    rule = "is the start of no held entry" if not ids else f"is the start of {len(ids)} held entries"
    raise Refused([problem("id", "ID", given, rule, "See `detente approve` for what is held.")])


def _show(session: StationSession, zone: str | None, as_json: bool) -> None:
    from detente.api.hotline.watch import HeldAsked

    found, where = session.station.ask(HeldAsked()), zone_named(zone)
    rows = [
        (short(h.id), h.kind, h.composer or "the station", moment(h.held_at_us, where), h.words) for h in found.held
    ]
    rules = [
        f"{kind} needs " + ", ".join(f"{need.count} {need.role}" for need in rule.needs)
        for kind, rule in found.rules.items()
    ]
    words = [
        table(f"{len(rows)} held", ("id", "kind", "composed by", "since", "stands"), rows)
        if rows
        else "Nothing is held.",
        "Rules: " + "; ".join(rules) if rules else "No rule holds anything.",
        basis_words(found.basis, zone),
    ]
    answer(found, words, as_json)
