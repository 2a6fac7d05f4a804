"""How every verb answers: words for a person, or one JSON document with `--json`; refusals as sentences, never a traceback."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar, get_type_hints

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text
from typer.models import OptionInfo

from detente.errors import UNREADABLE, DetenteError, Problem, Refused, exit_code, problem
from detente.ledger.canonical import require_shallow
from detente.ledger.known_names import misfit

P = ParamSpec("P")
T = TypeVar("T")
Fixed = TypeVar("Fixed", bound=str)

OK, NO_EVIDENCE, ALARM = 0, 5, 6
"""Exit codes: done; what was asked has no evidence; what was asked was done, and something in it is an alarm. Those of errors
stand in `detente.errors`."""

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document instead of words.")]

out = Console(highlight=False, soft_wrap=True)
VOLUME_BYTES = 4 << 20
"""The largest file read as one volume: some 60 000 corners."""

err = Console(stderr=True, highlight=False, soft_wrap=True)


def plain(value: object) -> Any:
    """Turn structs, enums, tuples and bodies that are JSON already into what JSON knows."""
    return msgspec.json.decode(msgspec.json.encode(value, order="deterministic"))


Words = str | Text | Table | Sequence[RenderableType | None] | None


def answer(value: object, words: Words, as_json: bool) -> None:
    """Print an answer: `words` for a person (None: nothing to say), `value` for a program."""
    if as_json:
        print(json.dumps(plain(value), ensure_ascii=False, indent=2))
        return
    parts = [words] if words is None or isinstance(words, str | Text | Table) else words
    for part in parts:
        if part is not None:
            say(part)


def say(part: RenderableType) -> None:
    """Print text or a table. A terminal gets lines wrapped at words; a pipe gets them whole, unless COLUMNS is set."""
    console = Console(highlight=False)
    whole = not console.is_terminal and "COLUMNS" not in os.environ
    if isinstance(part, Table):
        console.print(part)
    elif isinstance(part, str):
        for line in part.split("\n"):
            console.print(_hanging(line, console.width, whole), soft_wrap=True, markup=False)
    else:
        console.print(part, soft_wrap=whole, markup=False)


def _hanging(line: str, width: int, whole: bool) -> str:
    """Wrap a line at words; what follows is indented like its start, and two more."""
    import textwrap

    from rich.cells import cell_len

    if whole or cell_len(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return "\n".join(textwrap.wrap(line, width, subsequent_indent=indent, drop_whitespace=True, break_on_hyphens=False))


def alarm(words: str) -> None:
    """Say an alarm at once, on standard error, before anything else is done; also where the answer is JSON."""
    console = Console(stderr=True, highlight=False)
    console.print(f"ALARM: {words}", style="bold red", markup=False, soft_wrap=not console.is_terminal)


def trouble(words: str) -> None:
    """Say on standard error, before any answer, that the station cannot go on as it should; also where the answer is JSON."""
    console = Console(stderr=True, highlight=False)
    console.print(f"TROUBLE: {words}", style="bold red", markup=False, soft_wrap=not console.is_terminal)


@contextmanager
def progress(words: str, as_json: bool) -> Iterator[Callable[[str], None]]:
    """Show that something is under way, on standard error and only to a person; gives a function that says how far."""
    console = Console(stderr=True, highlight=False)
    if as_json or not console.is_terminal:
        yield lambda more: None
        return
    with console.status(words) as status:
        yield lambda more: status.update(f"{words} {more}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    """Make a table; text in cells is printed as it is, never read as markup."""
    made = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        header_style="bold",
    )
    for name in columns:
        made.add_column(Text(name), overflow="fold")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    return made


def guarded(verb: Callable[P, None]) -> Callable[P, None]:
    """Run a verb so that what goes wrong on purpose is a sentence and an exit code."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except DetenteError as error:
            fail(error, bool(kwargs.get("as_json")), verb)
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            fail(_about_file(error), bool(kwargs.get("as_json")))

    return run


def fail(error: DetenteError, as_json: bool, verb: Callable[..., None] | None = None) -> NoReturn:
    """Say what went wrong, field by field, and leave with the code of its kind. `verb` names the flags that were asked for."""
    problems = error.problems if isinstance(error, Refused) else ()
    if as_json:
        print(json.dumps({"error": type(error).__name__, "detail": str(error), "problems": plain(problems)}, indent=2))
    else:
        console, flags = Console(stderr=True, highlight=False), _flags(verb) if verb is not None else {}
        for line in [_asked(p, flags).sentence() for p in problems] or [str(error)]:
            console.print(line, style="red", markup=False, soft_wrap=not console.is_terminal)
    raise typer.Exit(exit_code(error))


def _flags(verb: Callable[..., None]) -> dict[str, str]:
    """Return the flag of each option of a verb, by the name of its parameter."""
    flags = {}
    for name, hint in get_type_hints(verb, include_extras=True).items():
        for option in getattr(hint, "__metadata__", ()):
            if isinstance(option, OptionInfo):
                named = [flag for flag in option.param_decls or () if flag.startswith("--")]
                flags[name] = named[0] if named else f"--{name.replace('_', '-')}"
    return flags


def _asked(found: Problem, flags: dict[str, str]) -> Problem:
    """Name the flag that was asked for, where a station named the field of the record that it fills."""
    field = re.sub(r"^facets\[\d+\]\.(facet\.)?(body\.)?|^header\.", "", found.field)
    head = re.split(r"[.\[]", field)[0]
    flag = flags.get("to" if head == "audience" else head) or flags.get(head.removesuffix("_us"))
    if flag is not None:
        field = flag + ("" if head == "audience" else field[len(head) :])
    return msgspec.structs.replace(found, field=field)


def read_bytes(path: str, most: int | None = None) -> bytes:
    """Read a file, or standard input where the path is `-`; refuses one of more than `most` bytes without reading it all."""
    limit = -1 if most is None else most + 1
    if path == "-":
        data = sys.stdin.buffer.read(limit)
    else:
        with open(path, "rb") as file:
            data = file.read(limit)
    if most is not None and len(data) > most:
        rule = f"must not exceed {most} bytes"
        raise Refused([problem("file-size", path, "", rule, "Give the file that was meant, or a part of it.")])
    return data


def read_json(path: str, kind: type[T], field: str) -> T:
    """Read a file of JSON as a Struct; refuses one that nests too deeply, or has a name that is not known."""
    data = read_bytes(path, VOLUME_BYTES)
    require_shallow(data)
    try:
        return msgspec.json.decode(data, type=kind)
    except UNREADABLE as error:
        at, rule, step = misfit(error, kind, "Write it as the format says.")
        raise Refused([problem("json", f"{field} {at}".strip(), path, rule, step)]) from None


def chosen(field: str, given: str, words: Sequence[Fixed]) -> Fixed:
    """Return the fixed word that was given; raises `Refused` with all there are where it is none of them."""
    for word in words:
        if word == given:
            return word
    raise Refused([problem("choice", field, given, f"must be one of: {', '.join(words)}", "Choose one.")])


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
