"""Facets opened or destroyed afterwards, as a station takes them."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace
from tests.support.stations import World, notice

from detente.ledger.readable import ReadableEntry
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.notices.notice_state import State


def sealed_notice(w: World) -> tuple[bytes, ReadableEntry]:
    entry = w.send("cjtf", notice(words="for Russia only"), ["rus", "un"])
    w.run(1)
    _, raw = w.copies["cjtf"].find(entry)
    return entry, msgspec.json.decode(raw, type=ReadableEntry)


def disclosure(entry: bytes, known: ReadableEntry, words: str | None = None) -> Disclosure:
    opening = known.facets[0]
    assert opening is not None
    facet = msgspec.json.encode(opening.facet).decode()
    if words is not None:
        facet = facet.replace("for Russia only", words)
    return Disclosure(about=entry.hex(), facet=facet, position=0, salt=opening.salt, words="shown to all")


def last(w: World, party: str, kind: str):
    return [k for k in w.stations[party].picture.entries if k.kind == kind][-1]


def test_a_disclosed_facet_is_proven_to_be_the_one_committed_to():
    """The reader's picture gets the facet together with the proof that its author wrote it then."""
    w = World()
    w.run()
    entry, known = sealed_notice(w)
    w.send("cjtf", disclosure(entry, known), ["un"])
    w.run(1)
    assert last(w, "un", "disclosure").disclosed is not None


def test_a_disclosure_of_something_else_shows_nothing():
    """Another text does not open the commitment; the claim stays a claim."""
    w = World()
    w.run()
    entry, known = sealed_notice(w)
    w.send("cjtf", disclosure(entry, known, "for everyone now"), ["un"])
    w.run(1)
    assert last(w, "un", "disclosure").disclosed is None


def test_an_erasure_by_the_author_destroys_the_body_in_every_copy():
    """Body and salt go from the readers' own copies; header, signature and leaf stay."""
    w = World()
    w.run()
    entry, _ = sealed_notice(w)
    w.send("cjtf", replace(notice(), state=State.WITHDRAWN), ["rus", "un"], supersedes=entry.hex())
    erasure = Erasure(about=entry.hex(), authority="the commander", reason="wrong addressee")
    w.send("cjtf", erasure, ["rus", "un"])
    w.run(1)
    for party in w.parties:
        _, raw = w.copies[party].find(entry)
        left = msgspec.json.decode(raw, type=ReadableEntry)
        assert left.erased and left.facets == (None,) * 4
        assert b"for Russia only" not in raw
    assert w.restart("rus").following.told["cjtf"].count


def test_an_erasure_by_somebody_else_destroys_nothing():
    """Only the author's own word empties an entry."""
    w = World()
    w.run()
    entry, _ = sealed_notice(w)
    erasure = Erasure(about=entry.hex(), authority="none", reason="we do not like it")
    w.send("rus", erasure, ["cjtf", "un"])
    w.run(1)
    _, raw = w.copies["un"].find(entry)
    assert b"for Russia only" in raw
