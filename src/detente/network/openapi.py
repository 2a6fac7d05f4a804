"""Parts of an OpenAPI 3.1 document, written once for the host's API and for a station's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

JsonObject = dict[str, Any]

REFUSALS = ("400", "401", "403", "404", "409", "413", "422", "429", "503")


def operation(
    summary: str,
    content: JsonObject,
    parameters: list[JsonObject] | None = None,
    *,
    body: JsonObject | None = None,
    done: Iterable[str] = ("200",),
    refused: Iterable[str] = REFUSALS,
    session: bool = True,
) -> JsonObject:
    """Return one operation. `done` are the statuses of its answer, `refused` those of problems; with `session` it needs a token."""
    problems = {"content": {"application/problem+json": {"schema": ref("Problems")}}, "description": "Why not"}
    codes = sorted(code for code in refused if session or code != "403")
    answered = {"content": content, "description": summary}
    found: JsonObject = {
        "responses": {**dict.fromkeys(codes, problems), **dict.fromkeys(done, answered)},
        "summary": summary,
    }
    if parameters:
        found["parameters"] = parameters
    if body is not None:
        found["requestBody"] = {"content": body, "required": True}
    if session:
        found["security"] = [{"session": []}]
    return found


def as_json(schema: JsonObject) -> JsonObject:
    """Return the content of a JSON body."""
    return {"application/json": {"schema": schema}}


def ref(name: str) -> JsonObject:
    """Point to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def object_of(**properties: JsonObject) -> JsonObject:
    """Return the schema of an object that has all of these."""
    return {"properties": properties, "required": sorted(properties), "type": "object"}


def in_query(name: str, schema: JsonObject) -> JsonObject:
    """Return a parameter that may be left out."""
    return {"in": "query", "name": name, "required": False, "schema": schema}


def in_path(name: str, schema: JsonObject) -> JsonObject:
    """Return a parameter that stands in the path."""
    return {"in": "path", "name": name, "required": True, "schema": schema}


def problems_schema() -> JsonObject:
    """Return the schema of problem details (RFC 9457)."""
    return object_of(
        detail={"type": "string"},
        problems={"type": "array", "items": ref("Problem")},
        status={"type": "integer"},
        title={"type": "string"},
        type={"type": "string"},
    )


def ecma(value: Any) -> Any:
    r"""Write patterns as JSON Schema has them: Python's \Z is $ there."""
    if isinstance(value, dict):
        return {
            key: part.replace("\\Z", "$") if key == "pattern" and isinstance(part, str) else ecma(part)
            for key, part in value.items()
        }
    return [ecma(part) for part in value] if isinstance(value, list) else value
