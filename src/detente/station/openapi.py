"""The local API for machines: OpenAPI 3.1, made from the one table of questions and answers."""

from __future__ import annotations

import inspect

import msgspec

from detente.api.question import AnyQuestion
from detente.errors import Problem
from detente.network.openapi import JsonObject, as_json, ecma, in_path, in_query, operation, problems_schema, ref
from detente.station.local import ANSWERS, EVENTS
from detente.station.routes import asked_of, named_in_path, statuses_of

REFUSALS = ("default",)


def document() -> JsonObject:
    """Return the document as plain values."""
    questions = [asked for answers in ANSWERS if (asked := asked_of(answers)) is not None]
    kinds = [kind for asked in questions if (kind := asked.answer_type()) is not bytes]
    _, found = msgspec.json.schema_components(
        [Problem, *kinds, *questions], schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    schemas = ecma(found)
    paths: JsonObject = {EVENTS[1]: {EVENTS[0].lower(): _events()}}
    for asked in questions:
        own = schemas[asked.__name__] if asked.method == "POST" else schemas.pop(asked.__name__)
        paths.setdefault(asked.path, {})[asked.method.lower()] = _operation(asked, own)
    schemas["Problems"] = problems_schema()
    return {
        "components": {"schemas": schemas, "securitySchemes": {"session": {"scheme": "bearer", "type": "http"}}},
        "info": {
            "description": "What a party's own officers ask of their station. docs/formats/station-api.md is the text.",
            "title": "Detente station, local listener",
            "version": "1",
        },
        "openapi": "3.1.0",
        "paths": paths,
    }


def _anything(kind: type) -> JsonObject:
    """Return the schema of what may be any JSON: the one hole in the types."""
    if kind is object:
        return {"description": "any JSON"}
    raise NotImplementedError(kind)


def _operation(asked: type[AnyQuestion], own: JsonObject) -> JsonObject:
    fields, name = own["properties"], named_in_path(asked)
    whole = "body" in fields
    rest = [field for field in fields if field not in (name, "body")] if asked.method == "GET" or whole else []
    answer = asked.answer_type()
    content = as_json(ref(answer.__name__)) if answer is not bytes else {asked.kind: {}}
    body = None if asked.method == "GET" else as_json(fields["body"] if whole else ref(asked.__name__))
    return operation(
        inspect.getdoc(asked) or "",
        content,
        [*([in_path(name, fields[name])] if name else []), *(_in_query(field, fields[field]) for field in rest)],
        body=body,
        done=[str(status) for status in statuses_of(answer)],
        refused=REFUSALS,
        session=asked.path.startswith("/local/"),
    )


def _in_query(name: str, schema: JsonObject) -> JsonObject:
    """Return a parameter of the query; a list is written with commas."""
    found = in_query(name, schema)
    return {**found, "explode": False, "style": "form"} if schema.get("type") == "array" else found


def _events() -> JsonObject:
    return operation("What happens here, as it happens", {"text/event-stream": {}}, refused=REFUSALS)
