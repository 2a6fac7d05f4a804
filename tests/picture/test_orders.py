"""Answers count whatever the order of arrival: a host that comes back records what waited in the order in which the queues drain.

What was said is the same, so what every view shows is the same. An order is one that a host could record: a newer version after the
one that it replaces (it refuses any other), and what one party says about one matter in the order in which it said it.
"""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.picture.test_meetings import meeting, minutes, reply
from tests.picture.test_permits import terms
from tests.records.examples import EXAMPLES
from tests.rules.agreements.say import answering, truce
from tests.rules.hotline.test_calls import call
from tests.support.play import (
    Play,
    circle,
    empty_picture,
    fact_of,
    fold,
    identifier,
    message,
    notice,
    picture_of,
    response,
    screening,
)
from tests.support.shown import shown

from detente.ledger.facets import facet, facet_bytes, facet_commitment
from detente.picture.known import Entry
from detente.picture.notices.delivery import DeliveryStep
from detente.records.agreements.assent import Assent
from detente.records.agreements.permission import PermissionReply
from detente.records.agreements.position import Position
from detente.records.entries.disclosure import Disclosure
from detente.records.evidence.claim import Claim
from detente.records.hotline.step import Step
from detente.records.notices.change import Changed
from detente.records.notices.notice import Activity
from detente.records.notices.warning import DangerWarning
from detente.records.parties.handover import Handover
from detente.records.protection.humane import Consent, Coordination

ALL = "cjtf rus un"
TRUCE = truce(answering())
SITE = notice(activity=Activity.PROTECTED_SITE)


def example(kind, **changes):
    return msgspec.structs.replace(next(body for body in EXAMPLES if isinstance(body, kind)), **changes)


def stop_and_answers(play: Play) -> None:
    stop = play.say("cjtf", "rus un", message("stop", volumes=(circle(),)))
    play.say("rus", "cjtf un", response(stop, "passed-to-unit", unit="Flight 1"))
    play.say("rus", "cjtf un", response(stop, "comply", unit="Flight 1"))
    play.say("un", "cjtf rus", response(stop, "reject"))
    play.say("cjtf", "rus un", example(Step, about=stop, party="un", ladder="stop"))


def query_and_reply(play: Play) -> None:
    """A query about an urgent message, and the message that replies to it: a chain of three."""
    urgent = play.say("cjtf", "rus un", message("urgent"))
    query = play.say("rus", "cjtf un", response(urgent, "query"))
    play.say("cjtf", "rus un", message("urgent", in_reply_to=query))


def notice_and_read_backs(play: Play) -> None:
    first = play.say("cjtf", "rus un", notice(needs_readback=True))
    play.say("rus", "cjtf un", response(first, "read-back"))
    newer = play.say("cjtf", "rus un", notice(needs_readback=True, volumes=(circle(lat=36.0),)), supersedes=first)
    play.say("un", "cjtf rus", response(newer, "read-back"))


def notice_and_screenings(play: Play) -> None:
    first = play.say("cjtf", "rus un", notice())
    play.say("un", "cjtf rus", screening(first))
    newer = play.say("cjtf", "rus un", notice(volumes=(circle(lat=36.0),)), supersedes=first)
    play.say("rus", "cjtf un", screening(newer, "concern"))
    play.say("rus", "cjtf un", response(newer, "acknowledge"))


def site_and_what_is_said_of_it(play: Play) -> None:
    site = play.say("un", "rus cjtf", SITE)
    asked = play.say(
        "un", "rus cjtf", Coordination(about=site, conditions="", says="asks-approval", until_us=None, words="")
    )
    play.say("rus", "un cjtf", Coordination(about=asked, conditions="", says="approved", until_us=None, words=""))
    play.say("un", "cjtf rus", example(Consent, about=site))
    play.say("cjtf", "un rus", example(Claim, about=(site,), event_class="shelling", place=None, stance="asserts"))


