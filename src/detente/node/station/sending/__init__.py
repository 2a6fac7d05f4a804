"""How an own entry is held for approval, queued, sent, and taken back."""
