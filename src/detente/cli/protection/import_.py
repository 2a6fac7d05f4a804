"""`detente import sites|movements FILE`: notifications from a CSV or XLSX file, with a report of every bad row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from detente.cli.notices.budget import budget_words
from detente.cli.output import AsJson, answer, guarded, plain, progress, table
from detente.cli.sending import send
from detente.cli.session import Officer, Station, StationSession, WaitS, at_station, basis_words, short
from detente.errors import Refused, problem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from detente.rules.protection.import_rows import BadRow, Imported

MAX_ROWS = 5_000


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("import")(guarded(import_))


def import_(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="sites or movements.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv (UTF-8) or .xlsx file; docs/formats/import.md.")],
    check: Annotated[bool, typer.Option("--check", help="Only report; send nothing.")] = False,
    officer: Officer = None,
    wait: WaitS = 10,
    station: Station = None,
    as_json: AsJson = False,
) -> None:
    """Notify sites or movements from a table. Bad rows are reported with every fault and not sent; good rows are."""
    from detente.api.station import StatusAsked
    from detente.rules.protection.import_rows import read_rows

    if kind not in ("sites", "movements"):
        raise Refused([problem("choice", "KIND", kind, "must be sites or movements", "Choose one.")])
    rows = list(_read(file))
    with at_station(station) as session:
        good, bad = read_rows(kind, rows, session.now_us, session.genesis().rules)
        budget = budget_words(session, [(one.notice.volumes, one.to) for one in good], full=check)
        sent: list[_SentRow] = []
        if not check:
            signer = session.officer(officer)
            with progress("sending", as_json) as told:
                for n, one in enumerate(good):
                    told(f"{n + 1} of {len(good)}")
                    sent.append(_send(session, one, signer, wait, as_json))
        basis = session.station.ask(StatusAsked())
    found = {"bad": plain(bad), "good": [{"flags": g.flags, "row": g.row, "to": g.to} for g in good], "sent": sent}
    answer(found, [*_words(good, bad, sent, check), *budget, basis_words(basis)], as_json)
    if bad:
        raise typer.Exit(2)


class _SentRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of one row: its notice and the consent kept beside it, or why it was refused."""

    consent: str = ""
    id: str = ""
    problems: tuple[str, ...] = ()
    row: int

    def words(self) -> str:
        return short(self.id) if self.id else "REFUSED: " + " / ".join(self.problems)


def _send(session: StationSession, one: Imported, signer: str, wait: int, as_json: bool) -> _SentRow:
    """Send the notification, then keep the owner's consent beside it; a row that the host refuses does not stop the others."""
    from detente.records.protection.humane import Consent

    facets = [
        {"audience": list(one.to), "body": one.notice, "form": "full"},
        {"audience": list(one.to), "body": one.humane, "form": "humane"},
    ]
    try:
        found = send(session, {"facets": facets, "kind": "notice", "officer": signer}, wait, as_json)
    except Refused as refused:
        return _SentRow(problems=tuple(p.sentence() for p in refused.problems), row=one.row)
    consent = Consent(
        about=found.id, given_us=one.consent_us, not_to=one.not_to, owner=one.owner, state="given", words=""
    )
    part = {"audience": [session.party], "body": consent, "form": "full"}
    kept = send(
        session, {"facets": [part], "kind": "consent", "officer": signer, "refers_to": [found.id]}, wait, as_json
    )
    return _SentRow(consent=kept.id, id=found.id, row=one.row)


def _words(good: list[Imported], bad: list[BadRow], sent: list[_SentRow], check: bool) -> list[RenderableType | None]:
    by_row = {s.row: s for s in sent}
    shown = []
    for one in good:
        state = "read" if check else by_row[one.row].words()
        shown.append((str(one.row), one.humane.names[0], ", ".join(one.to), state, "; ".join(one.flags)))
    faults = [(str(b.row), p.field, p.value, p.rule, p.next_step) for b in bad for p in b.problems]
    head = f"{len(good)} row(s) {'read' if check else 'sent'}, {len(bad)} bad row(s) not sent. This notifies; it asks nobody for leave."
    return [
        head,
        table("Taken", ("row", "name", "to", "entry", "look at"), shown) if shown else None,
        table("NOT TAKEN", ("row", "field", "value", "rule", "next step"), faults) if faults else None,
    ]


def _read(file: Path) -> Iterator[dict[str, str]]:
    rows = _xlsx(file) if file.suffix.lower() == ".xlsx" else _csv(file)
    for n, row in enumerate(rows):
        if n >= MAX_ROWS:
            raise Refused([problem("rows", "FILE", n, f"at most {MAX_ROWS} rows", "Split the file.")])
        yield row


def _csv(file: Path) -> Iterator[dict[str, str]]:
    import csv

    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            [problem("file", "FILE", str(file), f"must be a CSV file in UTF-8: {error}", "Save it as CSV in UTF-8.")]
        ) from None
    rows = csv.reader(text.splitlines(keepends=True))
    try:
        heading = _once(next(rows, []))
        for row in rows:
            yield _under(heading, row)
    except csv.Error as error:
        raise Refused(
            [problem("file", "FILE", f"line {rows.line_num}", f"must be CSV: {error}", "Save it as CSV in UTF-8.")]
        ) from None


def _under(heading: list[str], row: Sequence[str]) -> dict[str, str]:
    """Return a row's cells under their headings. A cell without one is kept under its place, to be refused as no column."""
    names = [name if name.strip() else f"(column {n}, without a heading)" for n, name in enumerate(heading, 1)]
    names += [f"(column {n}, without a heading)" for n in range(len(names) + 1, len(row) + 1)]
    return dict(zip(names, row, strict=False))


def _once(heading: list[str]) -> list[str]:
    """Return the headings, each of which must stand once: of two columns one would be passed over."""
    seen: set[str] = set()
    for name in heading:
        tidy = name.strip().lower()
        if tidy in seen:
            rule = "must be the heading of one column"
            raise Refused([problem("heading", "FILE", name, rule, "Leave one of the columns out, or rename it.")])
        seen |= {tidy} - {""}
    return heading


def _xlsx(file: Path) -> Iterator[dict[str, str]]:
    """Read the first sheet; a cell that holds a date without a zone stays without one, and is refused by name."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Refused(
            [problem("file", "FILE", str(file), f"must be an XLSX file: {error}", "Save it again as XLSX.")]
        ) from None
    rows = book.worksheets[0].iter_rows(values_only=True)
    heading = _once([str(cell or "") for cell in next(rows, ())])
    for row in rows:
        yield _under(heading, ["" if cell is None else _cell(cell) for cell in row])


def _cell(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
