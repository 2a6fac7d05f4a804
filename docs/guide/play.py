"""Plays the guides: `python -m docs.guide.play` runs every command of `docs/guide/source/*.md` through real processes and writes
the pages beside this file with what came out.

A source is Markdown. A block opened with ```` ```officer PARTY [as=NAME] [exit=N] [until=TEXT] ```` holds commands, one a line (a line
that ends in a backslash goes on), typed at that party's station; `{NAME}` stands for the id of the entry that the block `as=NAME`
recorded, or else printed first; `{day+N}` for the date N days from now. `until` asks again until the text is in the answer
(screenings and watermarks take seconds). A block opened with ```` ```file NAME ```` is written as a file first. The ledger has a real
clock; a test plays the sources again and compares commands, and most words of what came out.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.ledgers import QUICK_SLOTS, running
from typer.testing import CliRunner

from detente.cli.app import app

HERE = Path(__file__).parent
SOURCES = HERE / "source"
PARTIES = ["cjtf", "rus", "un"]
DUTIES = ("watch-1:watch", "duty-1:director")
WIDTH = "118"
PATIENCE_S = 30.0
NOT_YET = "is the start of no entry here"  # the station has not followed so far: asked again
_BLOCK = re.compile(r"^```(officer|file) (.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"\b[0-9a-f]{12,64}\b")
_RECORDED = re.compile(r"\b[0-9a-f]{12,64}(?= is recorded)")


class Player:
    """Runs the blocks of one source in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, str] = {}

    def block(self, found: re.Match[str]) -> str:
        """Return what stands in the page instead of one block."""
        kind, head, body = found.groups()
        body = _dated(body)
        if kind == "file":
            (self.folder / head.strip()).write_text(body, "utf-8")
            return f"`{head.strip()}`:\n\n```\n{body}```"
        party, *options = shlex.split(head)
        given = dict(option.split("=", 1) for option in options)
        lines = []
        for command in body.replace("\\\n", "\\\x00").splitlines():
            said, answer = self._run(party, command.replace("\\\x00", "\\\n"), given)
            lines += [f"{party}$ {said}", *answer]
        return "```console\n" + "\n".join(lines) + "\n```"

    def _run(self, party: str, command: str, given: dict[str, str]) -> tuple[str, list[str]]:
        for name, value in self.names.items():
            command = command.replace("{" + name + "}", value)
        words = shlex.split(command.replace("\\\n", " "))
        if words[0] != "detente":
            raise ValueError(f"a guide shows only detente: {command}")
        station = self.folder / "ledger" / "stations" / party
        environment = {"DETENTE_STATION": str(station), "COLUMNS": WIDTH, "DETENTE_OFFICER": "watch-1"}
        end = time.monotonic() + PATIENCE_S
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            while True:
                result = CliRunner().invoke(app, words[1:], env=environment)
                arrived = NOT_YET not in result.output and given.get("until", "") in result.output
                if arrived or time.monotonic() > end:
                    break
                time.sleep(0.3)
        finally:
            os.chdir(before)
        if result.exit_code != int(given.get("exit", "0")) or given.get("until", "") not in result.output:
            raise RuntimeError(f"{party}$ {command}\nexit {result.exit_code}\n{result.output}\n{result.exception!r}")
        if name := given.pop("as", ""):
            shown = _RECORDED.search(result.output) or _ID.search(result.output)
            if shown is None:
                raise RuntimeError(f"no id in what `{command}` said:\n{result.output}")
            self.names[name] = shown.group()[:12]
        answer = result.output.replace(str(self.folder) + os.sep, "")
        return command, [line.rstrip() for line in answer.strip("\n").splitlines()]


def _dated(text: str) -> str:
    today = datetime.now(UTC).date()
    return re.sub(r"\{day\+(\d+)\}", lambda found: str(today + timedelta(days=int(found.group(1)))), text)


def play(source: str) -> str:
    """Return the page that a source makes; raises RuntimeError where a command does not end as the source says."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        officers = [part for p in PARTIES for duty in DUTIES for part in ("--officer", f"{p}:{duty}")]
        with running(folder / "ledger", PARTIES, *officers, *QUICK_SLOTS):
            return _BLOCK.sub(Player(folder).block, source)


def blocks(page: str) -> list[tuple[list[str], set[str]]]:
    """Return, for each block of a page: the commands typed, without digits, and the words of what came out."""
    found = []
    for text in re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        plain = re.sub(r"[0-9a-f]*[0-9][0-9a-f]*", "0", text)
        typed = re.findall(r"^[a-z]+\$ .*?[^\\]$", plain, re.MULTILINE | re.DOTALL)
        found.append((typed, set(re.findall(r"[^\W\d_]{3,}", plain))))
    return found


def main() -> None:
    """Write every page."""
    for path in sorted(SOURCES.glob("*.md")):
        source = path.read_text("utf-8")
        (HERE / path.name).write_text(play(source), "utf-8")


if __name__ == "__main__":
    main()
