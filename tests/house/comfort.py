"""Words that read as an all-clear."""

from __future__ import annotations

import re

FALSE_COMFORT = re.compile(r"\b(all[- ]?clear|clear(ed|s)?|safe|no conflicts?|deconflicted|free to)\b", re.IGNORECASE)
