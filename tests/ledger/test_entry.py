"""Entries: the bytes of the page, and every way in which somebody might cheat with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from tests.support import world

from detente.errors import Refused
from detente.ledger.entry import (
    ENTRY_DOMAIN,
    MAX_SUBMISSION_SIZE,
    Header,
    Submission,
    check_submission,
    encode_header,
    encode_submission,
    salts_needed,
    seal,
    seal_keeping,
)
from detente.ledger.facets import facet
from detente.ledger.genesis import ledger_id
from detente.ledger.keys import verify
from detente.ledger.leaf import scan

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/entry.json").read_text())
replace = msgspec.structs.replace


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def check(raw: bytes) -> Any:
    return check_submission(raw, world.SLOTS, world.LEDGER)


def codes(raw: bytes) -> list[str]:
    with pytest.raises(Refused) as refused:
        check(raw)
    return [fault.code for fault in refused.value.problems]


def resigned(header: Header, submission: Submission, signer: str = "watch-1") -> bytes:
    """Return the submission with another header, signed by the key that stands in it if the author is the coalition."""
    signature = world.signing("cjtf", signer).sign(ENTRY_DOMAIN + encode_header(header))
    return encode_submission(replace(submission, header=header, signature=signature.hex()))


def test_vector_follows_the_page() -> None:
    """Commitments, id, places and signature, made again with the standard library from docs/formats/entry.md."""
    salts = [bytes.fromhex(salt) for salt in VECTORS["salts"]]
    raw = VECTORS["submission"].encode()
    parsed = json.loads(raw)
    assert rfc8785.dumps(parsed) == raw
    header, signature = rfc8785.dumps(parsed["header"]), bytes.fromhex(parsed["signature"])
    assert VECTORS["signed_message"].encode() == b"detente/entry/v1\n" + header
    assert verify(bytes.fromhex(parsed["header"]["key"]), b"detente/entry/v1\n" + header, signature)
    openings = [
        (kept and json.loads(kept)) or sent for kept, sent in zip(VECTORS["kept"], parsed["facets"], strict=True)
    ]
    for position, (opening, stated) in enumerate(zip(openings, parsed["header"]["commitments"], strict=True)):
        salt = salts[1 + position]
        expected = salt
        if opening is not None:
            assert opening["salt"] == salt.hex()
            expected = sha(b"detente/facet/v1\n", bytes([position]), salt, rfc8785.dumps(opening["facet"]))
        assert expected.hex() == stated
    id = sha(b"detente/entry-id/v1\n", header, signature)
    commitment = sha(b"detente/header/v1\n", salts[0], id)
    assert (id.hex(), commitment.hex()) == (VECTORS["id"], VECTORS["header_commitment"])
    slots = [salt[:16] for salt in salts[6:]]
    places = sorted(range(8), key=lambda place: sha(b"detente/slots/v1\n", salts[5], bytes([place])))
    for place, party in zip(places, ["rus", "un"], strict=False):
        keyed = bytes.fromhex(VECTORS["tag_keys"][party]).ljust(64, b"\0")
        inner = sha(bytes(b ^ 0x36 for b in keyed), b"detente/tag/v1\n", commitment)
        slots[place] = sha(bytes(b ^ 0x5C for b in keyed), inner)[:16]
    assert [slot.hex() for slot in slots] == parsed["slots"]
    checked = check_submission(raw, VECTORS["slots"], bytes.fromhex(VECTORS["ledger"]))
    assert (checked.id, checked.header_commitment, checked.tags) == (id, commitment, b"".join(slots))


def test_sealing_makes_the_vector() -> None:
    """The same draft, keys and random values give the same bytes."""
    salts = iter(bytes.fromhex(salt) for salt in VECTORS["salts"])
    key, tags = world.signing("cjtf", "watch-1"), world.shared_keys("cjtf")
    made, kept = seal_keeping(world.notice_draft(), key, salts, world.LEDGER, world.SLOTS, tags)
    assert encode_submission(made).decode() == VECTORS["submission"]
    assert [opening is not None for opening in kept] == [False, False, True, False]
    assert next(salts, None) is None and len(VECTORS["salts"]) == salts_needed(world.SLOTS)


def test_a_retry_is_the_same_entry() -> None:
    """The same bytes sent twice have one id, whatever index or time the host gives them."""
    raw = world.raw_notice()
    assert check(raw).id == check(bytes(bytearray(raw))).id
    assert check(raw).leaf_bytes(1, 2) != check(raw).leaf_bytes(2, 3)


# ---- attacks


def test_forged_a_header_nobody_signed() -> None:
    """Changing any field of the header breaks the signature."""
    submission = world.notice()
    changes: list[dict[str, Any]] = [
        {"audience": ("rus",), "commitments": submission.header.commitments},
        {"author": "rus"},
        {"kind": "notice/2"},
        {"refers_to": ("00" * 32,)},
        {"signed_at_us": 1},
        {"supersedes": "00" * 32},
    ]
    bare = replace(submission, facets=(None,) * 4)
    for change in changes:
        assert codes(encode_submission(replace(bare, header=replace(bare.header, **change)))) == ["entry-signature"]


def test_forged_a_body_nobody_committed_to() -> None:
    """Changing a facet, its audience or form, its salt or its place breaks the commitment."""
    submission = world.notice()
    full, coarse, *_ = submission.facets
    assert full and coarse
    other = replace(full, facet=replace(full.facet, body=facet(["rus"], world.notice_body("other words"), "full").body))
    for facets in (
        (other, coarse, None, None),
        (replace(full, facet=replace(full.facet, audience=("rus", "un"))), coarse, None, None),
        (replace(full, facet=replace(full.facet, form="coarse")), coarse, None, None),
        (replace(full, salt=coarse.salt), coarse, None, None),
        (None, full, None, None),
    ):
        assert "entry-commitment" in codes(encode_submission(replace(submission, facets=facets)))


def test_re_signed_by_another_key() -> None:
    """The same header under another signature is nothing; with the other key named in it, it is another entry."""
    submission = world.notice()
    thief = world.signing("rus", "watch-1")
    signature = thief.sign(ENTRY_DOMAIN + encode_header(submission.header)).hex()
    assert codes(encode_submission(replace(submission, signature=signature))) == ["entry-signature"]
    header = replace(submission.header, key=thief.public.hex())
    signature = thief.sign(ENTRY_DOMAIN + encode_header(header)).hex()
    taken = check(encode_submission(replace(submission, header=header, signature=signature)))
    assert taken.id != check(encode_submission(submission)).id  # whose key it is: identity refuses it (test_identity)


def test_replayed_from_another_ledger() -> None:
    """What was signed for a replay of the day is not an entry of the day's own ledger."""
    other = ledger_id(world.genesis(origin="detente.example/levant", clock="real"))
    raw = world.raw_notice(ledger=other)
    assert codes(raw) == ["entry-ledger"]
    assert check_submission(raw, world.SLOTS, other)


