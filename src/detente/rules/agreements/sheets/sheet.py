"""The status sheet of an agreement: per term, per reading, per party; standing in words and in deeds; announced ends; what would settle.

Everything on it is a function of one viewer's entries at one size, and says so. Nothing on it is a ruling.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import msgspec

from detente.records.agreements.assent import Assent
from detente.records.evidence.bulletin import Bulletin
from detente.rules.agreements.facts.occurrences import Occurrences
from detente.rules.agreements.judging.beside import counts_of
from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.publishing import RULESET
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.watching import Watching
from detente.rules.agreements.readings.simulate import simulate
from detente.rules.agreements.sheets.counting import CountedTerm, counted
from detente.rules.agreements.sheets.status import WordsAndDeeds, standings
from detente.rules.agreements.words.plain import at, capital, many
from detente.rules.agreements.words.readings import BoardInWords, tell
from detente.rules.agreements.words.terms import TermWords, term_words
from detente.rules.agreements.words.verdicts import SHORT, VerdictWords, merged, verdict_words
from detente.rules.agreements.words.vocabulary import Vocabulary, vocabulary_of

_DIGITS = re.compile(r"(\d+)")


class PartyRow(msgspec.Struct, frozen=True, kw_only=True):
    """One party: its role, where it stands in its own words and in its deeds, how it reads the terms."""

    against: tuple[str, ...]
    deeds: str
    on: tuple[str, ...]
    party: str
    reads: tuple[str, ...]
    role: str
    said: str
    who: str
    words: str


class TermRow(msgspec.Struct, frozen=True, kw_only=True):
    """One term: its words, its verdicts, for a count of days its readings side by side; and what was reported and left out, with why."""

    not_counted: tuple[str, ...]
    readings: BoardInWords | None
    settles: tuple[str, ...]
    term: TermWords | None
    name: str
    verdicts: tuple[VerdictWords, ...]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The whole sheet, in words. `seen` stands with every absence on it, `ruleset` with every verdict."""

    agreement: str
    at: str
    ends: tuple[str, ...]
    id: str
    marks: tuple[str, ...]
    now_us: int
    parties: tuple[PartyRow, ...]
    ruleset: str
    seen: str
    size: int
    source: str
    terms: tuple[TermRow, ...]
    title: str
    version: int
    viewer: str
    virtual: bool
    words: str


