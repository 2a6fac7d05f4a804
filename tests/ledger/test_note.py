"""Signed notes and checkpoints: what others made reads unchanged; what was cut, swapped or signed anew does not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import EvidenceError, Refused
from detente.ledger.checkpoints.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import CosignerKey, cosigned_at_s
from detente.ledger.checkpoints.note import NoteKey, open_note, parse_note, sign_note, verified_lines
from detente.ledger.keys import SigningKey
from detente.ledger.tree import EMPTY_ROOT, leaf_hash

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/checkpoint.json").read_text())
ORIGIN = "detente.example/levant"
HOST = SigningKey.from_seed(bytes(range(32)))
OTHER = SigningKey.from_seed(bytes(32))
KEY = NoteKey(name=ORIGIN, public=HOST.public)
HEAD = Checkpoint(origin=ORIGIN, root=leaf_hash(b"x"), size=4127)
SIGNED = sign_checkpoint(HEAD, HOST)


def test_a_note_signed_by_go_opens_and_ours_is_the_same() -> None:
    """The Go note package's own example verifies here, and signing its text with its key gives its very bytes."""
    for case in VECTORS["notes"]:
        key = NoteKey.from_vkey(case["vkey"])
        assert key.vkey == case["vkey"]
        assert open_note(case["note"].encode(), [key]).text == case["text"]
        line = sign_note(case["text"], key.name, SigningKey.from_seed(bytes.fromhex(case["seed"])))
        assert (case["text"] + "\n" + line.text()) == case["note"]


def test_a_public_logs_checkpoint_and_its_witness_verify() -> None:
    """A checkpoint of a public log reads, and the cosignature of a public witness on it holds, with its time."""
    for case in VECTORS["checkpoints"]:
        note = parse_note(case["note"].encode())
        assert note.encode() == case["note"].encode()
        head = parse_checkpoint(note.text)
        assert (head.origin, head.size, head.root.hex()) == (case["origin"], case["size"], case["root"])
        witness = CosignerKey.from_vkey(case["cosigner"])
        assert witness.vkey == case["cosigner"]
        assert cosigned_at_s(note, {"w": witness}) == {"w": case["cosigned_at_s"]}


def test_bad_verifier_keys_are_refused() -> None:
    """A verifier key with a wrong id, form or type is refused."""
    for text in VECTORS["bad_vkeys"]:
        with pytest.raises(Refused):
            NoteKey.from_vkey(text)
    with pytest.raises(Refused):
        NoteKey.from_vkey(VECTORS["checkpoints"][0]["cosigner"])


