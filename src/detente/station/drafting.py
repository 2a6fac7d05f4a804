"""From what an officer asks to send to a draft ready to be sealed; every fault is found here, before anything is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from detente.api.sending import FacetAsked as FacetAsked
from detente.api.sending import SendAsked as SendAsked
from detente.errors import UNREADABLE, Problem, Refused, problem, unreadable
from detente.ledger import canonical
from detente.ledger.entry import Draft
from detente.ledger.facets import Facet
from detente.ledger.keys import SigningKey
from detente.node.station.own_rules import OwnVersions, thread_problems
from detente.node.station.state import Station
from detente.records.entries.closing import Closing
from detente.records.entries.supersede import check_readers, still_held
from detente.records.notices.notice import Notice
from detente.records.registry import REGISTRY, Record
from detente.records.stated import against_zones
from detente.rules.notices.screening.coarse import coarse_of


def draft_asked(
    state: Station, officers: Mapping[str, SigningKey], asked: SendAsked, now_us: int
) -> tuple[Draft, SigningKey]:
    """Return the draft and the key that signs it; raises Refused with every fault."""
    problems: list[Problem] = []
    key = _key(state, officers, asked, problems)
    facets: list[Facet | None] = [None, None, None, None]
    sealed = set()
    kind = asked.kind
    for n, part in enumerate(asked.facets):
        made = _facet(asked.kind, part, f"facets[{n}]", problems)
        if made is None:
            continue
        kind, position, facet, body = made
        if facets[position] is not None:
            problems.append(
                _bad("facet-twice", f"facets[{n}]", part.form, "stands at a place that is taken", "Send it once")
            )
            continue
        facets[position] = facet
        if part.sealed:
            sealed.add(position)
        if isinstance(body, Notice) and asked.coarse_to:
            cell = asked.coarse_cell_ndeg or state.me.genesis.screening.cell_ndeg
            _, form, data = REGISTRY.write(coarse := coarse_of(body, cell))
            readers = tuple(sorted(set(asked.coarse_to)))
            facets[REGISTRY.position(coarse)] = Facet(audience=readers, body=msgspec.Raw(data), form=form)
    audience = _audience(state, asked, facets, problems)
    draft = Draft(
        audience=audience,
        author=state.me.party,
        facets=(facets[0], facets[1], facets[2], facets[3]),
        kind=kind,
        refers_to=tuple(asked.refers_to),
        sealed=frozenset(sealed),
        signed_at_us=now_us,
        supersedes=asked.supersedes,
    )
    problems = problems or [*thread_problems(state, draft)] or _left_out(state, asked, draft)
    if problems:
        raise Refused(problems)
    return draft, key


def closings(state: Station, draft: Draft, ended_for: Iterable[str]) -> list[Draft]:
    """Return what tells each party that a new version leaves out: that the one it has is over for it, and nothing else.

    Each is for one party alone: none learns that there are others, or that the thread went on.
    """
    versions = OwnVersions(state, draft.kind.partition("/")[0])
    old = versions.version(draft.supersedes) if draft.supersedes else None
    held = still_held(old.first, versions) if old is not None else {}
    return [closing(draft.author, party, held[party], draft.signed_at_us) for party in sorted(set(ended_for))]


def closing(author: str, party: str, version: str, now_us: int, words: str = "") -> Draft:
    """Return the draft of one closing."""
    kind, form, data = REGISTRY.write(Closing(about=version, words=words))
    facet = Facet(audience=(party,), body=msgspec.Raw(data), form=form)
    return Draft(
        audience=(party,),
        author=author,
        facets=(facet, None, None, None),
        kind=kind,
        refers_to=(version,),
        sealed=frozenset(),
        signed_at_us=now_us,
        supersedes=None,
    )


def _left_out(state: Station, asked: SendAsked, draft: Draft) -> list[Problem]:
    if draft.supersedes is None and not asked.ended_for:
        return []
    readers = [party for party in draft.audience if party != draft.author]
    versions = OwnVersions(state, draft.kind.partition("/")[0])
    return [*check_readers(readers, asked.ended_for, draft.supersedes, versions)]


def _key(state: Station, officers: Mapping[str, SigningKey], asked: SendAsked, problems: list[Problem]) -> SigningKey:
    if not asked.officer:
        return state.me.station_key
    key = officers.get(asked.officer)
    if key is None:
        known = ", ".join(sorted(officers)) or "none"
        problems.append(
            _bad(
                "officer",
                "officer",
                asked.officer,
                f"must be an officer with a key at this station: {known}",
                "Choose one",
            )
        )
        return state.me.station_key
    use = state.identity.key_at(key.public, max(state.following.next_entry, 1))
    if use is None:
        problems.append(
            _bad("officer", "officer", asked.officer, _not_valid(state, key), "Register a key that is valid")
        )
    return key


def _facet(kind: str, part: FacetAsked, field: str, problems: list[Problem]) -> tuple[str, int, Facet, object] | None:
    """Read and check one body: its canonical bytes are made here, so the officer may write fields in any order."""
    try:
        data = canonical.encode(msgspec.json.decode(bytes(part.body)))
        name = kind if "/" in kind else _with_version(kind, part.form)
        record = REGISTRY.read(name, part.form, data)
    except Refused as refused:
        problems += [_inside(found, f"{field}.body") for found in refused.problems]
        return None
    except UNREADABLE as error:
        problems.append(_bad("body", f"{field}.body", "", unreadable(error), "Send JSON"))
        return None
    if not isinstance(record, Record):
        problems.append(
            _bad(
                "kind",
                "kind",
                f"{kind} {part.form}",
                "must be a kind and form known here",
                "See docs/formats/records/",
            )
        )
        return None
    faults = (*REGISTRY.check(record.body), *against_zones(record.body))
    problems += [_inside(found, f"{field}.body") for found in faults]
    readers = tuple(sorted(set(part.audience)))
    if not readers:
        problems.append(_bad("audience", f"{field}.audience", "", "must name at least one party", "Name it"))
    return (
        name,
        REGISTRY.position(record.body),
        Facet(audience=readers, body=msgspec.Raw(data), form=part.form),
        record.body,
    )


def _with_version(kind: str, form: str) -> str:
    version = next((f.version for f in REGISTRY.forms() if f.kind == kind and f.form == form), 1)
    return f"{kind}/{version}"


def _audience(state: Station, asked: SendAsked, facets: list[Facet | None], problems: list[Problem]) -> tuple[str, ...]:
    """All that are named anywhere; each must be a party of the ledger."""
    named = {*asked.audience, *(party for facet in facets if facet is not None for party in facet.audience)}
    known = set(state.identity.parties())
    for party in sorted(named - known):
        problems.append(
            _bad(
                "audience",
                "audience",
                party,
                f"must be a party of this ledger: {', '.join(sorted(known))}",
                "Correct it",
            )
        )
    if not named:
        problems.append(_bad("audience", "audience", "", "must name at least one party", "Name who is to read it"))
    return tuple(sorted(named))


def _inside(found: Problem, field: str) -> Problem:
    return msgspec.structs.replace(found, field=f"{field}.{found.field}" if found.field else field)


def _not_valid(state: Station, key: SigningKey) -> str:
    """Name a revoked officer; a key that nobody registered has no name."""
    ended = state.identity.history(key.public)
    if ended is None or ended.until_index is None:
        return "must have a key that is valid now"
    return f"must have a key that is valid now: that of {ended.title} was revoked or replaced at index {ended.until_index - 1}"


def _bad(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    return problem(code, field, value, rule, next_step)
