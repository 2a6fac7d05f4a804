"""A query that a station cannot take as it stands is refused: a value that is dropped reads as an answer about something else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from detente.station.http import App, LocalReply, LocalRequest, json_answer


def asked(query: bytes) -> tuple[int, dict[str, Any]]:
    """Return status and body of the answer of a route that gives its query back."""
    sent: list[dict[str, Any]] = []

    async def give_back(request: LocalRequest) -> LocalReply:
        return json_answer(request.query)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": query, "headers": []}
    asyncio.run(App({("GET", "/x"): give_back})(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_party_that_is_asked_for_twice_is_not_half_dropped():
    """`party=rus&party=un` was answered for `un` alone."""
    status, found = asked(b"party=rus&party=un")
    assert status == 400
    assert found["problems"][0]["field"] == "party"
    assert "once" in found["problems"][0]["rule"]


@pytest.mark.parametrize("query", [b"party", b"party=%ff", b"party=rus&un"])
def test_what_is_no_query_is_refused(query):
    status, found = asked(query)
    assert (status, found["problems"][0]["code"]) == (400, "parameter")


def test_a_query_is_read_whole():
    assert asked(b"party=rus&words=a%20b&all=") == (200, {"all": "", "party": "rus", "words": "a b"})
