"""Verbs about reaching people: calls, messages, stops, lines, and who is on watch."""
