"""Views that rest on `Heads` alone: each picture has one of each, without a line that names it.

A new view of that kind is a new module below this folder, and nothing else.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from detente import picture
from detente.picture.fold import View
from detente.picture.heads import Heads


class PlainView(View):
    """A view that is made of `Heads` alone, and folded after every view that rests on another."""

    def __init__(self, heads: Heads) -> None:
        """Make it; `Heads` has taken each entry in before."""


def plain_views(heads: Heads) -> dict[type[PlainView], PlainView]:
    """Make one of each plain view that stands below this folder, in order of their names."""
    return {kind: kind(heads) for kind in _kinds()}


@cache
def _kinds() -> tuple[type[PlainView], ...]:
    below = f"{picture.__name__}."
    for found in pkgutil.walk_packages(picture.__path__, below):
        importlib.import_module(found.name)
    kinds = (kind for kind in PlainView.__subclasses__() if kind.__module__.startswith(below))
    return tuple(sorted(kinds, key=lambda kind: kind.name))
