"""One agreement as one viewer sees it: its terms live, its parties' acts, and its verdicts.

Versions replace one another; annexes that the viewer cannot read are said to be there. Terms that follow upon others are fed from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from detente.errors import Refused
from detente.records.agreements import term as tm
from detente.records.agreements.agreement import Agreement, Annex
from detente.records.agreements.assent import Assent
from detente.records.agreements.position import Position
from detente.records.agreements.term import Term
from detente.records.agreements.term_check import needs
from detente.rules.agreements.facts.events import moment
from detente.rules.agreements.facts.occurrences import Occurrences, OccurrencesChanged
from detente.rules.agreements.facts.weigh import Band, beyond
from detente.rules.agreements.judging.effect import Act, act, effects
from detente.rules.agreements.judging.live import LiveTerm
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.verdicts import verdicts_of, with_counts
from detente.rules.agreements.patterns.expand import despite, expand


class Watching:
    """One agreement, by the id of its first version."""

    def __init__(self, agreement_id: str, entry: str, body: Agreement, author: str) -> None:
        self.id, self.entry, self.body, self.author = agreement_id, entry, body, author
        self.versions: list[str] = []
        self.annexes: dict[str, tuple[str, Annex]] = {}
        self.acts: list[Act] = []
        self.live: dict[str, LiveTerm] = {}
        self.unexpanded: dict[str, str] = {}
        self.by_class: dict[str, list[LiveTerm]] = {}
        self._verdicts: dict[str, tuple[Verdict, ...]] = {}
        self._next_us: dict[str, int] = {}
        self._made_us: dict[str, int] = {}
        self._dirty: set[str] = set()
        self._kept_us: dict[str, int] = {}
        self._permits: dict[str, tuple[Term, ...]] = {}
        self._followers: dict[str, list[str]] = {}
        self._followed: frozenset[str] = frozenset()
        self._latitudes: Band | None = None
        self._seen: set[str] = set()

    # --- what comes

    def build(self, book: Occurrences) -> None:
        """Make every term anew from the version in force and the annexes at hand."""
        self.live, self.unexpanded, self.by_class = {}, {}, {}
        terms = self.terms()
        parties = self.parties()
        for term in _in_order(terms):
            try:
                made = expand(term, moment(self.body.begins), bool(despite(terms, term)))
            except Refused as refused:
                self.unexpanded[term.term] = str(refused)
                why = f"it cannot be monitored: {refused}"
                made = expand(msgspec.structs.replace(term, pattern=tm.Unmonitored(why=why)))
            live = LiveTerm(term, made, parties, self.body.horizon_us)
            self.live[term.term] = live
            for name in live.names:
                self.by_class.setdefault(name, []).append(live)
        self._permits = {t.term: despite(terms, t) for t in terms}
        self._followers = {
            t.term: [o.term for o in terms if t.term in needs(o) and isinstance(o.pattern, tm.Reciprocal)]
            for t in terms
        }
        bands = [live.latitudes for live in self.live.values()]
        known = [band for band in bands if band is not None]
        self._latitudes = (
            (min(b[0] for b in known), max(b[1] for b in known)) if known and len(known) == len(bands) else None
        )
        self._seen = set()
        self._followed = frozenset(t.period.after for t in terms if t.period.after is not None)
        self._effects(book)
        for live in self.live.values():
            for o in book.of_classes(live.names):
                live.take(o, book.register)
                self._seen.add(o.id)
        self._dirty = set(self.live)
        self._verdicts, self._next_us = {}, {}

    def terms(self) -> tuple[Term, ...]:
        """Return every term that this viewer can read, those of annexes last."""
        return (*self.body.terms, *(t for _, annex in sorted(self.annexes.values()) for t in annex.terms))

    def parties(self) -> tuple[str, ...]:
        """Return the parties, and the third parties."""
        return tuple(sorted({*self.body.parties, *(third.party for third in self.body.thirds)}))

    def add_act(self, entry: str, recorded_us: int, body: Assent | Position, book: Occurrences) -> None:
        """Take a party's assent or position."""
        self.acts = sorted([*self.acts, act(entry, recorded_us, body)], key=lambda a: (a.at_us, a.entry))
        self._effects(book)

    def take(self, changed: OccurrencesChanged, book: Occurrences) -> None:
        """Take what one entry changed: the verdicts of the terms that it touches, and no others, are made anew when asked for."""
        for o in changed.gone:
            for live in self._of(o.classes):
                if live.drop(o.id, book.register):
                    self._touch(live)
        for o in changed.now:
            if o.id not in self._seen and beyond(o, self._latitudes):
                continue
            self._seen.add(o.id)
            for live in self._of(o.classes):
                before = live.weighed.get(o.id)
                live.take(o, book.register)
                if live.weighed.get(o.id) != before:
                    self._touch(live)

    # --- what stands

    def verdicts(self, now_us: int) -> tuple[Verdict, ...]:
        """Return all verdicts at a moment, in order of term; only what was touched, or what the clock touches, is made anew."""
        for name in list(self.live):
            if self._stale(name, now_us):
                self._remake(name, now_us)
        found = tuple(v for name in sorted(self.live) for v in self._verdicts.get(name, ()))
        return (*with_counts(found, self._book.bulletins.values(), now_us), *self._withheld())

    def events(self, term: str) -> list[Any]:
        """Return the events that a term's verdicts rest on, as the logic sees them."""
        return self.live[term].events()

    # ---

    def _stale(self, name: str, now_us: int) -> bool:
        """Whether a term's verdicts must be made anew: touched, never made, or made for a time between which the clock changes them."""
        if name in self._dirty or name not in self._verdicts:
            return True
        return self._next_us.get(name, now_us + 1) <= now_us or now_us < self._made_us[name]

    def _of(self, classes: Iterable[str]) -> list[LiveTerm]:
        found: dict[int, LiveTerm] = {}
        for name in classes:
            for live in self.by_class.get(name, ()):
                found[id(live)] = live
        return list(found.values())

    def _touch(self, live: LiveTerm) -> None:
        self._dirty.add(live.term.term)
        if isinstance(live.term.pattern, tm.Permitted):
            self._dirty.update(name for name in live.term.pattern.despite if name in self.live)

    def _effects(self, book: Occurrences) -> None:
        for name, live in self.live.items():
            after = live.term.period.after
            made = effects(self.body, live.term, self.acts, None if after is None else self._kept_us.get(after))
            if made != live.effects:
                live.set_effects(made, book.register)
                self._dirty.add(name)
        self._book = book

    def _remake(self, name: str, now_us: int) -> None:
        live = self.live[name]
        self._feed(live, now_us)
        found = verdicts_of(live, now_us, self.body.horizon_us)
        changed = found != self._verdicts.get(name)
        self._verdicts[name] = found
        self._made_us[name] = now_us
        self._dirty.discard(name)
        times = [v.next_us for v in found if v.next_us is not None and v.next_us > now_us]
        times += [t for e in live.effects for interval in e.intervals for t in interval if t is not None and t > now_us]
        times += live.next_us(now_us)
        if times:
            self._next_us[name] = min(times)
        else:
            self._next_us.pop(name, None)
        if changed:
            self._follow(name, found)

    def _feed(self, live: LiveTerm, now_us: int) -> None:
        """Tell a reciprocal term what the terms it rests on found; their own verdicts are made first."""
        p = live.term.pattern
        permits = self._permits.get(live.term.term, ())
        if permits:
            live.feed(
                " permitted", [e for other in permits if other.term in self.live for e in _uses(self.live[other.term])]
            )
        if not isinstance(p, tm.Reciprocal):
            return
        events: list[tuple[int, str, Mapping[str, Any]]] = []
        for other in (p.duty, *p.while_kept):
            if other not in self.live:
                continue
            if self._stale(other, now_us):
                self._remake(other, now_us)
            for v in self._verdicts[other]:
                if v.reading or v.at_us is None or v.answer not in ("breached", "contested", "undetermined"):
                    continue
                fields = {"party": v.party, "term": other}
                events.append((v.at_us, "maybe_broken", fields))
                if v.answer == "breached":
                    events.append((v.at_us, "broken", fields))
                for effect in live.effects:
                    since = effect.since(v.at_us)
                    if since is not None and effect.party == v.party:
                        at = {"party": v.party, "reading": effect.reading.name, "since": since}
                        events.append((v.at_us, "in_effect", at))
        live.feed(" broken", events)

    def _follow(self, name: str, found: tuple[Verdict, ...]) -> None:
        """Terms that rest on this one are touched; those that begin once it is kept begin, or do not."""
        self._dirty.update(self._followers.get(name, ()))
        kept = [v.at_us for v in found if v.answer == "kept" and v.at_us is not None and v.life == "fulfilled"]
        everyone = bool(found) and all(v.answer == "kept" for v in found if not v.reading)
        at_us = max(kept) if kept and (everyone or any(v.reading for v in found)) else None
        if name in self._followed and at_us != self._kept_us.get(name):
            if at_us is None:
                self._kept_us.pop(name, None)
            else:
                self._kept_us[name] = at_us
            self._effects(self._book)

    def _withheld(self) -> list[Verdict]:
        """Annexes whose text this viewer cannot read: nothing can be concluded, and that is said."""
        return [
            Verdict(
                answer="undetermined",
                caveats=("the text is secret, and not open to this viewer",),
                life="created",
                party=party,
                settles=("a disclosure of the annex",),
                term=named.form,
                why=f"{named.title}: {named.terms} terms that this viewer cannot read",
            )
            for named in self.body.annexes
            if named.form not in self.annexes
            for party in self.body.parties
        ]


def _uses(permission: LiveTerm) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Yield what a permission permitted, as events of the terms that would forbid it."""
    for watch in permission.monitor.watches if permission.monitor is not None else ():
        if not watch.rule.name.startswith("used_"):
            continue
        name = "permitted" if watch.rule.name == "used_certain" else "maybe_permitted"
        i, p = watch.names.index("i"), watch.names.index("p")
        for binding, moments in watch.found.moments.items():
            for at_us in moments:
                one = {"about": "", "actor": "", "first": at_us, "last": at_us}
                yield at_us, name, {**one, "id": str(binding[i]), "party": str(binding[p])}


def _in_order(terms: tuple[Term, ...]) -> list[Term]:
    """Return the terms, each after those it rests on."""
    by_name = {term.term: term for term in terms}
    found: dict[str, Term] = {}

    def visit(term: Term) -> None:
        if term.term in found:
            return
        for other in needs(term):
            if other in by_name and other != term.term and other not in found:
                visit(by_name[other])
        found[term.term] = term

    for term in terms:
        visit(term)
    return list(found.values())
