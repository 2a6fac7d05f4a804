"""A good submission spoiled anywhere: refused in words, nothing stored, and the host goes on."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hosts import Local, message, notice, submission

ALL = ["cjtf", "rus", "un"]
GOOD = [submission("un", notice(), ALL, salt="m1"), submission("un", message(), ALL, salt="m2")]

scraps = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["0" * 64, "un", "notice/1", "\u202e", "e\u0301", "\x00"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


def signed_part(raw: bytes) -> str:
    """What a submission says, without what its author may choose anew each time: the header's salt and the tags."""
    data = json.loads(raw)
    return json.dumps([data["header"], data["signature"]])


def only_withholds(raw: bytes) -> bool:
    """Tell whether a submission is one that its author signed, with nothing changed but openings kept back (sealed)."""
    original = SIGNED.get(signed_part(raw))
    return original is not None and all(
        facet in (None, known) for facet, known in zip(json.loads(raw)["facets"], original, strict=True)
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for key, part in value.items():
            found += places(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            found += places(part, (*path, number))
    return found


SIGNED = {signed_part(raw): json.loads(raw)["facets"] for raw in GOOD}


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A good submission with one value replaced or removed, or some of its bytes changed."""
    raw = draw(st.sampled_from(GOOD))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(raw) - 1))
        return raw[:at] + draw(st.binary(max_size=4)) + raw[at + draw(st.integers(0, 4)) :]
    data = json.loads(raw)
    path = draw(st.sampled_from(places(data)[1:]))
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    if draw(st.booleans()):
        holder[path[-1]] = draw(scraps)
    else:
        del holder[path[-1]]
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


@settings(max_examples=100, deadline=None)
@given(st.lists(spoiled(), min_size=1, max_size=5))
def test_a_spoiled_submission_is_refused_in_words(raws: list[bytes]) -> None:
    """No 5xx, one problem or more each with field, rule and next step, and the ledger does not grow by what was refused."""

    async def play() -> None:
        host = Local()
        un = await host.login("un")
        for raw in raws:
            answer = await host.client.post("/v1/entries", content=raw, headers=un)
            if answer.status_code == 200:
                assert only_withholds(raw)
                continue
            assert 400 <= answer.status_code < 500, answer.text
            for found in answer.json()["problems"]:
                assert found["rule"] and found["next_step"] and isinstance(found["field"], str)
        assert host.store.size() <= 1 + len(GOOD)
        assert all(signed_part(row.submission or b"") in SIGNED for row in host.store.read(1, 99))

    asyncio.run(play())
