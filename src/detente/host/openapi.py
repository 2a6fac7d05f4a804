"""The host's API for machines: OpenAPI 3.1, made from the same Structs that read and write the bodies."""

from __future__ import annotations

from functools import cache

import msgspec

from detente.errors import Problem
from detente.ledger.entry import Submission
from detente.ledger.genesis import SignedGenesis
from detente.ledger.readable import ReadableEntry
from detente.ledger.receipt import Receipt
from detente.network.openapi import (
    JsonObject,
    as_json,
    ecma,
    in_path,
    in_query,
    object_of,
    operation,
    problems_schema,
    ref,
)
from detente.node.host.sessions import Login

TYPES = [ReadableEntry, Login, Problem, Receipt, SignedGenesis, Submission]
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
    schemas = ecma(components)
    schemas["Problems"] = problems_schema()
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
    start, limit = in_query("from", INDEX), in_query("limit", {"type": "integer", "minimum": 1, "maximum": 1000})
    leaves = in_query("limit", {"type": "integer", "minimum": 1, "maximum": 4096})
    witnessed = in_query("witnessed", {"type": "string", "enum": ["false", "true"]})
    status = object_of(
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
        "/checkpoint": {"get": operation("The newest (or largest witnessed) checkpoint", {TEXT: {}}, [witnessed])},
        "/openapi.json": {"get": operation("This document", as_json({"type": "object"}), session=False)},
        "/tile/{level}/{index}": {
            "get": operation(
                "A tile of the tree or a bundle of leaves (c2sp.org/tlog-tiles)",
                binary,
                [in_path("level", {"type": "string"}), in_path("index", {"type": "string"})],
            )
        },
        "/v1/consistency": {
            "get": operation(
                "The proof that one size is a prefix of another",
                as_json(object_of(hashes={"type": "array", "items": HEX32}, new=INDEX, old=INDEX)),
                [in_query("old", INDEX), in_query("new", INDEX)],
            )
        },
        "/v1/cosignatures": {
            "post": operation(
                "Hand in a cosignature",
                as_json(object_of(size=INDEX, witnessed_size=INDEX)),
                body={TEXT: {"schema": {"type": "string"}}},
            )
        },
        "/v1/entries": {
            "get": operation(
                "The next entries that you may read",
                as_json(object_of(entries={"type": "array", "items": ref("Known")}, next=INDEX, size=INDEX)),
                [start, limit],
            ),
            "post": operation("Record one entry", as_json(ref("Receipt")), body=as_json(ref("Submission"))),
        },
        "/v1/entries/batch": {
            "post": operation(
                "Record entries, one a line, in order",
                {"application/jsonl": {}},
                body={"application/jsonl": {"schema": {"type": "string"}}},
            )
        },
        "/v1/genesis": {"get": operation("The signed genesis", as_json(ref("SignedGenesis")), session=False)},
        "/v1/leaves": {"get": operation("Whole leaves, joined", binary, [start, leaves])},
        "/v1/receipts/{id}": {
            "get": operation("A receipt, made again", as_json(ref("Receipt")), [in_path("id", HEX32), witnessed])
        },
        "/v1/recovery/checkpoint": {
            "post": operation(
                "Show the host what it signed", as_json(status), body={TEXT: {"schema": {"type": "string"}}}
            )
        },
        "/v1/recovery/entries": {
            "post": operation(
                "Give entries back",
                as_json(status),
                body={"application/jsonl": {"schema": {"type": "string"}}},
            )
        },
        "/v1/recovery/leaves": {
            "post": operation(
                "Give leaves back",
                as_json(status),
                [start],
                body={"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            )
        },
        "/v1/session": {
            "post": operation(
                "Log in",
                as_json(
                    object_of(expires_in_s={"type": "integer"}, party={"type": "string"}, token={"type": "string"})
                ),
                body=as_json(ref("Login")),
                session=False,
            )
        },
        "/v1/session/challenge": {
            "post": operation(
                "Ask for a challenge",
                as_json(object_of(challenge=HEX32)),
                body=as_json({"type": "object", "additionalProperties": False}),
                session=False,
            )
        },
        "/v1/status": {"get": operation("Whether the host writes, and how large it is", as_json(status))},
        "/v1/stream": {
            "get": operation("Your entries and every checkpoint, as they come", {"text/event-stream": {}}, [start])
        },
    }
