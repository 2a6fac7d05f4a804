"""A monitor's day, as facts: what each reporter counted, what changed and why, what came late, what is missing.

The period is (start, end]; a count belongs to it when its window ends in it. Nothing is added across reporters, scopes or units. It
is made from what had been recorded by a given time: the report of a day as of then is the same whenever it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from detente.geometry.volume import Volume4D
from detente.records.evidence.bulletin import Bulletin
from detente.rules.evidence.contradictions import contradictions
from detente.rules.evidence.counts import Reconciled, side_by_side, wholes
from detente.rules.evidence.grades import Graded, history
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.origins import FOR, standing
from detente.rules.evidence.register import alliances
from detente.rules.evidence.report.day import (
    Casualties,
    CountLine,
    Daily,
    Figure,
    Kind,
    Late,
    Mark,
    ReportPeriod,
    Revision,
    Seen,
    ToldAccount,
    figure,
)
from detente.rules.evidence.said import ClaimSaid, origin_of, plain_name

DOUBTS = ("cannot-confirm", "denies")


def daily(held: OnRecord, period: ReportPeriod, by_us: int | None = None) -> Daily:
    """Return one period's facts from what had been recorded by a time (None: its end).

    A later time takes in what came after the day and is of it, such as the count of the whole day; an earlier one is of a day not over.
    """
    recorded_us = period.end_us if by_us is None else by_us
    seen = held.until(recorded_us)
    now = seen.current()
    bulletins = [(entry, body) for entry, _, body in now.bulletins]
    figures = tuple(_figures(bulletins, period, seen.recorded))
    return Daily(
        after=_after(seen, period),
        casualties=_casualties(now, period),
        changes=(
            *_corrected(seen, period),
            *_regraded(seen, period),
            *_taken_back(seen, period),
            *_verdicts(seen, period),
        ),
        contradictions=_contradicted(now, period),
        doubted=tuple(_told(s) for s in standing(now.claims) if s.claim.stance in DOUBTS and period.holds(s.at_us)),
        events=_events(now, period),
        figures=figures,
        gaps=tuple((whole.who, gap) for whole in _latest_wholes([b for _, b in bulletins]) for gap in whole.gaps),
        late=_late(seen, period),
        marks=_marks(now, period),
        over=recorded_us >= period.end_us,
        period=period,
        recorded_us=recorded_us,
        results=tuple(_results(now, period)),
        silent=_silent(bulletins, figures, period),
    )


def _figures(
    bulletins: Sequence[tuple[str, Bulletin]], period: ReportPeriod, recorded: Mapping[str, int]
) -> Iterable[Figure]:
    entries = {id(body): entry for entry, body in bulletins}
    for side in side_by_side([body for _, body in bulletins]):
        for one in side.bulletins:
            if not period.holds(one.window.latest_us):
                continue
            alike = [b for b in side.bulletins if b.cumulative == one.cumulative and b is not one]
            earlier = [b for b in alike if (b.window.latest_us or 0) <= period.start_us]
            before = next((b for b in reversed(earlier) if period.preceded(b.window.latest_us)), None)
            yield Figure(
                before=before.total if before else None,
                cumulative=one.cumulative,
                entry=entries[id(one)],
                last=f"{figure(earlier[-1].total)} ({earlier[-1].window.text})" if earlier and before is None else "",
                late=recorded[entries[id(one)]] > period.end_us,
                lengths_us=(_length_us(one), _length_us(before) if before else 0),
                lines=_lines(one, before),
                now=one.total,
                scope=one.scope,
                split_by=one.split_by,
                who=one.who,
                window=one.window.text,
            )


def _length_us(one: Bulletin) -> int:
    return (one.window.latest_us or 0) - (one.window.earliest_us or 0)


def _lines(one: Bulletin, before: Bulletin | None) -> tuple[CountLine, ...]:
    now = {part.name: part.count for part in one.parts}
    then = {part.name: part.count for part in before.parts} if before else {}
    # A breakdown is whole: a region that it does not name has none. A count without a breakdown says nothing of regions.
    return tuple(
        CountLine(
            before=then.get(name, 0) if then else None,
            name=name,
            now=now.get(name, 0) if now else None,
        )
        for name in sorted({*now, *then}, key=lambda n: (-now.get(n, 0), n))
    )


def _silent(
    bulletins: Sequence[tuple[str, Bulletin]], figures: Sequence[Figure], period: ReportPeriod
) -> tuple[str, ...]:
    told = {(plain_name(f.who), plain_name(f.scope), plain_name(f.now.unit)) for f in figures}
    earlier = {
        (plain_name(b.who), plain_name(b.scope), plain_name(b.total.unit)): f"{b.who}: {b.total.unit} ({b.scope})"
        for _, b in bulletins
        if (b.window.latest_us or 0) <= period.start_us
    }
    return tuple(sorted(words for key, words in earlier.items() if key not in told))


def _latest_wholes(bulletins: Sequence[Bulletin]) -> list[Reconciled]:
    latest: dict[tuple[str, str, str], Bulletin] = {}
    for one in sorted((b for b in bulletins if b.cumulative), key=lambda b: b.window.latest_us or 0):
        latest[(one.who, one.scope, one.total.unit)] = one
    days = [b for b in bulletins if not b.cumulative]
    return [whole for one in latest.values() for whole in wholes([one, *days])]


def _of_period(now: OnRecord, period: ReportPeriod) -> list[ClaimSaid]:
    """Claims about something in the period, or said in it about no stated time; what is denied or taken back is not among them."""
    return [s for s in standing(now.claims) if s.claim.stance in FOR and period.holds(about_us(s))]


def about_us(said: ClaimSaid) -> int:
    """Return the moment that a claim is about: the end of the stated time, else when it was said."""
    stated = said.claim.at_stated
    return stated.latest_us if stated is not None and stated.latest_us is not None else said.at_us


def _casualties(now: OnRecord, period: ReportPeriod) -> tuple[Casualties, ...]:
    by_subject: dict[str, list[ClaimSaid]] = {}
    for said in _of_period(now, period):
        if said.claim.count is not None:
            by_subject.setdefault(said.claim.subject, []).append(said)
    return tuple(
        Casualties(
            differ=len({figure(s.claim.count) for s in told if s.claim.count}) > 1,
            subject=subject,
            told=tuple(_told(s) for s in told),
        )
        for subject, told in sorted(by_subject.items())
    )


def _told(said: ClaimSaid) -> ToldAccount:
    return ToldAccount(
        at_us=said.at_us,
        count=said.claim.count,
        entry=said.id,
        stance=said.claim.stance,
        subject=said.claim.subject,
        who=said.claim.who,
        words=said.claim.says,
    )


def _events(now: OnRecord, period: ReportPeriod) -> tuple[tuple[str, int, int], ...]:
    """Events told of by each reporter, now and in the period before: matters, not reprints."""
    counts: dict[str, tuple[set[str], set[str]]] = {}
    names: dict[str, str] = {}
    for said in now.claims:
        if said.claim.stance not in FOR or not said.claim.event_class:
            continue
        origin = origin_of(said.claim)
        names.setdefault(origin, said.claim.origin or said.claim.who)
        today, before = counts.setdefault(origin, (set(), set()))
        if period.holds(about_us(said)):
            today.add(said.claim.subject)
        elif period.preceded(about_us(said)):
            before.add(said.claim.subject)
    return tuple(
        (names[o], len(today), len(before)) for o, (today, before) in sorted(counts.items()) if today or before
    )


def _results(now: OnRecord, period: ReportPeriod) -> Iterable[Seen]:
    for entry, at_us, body in now.reports:
        moment = body.published.latest_us if body.published and body.published.latest_us is not None else at_us
        if body.result != "account" and period.holds(moment):
            yield Seen(entry=entry, result=body.result, who=body.who, words=body.words or body.title)


def _corrected(seen: OnRecord, period: ReportPeriod) -> Iterable[Revision]:
    bodies = {entry: body for entry, _, body in seen.bulletins}
    for entry, at_us, body in seen.bulletins:
        old = bodies.get(seen.supersedes.get(entry, ""))
        after = at_us > period.end_us and period.holds(body.window.latest_us)
        if old is not None and (period.holds(at_us) or after):
            yield Revision(
                entry=entry,
                now=figure(body.total),
                was=figure(old.total),
                what=f"{body.who}, {body.window.text}",
                why=body.says,
            )


def _regraded(seen: OnRecord, period: ReportPeriod) -> Iterable[Revision]:
    graded = [Graded(assessment=body, at_us=at_us, entry=entry) for entry, at_us, body in seen.assessments]
    sources = {g.entry: g.assessment.source for g in graded}
    for line in history(graded).values():
        for step in line:
            if period.holds(step.at_us) and step.was not in ("--", step.grade):
                what = f"grade of {sources[step.entry]} by {step.assessor}"
                yield Revision(entry=step.entry, now=step.grade, was=step.was, what=what, why=step.reason)


def _taken_back(seen: OnRecord, period: ReportPeriod) -> Iterable[Revision]:
    for said in seen.claims:
        at_us = seen.recorded[said.id]
        after = at_us > period.end_us and period.holds(about_us(said))
        if said.claim.stance == "retracts" and (period.holds(at_us) or after):
            what = f"{said.claim.who} on {said.claim.subject}"
            yield Revision(entry=said.id, now="taken back", was="said", what=what, why=said.claim.says)


def _verdicts(seen: OnRecord, period: ReportPeriod) -> Iterable[Revision]:
    ruleset = {entry: body.ruleset for entry, _, body in seen.verdicts}
    for entry, at_us, body in seen.verdicts:
        if body.revises is None or not period.holds(at_us):
            continue
        for said in body.verdicts:
            if said.was is not None and said.was != said.answer:
                what = " ".join(part for part in ("term", said.term, said.party, said.reading.name) if part)
                before = ruleset.get(body.revises, body.ruleset)
                rulesets = () if before == body.ruleset else (before, body.ruleset)
                yield Revision(entry=entry, now=said.answer, rulesets=rulesets, was=said.was, what=what, why=said.words)


def _contradicted(now: OnRecord, period: ReportPeriod) -> tuple[Revision, ...]:
    return tuple(
        Revision(
            entry=pair.claim.id,
            now=f"{pair.claim.claim.who}: {pair.claim.claim.says}",
            was=f"{pair.denial.claim.who}: {pair.denial.claim.says}",
            what=pair.subject,
            why="an ally of the one who denies" if pair.by_ally else "",
        )
        for pair in contradictions(now.claims, alliances(now.affiliations, period.end_us))
        if period.holds(max(pair.claim.at_us, pair.denial.at_us))
    )


def _late(seen: OnRecord, period: ReportPeriod) -> tuple[Late, ...]:
    """What was recorded in the period about the time before it."""
    return _between(seen, period.holds, lambda about: about <= period.start_us)


def _after(seen: OnRecord, period: ReportPeriod) -> tuple[Late, ...]:
    """What was recorded after the period about it."""
    return _between(seen, lambda at_us: at_us > period.end_us, period.holds)


def _between(seen: OnRecord, recorded: Callable[[int], bool], about: Callable[[int], bool]) -> tuple[Late, ...]:
    found = [
        Late(about_us=about_us(s), entry=s.id, recorded_us=seen.recorded[s.id], who=s.claim.who, words=s.claim.says)
        for s in seen.claims
        if recorded(seen.recorded[s.id]) and about(about_us(s))
    ]
    found += [
        Late(
            about_us=body.window.latest_us,
            entry=entry,
            recorded_us=at_us,
            who=body.who,
            words=f"{figure(body.total)} {body.total.unit}: {body.says}",
        )
        for entry, at_us, body in seen.bulletins
        if recorded(at_us) and body.window.latest_us is not None and about(body.window.latest_us)
    ]
    return tuple(sorted(found, key=lambda late: (late.recorded_us, late.entry)))


def _marks(now: OnRecord, period: ReportPeriod) -> tuple[Mark, ...]:
    found: list[Mark] = []
    for said in _of_period(now, period):
        stated = said.claim.at_stated
        if not said.claim.event_class:
            continue
        first = stated.earliest_us if stated and stated.earliest_us is not None else said.at_us
        found.append(_mark("event", said.id, first, about_us(said), said.claim.place, said.claim.who, said.claim.says))
    for entry, at_us, report in now.reports:
        if report.result == "access-refused" and period.holds(at_us):
            found.append(
                _mark("access-refused", entry, at_us, at_us, report.place, report.who, report.words or report.title)
            )
    for entry, _, notice in now.notices:
        if (
            notice.activity.value.startswith("protected")
            and notice.start_us <= period.end_us
            and notice.end_us > period.start_us
        ):
            first, last = max(notice.start_us, period.start_us), min(notice.end_us, period.end_us)
            found.append(_mark("protected", entry, first, last, notice.volumes[0], now.authors[entry], notice.words))
    found.sort(key=lambda m: (m.start_us, m.end_us, m.who, m.words))
    return tuple(msgspec.structs.replace(mark, number=n) for n, mark in enumerate(found, 1))


def _mark(kind: Kind, entry: str, first_us: int, last_us: int, place: Volume4D | None, who: str, words: str) -> Mark:
    return Mark(end_us=last_us, entry=entry, kind=kind, number=0, place=place, start_us=first_us, who=who, words=words)
