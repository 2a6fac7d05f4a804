"""`detente near POINT --register FILE`: is this point inside or near a protected place? Offline; asks nobody and sends nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import ALARM, NO_EVIDENCE, AsJson, alarm, guarded, read_bytes
from detente.cli.output import answer as say_answer
from detente.cli.times import Zone, moment, span, time_us, zone_named
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from detente.geometry.stated.position import StatedPosition
    from detente.rules.protection.near import NearAnswer
    from detente.rules.protection.register import SignedRegister

RESTS = "A place that is on no list is protected no less, and being on one grants nothing: look, ask, and take every precaution."
"""What every answer ends with."""


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("near")(guarded(near))


def near(
    point: Annotated[
        str | None,
        typer.Argument(metavar="POINT", help="Coordinates or grid as you have them: '36.70,68.86', or a grid."),
    ] = None,
    file: Annotated[str, typer.Option("--register", help="Register file made by `detente export register`.")] = "",
    datum: Annotated[str | None, typer.Option("--datum", help="Datum of every figure: WGS84, ... No default.")] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", envvar="DETENTE_REGISTER_KEY", help="Key of the station that made it, as you were given it."
        ),
    ] = None,
    described: Annotated[str, typer.Option("--described", help="What the place is said to be, in words.")] = "",
    found: Annotated[str, typer.Option("--found", help="What is seen at the coordinates, in words.")] = "",
    described_at: Annotated[
        str | None, typer.Option("--described-at", help="Where what was described is seen.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Time asked about; default now, by this machine's clock.")
    ] = None,
    zone: Zone = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a point is inside, within the buffer of, or not near a protected place, as of the register's date.

    Exit 5 where the register is too old to say; 6 where something does not match. A changed register is refused (3).
    """
    from detente.geometry.stated.coordinates import read_position
    from detente.rules.protection.near import NearQuestion, answer
    from detente.rules.protection.register import read_register

    if not file:
        raise Refused([problem("register", "--register", "", "must name the register", "Add --register FILE.")])
    if point is None and not described:
        raise Refused([problem("point", "POINT", "", "must be coordinates with their datum", "Give the point.")])
    signed = read_register(read_bytes(file), key)
    held = signed.register
    if held.virtual and at is None:
        rule = "must be given for the register of a replay: its times are not now"
        raise Refused([problem("time", "--at", "", rule, "Add --at TIME.")])
    now_us = time.time_ns() // 1000
    asked = NearQuestion(
        at_us=now_us if at is None else time_us(at, "--at", now_us),
        described=described,
        described_at=None if described_at is None else read_position(described_at, datum=datum, field="--described-at"),
        found=found,
        position=None if point is None else read_position(point, datum=datum, field="POINT"),
    )
    result = answer(held, asked)
    for one in result.alarms:
        alarm(one.words)
    value = {"answer": result, "key_checked": key is not None, "of": _about(signed)}
    say_answer(value, _words(signed, asked.position, result, key, zone), as_json)
    if result.alarms:
        raise typer.Exit(ALARM)
    if result.stale:
        raise typer.Exit(NO_EVIDENCE)


def _about(signed: SignedRegister) -> dict[str, object]:
    held = signed.register
    names = ("as_of_us", "ledger", "made_us", "origin", "party", "size", "stale_after_us", "unreadable", "virtual")
    return {"key": signed.key, **{name: getattr(held, name) for name in names}}


def _words(
    signed: SignedRegister, position: StatedPosition | None, result: NearAnswer, key: str | None, zone: str | None
) -> str:
    from detente.geometry.stated.position import say_distance
    from detente.rules.protection.near import Nearness

    held = signed.register
    as_of = moment(held.as_of_us, zone_named(zone))
    lines = [f"STALE REGISTER: {result.stale}."] if result.stale else []
    if position is not None:
        lines.append(f"{position.stated!r} on {position.datum}, error circle {say_distance(position.error_mm)}:")
    lines += [f"  {hit.sentence()}" for hit in result.hits]
    if result.verdict is Nearness.NOT_NEAR:
        nearest = (
            "it holds none" if result.nearest_mm is None else f"the nearest is {say_distance(result.nearest_mm)} away"
        )
        lines.append(
            f"  NOT NEAR any of the {result.places} protected place(s) of this register, as of {as_of}; {nearest}."
        )
    elif result.verdict is Nearness.NO_ANSWER:
        why = "the register is stale" if result.stale else "there are no coordinates"
        lines.append(f"  NO ANSWER: {why}. It does not say that no protected place is near.")
    if result.hits and result.stale:
        lines.append("  It may hold too little; what it holds stands until somebody says otherwise.")
    lines.append(f"Register of {held.party}, ledger size {held.size}, AS OF {as_of} ({span(abs(result.age_us))} old).")
    if held.unreadable:
        lines.append(
            f"{held.unreadable} live notice(s) were not opened to {held.party} and may be protected places too."
        )
    if key is None:
        lines.append(f"KEY NOT CHECKED: signed by {signed.key[:16]}...; give the station's key with --key.")
    if held.virtual:
        lines.append("VIRTUAL LEDGER (a replay): its times are not now.")
    return "\n".join([*lines, RESTS])
