"""Agreements: what stands, for whom, as seen at which size; proofs, status sheets, counts of days, and what an officer would publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from detente.api.agreements import (
    ActRow,
    AgreementAsked,
    AgreementDetails,
    AgreementRow,
    AgreementsAsked,
    AgreementShown,
    AgreementsShown,
    AsSeenAsked,
    CountsAsked,
    CountsShown,
    NotCounted,
    PartyStanding,
    ProofsAsked,
    ProofsShown,
    PublicationAsked,
    PublicationDrawn,
    SheetAsked,
    SheetShown,
    VerdictRow,
    VerdictsAsked,
    VerdictsShown,
)
from detente.errors import Refused, not_among, problem
from detente.picture.agreements.agreements import Agreements
from detente.rules.agreements.judging.beside import qualified
from detente.rules.agreements.judging.proofs import proofs_of
from detente.rules.agreements.judging.publishing import RULESET, batch, sentence
from detente.rules.agreements.judging.verdict import Verdict
from detente.rules.agreements.judging.watching import Watching
from detente.rules.agreements.sheets.counting import counted
from detente.rules.agreements.sheets.sheet import sheet as sheet_of
from detente.rules.agreements.sheets.status import standings
from detente.rules.agreements.words.vocabulary import vocabulary_of
from detente.station.answers.basis import basis
from detente.station.engine import StationLoop


class _Seen(NamedTuple):
    """Whose picture was asked for: own now, own as of a size or time, or another party's as far as the record shows."""

    agreements: Agreements
    at_us: int
    party: str
    size: int

    @property
    def words(self) -> str:
        return f"as seen by {self.party} at size {self.size}"


def agreements(engine: StationLoop, asked: AgreementsAsked) -> AgreementsShown:
    """Return every agreement that the viewer may read, with what is said of it in words and deeds."""
    seen = _seen(engine, asked)
    rows = tuple(_row(engine, seen, one) for one in seen.agreements.watching.values())
    return AgreementsShown(agreements=rows, basis=basis(engine), seen=seen.words)


def agreement(engine: StationLoop, asked: AgreementAsked) -> AgreementShown:
    """Return one agreement: the version in force, its annexes, its parties' standing, what they did, each term's expansion."""
    seen = _seen(engine, asked)
    found = _agreement(seen, asked.name)
    details = AgreementDetails(
        acts=tuple(ActRow(at_us=a.at_us, body=msgspec.to_builtins(a.body), entry=a.entry) for a in found.acts),
        annexes={form: annex for form, (_, annex) in found.annexes.items()},
        body=found.body,
        expansions={name: live.expansion.text() for name, live in found.live.items()},
        versions=tuple(found.versions),
        **msgspec.structs.asdict(_row(engine, seen, found)),
    )
    return AgreementShown(agreement=details, basis=basis(engine), seen=seen.words)


def verdicts(engine: StationLoop, asked: VerdictsAsked) -> VerdictsShown:
    """Return the verdicts on one agreement, with their words and what was not counted."""
    seen = _seen(engine, asked)
    found = _agreement(seen, asked.name)
    rows = (
        VerdictRow(
            not_counted=_not_counted(found, v),
            qualified=qualified(v.beside),
            words=sentence(v),
            **(msgspec.structs.asdict(v) | {"reading": v.reading.name}),
        )
        for v in found.verdicts(seen.at_us)
    )
    return VerdictsShown(
        agreement=found.body.agreement,
        at_us=seen.at_us,
        basis=basis(engine),
        id=found.id,
        published=seen.agreements.publications(found.id, RULESET),
        ruleset=RULESET,
        seen=seen.words,
        size=seen.size,
        verdicts=tuple(rows),
    )


def proofs(engine: StationLoop, asked: ProofsAsked) -> ProofsShown:
    """Return what proves the verdicts on the terms asked for."""
    seen = _seen(engine, asked)
    found = _agreement(seen, asked.name)
    _check_terms(asked.terms, found)
    made = (
        proofs_of(live, [v for v in found.verdicts(seen.at_us) if v.term == name])
        for name, live in sorted(found.live.items())
        if name in (asked.terms or found.live) and live.monitor is not None
    )
    return ProofsShown(basis=basis(engine), seen=seen.words, terms=tuple(made))


def publication(engine: StationLoop, asked: PublicationAsked) -> PublicationDrawn:
    """Return the record that would publish the verdicts on the terms asked for. Nothing is sent."""
    seen = _seen(engine, asked)
    found = _agreement(seen, asked.name)
    _check_terms(asked.terms, found)
    wanted = [v for v in found.verdicts(seen.at_us) if not asked.terms or v.term in asked.terms]
    body = batch(found.id, wanted, seen.at_us, seen.size, RULESET)
    return PublicationDrawn(basis=basis(engine), body=body, id=found.id, seen=seen.words)


