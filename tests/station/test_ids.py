"""An entry is known by its first digits, at the station: whoever asks downloads nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.support.stations import World, circle, notice

from detente.api.entries import IdAsked
from detente.errors import Refused
from detente.station.answers.entries import full_id


@pytest.fixture(scope="module")
def world():
    made = World(("cjtf", "rus"), pictures=True)
    made.run(1)
    return made


@pytest.fixture(scope="module")
def sent(world):
    entry = world.send("cjtf", notice(circle(35.2663, 40.1527)), ("rus",)).hex()
    world.run(5)
    return entry


def engine(world, **more):
    """What the function needs of the engine of `rus`; `more` are ids that came directly, or wait in the queue, or came just now."""
    held = {name: {bytes.fromhex(entry): None for entry in ids} for name, ids in more.items()}
    state = world.stations["rus"]
    told = SimpleNamespace(
        following=SimpleNamespace(
            folded=state.following.folded,
            recent=held.get("recent", {}),
            size=state.following.size,
            verified_at_us=world.now_us,
        ),
        peers=SimpleNamespace(direct=held.get("direct", {})),
        sending=SimpleNamespace(
            host_answers=True, outbox=SimpleNamespace(items=held.get("queued", {}), waiting=lambda: 0)
        ),
    )
    parts = SimpleNamespace(picture=world.pictures["rus"], virtual=True)
    return SimpleNamespace(now_us=world.now_us, parts=parts, state=told, troubles=list)


def refusal(engine, prefix):
    with pytest.raises(Refused) as refused:
        full_id(engine, IdAsked(prefix=prefix))
    (found,) = refused.value.problems
    assert (found.code, found.field, found.value) == ("id", "prefix", prefix)
    return f"{found.rule}. {found.next_step}"


@pytest.mark.parametrize("digits", [4, 12, 63, 64])
def test_what_is_proven_is_found_by_as_few_digits_as_name_it(world, sent, digits):
    assert full_id(engine(world), IdAsked(prefix=sent[:digits])).id == sent
    assert full_id(engine(world), IdAsked(prefix=sent[:digits].upper())).id == sent


@pytest.mark.parametrize("where", ["direct", "queued", "recent"])
def test_what_the_ledger_does_not_have_yet_is_found_too(world, where):
    entry = "beef" + "00" * 30
    assert full_id(engine(world, **{where: [entry]}), IdAsked(prefix="beef")).id == entry


def test_several_that_begin_alike_are_named(world, sent):
    others = [sent[:8] + digit * 56 for digit in "0123"]
    words = refusal(engine(world, queued=others[:2], direct=others[2:]), sent[:8])
    assert words.startswith("is the start of 5 entries. Give more digits: ")
    assert words.count(",") == 2


def test_one_entry_in_two_places_is_one(world, sent):
    assert full_id(engine(world, queued=[sent], recent=[sent]), IdAsked(prefix=sent[:6])).id == sent


@pytest.mark.parametrize("prefix", ["", "abc", "g" * 8, "a" * 65, "ab cd"])
def test_what_is_no_start_of_an_id_is_refused(world, prefix):
    assert "first 4 or more hex digits" in refusal(engine(world), prefix)


def test_an_id_that_is_not_here_is_refused(world):
    assert refusal(engine(world), "00" * 16).startswith("is the start of no entry here")
