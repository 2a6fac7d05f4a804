"""Counting and clocks: what "seven days" and "midnight" mean under each reading, from the same events."""
