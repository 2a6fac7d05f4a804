"""What some ledger already holds is read forever: one committed body of every kind, version and form."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.records.examples import EXAMPLES, GOLDEN

from detente.records import registry
from detente.records.registry import REGISTRY, Record

FILES = sorted(GOLDEN.glob("*.json"))


def kind_and_form(file: Path) -> tuple[str, str]:
    name, version, form = file.stem.split("-", 2)
    return f"{name}/{version}", form


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_golden_body_is_read_and_sound(file):
    kind, form = kind_and_form(file)
    record = registry.read(kind, form, file.read_bytes())
    assert isinstance(record, Record)
    assert registry.check(record.body) == ()


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_golden_body_of_the_present_version_is_written_again_byte_for_byte(file):
    kind, form = kind_and_form(file)
    record = registry.read(kind, form, file.read_bytes())
    assert isinstance(record, Record)
    if registry.write(record.body)[0] == kind:
        assert registry.write(record.body) == (kind, form, file.read_bytes())


def test_every_kind_version_and_form_has_its_golden_body():
    asked = {
        (f"{form.kind}/{version}", form.form) for form in REGISTRY.forms() for version in (*form.older, form.version)
    }
    assert {kind_and_form(file) for file in FILES} == asked


def test_the_examples_are_the_golden_bodies():
    for body in EXAMPLES:
        kind, form, data = registry.write(body)
        assert (GOLDEN / f"{kind.replace('/', '-')}-{form}.json").read_bytes() == data