def sheet(engine: StationLoop, asked: SheetAsked) -> SheetShown:
    """Return the status sheet of one agreement, in words."""
    seen = _seen(engine, asked)
    made = sheet_of(
        _agreement(seen, asked.name),
        seen.agreements.book,
        seen.at_us,
        viewer=seen.party,
        size=seen.size,
        virtual=engine.parts.virtual,
        names=_names(engine),
    )
    return SheetShown(basis=basis(engine), seen=seen.words, sheet=made)


def counts(engine: StationLoop, asked: CountsAsked) -> CountsShown:
    """Return the terms of one agreement that count days, each with its events: what `simulate` takes."""
    seen = _seen(engine, asked)
    found = _agreement(seen, asked.name)
    words = vocabulary_of(found.body, _names(engine))
    made = tuple(one for live in found.live.values() if (one := counted(found, live, words)) is not None)
    if not made:
        rule = "has no term that counts days"
        step = f"Its terms: {', '.join(found.live) or 'none'}."
        raise Refused([problem("agreement", "agreement", asked.name, rule, step)])
    return CountsShown(at_us=seen.at_us, basis=basis(engine), counts=made, seen=seen.words)


# ---


def _seen(engine: StationLoop, asked: AsSeenAsked[msgspec.Struct]) -> _Seen:
    picture, me, now_us = engine.parts.picture, engine.state.me.party, engine.now_us
    party, size = asked.party if asked.party is not None else me, asked.size
    at_us = asked.at if asked.at is not None else now_us
    if at_us > now_us:
        step = "Leave it out, for now; `detente simulate` says what would follow."
        raise Refused([problem("parameter", "at", at_us, "has not come yet", step)])
    if party == me and size is None and asked.at is None:
        return _Seen(picture.agreements, now_us, me, engine.state.following.folded)
    if party == me:
        size = picture.timeline.size_at(at_us) if size is None else size
        return _Seen(picture.agreements.as_of(size), at_us, me, size)
    if party not in engine.state.identity.parties():
        rule = "must be a party of this ledger"
        raise Refused([problem("parameter", "party", party, rule, "See `detente keys show`, which names them")])
    timeline = picture.timeline
    known = timeline.known_to(party, size=size) if size is not None else timeline.known_to(party, at_us=at_us)
    entries = [*timeline.ids(known.told), *timeline.ids(known.own)]
    return _Seen(picture.agreements.known_to(party, entries), at_us, party, known.told_size)


def _agreement(seen: _Seen, name: str) -> Watching:
    found = seen.agreements.of(name)
    if found is None:
        known = ", ".join(w.body.agreement for w in seen.agreements.watching.values()) or "none"
        rule = f"is no agreement {seen.words}; known: {known}"
        raise Refused([problem("agreement", "agreement", name, rule, "Give its short name, or the id of a version.")])
    return found


def _row(engine: StationLoop, seen: _Seen, found: Watching) -> AgreementRow:
    made = found.verdicts(seen.at_us)
    return AgreementRow(
        agreement=found.body.agreement,
        answers=dict(Counter(v.answer for v in made)),
        as_far_as_single_reports_go=sum(bool(v.beside) for v in made),
        ended_for_us=engine.parts.picture.heads.closing(found.entry) is not None,
        id=found.id,
        parties=tuple(
            PartyStanding(said=one.sentence(), **msgspec.structs.asdict(one))
            for one in standings(found, made, seen.at_us)
        ),
        title=found.body.title,
        unverified=tuple(sorted(t.term for t in found.terms() if t.wording.standing != "verified")),
        version=found.body.version,
    )


def _names(engine: StationLoop) -> dict[str, str]:
    return {party.party: party.name for party in engine.parts.picture.directory.parties()}


def _check_terms(asked: Iterable[str], found: Watching) -> None:
    if unknown := sorted(set(asked) - set(found.live)):
        raise Refused([not_among("terms", one, found.live, "term of the agreement") for one in unknown])


def _not_counted(found: Watching, verdict: Verdict) -> tuple[NotCounted, ...]:
    live = found.live.get(verdict.term)
    return tuple(
        NotCounted(event=w.occurrence.id, why=w.why_not)
        for _, w in sorted(live.weighed.items() if live is not None else ())
        if not w.plays and w.why_not and w.occurrence.for_
    )
