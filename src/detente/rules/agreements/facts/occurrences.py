"""What one viewer has been told that agreements look at: claims by subject, signed acts, and who is which. Says what each entry changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from detente.records.body import Body
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.records.evidence.bulletin import Bulletin
from detente.records.evidence.claim import Claim
from detente.records.evidence.report import Report
from detente.rules.agreements.facts.events import Occurrence, of_act, of_claims
from detente.rules.agreements.facts.who import Ties
from detente.rules.evidence.said import ClaimSaid, plain_name, said


class OccurrencesChanged:
    """What one entry changed: occurrences as they now are, and those that are gone."""

    def __init__(self, now: Iterable[Occurrence] = (), gone: Iterable[Occurrence] = ()) -> None:
        self.now = tuple(now)
        self.gone = tuple(gone)


class Occurrences:
    """Occurrences of one viewer, by id, and the register of who is which."""

    def __init__(self) -> None:
        self.register = Ties()
        self.occurrences: dict[str, Occurrence] = {}
        self.refused: list[tuple[str, Report]] = []
        self.bulletins: dict[str, tuple[str, Bulletin]] = {}
        """By the first version, the version in force: its entry and what it counts."""
        self._said: dict[str, list[ClaimSaid]] = defaultdict(list)
        self._of: dict[str, tuple[str, ...]] = {}
        self._implied_by: dict[str, set[str]] = defaultdict(set)
        self._by_class: dict[str, dict[str, None]] = defaultdict(dict)
        self._by_actor: dict[str, set[str]] = defaultdict(set)

    def take(
        self, entry: str, author: str, signed_us: int, recorded_us: int, body: Body, thread: str = ""
    ) -> OccurrencesChanged:
        """Take in one body; returns the occurrences that it changed."""
        match body:
            case Claim():
                return self._claim(said(entry, body, recorded_us))
            case Affiliation():
                return self._again(self.register.add(entry, recorded_us, body))
            case Whereabouts():
                self.register.add_whereabouts(entry, body)
                return OccurrencesChanged(o for o in self.occurrences.values() if not o.actor and o.place is not None)
            case Bulletin():
                self.bulletins[thread or entry] = (entry, body)
                return OccurrencesChanged()
            case Report() if body.result == "access-refused":
                self.refused.append((entry, body))
                return OccurrencesChanged()
        made = of_act(entry, author, signed_us, recorded_us, body, thread)
        return (
            OccurrencesChanged()
            if made is None
            else self._put([made], (made.id,) if made.id in self.occurrences else ())
        )

    def erase(self, entry: str) -> OccurrencesChanged:
        """Forget what an erased entry said: its claims and counts; an act stays one."""
        self.bulletins = {first: held for first, held in self.bulletins.items() if held[0] != entry}
        for subject, all_said in self._said.items():
            if any(s.id == entry for s in all_said):
                self._said[subject] = [s for s in all_said if s.id != entry]
                return self._subject(subject)
        return OccurrencesChanged()

    def of_classes(self, names: Iterable[str]) -> Iterator[Occurrence]:
        """Yield the occurrences of some classes, each once."""
        seen: set[str] = set()
        for name in names:
            for one in self._by_class.get(name, ()):
                if one not in seen:
                    seen.add(one)
                    yield self.occurrences[one]

    def _claim(self, one: ClaimSaid) -> OccurrencesChanged:
        subject = one.claim.subject
        self._said[subject].append(one)
        for other in one.claim.implies:
            self._implied_by[other].add(subject)
        changed = self._subject(subject)
        if one.claim.stance not in ("denies", "retracts"):
            return changed
        more = [self._subject(other) for other in sorted(self._implied_by.get(subject, ()))]
        return OccurrencesChanged(
            [o for c in (changed, *more) for o in c.now], [o for c in (changed, *more) for o in c.gone]
        )

    def _subject(self, subject: str) -> OccurrencesChanged:
        own = self._said[subject]
        implied = {other for s in own for other in s.claim.implies}
        denials = [s for other in implied for s in self._said.get(other, ()) if s.claim.stance == "denies"]
        return self._put(of_claims(subject, own, denials), self._of.get(subject, ()), subject)

    def _put(self, made: Iterable[Occurrence], before: Iterable[str], subject: str | None = None) -> OccurrencesChanged:
        made = tuple(made)
        kept = {o.id for o in made}
        gone = [self._take_out(old) for old in before if old not in kept]
        for o in made:
            if o.id in self.occurrences:
                self._take_out(o.id)
            self.occurrences[o.id] = o
            for name in o.classes:
                self._by_class[name][o.id] = None
            for actor in (o.actor, o.affected):
                if actor:
                    self._by_actor[plain_name(actor)].add(o.id)
        if subject is not None:
            self._of[subject] = tuple(sorted(kept))
        return OccurrencesChanged(made, gone)

    def _take_out(self, one: str) -> Occurrence:
        old = self.occurrences.pop(one)
        for name in old.classes:
            self._by_class[name].pop(one, None)
        for actor in (old.actor, old.affected):
            self._by_actor[plain_name(actor)].discard(one)
        return old

    def _again(self, actor: str) -> OccurrencesChanged:
        """What is said of a group bears on every act of it, and of groups tied to it."""
        actors, ahead = {actor}, [actor]
        while ahead:
            for other in self.register.tied_to(ahead.pop()):
                if other not in actors:
                    actors.add(other)
                    ahead.append(other)
        return OccurrencesChanged(
            self.occurrences[one] for name in sorted(actors) for one in sorted(self._by_actor.get(name, ()))
        )
