"""Takes plain values of the command line as they stand, without the library that checks the others.

The parser builds a schema for every option, also for one that nobody gave, and imports a large schema library to do so: a third
of the time of `detente status`. A text, a readable path and a default of ours need no check; whatever else is given goes the
parser's own way, to its own refusals.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


class AsGiven:
    """Coerces the values of one parameter. The parser asks for it by `get_runtime_param`; an older parser never does."""

    def __init__(self, parameter: Any) -> None:
        self._asked = parameter.type_descriptor
        self._default = parameter.default
        self._checked = parameter.get_runtime_param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return a value as the verb gets it."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if not several and (self._is_text(value) or value is self._default):
            return value
        if not several and self._is_path(value):
            return Path(value)
        return self._checked().coerce(value, param=param, ctx=ctx)

    def _is_text(self, value: Any) -> bool:
        return self._asked.annotation is str and isinstance(value, str)

    def _is_path(self, value: Any) -> bool:
        asked = self._asked.parameter_info
        narrower = asked.resolve_path or asked.writable or not asked.file_okay or not asked.dir_okay
        return self._asked.annotation is Path and not narrower and os.access(value, os.R_OK)


def quick(parameter: Any) -> Any:
    """Have a parameter take plain values as they stand; returns it."""
    if hasattr(parameter, "get_runtime_param") and "get_runtime_param" not in vars(parameter):
        made = AsGiven(parameter)
        parameter.get_runtime_param = lambda: made
    return parameter


def quicken(command: Any) -> None:
    """Do so for all parameters of a command and of those below it, its `--help` too."""
    given = command.get_params
    command.get_params = lambda context: [quick(parameter) for parameter in given(context)]
    for below in getattr(command, "commands", {}).values():
        quicken(below)
