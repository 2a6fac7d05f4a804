"""Which names a Struct knows at a place of a document: so that a misspelt one is refused with the nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import inspect

from detente.errors import nearest, unreadable

_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`$")
_FIELD = re.compile(r"field `(?P<name>[^`]*)`")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def did_you_mean(error: Exception, kind: Any) -> str:
    """Return "Did you mean `error_mm`?" for a decoder's complaint about a field that `kind` does not know; else ""."""
    what, path = complaint(error)
    found = _UNKNOWN.search(what)
    if found is None:
        return ""
    infos = [_info(kind)]
    for name, index in _STEP.findall(f".{path}"):
        infos = [inner for info in infos for one in _each(info) for inner in _inside(one, name, index)]
    return nearest(found["name"], sorted({name for info in infos for one in _each(info) for name in _names(one)}))


@lru_cache(maxsize=256)
def _info(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _each(info: inspect.Type) -> Iterator[inspect.Type]:
    if isinstance(info, inspect.UnionType):
        yield from info.types
    elif isinstance(info, inspect.Metadata):
        yield from _each(info.type)
    else:
        yield info


def _inside(info: inspect.Type, name: str, index: str) -> Iterator[inspect.Type]:
    match info:
        case inspect.StructType():
            yield from (field.type for field in info.fields if field.encode_name == name)
        case inspect.DictType():
            yield info.value_type
        case inspect.ListType() | inspect.VarTupleType() if index:
            yield info.item_type
        case inspect.TupleType() if index.isdigit():
            yield from info.item_types[int(index) : int(index) + 1]


def _names(info: inspect.Type) -> Iterator[str]:
    if isinstance(info, inspect.StructType):
        yield from (field.encode_name for field in info.fields)
        if info.tag_field is not None:
            yield info.tag_field


def complaint(error: Exception) -> tuple[str, str]:
    """Return what a decoder complains of, as it says it, and where: "" or "terms[0].pattern". Nobody else reads such a message."""
    found = _AT.match(unreadable(error))
    if found is None:
        return unreadable(error), ""
    return found["what"], (found["path"] or "").removeprefix(".")


def field_named(what: str) -> str:
    """Return the field that a complaint names as missing or unknown, "" if none; the place that stands beside it ends before it."""
    found = _FIELD.search(what)
    return "" if found is None else found["name"]


def misfit(error: Exception, kind: Any, otherwise: str) -> tuple[str, str, str]:
    """Return field, rule and next step of a decoder's complaint; `otherwise` is the step where no known name is near."""
    what, where = complaint(error)
    return where, what[:1].lower() + what[1:], did_you_mean(error, kind) or otherwise
