"""Verbs about places alone, which need no station; and the options with which every verb takes a place or a volume."""
