"""One form of one kind of body: how a record's module says what it is (`FORMS`), for the registry to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from detente.errors import Problem
from detente.records.body import Body

Check = Callable[[Any], tuple[Problem, ...]]
Upcast = Callable[[Any], Body]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of one kind: its present version, that version's Struct and check, and the older ones with upcasters.

    `older` maps a version to its Struct and to the function that carries its body to the *next* version. `position` is the
    facet at which this form always stands, so that it tells nothing of which other forms an entry has.
    """

    body: type[Body]
    check: Check
    form: str
    kind: str
    older: Mapping[int, tuple[type[Body], Upcast]] = {}
    position: int = 0
    version: int


def first_version(kind: str, body: type[Body], check: Check, form: str = "full", position: int = 0) -> Form:
    """Return a form in its first version."""
    return Form(body=body, check=check, form=form, kind=kind, position=position, version=1)


def second_version(kind: str, body: type[Body], check: Check, first: type[Body], upcast: Upcast) -> Form:
    """Return a form in its second version, and how the first is carried forward."""
    return Form(body=body, check=check, form="full", kind=kind, older={1: (first, upcast)}, version=2)
