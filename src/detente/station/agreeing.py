"""The local listener's answers on agreements: what stands, for whom, as seen at which size; and what an officer publishes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from detente.agreements.beside import qualified
from detente.agreements.proofs import proofs_of
from detente.agreements.publishing import RULESET, batch, sentence
from detente.agreements.status import standings
from detente.agreements.verdict import Verdict
from detente.agreements.watching import Watching
from detente.errors import Refused, not_among, problem
from detente.picture.agreements import Agreements
from detente.station.engine import Engine
from detente.station.http import Answer, Request, json_answer

Basis = Callable[[], dict[str, Any]]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Whose picture was asked for: own now, own as of a size or time, or another party's as far as the record shows."""

    agreements: Agreements
    at_us: int
    party: str
    size: int

    @property
    def seen(self) -> str:
        """Say what every absence means."""
        return f"as seen by {self.party} at size {self.size}"


class AgreementsApi:
    """The handlers, by name."""

    def __init__(self, engine: Engine, basis: Basis) -> None:
        self.engine, self.basis = engine, basis
        self.picture = engine.parts.picture

    async def all(self, request: Request) -> Answer:
        """Every agreement that this station may read, with what is said of it in words and deeds."""
        view = self._view(request)
        rows = [self._row(view, one) for one in view.agreements.watching.values()]
        return json_answer({"agreements": rows, "basis": self.basis(), "seen": view.seen})

    async def one(self, request: Request) -> Answer:
        """One agreement: the version in force, its annexes, its parties' standing, each term's expansion, its events."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        made = {
            **self._row(view, found),
            "acts": [{"at_us": a.at_us, "body": a.body, "entry": a.entry} for a in found.acts],
            "annexes": {form: annex for form, (_, annex) in found.annexes.items()},
            "body": found.body,
            "expansions": {name: live.expansion.text() for name, live in found.live.items()},
            "versions": found.versions,
        }
        return json_answer({"agreement": made, "basis": self.basis(), "seen": view.seen})

    async def verdicts(self, request: Request) -> Answer:
        """The verdicts on one agreement: own now; `size` or `at`: as of then; `party`: as that party could conclude."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        rows = [
            {
                **msgspec.to_builtins(v),
                "reading": v.reading.name,
                "qualified": qualified(v.beside),
                "words": sentence(v),
                "not_counted": _not_counted(found, v),
            }
            for v in found.verdicts(view.at_us)
        ]
        return json_answer(
            {
                "agreement": found.body.agreement,
                "at_us": view.at_us,
                "basis": self.basis(),
                "id": found.id,
                "published": view.agreements.publications(found.id, RULESET),
                "ruleset": RULESET,
                "seen": view.seen,
                "size": view.size,
                "verdicts": rows,
            }
        )

    async def proofs(self, request: Request) -> Answer:
        """For each term: its rules as text, the events that this viewer's entries give, and a proof of each verdict that has one."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        terms = _names(request.query.get("terms"))
        _terms(terms, found)
        made = [
            proofs_of(live, [v for v in found.verdicts(view.at_us) if v.term == name])
            for name, live in sorted(found.live.items())
            if (not terms or name in terms) and live.monitor is not None
        ]
        return json_answer({"basis": self.basis(), "seen": view.seen, "terms": made})

    async def publication(self, request: Request) -> Answer:
        """The record that would publish the verdicts (of `terms`, or all): to be sent under an officer's key."""
        view = self._view(request)
        found = self._agreement(view, request.rest)
        terms = _names(request.query.get("terms"))
        _terms(terms, found)
        wanted: Sequence[Verdict] = [v for v in found.verdicts(view.at_us) if not terms or v.term in terms]
        body = batch(found.id, wanted, view.at_us, view.size, RULESET)
        return json_answer({"basis": self.basis(), "body": body, "id": found.id, "seen": view.seen})

    # ---

    def _view(self, request: Request) -> View:
        agreements, timeline = self.picture.agreements, self.picture.timeline
        me, now_us = self.engine.state.me.party, self.engine.now_us
        party = request.query.get("party", me)
        at_us = request.number("at", now_us)
        if at_us > now_us:
            step = "Leave it out, for now; `detente simulate` says what would follow."
            raise Refused([problem("parameter", "at", at_us, "has not come yet", step)])
        size = request.number("size", 0) if "size" in request.query else None
        if party == me and size is None and "at" not in request.query:
            return View(agreements=agreements, at_us=now_us, party=me, size=self.engine.state.folded)
        if party == me:
            size = timeline.size_at(at_us) if size is None else size
            return View(agreements=agreements.as_of(size), at_us=at_us, party=me, size=size)
        if party not in self.engine.state.identity.parties():
            rule = "must be a party of this ledger"
            raise Refused([problem("parameter", "party", party, rule, "See `detente keys show`, which names them")])
        known = timeline.known_to(party, size=size) if size is not None else timeline.known_to(party, at_us=at_us)
        entries = [*timeline.ids(known.told), *timeline.ids(known.own)]
        found = agreements.known_to(party, entries)
        return View(agreements=found, at_us=at_us, party=party, size=known.told_size)

    def _agreement(self, view: View, name: str) -> Watching:
        found = view.agreements.of(name)
        if found is None:
            known = ", ".join(w.body.agreement for w in view.agreements.watching.values()) or "none"
            rule = f"is no agreement {view.seen}; known: {known}"
            raise Refused(
                [problem("agreement", "agreement", name, rule, "Give its short name, or the id of a version.")]
            )
        return found

    def _row(self, view: View, found: Watching) -> dict[str, Any]:
        verdicts = found.verdicts(view.at_us)
        counts: dict[str, int] = {}
        for v in verdicts:
            counts[v.answer] = counts.get(v.answer, 0) + 1
        return {
            "agreement": found.body.agreement,
            "answers": counts,
            "as_far_as_single_reports_go": sum(bool(v.beside) for v in verdicts),
            "ended_for_us": self.picture.heads.closing(found.entry) is not None,
            "id": found.id,
            "parties": [
                {**msgspec.to_builtins(one), "sentence": one.sentence()}
                for one in standings(found, verdicts, view.at_us)
            ],
            "title": found.body.title,
            "unverified": sorted(t.term for t in found.terms() if t.wording.standing != "verified"),
            "version": found.body.version,
        }


def _names(given: str | None) -> frozenset[str]:
    return frozenset(part for part in (given or "").split(",") if part)


def _terms(asked: frozenset[str], found: Watching) -> None:
    if unknown := sorted(asked - set(found.live)):
        raise Refused([not_among("terms", one, found.live, "term of the agreement") for one in unknown])


def _not_counted(found: Watching, verdict: Verdict) -> list[dict[str, str]]:
    """What was reported of a kind that the term looks at and was left out, with the reason: outside the scope is said, not silent."""
    live = found.live.get(verdict.term)
    if live is None:
        return []
    return [
        {"event": w.occurrence.id, "why": w.why_not}
        for _, w in sorted(live.weighed.items())
        if not w.plays and w.why_not and w.occurrence.for_
    ]
