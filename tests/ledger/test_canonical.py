"""One text for one value: the same bytes as RFC 8785, and nothing outside the strict profile."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import Refused
from detente.ledger import canonical
from detente.ledger.canonical import MAX_INT, check, decode, encode, is_name, is_party_id

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/canonical-json.json").read_text())

BAD = {chr(c) for c in [*range(32), *range(0x7F, 0xA0), 0x202D, 0x202E]} - {"\n", "\t"}
TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", "".join(c for c in text if c not in BAD))
)
KEYS = st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


class Point(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lat_ndeg: int
    lon_ndeg: int
    words: str | None = None


@settings(max_examples=180)
@given(VALUES)
def test_same_bytes_as_rfc_8785(value: Any) -> None:
    """For every value of the profile our bytes are those of an independent RFC 8785 encoder, and read back the same."""
    data = encode(value)
    assert data == rfc8785.dumps(value)
    assert json.loads(data) == value
    check(data)


@settings(max_examples=180)
@given(VALUES, st.data())
def test_no_second_text_for_a_value(value: Any, data: st.DataObject) -> None:
    """Whatever is done to a canonical text, the result is refused or is the canonical text of another value."""
    text = bytearray(encode(value))
    place = data.draw(st.integers(0, len(text)))
    change = data.draw(
        st.sampled_from([b"", b" ", b"\n", b"0", b".0", b"e0", b"-", b",", b'"', b"\\u0041", b"\xef\xbb\xbf"])
    )
    width = data.draw(st.integers(0, 2))
    changed = bytes(text[:place] + change + text[place + width :])
    try:
        check(changed)
    except Refused:
        return
    assert rfc8785.dumps(json.loads(changed)) == changed


@settings(max_examples=120)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.integers(-(2**65), 2**65))
def test_the_fast_path_finds_what_the_slow_one_finds(text: str, number: int) -> None:
    """A text passes if and only if it is in NFC without controls and overrides; a number if and only if it is small."""
    fit = unicodedata.is_normalized("NFC", text) and not BAD & set(text) and abs(number) <= MAX_INT
    data = rfc8785.dumps({"t": text})[:-1] + b',"u":[%d]}' % number
    try:
        check(data)
    except Refused:
        assert not fit
    else:
        assert fit


def test_large_integers_hide_nowhere() -> None:
    """2^53 is refused wherever it stands, 2^53 - 1 is not; long digits inside strings are nobody's business."""
    for shape in ("%d", "[%d]", "[1,%d]", '{"a":%d}', "[-1,%d,2]", '{"a":[[%d]]}'):
        for size in (MAX_INT, -MAX_INT):
            check((shape % size).encode())
        for size in (MAX_INT + 1, -MAX_INT - 1, 10**16, 10**17, -(10**30)):
            with pytest.raises(Refused) as refused:
                check((shape % size).encode())
            assert refused.value.problems[0].code == "canonical-integer"
    check(b'["99999999999999999999","id 9007199254740993"]')


@pytest.mark.parametrize("text", VECTORS["accepted"])
def test_vectors_accepted(text: str) -> None:
    check(text.encode())
    assert rfc8785.dumps(json.loads(text)) == text.encode()


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_vectors_refused(case: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        check(case["text"].encode("utf-8", "surrogatepass"))
    assert refused.value.problems[0].code == case["code"]


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    for case in VECTORS["refused_bytes"]:
        with pytest.raises(Refused) as refused:
            check(bytes.fromhex(case["hex"]))
        assert refused.value.problems[0].code == case["code"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"lat_ndeg":1,"lon_ndeg":2}', ""),
        ('{"lat_ndeg":1,"lon_ndeg":2,"words":null,"zone":1}', "zone"),
        ('{"lat_ndeg":1,"words":null}', "lon_ndeg"),
        ('{"lat_ndeg":"1","lon_ndeg":2,"words":null}', "lat_ndeg"),
        ('{"lat_ndeg":1,"lat_ndeg":1,"lon_ndeg":2,"words":null}', ""),
        ('{"lat_ndeg":1.0,"lon_ndeg":2,"words":null}', "lat_ndeg"),
        ('{"lon_ndeg":2,"lat_ndeg":1,"words":null}', ""),
    ],
    ids=["default left out", "unknown", "missing", "type", "twice", "float", "order"],
)
def test_a_schema_is_obeyed_to_the_byte(text: str, field: str) -> None:
    """Unknown, missing, doubled, disordered or mistyped fields are refused, naming the field where there is one."""
    with pytest.raises(Refused) as refused:
        decode(text.encode(), Point)
    assert refused.value.problems[0].field == field


def test_a_struct_reads_back() -> None:
    point = Point(lat_ndeg=35_000_000_000, lon_ndeg=-1, words="у аэродрома")
    assert decode(encode(point), Point) == point


def test_a_problem_names_the_place() -> None:
    """A fault deep inside is named by its path and shown."""
    with pytest.raises(Refused) as refused:
        check('{"a":[{"b":"ok"},{"b":"e\u0301"}],"c":[1.5]}'.encode())
    (fault, *_) = refused.value.problems
    assert (fault.field, fault.code) in {("a[1].b", "canonical-text"), ("c[0]", "canonical-float")}
    with pytest.raises(Refused) as refused:
        check('{"a":["\u202e","e\u0301"]}'.encode())
    assert [fault.field for fault in refused.value.problems] == ["a[0]", "a[1]"]


@pytest.mark.parametrize("value", [1.0, float("nan"), [float("nan")], {"a": 2**53}, "e\u0301", "\ud800", {"é": 1}])
def test_nothing_outside_the_profile_can_be_written(value: Any) -> None:
    with pytest.raises(Refused):
        encode(value)


def test_depth_is_bounded_and_does_not_crash() -> None:
    """32 levels are read, 33 are refused, and a hundred thousand do no harm."""
    check(b"[" * 32 + b"]" * 32)
    for depth in (34, 1_000, 100_000):
        with pytest.raises(Refused) as refused:
            check(b"[" * depth + b"]" * depth)
        assert refused.value.problems[0].code == "canonical-depth"


def test_identifiers_cannot_look_alike() -> None:
    """Party ids are plain; names have any script but nothing invisible and nothing that turns the direction."""
    assert is_party_id("cjtf") and is_party_id("un.ocha-2")
    for bad in ("", "CJTF", "rus\n", "сjtf", "2nd", "a" * 33, "a b"):
        assert not is_party_id(bad)
    assert is_name("Группировка войск") and is_name("القوات") and is_name("United Nations")
    for bad in ("", "rus\u202e", "ru\u200bs", "a\nb", "e\u0301", "x" * 121, "\u2066x\u2069", "so\u00adft", "\ufeffx"):
        assert not is_name(bad)


def test_hex_has_one_spelling() -> None:
    """Upper case, spaces and odd lengths are not hex here, though Python reads them."""
    assert canonical.unhex("00ff", 2, "key") == b"\x00\xff"
    for bad in ("00FF", "00 ff", "0ff", "00ffgg", "", "00ff00"):
        with pytest.raises(Refused):
            canonical.unhex(bad, 2, "key")
