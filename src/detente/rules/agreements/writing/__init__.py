"""Agreements as people write them, with the short forms that are allowed there."""
