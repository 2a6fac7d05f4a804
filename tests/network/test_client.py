"""What a station makes of its host's answers: two kinds of trouble only."""

from __future__ import annotations

import asyncio
import ssl

import httpx
import msgspec
import pytest

from detente.errors import Refused, Unavailable
from detente.network.client import HostClient, TryLater, trusted

PROBLEM = {
    "code": "superseded",
    "field": "header.supersedes",
    "next_step": "",
    "rule": "has a newer version",
    "value": "ab",
}


def client(answer) -> HostClient:
    """A client whose host is a function from request to response; sessions always open."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/session/challenge":
            return httpx.Response(200, json={"challenge": "00" * 32})
        if request.url.path == "/v1/session":
            return httpx.Response(200, json={"token": "t"})
        return answer(request)

    return HostClient(
        "http://host",
        ledger=bytes(32),
        party="rus",
        station_public=bytes(32),
        sign=lambda message: bytes(64),
        transport=httpx.MockTransport(handle),
    )


def problem_response(status: int, code: str) -> httpx.Response:
    body = msgspec.json.encode({"problems": [{**PROBLEM, "code": code}], "status": status})
    return httpx.Response(status, content=body, headers={"content-type": "application/problem+json"})


def test_a_refusal_keeps_the_hosts_reasons():
    """4xx: the host read it and said no; the officer sees field and rule."""
    (answer,) = asyncio.run(client(lambda r: problem_response(409, "superseded")).submit([b"{}"]))
    assert answer.receipt is None and not answer.again
    assert answer.problems[0].field == "header.supersedes"


@pytest.mark.parametrize(("status", "code"), [(429, "too-fast"), (503, "read-only"), (500, "internal")])
def test_too_fast_and_not_now_mean_the_same_bytes_later(status, code):
    """Nothing was stored, nothing is known to be wrong."""
    with pytest.raises(TryLater):
        asyncio.run(client(lambda r: problem_response(status, code)).submit([b"{}"]))


def test_a_cut_line_is_unavailable_not_an_error():
    """Nobody knows what became of it: it is sent again, and is one entry."""

    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut")

    with pytest.raises(Unavailable):
        asyncio.run(client(cut).submit([b"{}"]))


def test_a_session_that_is_over_is_opened_again_once():
    """After a restart of the host the next request logs in anew by itself."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return problem_response(401, "session-over") if len(seen) == 1 else httpx.Response(200, content=b"note")

    assert asyncio.run(client(answer).checkpoint()) == b"note"
    assert len(seen) == 2


def test_a_batch_is_answered_line_by_line():
    """One bad line does not hide the others; a line that says not now is sent again."""
    lines = [
        b'{"id":"x"}',
        msgspec.json.encode({"problems": [PROBLEM]}),
        msgspec.json.encode({"problems": [{**PROBLEM, "code": "busy"}]}),
    ]
    answers = asyncio.run(
        client(lambda r: httpx.Response(200, content=b"\n".join(lines) + b"\n")).submit([b"1", b"2", b"3"])
    )
    assert [a.receipt is not None for a in answers] == [True, False, False]
    assert [a.again for a in answers] == [False, False, True]


def test_a_batch_with_too_few_answers_is_not_believed():
    """A host that swallows lines has answered nothing."""
    with pytest.raises(Unavailable):
        asyncio.run(client(lambda r: httpx.Response(200, content=b'{"id":"x"}\n')).submit([b"1", b"2"]))


def test_an_answer_that_is_not_json_is_no_refusal():
    """A proxy's error page is not the host's word."""
    with pytest.raises(Refused) as caught:
        asyncio.run(client(lambda r: httpx.Response(404, content=b"<html>")).checkpoint())
    assert caught.value.problems[0].code == "http-404"


def test_a_cut_link_for_a_test_reaches_nobody():
    """The replay cuts lines without touching the network."""
    made = client(lambda r: httpx.Response(200))
    made.cut = True
    with pytest.raises(Unavailable):
        asyncio.run(made.checkpoint())


def test_a_client_that_needs_no_tls_trusts_nobody():
    """It reads no roots, and still asks a server for a certificate: a way into TLS that nobody configured is a way to no one."""
    nobody = trusted(None, "http://127.0.0.1:1")
    assert isinstance(nobody, ssl.SSLContext)
    assert nobody.verify_mode is ssl.CERT_REQUIRED and nobody.check_hostname and nobody.get_ca_certs() == []
    assert trusted(None, "http://127.0.0.1:1", "https://host.example") is True
    assert trusted(nobody, "https://host.example") is nobody
