"""Verbs about notices: tell, answer, withdraw and change them; what comes too close; whom each has reached; own hidden presence."""
