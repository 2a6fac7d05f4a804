"""Bodies about agreements: terms, what parties say of them, verdicts, meetings, permissions."""