def test_truncated_at_any_byte() -> None:
    """No beginning of a submission is a submission."""
    raw = world.raw_notice()
    for size in range(0, len(raw), 7):
        with pytest.raises(Refused):
            check(raw[:size])


def test_any_flipped_bit_is_refused_or_is_only_a_tag() -> None:
    """Slots are not signed (the author compares its receipt); every other bit of a submission counts."""
    raw = world.raw_notice()
    from_here = raw.index(b'"slots":[') + 9
    salt = raw.index(b'"header_salt":"') + 15
    original = check(raw)
    for at in range(0, len(raw), 3):
        changed = bytearray(raw)
        changed[at] ^= 1 << (at % 7)
        try:
            taken = check(bytes(changed))
        except Refused:
            continue
        assert at >= from_here or salt <= at < salt + 64
        assert taken.id == original.id and taken.leaf(1, 1) != original.leaf(1, 1)


def test_back_dating_is_only_a_claim() -> None:
    """An author may write any time over its signature; the leaf bears the host's, and both stay to be compared."""
    checked = check(world.raw_notice(signed_at_us=1))
    leaf = checked.leaf(9, world.CREATED_US)
    assert (checked.header.signed_at_us, leaf.received_at_us) == (1, world.CREATED_US)


# ---- form


def tampered(change: Callable[[dict[str, Any]], None]) -> bytes:
    value = json.loads(world.raw_notice())
    change(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(extra=1),
        lambda v: v.pop("slots"),
        lambda v: v["header"].update(weight=1),
        lambda v: v["header"].update(author="CJTF"),
        lambda v: v["header"].update(kind="notice"),
        lambda v: v["header"].update(kind="notice/0"),
        lambda v: v["header"].update(signed_at_us=-1),
        lambda v: v["header"].update(signed_at_us=2**53),
        lambda v: v["header"]["commitments"].pop(),
        lambda v: v["facets"].append(None),
        lambda v: v.update(signature=v["signature"].upper()),
        lambda v: v["slots"].__setitem__(0, "00"),
        lambda v: v["facets"][0]["facet"].update(form="Full"),
        lambda v: v["header"].update(key=v["header"]["key"][:-2] + " 0"),
    ],
)
def test_a_field_out_of_shape_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    assert codes(tampered(change)) == ["canonical-schema"]


