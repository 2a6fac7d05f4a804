"""`detente phrase list|say`: standard phrases of the line, the same sentence in each side's own language."""

from __future__ import annotations

from typing import Annotated

import typer

from detente.cli.output import AsJson, answer, guarded
from detente.errors import Refused, problem

Language = Annotated[
    str, typer.Option("--language", envvar="DETENTE_LANGUAGE", help="Language shown: en, ru or ar.", show_default=True)
]
Values = Annotated[
    list[str] | None, typer.Option("--value", help="A value of the phrase: 'place=37SFV 04846 03184'; repeat.")
]


def register(app: typer.Typer) -> None:
    """Add the verb and its forms."""
    group = typer.Typer(
        help="Standard phrases: the same sentence in each language.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list")(guarded(list_phrases))
    group.command("say")(guarded(say))
    app.add_typer(group, name="phrase")


def list_phrases(language: Language = "en", as_json: AsJson = False) -> None:
    """List every standard phrase in one language, with its values."""
    from detente.rules.hotline.phrases import PDI, RIGHT_TO_LEFT, RLI
    from detente.wiring.phrases import catalogue

    found = sorted(catalogue(language).items())
    start, end = (RLI, PDI) if language in RIGHT_TO_LEFT else ("", "")
    lines = [f"{name}: {start}{phrase.text}{end}" for name, phrase in found]
    value = [{"name": n, "source": p.source, "text": p.text, "values": p.placeholders()} for n, p in found]
    answer({"language": language, "phrases": value}, "\n".join(lines), as_json)


def say(
    name: Annotated[str, typer.Argument(metavar="PHRASE", help="Name of the phrase.")],
    value: Values = None,
    as_html: Annotated[bool, typer.Option("--html", help="As HTML, with direction and language said.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say one phrase with its values, in every language. Figures stay as they are in all of them. Nothing is sent."""
    from detente.rules.hotline import phrases
    from detente.wiring.phrases import phrase

    values = values_given(value)
    make = phrases.as_html if as_html else phrases.plain
    said = {language: make(phrase(name, language), values, language) for language in phrases.LANGUAGES}
    words = "\n".join(said.values() if as_html else (f"{code}: {text}" for code, text in said.items()))
    answer({"phrase": name, "said": said, "values": values}, words, as_json)


def values_given(given: list[str] | None) -> dict[str, str]:
    """Read NAME=VALUE, repeated."""
    found: dict[str, str] = {}
    for text in given or []:
        name, equals, value = text.partition("=")
        if not equals or name.strip() in found:
            rule = "must be NAME=VALUE, each name once"
            raise Refused([problem("value", "--value", text, rule, "Write --value 'place=37SFV 04846 03184'.")])
        found[name.strip()] = value.strip()
    return found
