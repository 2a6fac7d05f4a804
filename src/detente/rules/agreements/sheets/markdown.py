"""A status sheet as Markdown: for a mail, a record, a printer. The words are the sheet's; this only lays them out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from detente.rules.agreements.sheets.sheet import PartyRow, Sheet, TermRow
from detente.rules.agreements.words.plain import capital, listed, sentence
from detente.rules.agreements.words.readings import BoardInWords, ReadingInWords
from detente.rules.agreements.words.verdicts import NOT_VERDICTS, SIGNS, VerdictWords

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(sheet: Sheet) -> str:
    """Return the sheet; what came from outside cannot act as markup."""
    parts = [
        f"# {_e(sheet.title)}",
        *(["**VIRTUAL LEDGER (a replay): its times are not now.**"] if sheet.virtual else []),
        f"Status of `{_e(sheet.agreement)}`, version {sheet.version}, at {_e(sheet.at)}, {_e(sheet.seen)}. "
        "What nobody reported is absent as seen; a report that comes late may change any of it.",
        f"Ruleset: {_e(sheet.ruleset)}.",
        f"Source: {_e(sheet.source)}. {_e(sentence(sheet.words))}".rstrip(),
        _list(sheet.marks),
        f"Signs: {', '.join(f'{sign} {answer}' for answer, sign in SIGNS.items())}.",
        "## Parties: in words and in deeds",
        "\n".join(_party(row) for row in sheet.parties),
        "## Announced ends",
        _list(sheet.ends),
        *(part for row in sheet.terms for part in _term(row)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _party(row: PartyRow) -> str:
    role = f" ({_e(row.role)})" if row.role else ""
    said = f": {_e(row.said)}" if row.said else ""
    lines = [
        f"- **{_e(row.who)}**{role}",
        f"  - in words: {_e(row.words)}{said}",
        f"  - in deeds: {_e(row.deeds)}",
    ]
    lines += [f"    - on it: {_e(one)}" for one in row.on]
    lines += [f"    - against it: {_e(one)}" for one in row.against]
    lines += [f"  - reads {_e(one)}" for one in row.reads]
    return "\n".join(lines)


def _term(row: TermRow) -> Iterable[str]:
    yield f"## {_e(row.name)}"
    if row.term is not None:
        mark = "" if row.term.verified else "**Not verified.** "
        yield f"{mark}{_e(row.term.standing)} {_e(sentence(row.term.text))}".rstrip()
        yield f"**{_e(row.term.asks)}**"
        yield _list(row.term.slots)
    if row.verdicts:
        yield "\n".join(line for verdict in row.verdicts for line in _verdict(verdict))
    if row.not_counted:
        yield "Reported, and not counted here:"
        yield _list(row.not_counted)
    if row.readings is not None:
        yield from _readings(row.readings)


def _verdict(v: VerdictWords) -> Iterable[str]:
    duty = f", {_e(v.instance)}" if v.instance else ""
    reading = f" *({_e(v.reading)})*" if v.reading else ""
    yield f"- {v.sign} **{v.headline()}**: {_e(listed(v.who))}{duty}{reading}. {_e(sentence(capital(v.why)) + v.due)}".rstrip()
    for label, items in (("rests on", v.rests_on), ("against", v.against), ("would be settled by", v.settles)):
        for item in items:
            yield f"  - {label}: {_e(item)}"
    yield from (f"  - {_e(capital(one))}." for one in v.beside)
    late = " ".join((v.changes, *(f"{capital(caveat)}." for caveat in v.caveats))).strip()
    if late:
        yield f"  - {_e(late)}"


def _readings(telling: BoardInWords) -> Iterable[str]:
    yield f"### The days, as each reading counts them, at {_e(telling.at)}"
    yield NOT_VERDICTS
    yield _e(telling.reckoned)
    yield "\n".join(line for reading in telling.readings for line in _reading(reading))
    if telling.ends:
        yield "What each counter reads at each announced end:"
        yield _list(telling.ends)
    yield _e(telling.rests_on)


def _reading(r: ReadingInWords) -> Iterable[str]:
    yield f"- **{_e(r.way)}**, {_e(r.how)}: **{_e(r.stands)}**"
    yield f"  - {_e(r.used_by)}"
    yield f"  - {_e(r.moved)}"
    for day in r.days:
        yield f"    - {_e(day)}"
    yield f"  - {_e(r.follows)}"
    for n, step in enumerate(r.takes):
        yield f"  {'  ' if n else ''}- {_e(step)}"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {_e(item)}" for item in items)


def _e(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
