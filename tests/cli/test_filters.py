"""A filter by a name that does not exist is refused: nothing found would read as "they told nothing". Every verb's options are walked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import typer
from tests.rules.agreements.castello import K1
from tests.rules.agreements.say import truce
from tests.rules.evidence.claims import said
from tests.support.fake_station import FakeStation
from typer.testing import CliRunner

from detente.cli.app import app

READS = frozenset(
    {
        *(
            "agreement expand",
            "agreement show",
            "agreement verdicts",
            "alarms",
            "board",
            "call list",
            "conflicts",
            "daily-report",
            "delivery",
        ),
        *(
            "duress",
            "endangered",
            "evidence import",
            "evidence known",
            "evidence page",
            "evidence sources",
            "evidence support",
        ),
        *(
            "export entries",
            "export notices",
            "export register",
            "hits",
            "keys show",
            "known",
            "lifeline show",
            "log",
            "matrix",
        ),
        *(
            "meeting actions",
            "meeting agenda",
            "meeting list",
            "monitor",
            "near",
            "notices",
            "permission show",
            "phrase list",
            "phrase say",
        ),
        *(
            "place check",
            "presence asked",
            "presence show",
            "show",
            "simulate",
            "status",
            "status-sheet",
            "time check",
            "verify",
            "waiting",
            "watch",
            "check-verdict",
        ),
        *("overlap", "measures", "demo", "replay"),
    }
)
"""Verbs that answer from what there is. All others write, and what they name is checked as an entry is."""

WRITES = frozenset(
    {
        *(
            "agreement assent",
            "agreement position",
            "agreement propose",
            "agreement publish",
            "approve",
            "bundle",
            "call countersign",
        ),
        *(
            "call log",
            "call read-back",
            "call words",
            "change",
            "channel",
            "coordinate",
            "disclose",
            "dismiss",
            "doubt",
            "end-for",
            "erase",
            "handover",
            "host",
        ),
        *(
            "import",
            "init",
            "keys make",
            "keys register",
            "keys revoke",
            "keys rotate",
            "lifeline set",
            "meeting call",
            "meeting minutes",
        ),
        *(
            "meeting sign",
            "message",
            "movement",
            "notice",
            "permission accept",
            "permission ask",
            "permission grant",
            "permission offer",
        ),
        *("permission refuse", "permission withdraw", "presence set", "respond", "roster", "station", "stop"),
    }
)

ANY = frozenset(
    {
        "--help",
        "--json",
        "--station",
        "--zone",
        "--officer",
        "--all",
        "--limit",
        "--out",
        "--at",
        "--as-of",
        "--size",
        "--since",
    }
)
"""Options that choose no name among those there are: times, sizes, files, flags. A zone is checked by its tables (test_times.py)."""

PLAIN = {
    "agreement verdicts": {"--proofs"},
    "board": {"--sites"},
    "conflicts": {"--least-change"},
    "daily-report": {"--date", "--recorded-by"},
    "demo": {"--folder"},
    "evidence import": {"--html", "--reports", "--strict"},
    "export entries": {"--from-index"},
    "keys show": {"--folder"},
    "log": {"--last"},
    "matrix": {"--gaps"},
    "measures": {"--near-miss"},
    "meeting actions": {"--mine"},
    "monitor": {"--now", "--horizon-days", "--proofs", "--core"},
    "near": {"--register", "--datum", "--key", "--described", "--found", "--described-at"},
    "overlap": {"--horizontal-m", "--vertical-m", "--time-s"},
    "phrase say": {"--value", "--html"},
    "place check": {
        "--decimal",
        "--grid",
        "--circle",
        "--polygon",
        "--volume",
        "--datum",
        "--phrase",
        "--landmark",
        "--order",
        "--theatre",
        "--speak",
    },
    "replay": {"--folder"},
    "simulate": {"--known-at", "--if"},
    "time check": {"--date", "--time"},
    "verify": {"--ledger", "--entry", "--before"},
    "waiting": {"--mine"},
}

NOON = ["--date", "2016-09-12", "--time", "noon"]

FILTERS: dict[tuple[str, str], tuple[list[str], str, str]] = {
    ("agreement expand", "--term"): (["{agreement}"], "k11", "k1"),
    ("agreement verdicts", "--term"): (["truce"], "k11", "k1"),
    ("demo", "--branch"): (["deir-ez-zor-2016"], "clims", "climbs"),
    ("evidence known", "--party"): ([], "ruus", "rus"),
    ("evidence sources", "--source"): ([], "SOHHR", ""),
    ("evidence support", "--ally"): (["{claims}"], "cjtf,sdd", "sdf"),
    ("export entries", "--kind"): (["-"], "notcie", "notice"),
    ("keys show", "--party"): (["--folder", "{folder}"], "ruus", "rus"),
    ("known", "--party"): ([], "ruus", "rus"),
    ("log", "--author"): ([], "ruus", "rus"),
    ("log", "--kind"): ([], "notcie", "notice"),
    ("matrix", "--should"): ([], "ruus", "rus"),
    ("notices", "--author"): ([], "ruus", "rus"),
    ("phrase list", "--language"): ([], "eng", "en"),
    ("replay", "--branch"): (["deir-ez-zor-2016"], "clims", "climbs"),
    ("time check", "--calendar"): ([*NOON, "--zone", "UTC"], "hijr", "hijri"),
    ("time check", "--midnight"): ([*NOON, "--zone", "UTC"], "ends", "end"),
    ("time check", "--occurrence"): ([*NOON, "--zone", "UTC"], "frist", "first"),
    ("simulate", "--term"): (["docs/examples/seven-days-2016.yaml", "--at", "2016-09-19T16:00:00Z"], "k122", "k12"),
}
"""Each filter, with what else the verb needs, a typing error, and the nearest name there is."""

AT_THE_STATION = {
    ("agreement show", "--for"): "the station checks it: tests/station/test_sheets.py",
    ("agreement verdicts", "--for"): "the same",
    ("meeting agenda", "--with"): "the station checks it: /local/agenda",
    ("status-sheet", "--for"): "the same",
    ("verify", "--party"): "the verifier names those in the bundle: tests/rules/evidence/test_bundle.py",
}


def verbs() -> dict[str, Any]:
    """Every verb by its whole name."""
    found: dict[str, Any] = {}

    def walk(command: Any, name: str) -> None:
        if not hasattr(command, "list_commands"):
            found[name] = command
            return
        context = click.Context(command)
        for below in command.list_commands(context):
            walk(command.get_command(context, below), f"{name} {below}".strip())

    walk(typer.main.get_command(app), "")
    return found


def options(command: Any) -> set[str]:
    return {p.opts[0] for p in command.params if p.param_type_name == "option"}


def test_every_option_of_a_verb_that_reads_is_known_here():
    """A new option must be said to choose no name, or be put among the filters and be refused when it is mistyped."""
    unknown = [
        f"{verb} {option}"
        for verb, command in verbs().items()
        if verb in READS
        for option in sorted(options(command) - ANY - PLAIN.get(verb, set()))
        if (verb, option) not in FILTERS and (verb, option) not in AT_THE_STATION
    ]
    assert unknown == []


def test_every_verb_is_one_that_reads_or_one_that_writes():
    """So that a new verb does not slip past the table."""
    assert set(verbs()) == READS | WRITES


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeStation:
    made = FakeStation(tmp_path)
    get = made.get

    def asked(path: str, **query: Any) -> Any:
        if path.startswith("verdicts"):
            row = {"answer": "kept", "life": "in effect", "party": "rus", "reading": "", "term": "k1", "words": ""}
            rows = [{**row, "not_counted": [], "qualified": [], "why": ""}]
            found = {"agreement": "truce", "at_us": 0, "id": "", "published": [], "ruleset": "", "size": 0}
            return {**found, "basis": made.basis, "seen": "", "verdicts": rows}
        if path == "entries":
            return {"basis": {**made.basis, "entries_size": 0}, "entries": [], "next": 0, "over": {}}
        return get(path, **query)

    monkeypatch.setattr(made, "get", asked)
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: made)
    return made


@pytest.mark.usefixtures("station")
@pytest.mark.parametrize(("verb", "option"), FILTERS)
def test_a_mistyped_filter_is_refused_with_the_nearest_name(verb: str, option: str, tmp_path: Path):
    """Exit 2 and a sentence; never an empty list with exit 0."""
    more, wrong, near = FILTERS[verb, option]
    files = {name: tmp_path / name for name in ("agreement", "claims", "folder")}
    files["agreement"].write_bytes(msgspec.json.encode(truce(K1)))
    claims = [said(who, "asserts", "talks", party=who) for who in ("sdf", "cjtf")]
    files["claims"].write_bytes(b"\n".join(msgspec.json.encode(s.claim) for s in claims))
    files["folder"].mkdir()
    (files["folder"] / "genesis.json").write_bytes((FakeStation(tmp_path).folder / "genesis.json").read_bytes())
    words = [w.format(**{k: str(v) for k, v in files.items()}) for w in more]
    found = CliRunner().invoke(app, [*verb.split(), *words, option, wrong, "--json"])
    assert found.exit_code == 2, found.output
    (problem, *_) = json.loads(found.stdout)["problems"]
    assert problem["value"] in (wrong, *wrong.split(","))
    assert near in problem["rule"] + problem["next_step"]
