"""The names of a ledger's own rules (`genesis.md`, `rules`): all that any part of the product reads, and none else.

A rule misspelt at founding would be read by nobody and hold for good. A test compares this list with what is read.
"""

from __future__ import annotations

from typing import Final

from detente.records.notices.notice import Activity
from detente.rules.hotline.ladder import ladder_terms

NAMES: Final = frozenset(
    {
        "exchange_every_us",
        "lateness_us",
        "lodge_after_us",
        "lodge_within_us",
        "officer_answer_us",
        "protected_buffer_mm",
        "readback_us",
        "register_stale_us",
        "stop_unit_us",
        "tell_every_us",
        "unit_ahead_us",
        *ladder_terms(),
        *(f"lead_{a.value.replace('-', '_')}{kind}_us" for a in Activity for kind in ("", "_emergency")),
    }
)