def agreement_and_acts(play: Play) -> None:
    first = play.say("un", ALL, TRUCE)
    play.say("rus", ALL, example(Assent, about=first, party="rus", act="assent"))
    newer = play.say("un", ALL, msgspec.structs.replace(TRUCE, title="Amended"), supersedes=first)
    play.say("cjtf", ALL, example(Position, about=newer, party="cjtf", says="suspended", power="", term="", reading=""))
    play.say("cjtf", ALL, example(Assent, about=newer, party="cjtf", act="suspension"))


def change_and_what_names_it(play: Play) -> None:
    first = play.say("un", ALL, example(Changed, about=(), matter="road"))
    play.say("rus", ALL, example(Changed, about=(first,), matter="the same road", parties=(), volumes=()))
    endangered = play.say("cjtf", ALL, notice())
    warning = example(DangerWarning, about=first, recipient="rus")
    named = tuple(msgspec.structs.replace(one, version=endangered) for one in warning.endangered[:1])
    said = play.say("cjtf", ALL, msgspec.structs.replace(warning, endangered=named))
    play.say("rus", ALL, response(said, "acknowledge"))


def permission_and_replies(play: Play) -> None:
    offer = play.say("rus", "cjtf un", terms())
    play.say("un", "cjtf rus", PermissionReply(about=offer, answer="accept", words=""))
    play.say("rus", "cjtf un", PermissionReply(about=offer, answer="withdraw", words="over"))


def review(play: Play) -> None:
    called = play.say("cjtf", "rus un", meeting())
    held = play.say("cjtf", "rus un", minutes(called))
    play.say("cjtf", "rus un", reply(held, "p1", "p2"))
    play.say("rus", "cjtf un", reply(held, "p1", done=("roster",)))


def calls(play: Play) -> None:
    n = play.say("cjtf", "rus un", notice())
    account = play.say("cjtf", "rus un", call(about=(n,)))
    play.say("rus", "cjtf un", call(countersigns=account, said_by="rus"))


def handover(play: Play) -> None:
    note = example(Handover, accepts=None, party="cjtf")
    first = play.say("cjtf", "cjtf", note)
    play.say("cjtf", "cjtf", msgspec.structs.replace(note, accepts=first))


def opened_later(play: Play) -> None:
    """A form kept back, and the disclosure that opens it."""
    kept = facet(["cjtf", "rus"], notice(), "full")
    n = play.say("cjtf", "rus un", ("rus", notice()))
    index, at_us, entry, header, facets = play.said[-1]
    commitment = facet_commitment(0, bytes.fromhex("33" * 32), facet_bytes(kept)).hex()
    header = msgspec.structs.replace(header, commitments=(commitment, *header.commitments[1:]))
    play.said[-1] = (index, at_us, entry, header, facets)
    play.say(
        "cjtf", "un rus", Disclosure(about=n, facet=facet_bytes(kept).decode(), position=0, salt="33" * 32, words="")
    )


STORIES = [
    stop_and_answers,
    query_and_reply,
    notice_and_read_backs,
    notice_and_screenings,
    site_and_what_is_said_of_it,
    agreement_and_acts,
    change_and_what_names_it,
    permission_and_replies,
    review,
    calls,
    handover,
    opened_later,
]


def told(story) -> Play:
    play = Play()
    story(play)
    return play


def in_order(known: list[Entry], order: tuple[int, ...]) -> list[Entry]:
    """The same entries, recorded in another order: other indexes, other times of the host."""
    times = [k.received_at_us for k in known]
    return [msgspec.structs.replace(known[at], index=n, received_at_us=times[n - 1]) for n, at in enumerate(order, 1)]


