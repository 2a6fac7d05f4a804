"""Verbs about entries of any kind: list, show, disclose and erase them, end a thread for some readers, dismiss what was refused."""
