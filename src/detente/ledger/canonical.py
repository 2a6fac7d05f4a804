"""One text for one value: JSON in RFC 8785 form, of a strict profile (docs/formats/canonical-json.md).

Whatever is signed or hashed passes through here, so two parties can never read two meanings out of the same bytes, nor
write two byte strings for the same meaning. Admission decodes, encodes again and compares.

`msgspec` with sorted keys writes the same bytes as RFC 8785 once floats, large integers and keys outside ASCII are out
(ASCII sorts alike as UTF-8 and as UTF-16); the tests hold it against the `rfc8785` package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import Annotated, Any, TypeVar

import msgspec

from detente.errors import UNREADABLE, Problem, Refused, problem
from detente.ledger.known_names import complaint, did_you_mean, field_named

T = TypeVar("T")

MAX_INT = 2**53 - 1
"""Largest magnitude of an integer (RFC 7493 section 2.2); larger ones are written as strings."""

MAX_DEPTH = 32
"""Deepest nesting of arrays and objects."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT)]
"""A count, size, index or time: 0 to 2^53 - 1."""

PARTY_PATTERN = r"^[a-z][a-z0-9.-]{0,31}\Z"
NAME_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+\Z"

PartyId = Annotated[str, msgspec.Meta(pattern=PARTY_PATTERN)]
"""A party's short name: `cjtf`, `rus`, `un`. Lower case, so two that look alike are the same."""

