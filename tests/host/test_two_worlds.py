"""Two worlds that differ only in what a party may not read give that party the same bytes, whatever it asks.

Salted commitments, and what is hashed or signed over them, differ between any two runs; of those the lengths must be equal. Seeded
mutants of the host, each leaking in one way, must be caught: otherwise the comparison proves nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hosts import START_US, Local, message, notice, submission

from detente.host import reading
from detente.node.host import host as host_module
from detente.node.host import showing

OPEN = st.tuples(st.just("open"), st.sampled_from(["cjtf", "un"]), st.integers(1, 40))
HIDDEN = st.tuples(
    st.just("hidden"),
    st.sampled_from(["rus", "un"]),
    st.sampled_from(["full", "sealed", "alone"]),
    st.integers(1, 3000),
)
PLAN = st.lists(st.one_of(OPEN, HIDDEN), min_size=1, max_size=6)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Two stories with the same open entries at the same places, and other hidden ones in between."""
    one = draw(PLAN)
    other = [draw(HIDDEN) if step[0] == "hidden" else step for step in one]
    return one, other


def raw_of(step: Any, number: int) -> tuple[str, bytes]:
    """The submission of one step. Hidden from the coalition: who wrote it, to whom, how long, and whether it has a body here."""
    salt = f"step {number}"
    if step[0] == "open":
        _, author, length = step
        return author, submission(
            author, message("o" * length), ["cjtf", "un"], salt=salt, signed_at_us=START_US + number
        )
    _, author, how, length = step
    audience = [author] if how == "alone" else ["rus", "un"]
    body = notice("h" * length)
    return author, submission(author, body, audience, salt=salt, sealed=how == "sealed", signed_at_us=START_US + length)


async def seen_by_coalition(story: list[Any]) -> list[Any]:
    """Play a story; return everything that the coalition can get out of the host, with what is salted reduced to its length."""
    host = Local()
    host.tick_us = 1_000_000
    sessions = {party: await host.login(party) for party in ("cjtf", "rus", "un")}
    seen: list[Any] = []
    for number, step in enumerate(story):
        author, raw = raw_of(step, number)
        host.clock.set(START_US + number * 1_000_000)
        answer = await host.client.post("/v1/entries", content=raw, headers=sessions[author])
        assert answer.status_code == 200, answer.text
        if author == "cjtf":
            seen.append(answer.text)
        for path in (
            "/v1/entries",
            "/v1/entries?limit=1",
            "/v1/leaves",
            "/checkpoint",
            "/v1/status",
            "/tile/0/000.p/2",
            "/tile/entries/000.p/2",
            f"/v1/consistency?old=1&new={number + 2}",
            f"/v1/receipts/{'0' * 64}",
            "/v1/receipts/" + json.loads(answer.content)["id"],
            "/v1/entries?from=999",
        ):
            got = await host.client.get(path, headers=sessions["cjtf"])
            if "receipts" in path and step[0] == "hidden":
                assert got.status_code == 404
            seen.append((got.status_code, sorted(got.headers.items()), got.content))
        stale = submission("cjtf", notice(), ["un"], supersedes=bytes.fromhex(json.loads(answer.content)["id"]))
        got = await host.client.post("/v1/entries", content=stale, headers=sessions["cjtf"])
        seen.append((got.status_code, sorted(got.headers.items()), got.content))
    return [blunted(item) for item in seen]


def blunted(item: Any) -> Any:
    """Replace what is salted, hashed or signed by its length."""
    if isinstance(item, tuple):
        status, headers, body = item
        if ("content-type", "application/octet-stream") in headers:
            return status, headers, len(body)
        return status, headers, blunted(body.decode())
    text = re.sub(r"[0-9a-f]{32,}", lambda found: f"<{len(found[0])} hex>", item)
    return re.sub(r"[A-Za-z0-9+/]{43,}={0,2}", lambda found: f"<{len(found[0])} base64>", text)


def same(one: list[Any], other: list[Any]) -> bool:
    a, b = (asyncio.run(seen_by_coalition(story)) for story in (one, other))
    return a == b


@settings(max_examples=25, deadline=None)
@given(pairs())
def test_what_the_coalition_gets_does_not_depend_on_what_it_may_not_read(pair: tuple[list[Any], list[Any]]) -> None:
    """Pages, framing, lengths, headers, leaves, tiles, proofs, refusals: the same in both worlds."""
    assert same(*pair)


ONE = [("open", "un", 5), ("hidden", "un", "full", 40), ("open", "cjtf", 3), ("hidden", "rus", "full", 7)]
OTHER = [("open", "un", 5), ("hidden", "rus", "alone", 2000), ("open", "cjtf", 3), ("hidden", "un", "sealed", 1)]


def caught() -> bool:
    """Whether the comparison, or the promise checked on the way (a hidden receipt is not found), notices the leak."""
    try:
        return not same(ONE, OTHER)
    except AssertionError:
        return True


def leaky_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pads a page by how many entries somebody else may read in it."""
    readable, page = host_module.HostLedger.readable, reading._page
    others = [0]

    def counting(self: host_module.HostLedger, party: str, start: int, limit: int) -> host_module.Slice:
        others[0] = len(readable(self, "un", 0, 99).indexes)
        return readable(self, party, start, limit)

    def padded(shown: list[bytes], following: int, size: int) -> Any:
        answer = page(shown, following, size)
        answer.body += b" " * others[0]
        return answer

    monkeypatch.setattr(host_module.HostLedger, "readable", counting)
    monkeypatch.setattr(reading, "_page", padded)


def leaky_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tells an entry that exists from one that does not."""
    monkeypatch.setattr(
        host_module.HostLedger, "may_read", lambda self, party, index: self.threads.author_of(index) == "un"
    )


def leaky_superseding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tells whose entry it is that one may not supersede."""
    from detente.node.host import admission

    def check(new: Any, threads: Any) -> Any:
        old = threads.version(new.supersedes) if new.supersedes else None
        problems = whole(new, threads)
        from msgspec.structs import replace

        return tuple(replace(found, rule=f"{found.rule} ({old.author if old else 'nobody'})") for found in problems)

    whole = admission.check_supersession
    monkeypatch.setattr(admission, "check_supersession", check)


def leaky_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fills a page up to a number of bytes that counts hidden ones."""
    whole = showing.known_bytes

    def known(row: Any, viewer: str, *, erased: bool) -> bytes:
        return whole(row, viewer, erased=erased) + b" " * (row.index - 1 and known.hidden % 7)  # type: ignore[attr-defined]

    known.hidden = 0  # type: ignore[attr-defined]
    note = host_module.HostLedger._note

    def counting(self: Any, entry: Any, index: int, body: Any) -> None:
        known.hidden += len(entry.author) + len(entry.audience)  # type: ignore[attr-defined]
        note(self, entry, index, body)

    monkeypatch.setattr(host_module.HostLedger, "_note", counting)
    monkeypatch.setattr(reading, "known_bytes", known)


@pytest.mark.parametrize("leak", [leaky_page, leaky_receipt, leaky_superseding, leaky_length])
def test_a_leaking_host_is_caught(leak: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mutant lets the two worlds be told apart, or breaks the promise outright."""
    assert same(ONE, OTHER)
    leak(monkeypatch)
    assert caught()
