"""JSON that nests too deeply is the sender's fault at every listener, and nobody's fault is ours: 400, never 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import msgspec
import pytest

from detente.api.station import StatusAsked
from detente.errors import DetenteError, Refused
from detente.ledger import canonical
from detente.ledger.entry import check_submission
from detente.ledger.genesis import read_genesis
from detente.ledger.receipt import read_receipt
from detente.network import client, local
from detente.network.following import sync
from detente.node.both.envelope import read_envelope
from detente.station.direct import KINDS, direct_app
from detente.station.drafting import SendAsked
from detente.station.http import App, LocalReply, LocalRequest, json_answer, read_body

DEPTHS = (33, 400, 900, 960, 990, 1_000, 10_000, 80_000)
SHAPES: tuple[Callable[[int], bytes], ...] = (
    lambda n: b"[" * n,
    lambda n: b"[" * n + b"]" * n,
    lambda n: b'{"a":' * n + b"1" + b"}" * n,
    lambda n: b'{"from":' + b"[" * n + b"]" * n + b"}",
    lambda n: (
        b'{"facets":[{"audience":["un"],"body":' + b'{"a":' * n + b"1" + b"}" * n + b',"form":"full"}],"kind":"place"}'
    ),
    lambda n: b'{"payload":' + b"[" * n + b"]" * n + b"}",
)
DEEP = [shape(depth) for shape in SHAPES for depth in DEPTHS]


def posted(app: App, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": []}
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_direct_listener_answers_400(kind: str):
    """It answered 500, "this should not happen", with a traceback in its log."""

    async def reply_to(arrived: Any) -> bytes:
        return canonical.encode({"kind": read_envelope(arrived.data, kind=kind, ledger=b"\x00" * 32, me="un").kind})

    engine = SimpleNamespace(peers=SimpleNamespace(cut=set()), reply_to=reply_to)
    for body in DEEP:
        status, found = posted(direct_app(engine), f"/direct/{kind}", body)  # type: ignore[arg-type]
        assert status == 400, found
        assert found["problems"]


def test_the_local_listener_answers_400():
    """An officer's software gets the same answer, before anything is built of what it sent."""

    async def take(request: LocalRequest) -> LocalReply:
        return json_answer(read_body(request, SendAsked).kind)

    for body in DEEP:
        status, found = posted(App({("POST", "/x"): take}), "/x", body)
        assert (status, found["problems"][0]["code"]) == (400, "canonical-depth")


READERS: dict[str, Callable[[bytes], object]] = {
    "canonical": lambda data: canonical.decode(data, dict[str, Any]),
    "canonical check": canonical.check,
    "entry": lambda data: check_submission(data, 8, b"\x00" * 32),
    "genesis": read_genesis,
    "receipt": read_receipt,
    "envelope": lambda data: read_envelope(data, kind="urgent", ledger=b"\x00" * 32, me="un"),
    "page of entries": sync._page,
    "answer of the host": lambda data: client._read(httpx.Response(200, content=data), client.HostStatus),
    "answer of the station": lambda data: local._read(StatusAsked(), local.RawAnswer(200, data)),
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_whoever_reads_bytes_of_others_refuses_them_by_a_sentence(name: str):
    """Host, station, client and follower: another party's bytes end in a refusal, or are read; in no other exception."""
    for body in DEEP:
        try:
            READERS[name](body)
        except DetenteError as error:
            assert str(error)


def test_refusals_of_others_that_nest_too_deeply_are_none():
    """A host that answers an error with deep JSON has said nothing that can be read; it stops nobody."""
    for body in (b"[" * 100_000, b'{"problems":' + b"[" * 100_000):
        assert client._problems(body) == ()
        assert isinstance(local._error(local.RawAnswer(400, body)), DetenteError)
        assert sync._index(body) == 0


def test_depth_is_told_by_brackets_outside_texts():
    """A text full of brackets is not deep; what is deep is refused before it is decoded."""
    canonical.require_shallow(json.dumps({"words": "[[[{{{" * 100, "list": [[1], [2]] * 100}).encode())
    canonical.require_shallow(b'"\\"' + b"[" * 100 + b'"')
    with pytest.raises(Refused, match="nests deeper than 32"):
        canonical.require_shallow(b"[" * 33)


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    """A part of what is asked."""

    error_mm: int = 0


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What a program asks of its station."""

    parts: tuple[Inner, ...] = ()
    words: str = ""


@pytest.mark.parametrize(
    ("body", "field", "step"),
    [
        (b'{"parts":[{"eror_mm":1}]}', "parts[0]", "Did you mean `error_mm`?"),
        (b'{"word":""}', "", "Did you mean `words`?"),
        (b'{"datum":"ED50"}', "", "See docs/formats/station-api.md"),
    ],
)
def test_a_name_that_a_request_does_not_know_is_refused_with_the_nearest(body: bytes, field: str, step: str):
    """An officer's own software makes typing errors, too."""
    with pytest.raises(Refused) as refused:
        read_body(LocalRequest(body=body, headers={}, method="POST", path="/", query={}), Asked)
    (found,) = refused.value.problems
    assert (found.field, found.next_step) == (field, step)


def test_a_record_with_a_misspelt_field_names_the_right_one():
    """Bodies of records, genesis files and registers are read by the canonical reader."""
    with pytest.raises(Refused) as refused:
        canonical.decode(b'{"parts":[{"eror_mm":1}],"words":""}', Asked)
    assert refused.value.problems[0].next_step == "Did you mean `error_mm`?"