def test_our_checkpoint_is_three_lines_and_a_signature() -> None:
    """A checkpoint holds origin, size and root, and is signed under the origin's name."""
    lines = SIGNED.data.decode().split("\n")
    assert lines[:4] == [ORIGIN, "4127", base64.b64encode(HEAD.root).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ") and lines[5:] == [""]
    assert open_checkpoint(SIGNED.data, KEY) == SIGNED


def test_a_truncated_checkpoint_is_refused() -> None:
    """Cut anywhere, a checkpoint is refused."""
    for end in range(len(SIGNED.data)):
        with pytest.raises((Refused, EvidenceError)):
            open_checkpoint(SIGNED.data[:end], KEY)


def test_a_checkpoint_with_any_byte_changed_is_refused() -> None:
    """One bit of any byte changed, a checkpoint is refused."""
    for at in range(len(SIGNED.data)):
        changed = bytearray(SIGNED.data)
        changed[at] ^= 1 << (at % 7)
        with pytest.raises((Refused, EvidenceError)):
            open_checkpoint(bytes(changed), KEY)


def test_reordered_lines_are_refused() -> None:
    """The same lines in another order are another text, which nobody signed."""
    head, _, tail = SIGNED.data.decode().partition("\n\n")
    a, b, c = head.split("\n")
    for lines in ([b, a, c], [a, c, b], [c, b, a], [b, c, a], [c, a, b], [a, b, c, c]):
        with pytest.raises((Refused, EvidenceError)):
            open_checkpoint(("\n".join(lines) + "\n\n" + tail).encode(), KEY)


def test_a_checkpoint_signed_anew_by_another_is_refused() -> None:
    """A re-signed checkpoint bears the right name and the wrong key: it counts as not signed, or as forged."""
    again = sign_checkpoint(HEAD, OTHER)
    with pytest.raises(EvidenceError):
        open_checkpoint(again.data, KEY)
    line = again.note.signatures[0]
    claimed = (
        again.note.with_lines([]).text
        + "\n"
        + f"— {ORIGIN} "
        + base64.b64encode(KEY.key_id + line.signature).decode()
        + "\n"
    )
    with pytest.raises(EvidenceError):
        open_checkpoint(claimed.encode(), KEY)
    both = SIGNED.note.with_lines([parse_note(claimed.encode()).signatures[0]])
    with pytest.raises(EvidenceError):
        open_checkpoint(both.encode(), KEY)  # one good line does not save a bad one by the same key


def test_another_ledgers_checkpoint_is_refused() -> None:
    """A checkpoint of another origin, though signed by the same host key, is not one of ours."""
    elsewhere = sign_checkpoint(Checkpoint(origin=ORIGIN + "/replay", root=HEAD.root, size=1), HOST)
    with pytest.raises(Refused):
        open_checkpoint(elsewhere.data, KEY)
    assert elsewhere.checkpoint.virtual and not HEAD.virtual


def test_lines_by_unknown_keys_are_kept_and_ignored() -> None:
    """Signatures by keys we do not know neither help nor harm, so that logs and witnesses can change keys."""
    stranger = sign_note(SIGNED.note.text, "witness.example/w9", OTHER)
    note = SIGNED.note.with_lines([stranger, stranger])
    assert len(note.signatures) == 2
    assert open_checkpoint(note.encode(), KEY).note == note
    assert verified_lines(note, [CosignerKey(name="witness.example/w9", public=OTHER.public)]) == []


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n04\n{base64.b64encode(HEAD.root).decode()}\n",
        f"{ORIGIN}\n-1\n{base64.b64encode(HEAD.root).decode()}\n",
        f"{ORIGIN}\n٤\n{base64.b64encode(HEAD.root).decode()}\n",
        f"{ORIGIN}\n9223372036854775808\n{base64.b64encode(HEAD.root).decode()}\n",
        f"{ORIGIN}\n1\n{base64.b64encode(HEAD.root[:31]).decode()}\n",
        f"{ORIGIN}\n1\n{HEAD.root.hex()}\n",
        f"{ORIGIN}\n1\n",
        f"\n1\n{base64.b64encode(HEAD.root).decode()}\n",
        f"{ORIGIN}\n1\n{base64.b64encode(HEAD.root).decode()}\n\nx\n",
        f"{ORIGIN}\n1\n{base64.b64encode(HEAD.root).decode()}",
        f"{ORIGIN}\n0\n{base64.b64encode(HEAD.root).decode()}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused_even_if_signed(text: str) -> None:
    """Form is judged as strictly as signatures: one spelling for each checkpoint."""
    with pytest.raises(Refused):
        parse_checkpoint(text)


def test_an_empty_ledger_has_a_checkpoint() -> None:
    """Size 0 goes with the hash of nothing, and with no other root."""
    head = Checkpoint(origin=ORIGIN, root=EMPTY_ROOT, size=0)
    assert open_checkpoint(sign_checkpoint(head, HOST).data, KEY).checkpoint == head


def test_the_text_may_hold_empty_lines_and_any_script() -> None:
    """The last empty line parts text from signatures; earlier ones belong to the text (the format's own example does)."""
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    note = (text + "\n" + sign_note(text, "quasimodo.example/salvatore", HOST).text()).encode()
    key = NoteKey(name="quasimodo.example/salvatore", public=HOST.public)
    assert open_note(note, [key]).text == text


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_answered_with_a_sentence(data: bytes) -> None:
    """Whatever arrives, the answer is a refusal in words, never a crash."""
    for given_bytes in (data, SIGNED.data[:60] + data, b"x" + data + SIGNED.data):
        with pytest.raises((Refused, EvidenceError)):
            open_checkpoint(given_bytes, KEY)
