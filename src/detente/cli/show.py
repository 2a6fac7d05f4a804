"""`detente show ID`: one entry in words, and what became of it at each recipient."""

from __future__ import annotations

from datetime import tzinfo
from typing import Annotated, Any

import typer

from detente.cli.desk import Desk, Station, at_desk, basis_words, short
from detente.cli.say import AsJson, answer, guarded, table
from detente.cli.times import Zone, moment, zone_named
from detente.cli.words import bodies, from_to, kind_of, lines_of, phrase_words
from detente.errors import Refused


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("show")(guarded(show))


def show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="The entry: its first digits (4 or more).")],
    station: Station = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Show an entry: who said it, to whom, when it was recorded, what it says, and what is known of its delivery."""
    from detente.api.stops import StopsAsked

    with at_desk(station) as desk:
        full = desk.full_id(entry, "ID")
        found = desk.station.get(f"entries/{full}")
        found["delivery"] = desk.station.get(f"delivery/{full}")["delivery"]
        found["acknowledged"] = desk.station.get(f"acknowledged/{full}")["acknowledged"]
        notice = kind_of(found["entry"]) == "notice"
        found["screenings"] = desk.station.get(f"screenings/{full}")["screenings"] if notice else []
        found["receipt"] = _receipt(desk, full)
        message = kind_of(found["entry"]) == "message"
        found["stops"] = [s for s in desk.station.ask(StopsAsked()).stops if s.stop == full] if message else []
    answer(found, _words(full, found, zone), as_json)


def _receipt(desk: Desk, full: str) -> Any:
    try:
        return desk.station.get(f"receipts/{full}")
    except Refused:
        return None


def _words(full: str, found: dict[str, Any], zone: str | None) -> list[Any]:
    where = zone_named(zone)
    entry = found["entry"]
    header = entry["header"]
    over = found.get("over")  # only what is proven has a place among its versions
    lines = [over["words"]] if over is not None else []
    lines += [
        f"{header['kind']} {full}",
        f"{from_to(entry)}, signed {moment(header['signed_at_us'], where, exact=True)} by the author's clock",
        _stands(found, where),
    ]
    if header["supersedes"]:
        lines.append(f"supersedes {short(header['supersedes'])}")
    if header["refers_to"]:
        lines.append(f"refers to {', '.join(short(i) for i in header['refers_to'])}")
    for form, body in bodies(entry):
        readers = next(p["facet"]["audience"] for p in entry["facets"] if p and p["facet"]["form"] == form)
        lines += ["", f"{form}, for {', '.join(readers)}:", *lines_of(body, where)]
        if kind_of(entry) == "message" and body.get("phrase"):
            lines.append(f"  reads: {phrase_words(body)}")
    if entry.get("erased"):
        lines += ["", "Erased: what it said is destroyed; that it was said, by whom and when, stands."]
    elif found.get("erased_parts"):
        lines += ["", f"Erased: its {', '.join(found['erased_parts'])} part is destroyed; the rest stands."]
    elif not bodies(entry):
        lines += ["", "Nothing of what it says is open to you."]
    facts = [
        (party, moment(fact["at_us"], where), fact["words"])
        for party, told in found["delivery"].items()
        for fact in told
    ]
    facts += [
        (party, moment(at_us, where), "acknowledged directly by its station, by its own clock")
        for party, at_us in sorted(found["acknowledged"].items())
    ]
    words: list[Any] = ["\n".join(lines)]
    if facts:
        words += ["", table("What became of it; no fact is inferred from another", ("party", "when", "fact"), facts)]
    if found["screenings"]:
        words += ["", "Screening:", *(f"  {s['words']}" for s in found["screenings"])]
    if found["stops"]:
        words += ["", *(s.said for s in found["stops"])]
    return [*words, "", basis_words(found["basis"], zone)]


def _stands(found: dict[str, Any], zone: tzinfo | None) -> str:
    if found["stands"] == "proven":
        receipt = "; receipt held" if found["receipt"] else ""
        at = moment(found["entry"]["received_at_us"], zone, exact=True)
        return f"proven at index {found['index']}, recorded {at} by the host's log{receipt}"
    if "from" in found:
        return f"{found['stands']}: from {found['from']} at {moment(found['received_at_us'], zone)}"
    return f"NOT RECORDED YET: {found['stands']} at this station"
