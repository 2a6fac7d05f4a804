"""Verbs about agreements: terms, what each side says of them, verdicts and their proofs, status sheets, reviews, permissions."""
