"""Whom a change of a notice endangers, and when an author has gone quiet."""