Name = Annotated[str, msgspec.Meta(pattern=NAME_PATTERN, min_length=1, max_length=120)]
"""A name shown to people: any script, but no control, bidi control, or invisible character."""

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""32 bytes as 64 lower-case hex digits: a hash, key, id or salt."""

Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]
"""64 bytes as 128 lower-case hex digits: an Ed25519 signature."""


class _FloatFound(Exception):  # noqa: N818 - never leaves this module
    pass


def _no_float(text: str) -> None:
    raise _FloatFound(text)


_SORTED = msgspec.json.Encoder(order="sorted")
_STRICT = msgspec.json.Decoder(float_hook=_no_float)
_LOOSE = msgspec.json.Decoder()
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}

_PARTY = re.compile(PARTY_PATTERN)
_NAME = re.compile(NAME_PATTERN)
_BAD_TEXT = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]")
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_BRACKETS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SEVENTEEN = b"0" * 17


def encode(obj: Any) -> bytes:
    """Return the one canonical text of a value.

    Raises `Refused` for a value outside the profile: a float, a large integer, a key outside ASCII, text not in NFC.
    Structs must have no float field (a NaN there would be written as null).
    """
    if isinstance(obj, dict | list | tuple | float):
        _refuse(_faults(obj))
    try:
        data = _SORTED.encode(obj)
    except UnicodeEncodeError as error:
        fault = _bad("text", "", repr(error.object), "holds half of a surrogate pair", "Send whole characters")
        raise Refused([fault]) from None
    check(data)
    return data


def decode(data: bytes, kind: type[T]) -> T:
    """Return the value of a canonical text, or raise `Refused` saying where it is not one.

    Every field must be present, in order, spelled in the one permitted way: the value is encoded again and compared.
    """
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    try:
        value: T = decoder.decode(data)
    except UNREADABLE as error:
        found = _explain(data, error)
        step = did_you_mean(error, kind) or found.next_step
        raise Refused([msgspec.structs.replace(found, next_step=step)]) from None
    check(data)
    if _SORTED.encode(value) != data:
        raise Refused([_differs(data, _SORTED.encode(value))])
    return value


def check(data: bytes) -> None:
    """Refuse bytes that are not canonical JSON of the strict profile, whatever their schema."""
    try:
        value = _STRICT.decode(data)
    except _FloatFound as found:
        # A float under a duplicate key, or beyond the range of floats, is not found again by reading loosely.
        raise Refused([_float_fault(data, str(found))]) from None
    except UNREADABLE as error:
        raise Refused([_explain(data, error)]) from None
    # Only text outside ASCII, an escape, a long number or deep nesting can break the rules that are left.
    if not data.isascii() or b"\\" in data or b"\x7f" in data or _may_be_large_or_deep(data):
        _refuse(_faults(value))
    if _SORTED.encode(value) != data:
        raise Refused([_differs(data, _SORTED.encode(value))])


def require_shallow(data: bytes, most: int = MAX_DEPTH) -> None:
    """Refuse JSON that nests deeper than `most`, before anything is built of it. Looks at brackets alone: what is no JSON may pass."""
    if data.count(b"[") + data.count(b"{") <= most:
        return
    brackets = _TEXTS.sub(b"", data).translate(None, _NO_BRACKETS)
    if any(depth > most for depth in accumulate(map(_BRACKETS.__getitem__, brackets))):
        raise Refused([_bad("depth", "", "", f"nests deeper than {most}", "Flatten it")])


def is_party_id(text: str) -> bool:
    """Tell whether a text is a party id."""
    return _PARTY.match(text) is not None


def is_name(text: str) -> bool:
    """Tell whether a text may be a name shown to people: nothing invisible, no control, NFC."""
    return _NAME.match(text) is not None and len(text) <= 120 and unicodedata.is_normalized("NFC", text)


def unhex(text: str, size: int, field: str) -> bytes:
    """Return the `size` bytes written as lower-case hex digits, or raise `Refused`."""
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != size or value.hex() != text:
        raise Refused([_bad("hex", field, text, f"must be {2 * size} lower-case hex digits", "Copy it again in full")])
    return value


def _may_be_large_or_deep(data: bytes) -> bool:
    # Cheap, and may say yes wrongly. Beyond 2^53 - 1 = 9007199254740991 means 17 digits, or 16 that begin with 9.
    return (
        _SEVENTEEN in data.translate(_DIGITS)
        or b":9" in data
        or b",9" in data
        or b"[9" in data
        or b"-9" in data
        or data.startswith(b"9")
        or data.count(b"[") + data.count(b"{") > MAX_DEPTH
    )


def _float_fault(data: bytes, text: str) -> Problem:
    try:
        for fault in _faults(_LOOSE.decode(data)):
            if fault.code == "canonical-float":
                return fault
    except UNREADABLE:
        pass
    return _bad("float", "", text, "must be an integer", "Use a smaller unit (mm, µs, nanodegrees)")


def _faults(value: Any, field: str = "", depth: int = 0) -> Iterator[Problem]:
    """Yield one problem for each place where a decoded value leaves the profile."""
    if depth > MAX_DEPTH:
        yield _bad("depth", field, "", f"nests deeper than {MAX_DEPTH}", "Flatten it")
    elif isinstance(value, str):
        yield from _text_faults(value, field)
    elif isinstance(value, float):
        yield _bad("float", field, value, "must be an integer", "Use a smaller unit (mm, µs, nanodegrees)")
    elif isinstance(value, int) and not -MAX_INT <= value <= MAX_INT:
        yield _bad("integer", field, value, "must lie within ±(2^53 - 1)", "Write larger numbers as strings")
    elif isinstance(value, dict):
        for key, part in value.items():
            if not (isinstance(key, str) and key.isascii()):
                yield _bad("key", field, str(key), "is a key outside ASCII", "Use the field names of the format")
            yield from _faults(part, f"{field}.{key}" if field else str(key), depth + 1)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _faults(part, f"{field}[{place}]", depth + 1)


def _text_faults(text: str, field: str) -> Iterator[Problem]:
    if text.isascii() and text.isprintable():
        return
    if not unicodedata.is_normalized("NFC", text):
        yield _bad("text", field, text, "must be in Unicode normal form C", "Normalise the text (NFC)")
    if _BAD_TEXT.search(text):
        yield _bad(
            "text",
            field,
            repr(text),
            "holds a control character or a direction override: shown, it may read otherwise than signed",
            "Remove it; line feed and tab are allowed",
        )


def _refuse(faults: Iterator[Problem]) -> None:
    problems = list(faults)
    if problems:
        raise Refused(problems)


def _bad(code: str, field: str, value: object, rule: str, next_step: str) -> Problem:
    return problem(f"canonical-{code}", field, value, rule, next_step)


def _explain(data: bytes, error: Exception) -> Problem:
    """Turn a decoder's complaint into field, value, rule and next step."""
    if isinstance(error, RecursionError):
        return _bad("depth", "", "", f"nests deeper than {MAX_DEPTH}", "Flatten it")
    if isinstance(error, UnicodeDecodeError):
        return _bad("utf-8", "", data[error.start : error.start + 8].hex(), "must be UTF-8", "Encode the text as UTF-8")
    what, path = complaint(error)
    path = ".".join(filter(None, (path, field_named(what))))
    code = "schema" if isinstance(error, msgspec.ValidationError) else "json"
    rule = what[:1].lower() + what[1:] if what[1:2].islower() else what
    return _bad(code, path, _value_at(data, path), rule, "See the format's page in docs/formats")


def _value_at(data: bytes, path: str) -> str:
    try:
        value = _LOOSE.decode(data)
        for step in re.findall(r"[^.\[\]]+", path):
            value = value[int(step)] if isinstance(value, list) else value[step]
        return value if isinstance(value, str) else repr(value) if path else ""
    except (*UNREADABLE, LookupError, TypeError, ValueError):
        return ""


def _differs(data: bytes, canonical: bytes) -> Problem:
    differing = (at for at, (a, b) in enumerate(zip(data, canonical, strict=False)) if a != b)
    offset = next(differing, min(len(data), len(canonical)))
    around = data[max(0, offset - 20) : offset + 20].decode("utf-8", "replace")
    return _bad(
        "form",
        "",
        around,
        f"is not canonical from byte {offset} on (keys sorted and once, all fields there, no spaces, least escapes)",
        "Encode the value by RFC 8785 and sign those bytes",
    )
