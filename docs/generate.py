"""Makes the generated pages: `python -m docs.generate`. `docs/cli.md` from the verbs, `docs/openapi.json` from the host's Structs,
`docs/formats/station-openapi.json` from a station's table of questions and answers,
`docs/errors.md` from the source.

A test compares what stands there with what this would write.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docs.codes import codes
from typer.main import get_group

from detente.cli.app import VERBS, app
from detente.cli.output import ALARM, NO_EVIDENCE, OK
from detente.errors import EVIDENCE, REFUSED, UNAVAILABLE
from detente.host.openapi import document
from detente.network.statuses import status_of_code
from detente.station import openapi as station_openapi

HERE = Path(__file__).parent
EXIT_CODES = {
    OK: "done",
    1: "a mistake in Detente: report it",
    REFUSED: "the input was refused; nothing was sent or stored. Each fault is one line: field, value, rule, next step",
    EVIDENCE: "a proof does not hold; keep what was given, it is evidence",
    UNAVAILABLE: "a station, host or store cannot be reached; nothing acknowledged is lost",
    NO_EVIDENCE: "what was asked has no evidence (`verify`), or the register is too old to say (`near`)",
    ALARM: "done, and something in it is an alarm, said first: a read-back that differs, a description that does not match",
}
INTRODUCTION = """# Command line

Made by `make docs` from the verbs themselves; change those.

    detente init ledger --party "cjtf=Combined Joint Task Force" --party rus --party un
    detente host --folder ledger/host                    # each in a terminal of its own
    detente station --folder ledger/stations/cjtf
    export DETENTE_STATION=ledger/stations/cjtf
    detente notice --activity air --circle "35.2854, 40.1760, 2000 m" --datum WGS84 --from +1h --until +3h \\
            --words "Transit of two aircraft" --to rus --coarse-to un
    detente log

Most verbs speak to the station whose folder is named by `--station` or `DETENTE_STATION`. Ids may be cut to their first
digits (4 or more) as long as only one entry begins so. Times are given with their zone, or as `now`, `+30m`, `-2h`
by the ledger's clock; they are shown in UTC, and in the zone of `--zone` or `DETENTE_ZONE` beside it. Every view says on
which ledger size it rests and how old that is; a virtual ledger says that its times are not now. `--json` gives one JSON
document, refusals too.
"""


ERRORS = """# Error codes

Made by `make docs` from the source; change that.

Every refusal is made of problems: `code`, `field`, `value`, `rule`, `next_step` (RFC 9457 over HTTP, one line each in a terminal).
The code is for machines and does not change; the words are for people and may. The status is that of the first problem, by one
table for host and station: `detente/network/statuses.py`. A star stands for a part that is only known when it is said.

| Code | HTTP status | Given by |
|---|---|---|"""


def main() -> None:
    """Write the pages."""
    (HERE / "cli.md").write_text(cli_page(), "utf-8")
    (HERE / "openapi.json").write_text(openapi_page(), "utf-8")
    (HERE / "formats" / "station-openapi.json").write_text(station_openapi_page(), "utf-8")
    (HERE / "errors.md").write_text(errors_page(), "utf-8")


def openapi_page() -> str:
    """Return the host's API for machines."""
    return _page_of(document())


def station_openapi_page() -> str:
    """Return a station's local API for machines."""
    return _page_of(station_openapi.document())


def _page_of(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def errors_page() -> str:
    """Return the page of all error codes."""
    rows = [
        f"| `{code}` | {_status(code)} | {', '.join(f'`{file}`' for file in files)} |"
        for code, files in codes().items()
    ]
    return "\n".join([ERRORS, *rows, ""])


def _status(code: str) -> str:
    return "by its code" if code == "*" else str(status_of_code(code))


def cli_page() -> str:
    """Return the page of all verbs."""
    group = get_group(app)
    parts = [INTRODUCTION, "## Exit codes\n", "| Code | Means |\n|---|---|"]
    parts[-1] += "".join(f"\n| {code} | {means} |" for code, means in sorted(EXIT_CODES.items()))
    parts += ["\n## Verbs\n", "| Verb | What it is for |\n|---|---|"]
    parts[-1] += "".join(f"\n| [`{verb}`](#detente-{verb}) | {says} |" for verb, (_, says) in VERBS.items())
    for verb in VERBS:
        command = group.get_command(None, verb)
        parts.append(f"\n## detente {verb}\n")
        parts += _verb(command, f"detente {verb}")
    return "\n".join(parts) + "\n"


def _verb(command: Any, path: str) -> list[str]:
    below = getattr(command, "commands", None)
    if below:
        lines = [command.help or "", ""]
        for name, part in below.items():
            lines += [f"### {path} {name}\n", *_verb(part, f"{path} {name}"), ""]
        return lines[:-1]
    said = [p for p in command.params if p.name != "help"]
    arguments = " ".join(_metavar(p) for p in said if not _is_option(p))
    lines = [f"    {path} {arguments}".rstrip() + " [options]", "", command.help or "", ""]
    lines += ["| Option | What |", "|---|---|", *(_row(p) for p in said)]
    return lines


def _is_option(parameter: Any) -> bool:
    return bool(parameter.opts[0].startswith("-"))


def _metavar(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return str(name) if parameter.required else f"[{name}]"


def _row(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts) if _is_option(parameter) else f"`{_metavar(parameter)}`"
    more = []
    if parameter.required:
        more.append("needed")
    elif parameter.default not in (None, "", False, (), []) and not callable(parameter.default):
        more.append(f"default {parameter.default}")
    if getattr(parameter, "envvar", None):
        more.append(f"or `{parameter.envvar}`")
    if getattr(parameter, "multiple", False) and "repeat" not in (parameter.help or ""):
        more.append("may be repeated")
    tail = f" ({'; '.join(more)})" if more else ""
    return f"| {names} | {(parameter.help or '').replace('|', '/')}{tail} |"


if __name__ == "__main__":
    main()
