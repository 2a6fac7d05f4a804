"""Where the separate verifier is: one file that imports nothing of Detente, beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

import detente
from detente.errors import Unavailable

NAME = "detente_verify.py"


def verifier_path() -> Path:
    """Return the verifier's file. Raises Unavailable where the installation lacks it."""
    package = Path(detente.__file__).parent
    for place in (package / "verifier" / NAME, package.parents[1] / "verifier" / NAME):
        if place.is_file():
            return place
    raise Unavailable(f"{NAME} is missing from this installation; it ships beside the package, install it anew")
