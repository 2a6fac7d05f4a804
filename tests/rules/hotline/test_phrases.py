"""Standard phrases: the same sentence in three languages; figures untouched in all of them; right to left comes out right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.cli.entry_words import sentence
from detente.errors import Refused
from detente.rules.hotline.phrases import (
    FSI,
    LANGUAGES,
    LRI,
    PDI,
    RIGHT_TO_LEFT,
    RLI,
    VALUES,
    Catalogue,
    StandardPhrase,
    Value,
    as_html,
    plain,
    read_values,
    write_values,
)  # fmt: skip
from detente.wiring.phrases import catalogue, phrase

CATALOGUES = {language: catalogue(language) for language in LANGUAGES}
NAMES = sorted(CATALOGUES["en"])
SAMPLE = {
    "distance": "3 km", "language": "العربية", "minutes": "27", "party": "rus", "place": "37SFV 04846 03184 (WGS 84)",
    "ref": "a1b2c3d4e5f6", "time": "14:26Z", "unit": "Звено 1", "word": "Foxtrot",
}  # fmt: skip


def values_of(name: str) -> dict[str, str]:
    return {key: SAMPLE[key] for key in CATALOGUES["en"][name].placeholders()}


def same_everywhere(catalogues: Mapping[str, Catalogue]) -> tuple[str, ...]:
    """Return what differs between the languages: a phrase that is missing, untranslated, or has other placeholders. Empty: none."""
    names = sorted({name for catalogue in catalogues.values() for name in catalogue})
    found = []
    for name in names:
        texts = {language: catalogue.get(name) for language, catalogue in catalogues.items()}
        for language, one in sorted(texts.items()):
            if one is None or not one.text.strip():
                found.append(f"{name}: not in {language}")
        asked = {language: one.placeholders() for language, one in texts.items() if one is not None}
        if len(set(asked.values())) > 1:
            found.append(f"{name}: other values in other languages: {asked}")
        found += [f"{name}: {{{v}}} is no value" for v in sorted(set().union(*asked.values()) - set(VALUES))]
    return tuple(found)


def test_the_catalogue_is_complete_and_asks_for_the_same_values_in_every_language():
    assert len(NAMES) > 25
    assert same_everywhere(CATALOGUES) == ()


def test_a_missing_phrase_and_another_placeholder_are_found():
    """The check itself: one left out, one untranslated, one that asks for something else."""
    ru = dict(CATALOGUES["ru"])
    del ru["wait"]
    ru["say-again"] = StandardPhrase(name="say-again", source="", text=" ")
    ru["comply"] = StandardPhrase(name="comply", source="", text="Выполняем {time}.")
    found = same_everywhere({**CATALOGUES, "ru": ru})
    assert [line.split(":")[0] for line in found] == ["comply", "say-again", "wait"]


@pytest.mark.parametrize("name", NAMES)
def test_every_phrase_is_written_in_the_letters_of_its_language_and_says_where_it_comes_from(name):
    letters = {"en": r"[A-Za-z]", "ru": r"[а-яА-ЯёЁ]", "ar": r"[\u0600-\u06ff]"}
    for language in LANGUAGES:
        text = re.sub(r"\{[a-z]+\}", "", CATALOGUES[language][name].text)
        assert re.search(letters[language], text)
        assert not re.search("[a-zA-Z]", text) or language == "en"
        assert not re.search("[0-9٠-٩۰-۹]", text)
        assert CATALOGUES[language][name].source


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_figures_stand_in_every_language_as_they_were_given(name, language):
    """Digit for digit, in one piece, in a left-to-right isolate of their own where the sentence runs from right to left."""
    values = values_of(name)
    said = plain(phrase(name, language), values, language)
    assert "{" not in said
    for key, value in values.items():
        assert value in said
        if language in RIGHT_TO_LEFT:
            assert f"{LRI if VALUES[key] is Value.FIGURES else FSI}{value}{PDI}" in said
    if language in RIGHT_TO_LEFT:
        assert said.startswith(RLI) and said.endswith(PDI)
    opened = sum(said.count(mark) for mark in (LRI, RLI, FSI))
    assert opened == said.count(PDI)


def test_a_name_in_another_script_does_not_turn_the_sentence_around():
    """An Arabic unit name in an English sentence: isolated by its own direction, and the figures after it stay after it."""
    said = plain(phrase("passed-to-unit", "en"), {"time": "14:26Z", "unit": "الوحدة ٣"}, "en")
    assert said.index("الوحدة") < said.index("14:26Z")
    assert f"{FSI}الوحدة ٣{PDI}" in said


class Elements(HTMLParser):
    """Collects every element with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_html_says_language_and_direction_and_sets_figures_apart():
    parser = Elements()
    parser.feed(as_html(phrase("stop-activity", "ar"), {"distance": "3 km", "place": "37SFV 04846 03184"}, "ar"))
    assert parser.found == [("span", {"lang": "ar", "dir": "rtl"}), ("bdi", {"dir": "ltr"}), ("bdi", {"dir": "ltr"})]
    assert "37SFV 04846 03184" in parser.text


def test_html_escapes_what_others_wrote():
    said = as_html(phrase("nobody-answers-for", "en"), {"party": "<b onclick=x>&"}, "en")
    assert "<b onclick" not in said
    assert "&lt;b onclick=x&gt;&amp;" in said


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "needs a value"),
        ({"minutes": "٢٧"}, "Western digits"),
        ({"minutes": "27", "place": "x"}, "must be one of"),
        ({"minutes": "27\u202e"}, "controls of writing direction"),
        ({"minutes": f"{LRI}27{PDI}"}, "controls of writing direction"),
        ({"minutes": "2\n7"}, "line breaks"),
    ],
)
def test_values_that_could_be_misread_are_refused(values, word):
    """Arabic digits, a control that turns digits around, a line break; one too few, one too many."""
    with pytest.raises(Refused, match=word):
        plain(phrase("call-back", "ar"), values, "ar")


names = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["passed-to-unit", "unit-confirms", "stop-activity"]),
    names,
    st.from_regex(r"[0-9A-Z: ]{1,20}", fullmatch=True),
)
def test_what_a_message_carries_is_read_back_and_says_the_same_in_every_language(name, unit, figures):
    """The values leave as NAME=VALUE lines and come back; each language shows every one of them whole."""
    figures = figures.strip() or "0"
    values = {k: unit if VALUES[k] is Value.NAME else figures for k in phrase(name, "en").placeholders()}
    carried = write_values(values)
    assert not {LRI, RLI, FSI, PDI} & set(carried)
    back = read_values(carried)
    assert back == values
    for language in LANGUAGES:
        said = plain(phrase(name, language), back, language)
        assert all(value in said for value in values.values())


def test_a_phrase_not_known_to_a_reader_is_shown_by_its_name_and_values():
    """Another release's phrase is not a gap: what was said stands, without its sentence."""
    assert (
        sentence("from-a-later-release", "distance=3 km\nplace=Urum", "ru")
        == "[from-a-later-release] distance 3 km, place Urum"
    )
