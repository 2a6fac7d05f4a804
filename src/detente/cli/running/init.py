"""`detente init FOLDER --party cjtf --party rus`: found a ledger; every key, the signed genesis, a folder for each process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import AsJson, answer, guarded, progress, table
from detente.cli.times import moment, time_us
from detente.errors import Problem, Refused, nearest, problem

if TYPE_CHECKING:
    from rich.table import Table

    from detente.ledger.genesis import ScreeningRules, SeparationRules
    from detente.wiring.founding import PartyPlan


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("init")(guarded(init))


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make; it must be empty or not exist.")],
    party: Annotated[
        list[str], typer.Option("--party", help="Founding party: ID, or 'ID=Name in any script'; repeat for each.")
    ],
    officer: Annotated[
        list[str] | None,
        typer.Option(
            "--officer", help="PARTY:OFFICER:ROLE[,ROLE]; without any, each party gets watch-1 in role watch."
        ),
    ] = None,
    new_role: Annotated[
        list[str] | None,
        typer.Option(
            "--new-role", help="A role of your own, no slip of the pen: beside watch, director, higher-level; repeat."
        ),
    ] = None,
    virtual: Annotated[
        bool, typer.Option("--virtual", help="A ledger on a step clock, for replays; it says so.")
    ] = False,
    created: Annotated[
        str | None, typer.Option("--created", help="Where a virtual clock starts, such as 2016-09-17T10:00:00Z.")
    ] = None,
    origin: Annotated[str, typer.Option("--origin", help="Name of the log in checkpoints.")] = "detente.example/ledger",
    host_name: Annotated[str, typer.Option("--host-name", help="Who runs the host.")] = "Neutral host",
    address: Annotated[
        str, typer.Option("--address", help="Where host and stations listen; anything but loopback turns TLS on.")
    ] = "127.0.0.1",
    tls: Annotated[
        bool, typer.Option("--tls", help="One CA for each party, and TLS with client certificates.")
    ] = False,
    port: Annotated[int, typer.Option("--port", help="First port; 0 takes ports that are free now.")] = 8440,
    quorum: Annotated[
        int | None, typer.Option("--quorum", help="Parties needed to endorse a new party; default: more than half.")
    ] = None,
    slots: Annotated[int, typer.Option("--slots", help="Largest audience of an entry, for good.")] = 8,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            help="NAME=NUMBER: screening.buffer_mm=2000000, separation.horizontal_mm=5000000, or a rule of the ledger's own.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Found a ledger on this machine: the keys of all parties are made here, for trials. No verb yet founds one across machines."""
    from detente.wiring.founding import Founding, found_ledger

    with progress("drawing keys and signing the genesis", as_json):
        plans = _plans(party, officer or [], frozenset(new_role or ()))
        rules, screening, separation = _rules(rule or [])
        if created is not None and not virtual:
            why = "is for virtual ledgers; a real one is created now"
            raise Refused([problem("created", "--created", created, why, "Add --virtual, or leave it out.")])
        founded = found_ledger(
            folder,
            Founding(
                address=address,
                tls=tls or address not in ("127.0.0.1", "::1", "localhost"),
                clock="virtual" if virtual else "real",
                created_us=None if created is None else time_us(created, "--created"),
                host_name=host_name,
                origin=origin,
                parties=plans,
                port_base=port,
                quorum=quorum,
                rules=rules,
                screening=screening,
                separation=separation,
                slots=slots,
            ),
        )
    genesis, seats = founded.genesis.genesis, founded.addresses
    rows = [("host", seats.host.url, seats.host.folder, genesis.host.name)]
    for founder in genesis.founders:
        seat = seats.stations[founder.party]
        who = ", ".join(f"{o.officer} ({', '.join(o.roles)})" for o in founder.officers) or "no officers"
        rows.append((founder.party, seat.local, seat.folder, f"{founder.name}: {who}"))
    first = next(iter(seats.stations))
    words: list[str | Table] = [
        f"Ledger {founded.ledger}",
        f"{genesis.origin}, created {moment(genesis.created_us)}" + (", VIRTUAL" if genesis.virtual else ""),
        table("", ("who", "listens on (stations: for own officers)", "folder", "name and officers"), rows),
        f"Root keys are in {folder / 'offline'}: take them off this machine.",
        "Start each in a terminal of its own:",
        f"  detente host --folder {founded.host_folder}",
        *(f"  detente station --folder {founded.station_folder(p)}" for p in seats.stations),
        f"Then: export DETENTE_STATION={founded.station_folder(first)}; detente status",
    ]
    value = {"addresses": seats, "folder": str(folder), "ledger": founded.ledger, "virtual": genesis.virtual}
    answer(value, words, as_json)


def _plans(parties: list[str], officers: list[str], new: frozenset[str]) -> tuple[PartyPlan, ...]:
    from detente.rules.hotline.roles import USUAL, role
    from detente.wiring.founding import OfficerPlan, PartyPlan

    named = dict(text.partition("=")[::2] for text in parties)
    of_party: dict[str, list[OfficerPlan]] = {party: [] for party in named}
    problems: list[Problem] = []
    for text in officers:
        party, _, rest = text.partition(":")
        name, _, roles = rest.partition(":")
        if party not in of_party or not name:
            rule = f"must be PARTY:OFFICER:ROLE with PARTY one of {', '.join(named)}"
            problems.append(problem("officer", "--officer", text, rule, "Write it like cjtf:watch-1:watch."))
            continue
        named_roles = tuple(filter(None, roles.split(","))) or ("watch",)
        step = "Name one of these, or a new one with --new-role too"
        problems += (found for one in named_roles for found in role(one, USUAL | new, "--officer", step))
        of_party[party].append(OfficerPlan(name, named_roles))
    if problems:
        raise Refused(problems)
    if len(named) < len(parties):
        raise Refused([problem("parties", "--party", " ".join(parties), "must name each party once", "Drop repeats.")])
    usual = (OfficerPlan("watch-1"),)
    return tuple(PartyPlan(p, named[p].strip(), tuple(of_party[p]) if officers else usual) for p in named)


def _rules(given: list[str]) -> tuple[dict[str, int], ScreeningRules, SeparationRules]:
    import msgspec

    from detente.rules.hotline.rule_names import NAMES
    from detente.wiring.founding import RULES, SCREENING, SEPARATION

    rules = dict(RULES)
    parts: dict[str, dict[str, int]] = {"screening": {}, "separation": {}}
    fields = {"screening": SCREENING.__struct_fields__, "separation": SEPARATION.__struct_fields__}
    known = {f"{group}.{field}" for group, names in fields.items() for field in names} | NAMES
    problems: list[Problem] = []
    for text in given:
        name, _, number = text.partition("=")
        group, dot, field = name.partition(".")
        if name not in known:
            rule = f"must be NAME=WHOLE NUMBER, NAME one of: {', '.join(sorted(known))}"
            problems.append(problem("rule", "--rule", name, rule, nearest(name, known) or "Name one of these."))
        elif not number.isascii() or not number.isdigit():
            rule = "must be NAME=WHOLE NUMBER"
            problems.append(problem("rule", "--rule", text, rule, f"Write it like {name}=1000000."))
        elif dot:
            parts[group][field] = int(number)
        else:
            rules[name] = int(number)
    if problems:
        raise Refused(problems)
    replace = msgspec.structs.replace
    return rules, replace(SCREENING, **parts["screening"]), replace(SEPARATION, **parts["separation"])
