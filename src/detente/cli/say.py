"""How every verb answers: words for a person, or one JSON document with `--json`; refusals as sentences, never a traceback."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, NoReturn, ParamSpec

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from detente.errors import DetenteError, EvidenceError, Problem, Refused, Unavailable

P = ParamSpec("P")

OK, REFUSED, EVIDENCE, UNAVAILABLE = 0, 2, 3, 4
"""Exit codes: done; the input was refused; a proof does not hold; something cannot be reached. 1 is a mistake in Detente."""

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document instead of words.")]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def plain(value: object) -> Any:
    """Turn structs, enums and tuples into what JSON knows."""
    return msgspec.to_builtins(value, order="deterministic")


def answer(value: object, words: str | Table | None, as_json: bool) -> None:
    """Print an answer: `words` for a person (None: nothing to say), `value` for a program."""
    if as_json:
        print(json.dumps(plain(value), ensure_ascii=False, indent=2))
    elif words is not None:
        out.print(words)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Make a table; text in cells is printed as it is, never read as markup."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(str(cell).replace("[", "\\[") for cell in row))
    return made


def guarded(verb: Callable[P, None]) -> Callable[P, None]:
    """Run a verb so that what goes wrong on purpose is a sentence and an exit code."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except DetenteError as error:
            fail(error, bool(kwargs.get("as_json")))
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            fail(_about_file(error), bool(kwargs.get("as_json")))

    return run


def fail(error: DetenteError, as_json: bool) -> NoReturn:
    """Say what went wrong, field by field, and leave with the code of its kind."""
    problems = error.problems if isinstance(error, Refused) else ()
    if as_json:
        print(json.dumps({"error": type(error).__name__, "detail": str(error), "problems": plain(problems)}, indent=2))
    else:
        for line in [p.sentence() for p in problems] or [str(error)]:
            err.print(line, style="red", markup=False)
    raise typer.Exit(code_of(error))


def code_of(error: DetenteError) -> int:
    """Return the exit code that stands for a kind of error."""
    match error:
        case Refused():
            return REFUSED
        case EvidenceError():
            return EVIDENCE
        case Unavailable():
            return UNAVAILABLE
        case _:
            return 1


def read_bytes(path: str) -> bytes:
    """Read a file, or standard input where the path is `-`."""
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        return file.read()


def _about_file(error: OSError) -> Refused:
    return Refused(
        [
            Problem(
                code="file",
                field="file",
                value=str(error.filename or ""),
                rule="must be a file that can be read",
                next_step=f"{error.strerror}; check the path.",
            )
        ]
    )
