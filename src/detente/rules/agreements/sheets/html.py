"""A status sheet as one HTML page that stands alone: no script, nothing fetched.

Reads at night and on paper; colour is never the only sign: each answer has its word, its letterform and its border.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as _e

from detente.rules.agreements.sheets.sheet import PartyRow, Sheet, TermRow
from detente.rules.agreements.words.plain import capital, listed, sentence
from detente.rules.agreements.words.readings import BoardInWords, ReadingInWords
from detente.rules.agreements.words.verdicts import NOT_VERDICTS, SIGNS, VerdictWords

_STYLE = """
:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 25%,transparent);
--kept:#1b6e3c;--breached:#a3201d;--contested:#7a3f9d;--undetermined:#7a5a00;--pending:#1f5c99;--not-in-force:#555}
@media(prefers-color-scheme:dark){:root{--kept:#7fd6a0;--breached:#ff9a8f;--contested:#d9aef5;--undetermined:#e8c766;--pending:#8fc4ff;--not-in-force:#aaa}
body{background:#121417;color:#d6d9dd}}
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:.2rem 0}
h2{font-size:1.15rem;margin:2rem 0 .4rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1rem 0 .3rem}
p,ul{margin:.4rem 0}ul{padding-left:1.3rem}small,.dim{opacity:.8}
table{border-collapse:collapse;width:100%;margin:.5rem 0;table-layout:fixed}
.v th:nth-child(1){width:9.5rem}.v th:nth-child(2){width:19%}.v th:nth-child(4){width:32%}td{overflow-wrap:anywhere}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-top:1px solid var(--line)}th{font-weight:600}
.a{display:inline-block;white-space:nowrap;font-weight:700;border:2px solid;border-radius:.3rem;padding:0 .45rem}
.kept{color:var(--kept)}.breached{color:var(--breached);border-style:double;border-width:4px}.contested{color:var(--contested);border-style:dashed}
.undetermined{color:var(--undetermined);border-style:dotted}.pending{color:var(--pending)}.not-in-force{color:var(--not-in-force);border-width:1px}
.mark{border-left:4px solid;padding:.2rem .7rem;margin:.5rem 0}.asks{font-weight:600}
.ways{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:.7rem}
.way{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}
.stands{font-size:1.15rem;font-weight:700}summary{cursor:pointer}
@media print{body{max-width:none;margin:0;background:#fff;color:#000;font-size:10.5pt}.way,tr{break-inside:avoid}details>*{display:block}}
"""


def html(sheet: Sheet) -> str:
    """Return the page. Everything that came from outside is escaped; nothing in it can act."""
    virtual = "<p class=mark><b>Virtual ledger (a replay): its times are not now.</b></p>" if sheet.virtual else ""
    signs = " ".join(_answer(answer) for answer in SIGNS)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none';style-src 'unsafe-inline'\">",
        f"<title>{_e(sheet.title)}: status</title><style>{_STYLE}</style>",
        f"<h1>{_e(sheet.title)}</h1>{virtual}",
        f"<p>Status of <code>{_e(sheet.agreement)}</code>, version {sheet.version}, at <b>{_e(sheet.at)}</b>, {_e(sheet.seen)}.<br>"
        "<small>What nobody reported is absent as seen; a report that comes late may change any of it. "
        "Nothing here is a ruling.</small></p>",
        f"<p class=dim>Ruleset: {_e(sheet.ruleset)}.</p>",
        f"<p class=dim>Source: {_e(sheet.source)}. {_e(sheet.words)}</p>",
        "".join(f"<p class=mark>⚠ {_e(mark)}</p>" for mark in sheet.marks),
        f"<p><small>Signs: {signs}</small></p>",
        "<h2>Parties: in words and in deeds</h2>",
        f"<table><tr><th>party<th>in words<th>in deeds<th>reads the terms</tr>{''.join(map(_party, sheet.parties))}</table>",
        "<h2>Announced ends</h2><p><small>They stand beside each other; none is taken for the right one.</small></p>",
        _list(sheet.ends),
        *map(_term, sheet.terms),
    ]
    return "\n".join(part for part in parts if part) + "\n</html>\n"


def _answer(answer: str) -> str:
    sign = dict(SIGNS.items()).get(answer, "?")  # type: ignore[call-overload]
    return f"<span class='a {answer.replace(' ', '-')}'>{sign} {_e(answer)}</span>"


def _party(row: PartyRow) -> str:
    deeds = [f"on it: {one}" for one in row.on] + [f"against it: {one}" for one in row.against]
    role = f"<br><small>{_e(row.role)}</small>" if row.role else ""
    return (
        f"<tr><th scope=row>{_e(row.who)}{role}<td>{_e(row.words)}<br><small>{_e(row.said)}</small>"
        f"<td>{_e(row.deeds)}{_small_list(deeds)}<td>{_small_list(row.reads)}</tr>"
    )


def _term(row: TermRow) -> str:
    parts = [f"<h2>{_e(row.name)}</h2>"]
    if row.term is not None:
        if not row.term.verified:
            parts.append(f"<p class=mark>⚠ Not verified. {_e(row.term.standing)}</p>")
        else:
            parts.append(f"<p class=dim>{_e(row.term.standing)}</p>")
        text = f"<p class=dim>“{_e(row.term.text)}”</p>" if row.term.text else ""
        parts.append(f"{text}<p class=asks>{_e(row.term.asks)}</p>{_small_list(row.term.slots)}")
    if row.verdicts:
        head = "<tr><th>verdict<th>of whom, under which reading<th>why, and on what it rests<th>what would settle it, what may change</tr>"
        parts.append(f"<table class=v>{head}{''.join(map(_verdict, row.verdicts))}</table>")
    if row.not_counted:
        parts.append(f"<p><small>Reported, and not counted here:</small></p>{_small_list(row.not_counted)}")
    if row.readings is not None:
        parts.append(_readings(row.readings))
    return "\n".join(parts)


def _verdict(v: VerdictWords) -> str:
    duty = f"<br><small>{_e(v.instance)}</small>" if v.instance else ""
    reading = f"<br><i>{_e(v.reading)}</i>" if v.reading else ""
    rests = [
        *(f"{capital(one)}." for one in v.beside),
        *(f"rests on: {one}" for one in v.rests_on),
        *(f"against: {one}" for one in v.against),
    ]
    late = " ".join((v.changes, *(f"{capital(caveat)}." for caveat in v.caveats))).strip()
    why = _e(sentence(capital(v.why)) + v.due)
    only = "<br><small>as far as single reports go</small>" if v.beside else ""
    return (
        f"<tr><td>{_answer(v.answer)}{only}<td><b>{_e(listed(v.who))}</b>{duty}{reading}<td>{why}{_small_list(rests)}"
        f"<td>{_list(v.settles)}<small>{_e(late)}</small></tr>"
    )


def _readings(telling: BoardInWords) -> str:
    ends = f"<h3>At each announced end</h3>{_small_list(telling.ends)}" if telling.ends else ""
    return (
        f"<h3>The days, as each reading counts them, at {_e(telling.at)}</h3><p><small>{NOT_VERDICTS} {_e(telling.reckoned)}</small></p>"
        f"<div class=ways>{''.join(map(_reading, telling.readings))}</div>{ends}<p><small>{_e(telling.rests_on)}</small></p>"
    )


def _reading(r: ReadingInWords) -> str:
    days = f"<details open><summary>day by day</summary>{_small_list(r.days)}</details>" if r.days else ""
    takes = f"<p>{_e(r.takes[0])}</p>{_list(r.takes[1:])}" if r.takes else ""
    return (
        f"<div class=way><b>{_e(r.way)}</b> {_e(r.how)}<p class=stands>{_e(r.stands)}</p><p>{_e(r.used_by)}</p>"
        f"<p><small>{_e(r.moved)}</small></p><p>{_e(r.follows)}</p>{takes}{days}</div>"
    )


def _list(items: Iterable[str]) -> str:
    said = "".join(f"<li>{_e(item)}" for item in items)
    return f"<ul>{said}</ul>" if said else ""


def _small_list(items: Iterable[str]) -> str:
    said = _list(items)
    return f"<small>{said}</small>" if said else ""
