"""YAML as people write it, read with bounds: its length, how deep it nests, and no aliases, which a few lines make endless."""

from __future__ import annotations

import re
from io import StringIO
from itertools import accumulate
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from detente.errors import Refused, problem, unreadable

MOST_BYTES: Final = 256 << 10
"""Some six times the longest case; takes about a second and a half to read."""
MOST_NESTED: Final = 64
_ALIAS: Final = re.compile(r"(?:^|[\s\[{,:?-])\*[^\s*]", re.MULTILINE)
_FOREIGN: Final = (YAMLError, RecursionError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""All that the parser was seen to raise for text that is no YAML of ours."""


def read_yaml(data: bytes, field: str = "file") -> Any:
    """Return what a YAML (or JSON) file holds. Raises `Refused`."""
    if len(data) > MOST_BYTES:
        raise _refused(field, f"{len(data)} bytes", f"must not exceed {MOST_BYTES} bytes", "Split the file.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _refused(field, "", unreadable(error), "Save it as UTF-8.") from None
    if any(depth > MOST_NESTED for depth in accumulate((c in "[{") - (c in "]}") for c in text)):
        raise _refused(field, "", f"nests deeper than {MOST_NESTED}", "Flatten it.")
    try:
        if _ALIAS.search(text) and any(
            "Alias" in type(e).__name__ for e in YAML(typ="safe", pure=True).parse(StringIO(text))
        ):
            raise _refused(field, "", "must hold no aliases (*name)", "Write out what each stands for.")
        return YAML(typ="safe", pure=True).load(StringIO(text))
    except _FOREIGN as error:
        words = "nests too deeply" if isinstance(error, RecursionError) else " ".join(str(error).split())[:200]
        raise _refused(field, "", f"must be YAML or JSON: {words}", "Mend the file.") from None


def _refused(field: str, value: str, rule: str, step: str) -> Refused:
    return Refused([problem("yaml", field, value, rule, step)])
