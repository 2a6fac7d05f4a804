"""No input makes the host fail: schemathesis over the OpenAPI finds no 5xx, and every refusal is a problem in full."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from tests.support.hosts import HostProcess, Station, message, submission, world

from detente.host.openapi import document

EXAMPLES = int(os.environ.get("DETENTE_SCHEMATHESIS", "12"))
LIMITS = """
[limits]
entries = { burst = 1000000, per_second = 1000000 }
logins = { burst = 1000000, per_second = 1000000 }
reads = { burst = 1000000, per_second = 1000000 }
"""


@schemathesis.serializer("application/jsonl")
def lines(context: Any, value: Any) -> bytes:
    """Send text as it is, and anything else as one line of JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


schema = schemathesis.openapi.from_dict(document()).exclude(path="/v1/stream")
pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    with HostProcess(tmp_path_factory.mktemp("fuzz"), settings=LIMITS) as host:
        found = host.login("un")
        found.submit(
            submission(
                "un", message(), ["rus", "un"], genesis=world.genesis(clock="real", origin="detente.example/levant")
            )
        )
        yield found


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_input_makes_the_host_fail(case: schemathesis.Case, station: Station) -> None:
    """Whatever is sent to a route, the answer is what the document says it can be, and never a mistake of the host's."""
    answer = case.call(base_url=str(station.http.base_url), headers=station.headers)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        body = answer.json()
        assert answer.headers["content-type"] == ["application/problem+json"] or body["problems"], answer.text
        for found in body["problems"]:
            assert found["rule"] and found["next_step"]
    else:
        case.validate_response(answer, checks=[schemathesis.checks.not_a_server_error])


def test_every_route_is_in_the_document(station: Station) -> None:
    """What the host answers to is what it says it answers to."""
    described = {(method, path) for path, item in document()["paths"].items() for method in item}
    assert station.get("/openapi.json").json()["paths"].keys() == document()["paths"].keys()
    for method, path in described:
        if "{" not in path:
            answer = station.http.request(method if method == "post" else "options", path, headers=station.headers)
            assert answer.status_code != 404, path


def test_the_host_is_unharmed(station: Station) -> None:
    """After all that, it records an entry as before."""
    genesis = world.genesis(clock="real", origin="detente.example/levant")
    station.submit(submission("un", message("still here"), ["rus", "un"], genesis=genesis))
