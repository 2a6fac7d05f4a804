"""Asks the separate verifier, as a process of its own, what a bundle proves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from detente.wiring.verifier import verifier_path

HOLDS, REFUSED, NO_EVIDENCE = 0, 1, 2


class VerifierReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the verifier said: its exit code, the answer in a line, and all that it printed."""

    exit_code: int
    printed: str
    words: str


def ask_verifier(bundle: Path, *, ledger: str = "", party: str, entry: str, before_us: int) -> VerifierReport:
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
        "--json",
    ]
    if ledger:
        command += ["--ledger", ledger]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return VerifierReport(
        exit_code=done.returncode,
        printed=done.stdout + done.stderr,
        words=_words(done.returncode, done.stdout, party),
    )


class _Answer(msgspec.Struct):
    could_read: tuple[str, ...]
    watermark: str | None


class _Said(msgspec.Struct):
    """What is used of the verifier's JSON; `fault` is why it refused the bundle."""

    answers: tuple[_Answer, ...] = ()
    fault: str = ""


def _words(exit_code: int, printed: str, party: str) -> str:
    if exit_code == NO_EVIDENCE:
        return "NO EVIDENCE that it was told before then: no watermark of its station covers the entry"
    try:
        said = msgspec.json.decode(printed, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "the bundle does not hold: the verifier gave no answer"
    if exit_code != HOLDS or not said.answers:
        return f"the bundle does not hold: {said.fault}"
    told = said.answers[-1]
    stated = (
        f"the station of {party} signed {told.watermark} that it holds all addressed to it below a size beyond this"
    )
    return "; ".join([f"YES, proven: {stated}", *(f"it could read: {text}" for text in told.could_read[:1])])