def test_a_submission_is_canonical_to_the_byte() -> None:
    """The same JSON value in another spelling is refused, in the envelope and deep inside a body."""
    raw = world.raw_notice()
    for wrong in (
        raw.replace(b'{"facets"', b'{ "facets"'),
        raw + b"\n",
        raw.replace(b'"lead_time_us":3600000000', b'"lead_time_us": 3600000000'),
        raw.replace(b'"lead_time_us":3600000000', b'"lead_time_us":3600000000.0'),
        raw.replace(b'"lead_time_us":3600000000', b'"lead_time_us":3600000000,"lead_time_us":3600000000'),
        raw.replace(b'"words":"Transit', b'"words":"\\u0054ransit'),
    ):
        assert wrong != raw
        assert all(code.startswith(("canonical-", "entry-body", "entry-commitment")) for code in codes(wrong))


def test_a_fault_in_a_body_is_named_by_its_path() -> None:
    """A number that is too large deep in a volume is named, with the facet it is in."""
    raw = world.raw_notice().replace(b'"value_mm":3000000}', b'"value_mm":9007199254740992}')
    with pytest.raises(Refused) as refused:
        check(raw)
    assert refused.value.problems[0].field == "facets[0].facet.body.volumes[0].altitude_lower.value_mm"


def test_audiences_are_sorted_and_within_the_header() -> None:
    """An audience has one spelling, and a facet is for nobody whom the header is not for."""
    submission = world.notice()
    bare = replace(submission, facets=(None,) * 4)
    for audience in ((), ("un", "rus"), ("rus", "rus")):
        assert codes(resigned(replace(bare.header, audience=audience), bare)) == ["entry-audience"]
    assert codes(resigned(replace(submission.header, audience=("un",)), submission)) == ["entry-audience"] * 2


def test_limits() -> None:
    """Size, references and slots have limits, each refused by its own name."""
    submission = world.notice()
    bare = replace(submission, facets=(None,) * 4)
    assert codes(b" " * (MAX_SUBMISSION_SIZE + 1)) == ["entry-size"]
    many = tuple(f"{n:064x}" for n in range(65))
    assert codes(resigned(replace(bare.header, refers_to=many), bare)) == ["entry-refers-to"]
    assert codes(resigned(replace(bare.header, refers_to=(many[0], many[0])), bare)) == ["entry-refers-to"]
    assert codes(encode_submission(replace(bare, slots=bare.slots[:-1]))) == ["entry-slots"]
    crowd = tuple(f"p{n}" for n in range(world.SLOTS + 1))
    assert codes(resigned(replace(bare.header, audience=crowd), bare)) == ["entry-audience"]


def test_a_body_is_an_object() -> None:
    draft = world.notice_draft(facets=(facet(["rus"], [1, 2], "full"), None, None, None), sealed=frozenset())
    with pytest.raises(Refused) as refused:
        seal(draft, world.signing("cjtf", "watch-1"), world.salts(), world.LEDGER, 8, world.shared_keys("cjtf"))
    assert refused.value.problems[0].code == "entry-body"


# ---- what sealing does not tell


def test_sealing_takes_as_many_random_values_whatever_it_seals() -> None:
    """No draft takes more or fewer values than another, so a shared source of chance tells nothing either."""
    for changes in ({}, {"facets": (None,) * 4, "sealed": frozenset()}, {"audience": ("cjtf",), "facets": (None,) * 4}):
        salts = world.salts("count")
        seal(
            world.notice_draft(**changes),
            world.signing("cjtf", "watch-1"),
            salts,
            world.LEDGER,
            8,
            world.shared_keys("cjtf"),
        )
        assert next(salts) == next(islice(world.salts("count"), salts_needed(8), None))


def test_a_kept_facet_looks_like_an_unused_place() -> None:
    """The host's bytes have the same form and length whether the author sealed a facet or has none."""
    with_annex, without = world.notice("a"), world.notice("a", facets=(*world.notice_draft().facets[:2], None, None))
    assert with_annex.facets[2:] == without.facets[2:] == (None, None)
    assert len(encode_submission(with_annex)) == len(encode_submission(without))


def test_recipients_stand_at_random_places() -> None:
    """Over many entries a recipient's tag turns up in every slot."""
    keys = {"cjtf": world.shared_keys("rus")["cjtf"]}
    places = set()
    for n in range(60):
        leaf = check(world.raw_notice(f"place {n}", facets=(None,) * 4)).leaf(1, 1)
        assert scan(leaf, keys) == "cjtf"
        places.add(next(place for place, slot in enumerate(leaf.slots) if scan(replace(leaf, tags=slot), keys)))
    assert places == set(range(world.SLOTS))


def test_a_recipient_without_a_key_cannot_be_addressed() -> None:
    with pytest.raises(Refused) as refused:
        world.notice(audience=("idn", "rus"), facets=(None,) * 4)
    assert [(fault.code, fault.value) for fault in refused.value.problems] == [("entry-audience", "idn")]