def recordable(known: list[Entry], order: tuple[int, ...]) -> bool:
    """Whether a host could record this order: versions one after the other; what one party says of one matter as it said it."""
    place = {known[at].id: n for n, at in enumerate(order)}
    for n, at in enumerate(order):
        old = known[at].header.supersedes
        if old is not None and place[old] > n:
            return False
    said: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for at in order:
        one = known[at]
        if one.kind in ("permission", "response"):
            key = (one.header.author, one.kind, one.header.refers_to)
            if said.get(key, -1) > at:
                return False
            said[key] = at
    return True


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_order_that_a_host_could_record_shows_the_same(story):
    play = told(story)
    known = play.known("cjtf")
    plain = shown(fold(known), play.now_us)
    orders = [o for o in itertools.permutations(range(len(known))) if recordable(known, o)]
    for order in orders:
        found = shown(fold(in_order(known, order)), play.now_us)
        assert found == plain, f"recorded as {[known[at].kind for at in order]}"


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_all_of_it_at_once_in_any_order_and_from_any_snapshot(data):
    """All pairs together, interleaved at will; taken up again from a snapshot at any place, answers that wait among them."""
    play = Play()
    for story in STORIES:
        story(play)
    known = play.known("cjtf")
    order = tuple(data.draw(st.permutations(range(len(known)))))
    order = _repaired(known, order)
    cut = data.draw(st.integers(0, len(known)))
    plain, late = shown(fold(known), play.now_us), empty_picture()
    again = in_order(known, order)
    assert late.restore(fold(again[:cut]).snapshot("root", "ruleset"), "root", "ruleset")
    for one in again[cut:]:
        late.apply(one)
    found = shown(late, play.now_us)
    assert found == plain, {view: (found[view], plain[view]) for view in plain if found[view] != plain[view]}


def _repaired(known: list[Entry], order: tuple[int, ...]) -> tuple[int, ...]:
    """The nearest order that a host could record: what must keep its order takes the same places, in that order."""
    groups: dict[tuple[str, ...], list[int]] = {}
    thread: dict[str, str] = {}
    for at, one in enumerate(known):
        thread[one.id] = thread.get(one.header.supersedes or "", one.id)
        key = (one.header.author, one.kind, *one.header.refers_to)
        kept = one.kind in ("permission", "response")
        groups.setdefault(key if kept else ("thread", thread[one.id]), []).append(at)
    place = {at: n for n, at in enumerate(order)}
    found = list(order)
    for group in groups.values():
        for at, n in zip(group, sorted(place[at] for at in group), strict=True):
            found[n] = at
    return tuple(found)


def test_answers_to_what_never_comes_are_bounded_by_author():
    """What a party answers to entries that this viewer may not read waits here; the oldest of too many is let go, and no one else's."""
    from detente.picture.early import MOST

    play = Play()
    stop = message("stop", volumes=(circle(),))
    early = [play.say(party, "cjtf", response("ab" * 32, "comply"), word=party) for party in ("rus", "un")]
    for n in range(MOST):
        play.say("rus", "cjtf", response(f"{n:064x}", "comply"))
    play.say("cjtf", "rus un", stop)
    play.said[-1] = (*play.said[-1][:2], "ab" * 32, *play.said[-1][3:])
    clocks = {c.party: c.answer for c in fold(play.known("cjtf")).stops.clocks()}
    assert early and clocks == {"rus": None, "un": "comply"}


@pytest.mark.parametrize("authors", ["rus", "rus un"])
def test_a_long_chain_of_waiting_answers_stops_no_question(authors):
    """One author can have 1 024 answers wait, each for the one before, two twice as many; the question is taken in all the same."""
    play, by = Play(), authors.split()
    about = late = identifier("late")
    for n in range(1_024 * len(by)):
        about = play.say(by[n % len(by)], ALL, response(about, "query"))
    play.say("cjtf", "rus un", message("stop"), word="late")
    play.say("un", "cjtf rus", response(late, "comply"))
    picture = picture_of(play, "cjtf")
    assert picture.driver.size == play.size
    assert fact_of(picture.delivery, late, "un", DeliveryStep.COMPLIED)
    assert fact_of(picture.delivery, late, "rus", DeliveryStep.QUERIED)
