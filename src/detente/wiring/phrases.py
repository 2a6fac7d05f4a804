"""Reads the catalogue of standard phrases (gettext, `detente/locale`); in three languages, checked to be the same in all."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from detente.errors import Refused, problem
from detente.rules.hotline.phrases import LANGUAGES, Catalogue, StandardPhrase


@cache
def catalogue(language: str) -> Catalogue:
    """Return the phrases in one language, by name. Refused: a language that there is none for."""
    from babel.messages.pofile import read_po

    if language not in LANGUAGES:
        rule = f"must be one of: {', '.join(LANGUAGES)}"
        raise Refused([problem("language", "language", language, rule, "Choose one.")])
    data = files("detente").joinpath("locale", language, "LC_MESSAGES", "phrases.po").read_bytes()
    found = read_po(BytesIO(data), locale=language, abort_invalid=True)
    return {
        m.context: StandardPhrase(name=m.context, source="; ".join(m.auto_comments), text=str(m.string))
        for m in found
        if m.id and m.context
    }


def phrase(name: str, language: str) -> StandardPhrase:
    """Return one phrase in one language. Refused: no such phrase."""
    found = catalogue(language).get(name)
    if found is None:
        rule = "must be a standard phrase"
        raise Refused([problem("phrase", "phrase", name, rule, "See `detente phrase list`.")])
    return found
