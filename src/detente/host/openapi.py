"""The host's API for machines: OpenAPI 3.1, made from the same Structs that read and write the bodies."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from detente.errors import Problem
from detente.ledger.entry import Submission
from detente.ledger.genesis import SignedGenesis
from detente.ledger.receipt import Receipt
from detente.node.known import Known
from detente.node.sessions import Login

JsonObject = dict[str, Any]

TYPES = [Known, Login, Problem, Receipt, SignedGenesis, Submission]
INDEX = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
HEX32 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TEXT = "text/plain; charset=utf-8"


@cache
def openapi_bytes() -> bytes:
    """Return the document."""
    return msgspec.json.encode(document(), order="sorted")


def document() -> JsonObject:
    """Return the document as plain values."""
    _, components = msgspec.json.schema_components(TYPES, ref_template="#/components/schemas/{name}")
    schemas = _ecma(components)
    schemas["Problems"] = _object(
        detail={"type": "string"},
        problems={"type": "array", "items": _ref("Problem")},
        status={"type": "integer"},
        title={"type": "string"},
        type={"type": "string"},
    )
    return {
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"scheme": "bearer", "type": "http"}},
        },
        "info": {
            "description": "What a station says to its host, and what it gets back. docs/formats/host-api.md is the text.",
            "title": "Detente host",
            "version": "1",
        },
        "openapi": "3.1.0",
        "paths": _paths(),
    }


def _paths() -> JsonObject:
    start, limit = _query("from", INDEX), _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000})
    leaves = _query("limit", {"type": "integer", "minimum": 1, "maximum": 4096})
    witnessed = _query("witnessed", {"type": "string", "enum": ["false", "true"]})
    status = _object(
        clock={"enum": ["real", "virtual"]},
        ledger=HEX32,
        mode={"enum": ["writing", "recovering", "failed"]},
        needs_size={"type": ["integer", "null"]},
        now_us=INDEX,
        size=INDEX,
        witnessed_size=INDEX,
    )
    binary: JsonObject = {"application/octet-stream": {}}
    return {
        "/checkpoint": {"get": _op("The newest (or largest witnessed) checkpoint", {TEXT: {}}, [witnessed])},
        "/openapi.json": {"get": _op("This document", _json({"type": "object"}), session=False)},
        "/tile/{level}/{index}": {
            "get": _op(
                "A tile of the tree or a bundle of leaves (c2sp.org/tlog-tiles)",
                binary,
                [_path("level", {"type": "string"}), _path("index", {"type": "string"})],
            )
        },
        "/v1/consistency": {
            "get": _op(
                "The proof that one size is a prefix of another",
                _json(_object(hashes={"type": "array", "items": HEX32}, new=INDEX, old=INDEX)),
                [_query("old", INDEX), _query("new", INDEX)],
            )
        },
        "/v1/cosignatures": {
            "post": _op(
                "Hand in a cosignature",
                _json(_object(size=INDEX, witnessed_size=INDEX)),
                body={TEXT: {"schema": {"type": "string"}}},
            )
        },
        "/v1/entries": {
            "get": _op(
                "The next entries that you may read",
                _json(_object(entries={"type": "array", "items": _ref("Known")}, next=INDEX, size=INDEX)),
                [start, limit],
            ),
            "post": _op("Record one entry", _json(_ref("Receipt")), body=_json(_ref("Submission"))),
        },
        "/v1/entries/batch": {
            "post": _op(
                "Record entries, one a line, in order",
                {"application/jsonl": {}},
                body={"application/jsonl": {"schema": {"type": "string"}}},
            )
        },
        "/v1/genesis": {"get": _op("The signed genesis", _json(_ref("SignedGenesis")), session=False)},
        "/v1/leaves": {"get": _op("Whole leaves, joined", binary, [start, leaves])},
        "/v1/receipts/{id}": {
            "get": _op("A receipt, made again", _json(_ref("Receipt")), [_path("id", HEX32), witnessed])
        },
        "/v1/recovery/checkpoint": {
            "post": _op("Show the host what it signed", _json(status), body={TEXT: {"schema": {"type": "string"}}})
        },
        "/v1/recovery/entries": {
            "post": _op(
                "Give entries back",
                _json(status),
                body={"application/jsonl": {"schema": {"type": "string"}}},
            )
        },
        "/v1/recovery/leaves": {
            "post": _op(
                "Give leaves back",
                _json(status),
                [start],
                body={"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            )
        },
        "/v1/session": {
            "post": _op(
                "Log in",
                _json(_object(expires_in_s={"type": "integer"}, party={"type": "string"}, token={"type": "string"})),
                body=_json(_ref("Login")),
                session=False,
            )
        },
        "/v1/session/challenge": {
            "post": _op(
                "Ask for a challenge",
                _json(_object(challenge=HEX32)),
                body=_json({"type": "object", "additionalProperties": False}),
                session=False,
            )
        },
        "/v1/status": {"get": _op("Whether the host writes, and how large it is", _json(status))},
        "/v1/stream": {
            "get": _op("Your entries and every checkpoint, as they come", {"text/event-stream": {}}, [start])
        },
    }


def _op(
    summary: str,
    content: JsonObject,
    parameters: list[JsonObject] | None = None,
    *,
    body: JsonObject | None = None,
    session: bool = True,
) -> JsonObject:
    problems = {"content": {"application/problem+json": {"schema": _ref("Problems")}}, "description": "Why not"}
    codes = ["400", "404", "409", "413", "422", "429", "503"] + (["401", "403"] if session else ["401"])
    found: JsonObject = {
        "responses": {"200": {"content": content, "description": summary}, **dict.fromkeys(sorted(codes), problems)},
        "summary": summary,
    }
    if parameters:
        found["parameters"] = parameters
    if body is not None:
        found["requestBody"] = {"content": body, "required": True}
    if session:
        found["security"] = [{"session": []}]
    return found


def _json(schema: JsonObject) -> JsonObject:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: JsonObject) -> JsonObject:
    return {"properties": properties, "required": sorted(properties), "type": "object"}


def _query(name: str, schema: JsonObject) -> JsonObject:
    return {"in": "query", "name": name, "required": False, "schema": schema}


def _path(name: str, schema: JsonObject) -> JsonObject:
    return {"in": "path", "name": name, "required": True, "schema": schema}


def _ecma(value: Any) -> Any:
    r"""Write patterns as JSON Schema has them: Python's \Z is $ there."""
    if isinstance(value, dict):
        return {
            key: part.replace("\\Z", "$") if key == "pattern" and isinstance(part, str) else _ecma(part)
            for key, part in value.items()
        }
    return [_ecma(part) for part in value] if isinstance(value, list) else value
