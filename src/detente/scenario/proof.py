"""Asks the separate verifier, as a process of its own, what a bundle proves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from detente.wiring.verifier import verifier_path

HOLDS, REFUSED, NO_EVIDENCE = 0, 1, 2


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier said: its exit code, the answer in a line, and all that it printed."""

    exit_code: int
    printed: str
    words: str


def ask_verifier(bundle: Path, *, ledger: str = "", party: str, entry: str, before_us: int) -> Verdict:
    """Ask offline whether a party was told of an entry before a time (microseconds since 1970 UTC)."""
    command = [
        sys.executable,
        "-I",
        str(verifier_path()),
        str(bundle),
        "--party",
        party,
        "--entry",
        entry,
        "--before",
        str(before_us),
    ]
    if ledger:
        command += ["--ledger", ledger]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return Verdict(
        exit_code=done.returncode, printed=done.stdout + done.stderr, words=_words(done.returncode, done.stdout)
    )


def _words(exit_code: int, printed: str) -> str:
    if exit_code == NO_EVIDENCE:
        return "NO EVIDENCE that it was told before then: no watermark of its station covers the entry"
    if exit_code != HOLDS:
        return "the bundle does not hold: " + (printed.strip().splitlines() or [""])[0]
    grounds = [line.strip(" -") for line in printed.rpartition("\nYES\n")[2].splitlines()]
    told = next((line.partition(", logged at")[0] for line in grounds if line.startswith("the station of")), "")
    place = next((line for line in grounds if line.startswith("it could read")), "")
    return "YES, proven: " + "; ".join(part for part in (told, place) if part)