def sheet(
    watching: Watching,
    book: Occurrences,
    now_us: int,
    *,
    viewer: str,
    size: int,
    virtual: bool,
    names: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the sheet of an agreement at a moment, as its viewer sees it; `names` are the parties' own, for those it has no word for."""
    words = vocabulary_of(watching.body, names)
    verdicts = watching.verdicts(now_us)
    entries = _Entries(watching, book, words)
    zone = next((live.term.reckoning.zone for live in watching.live.values()), "UTC")
    rows = tuple(
        _term(watching, name, [v for v in verdicts if v.term == name], now_us, words, entries)
        for name in dict.fromkeys(v.term for v in _in_text_order(watching, verdicts))
    )
    return Sheet(
        agreement=watching.body.agreement,
        at=at(now_us, zone),
        ends=_ends(watching, now_us, words, zone),
        id=watching.id,
        marks=_marks(watching),
        now_us=now_us,
        parties=tuple(_party(watching, one, words, entries) for one in standings(watching, verdicts, now_us)),
        ruleset=RULESET,
        seen=f"as seen by {viewer} at size {size}",
        size=size,
        source=f"{watching.body.source}; {watching.body.tag}" if watching.body.source else watching.body.tag,
        terms=rows,
        title=watching.body.title,
        version=watching.body.version,
        viewer=viewer,
        virtual=virtual,
        words=watching.body.words,
    )


def _in_text_order(watching: Watching, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """In the order in which people count: k2 before k12; what cannot be read comes last."""
    parts = {
        v.term: [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in _DIGITS.split(v.term)] for v in verdicts
    }
    return sorted(verdicts, key=lambda v: (v.term not in watching.live, parts[v.term]))


def _marks(watching: Watching) -> tuple[str, ...]:
    """What must be known before the sheet is read: texts not verified, annexes not open, terms that cannot be monitored."""
    terms = watching.terms()
    found = []
    for standing, says in (("unknown", "the text is unknown"), ("summarised", "the text is a summary, not verified")):
        names = [t.term for t in terms if t.wording.standing == standing]
        if names:
            found.append(f"{capital(says)}: {', '.join(names)}. What is said of them rests on that.")
    for named in watching.body.annexes:
        if named.form not in watching.annexes:
            found.append(f"Secret, and not open to this viewer: {named.title} ({many(named.terms, 'term')}).")
    found += [f"Cannot be monitored: {name}: {why}" for name, why in sorted(watching.unexpanded.items())]
    return tuple(found)


def _party(watching: Watching, one: WordsAndDeeds, words: Vocabulary, entries: _Entries) -> PartyRow:
    act = next((a for a in watching.acts if a.entry == one.entry), None)
    said = ""
    if act is not None:
        quote = f" “{act.body.words}”" if act.body.words else ""
        source = f" ({act.body.source}; {act.body.tag})" if act.body.source else f" ({act.body.tag})"
        said = f"{act.body.who}:{quote}{source}, {entries.time(act.at_us)}"
    thirds = [third.role for third in watching.body.thirds if third.party == one.party]
    roles: list[str] = [*(["party"] if one.party in watching.body.parties else []), *thirds]
    reads = [f"{term or 'the whole'} as {reading} ({entries.say(entry)})" for term, reading, entry in one.reads]
    return PartyRow(
        against=tuple(map(entries.say, one.against)),
        deeds=one.deeds,
        on=tuple(map(entries.say, one.on)),
        party=one.party,
        reads=tuple(reads),
        role=", ".join(roles),
        said=said,
        who=words.name(one.party),
        words=one.words,
    )


def _ends(watching: Watching, now_us: int, words: Vocabulary, zone: str) -> tuple[str, ...]:
    """Every end that is announced, each under who announced it; the text's own first."""
    text = watching.body.ends
    own = f"“{text.text}”" if text is not None else "none is set"
    found = [f"By the text: {own}."]
    for a in watching.acts:
        says = "" if isinstance(a.body, Assent) else a.body.says
        if a.at_us > now_us or says not in ("ended", "ends", "holding", "in force", "void"):
            continue
        stated = a.body.at
        when = None if stated is None else (stated.earliest_us if stated.latest_us is None else stated.latest_us)
        end = at(a.at_us if when is None else when, zone)
        said = (
            "no end" if says in ("holding", "in force") else f"ends {end}" if says == "ends" else f"{says} since {end}"
        )
        found.append(f"By {words.name(a.party)}: {said} ({a.body.who}, {a.body.tag}).")
    return tuple(found)


def _term(
    watching: Watching, name: str, verdicts: Sequence[Verdict], now_us: int, words: Vocabulary, entries: _Entries
) -> TermRow:
    live = watching.live.get(name)
    term = None if live is None else live.term
    made = merged([verdict_words(v, term, words, entries.say) for v in verdicts])
    days = None if live is None else counted(watching, live, words)
    told = None
    if days is not None:
        past = [event for event in days.events if event.at_us <= now_us]
        told = tell(days.counting, simulate(days.counting, past, now_us), past)
    return TermRow(
        name=name,
        not_counted=() if live is None else (*_not_counted(live), *_counts(days, entries.bulletins, now_us)),
        readings=told,
        settles=tuple(dict.fromkeys(one for verdict in made for one in verdict.settles)),
        term=None if term is None else term_words(term, words),
        verdicts=made,
    )


def _not_counted(live: LiveTerm) -> tuple[str, ...]:
    """What is outside the scope is said, with the reason; it is not silent."""
    return tuple(
        f"{name}: {weighed.why_not}"
        for name, weighed in sorted(live.weighed.items())
        if not weighed.plays and weighed.why_not and weighed.occurrence.for_
    )


def _counts(days: CountedTerm | None, bulletins: Collection[tuple[str, Bulletin]], now_us: int) -> tuple[str, ...]:
    """What reporters count in windows that touch the days of a count: not split into single reports, so no day is laid to it."""
    if days is None:
        return ()
    begun = min((e.at_us for e in days.events if e.fits(days.counting.starts)), default=now_us)
    return tuple(one.sentence() for one in counts_of(bulletins, begun, now_us))


class _Entries:
    """What an entry says, for a reader: by its first digits and in words."""

    def __init__(self, watching: Watching, book: Occurrences, words: Vocabulary) -> None:
        self._zone = next((live.term.reckoning.zone for live in watching.live.values()), "UTC")
        self.bulletins = tuple(book.bulletins.values())
        self._says: dict[str, str] = {}
        for o in book.occurrences.values():
            what = " / ".join(words.noun_of(name) for name in o.classes if name != o.id.partition("/")[0]) or o.id
            by = f" by {words.name(o.actor)}" if o.actor else ""
            for stance, voices in (("says", o.for_), ("denies", o.against), ("cannot confirm", o.unsure)):
                self._says.update({v.entry: f"{v.origin} {stance}: {what}{by} ({o.id})" for v in voices})
            if o.recorded_us is not None:
                self._says[o.entries[0]] = f"{words.name(o.actor)}: {what}"
        for a in watching.acts:
            did = a.body.act if isinstance(a.body, Assent) else a.body.says
            quote = f" “{a.body.words}”" if a.body.words else ""
            self._says[a.entry] = f"{words.name(a.party)} ({did}){quote}"

    def say(self, entry: str) -> str:
        says = self._says.get(entry)
        return f"{entry[:SHORT]}{f' {says}' if says else ''}"

    def time(self, at_us: int) -> str:
        return at(at_us, self._zone)
