"""Kinds, versions and forms: what is known is read strictly, what is older is carried forward, what is unknown is kept."""

from __future__ import annotations

import msgspec
import pytest
from tests.records.examples import EXAMPLES

from detente.errors import Problem, Refused
from detente.ledger import canonical
from detente.records import registry
from detente.records.agreements.verdict import AGREED, ReadAs, Verdicts
from detente.records.body import Body
from detente.records.registry import REGISTRY, Form, Record, Registry, Unknown


class Weather1(Body, frozen=True, kw_only=True):
    wind_kn: int


class Weather2(Body, frozen=True, kw_only=True):
    gusts: bool
    wind_mm_s: int


class Weather3(Body, frozen=True, kw_only=True):
    gusts: bool
    source: str
    wind_mm_s: int


def check_nothing(body: Body) -> tuple[Problem, ...]:
    return ()


WEATHER = Registry(
    [
        Form(
            body=Weather3,
            check=check_nothing,
            form="full",
            kind="weather",
            older={
                1: (Weather1, lambda old: Weather2(gusts=False, wind_mm_s=old.wind_kn * 514)),
                2: (Weather2, lambda old: Weather3(gusts=old.gusts, source="", wind_mm_s=old.wind_mm_s)),
            },
            version=3,
        )
    ]
)


def test_an_old_body_is_carried_forward_version_by_version():
    record = WEATHER.read("weather/1", "full", b'{"wind_kn":10}')
    assert record == Record(
        body=Weather3(gusts=False, source="", wind_mm_s=5140), form="full", kind="weather", version=1
    )


def test_a_body_of_the_version_between_skips_the_first_step():
    record = WEATHER.read("weather/2", "full", b'{"gusts":true,"wind_mm_s":9}')
    assert isinstance(record, Record)
    assert record.body == Weather3(gusts=True, source="", wind_mm_s=9)


def test_new_bodies_are_written_in_the_present_version_only():
    kind, form, data = WEATHER.write(Weather3(gusts=False, source="mast", wind_mm_s=1))
    assert (kind, form) == ("weather/3", "full")
    assert data == b'{"gusts":false,"source":"mast","wind_mm_s":1}'


def test_an_old_body_is_read_as_strictly_as_a_new_one():
    with pytest.raises(Refused):
        WEATHER.read("weather/1", "full", b'{"wind_kn":10,"gusts":true}')


@pytest.mark.parametrize(
    ("kind", "form", "why"),
    [
        ("weather/4", "full", "version"),
        ("weather/0", "full", "version"),
        ("weather", "full", "version"),
        ("weather/x", "full", "version"),
        ("weather/1", "coarse", "form"),
        ("tide/1", "full", "kind"),
    ],
)
def test_what_is_not_understood_is_kept_as_it_came(kind, form, why):
    body = b'{"anything":["at","all"]}'
    assert WEATHER.read(kind, form, body) == Unknown(body=body, form=form, kind=kind, why=why)


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda b: type(b).__name__)
def test_what_is_written_is_read_back(body):
    kind, form, data = registry.write(body)
    record = registry.read(kind, form, data)
    assert isinstance(record, Record)
    assert record.body == body
    assert registry.read(kind, form, data, strict=False) == record


@pytest.mark.parametrize("body", EXAMPLES, ids=lambda b: type(b).__name__)
def test_a_body_has_one_encoding(body):
    """A missing field, an extra one, a space, or another order of keys is refused."""
    kind, form, data = registry.write(body)
    fields = msgspec.json.decode(data)
    spaced = data.replace(b":", b": ", 1)
    extra = canonical.encode({**fields, "zz_extra": 1})
    missing = canonical.encode({k: v for k, v in fields.items() if k != min(fields)})
    reverse = msgspec.json.encode(dict(reversed(fields.items())))
    for bad in (spaced, extra, missing, *([reverse] if len(fields) > 1 else [])):
        with pytest.raises(Refused) as refused:
            registry.read(kind, form, bad)
        assert refused.value.problems


def test_fields_stand_in_alphabetical_order_so_that_plain_encoding_is_canonical():
    for form in REGISTRY.forms():
        fields = form.body.__struct_fields__
        assert list(fields) == sorted(fields), form.body


def test_a_form_has_one_place_whatever_else_an_entry_holds():
    """Full, coarse, own and humane forms of a notice never move: their place tells nothing of what else there is."""
    places = {form.form: form.position for form in REGISTRY.forms() if form.kind == "notice"}
    assert places == {"full": 0, "coarse": 1, "own": 2, "humane": 3}


def test_a_refusal_names_the_field():
    kind, form, data = registry.write(next(body for body in EXAMPLES if type(body).__name__ == "Call"))
    with pytest.raises(Refused) as refused:
        registry.read(kind, form, data.replace(b'"at_us":1474122240000000', b'"at_us":"yesterday"'))
    (found,) = refused.value.problems
    assert (found.field, found.value) == ("at_us", "yesterday")


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("", AGREED),
        ("calendar", ReadAs(days="calendar", word_of="")),
        ("as rus says", ReadAs(days="", word_of="rus")),
        ("elapsed, as rus says", ReadAs(days="elapsed", word_of="rus")),
        ("whole days, night included, as us says", ReadAs(days="whole days, night included", word_of="us")),
        ("as nobody in particular says", ReadAs(days="as nobody in particular says", word_of="")),
    ],
)
def test_the_reading_that_a_verdict_of_version_1_names_becomes_a_value_of_that_name(name, reading):
    """Upcast from the bytes as they were signed; a name of another make is taken whole, so that no two readings become one."""
    (now,) = [body for body in EXAMPLES if isinstance(body, Verdicts)]
    old = msgspec.json.decode(canonical.encode(now))
    old["verdicts"][0]["reading"] = name
    record = REGISTRY.read("verdict/1", "full", canonical.encode(old))
    assert isinstance(record, Record) and isinstance(record.body, Verdicts)
    (said,) = record.body.verdicts
    assert said.reading == reading
    assert said.reading.name == name
    assert msgspec.structs.replace(said, reading=AGREED) == now.verdicts[0]
