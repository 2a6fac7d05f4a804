"""The investigator's bundle and the separate verifier: what holds, what does not, and what there is no evidence for."""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support import world
from tests.support.ledger_story import Story, notice_facets

from detente.errors import EvidenceError
from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import Checkpoint, sign_checkpoint
from detente.ledger.checkpoints.fork import compare
from detente.ledger.identity import KeyChange, endorse
from detente.node.both.envelope import seal_envelope
from detente.records.entries.closing import Closing
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.hotline.message import Message
from detente.records.notices.response import Response
from detente.records.parties.officer import Officer
from detente.records.parties.party import Endorsement, Party
from detente.rules.evidence.bundle import Made, ToldEntry, ToldList, ToldQuestion, make_bundle

FILE = Path(__file__).parents[3] / "verifier/detente_verify.py"
SPEC = importlib.util.spec_from_file_location("detente_verify", FILE)
assert SPEC and SPEC.loader
verifier = importlib.util.module_from_spec(SPEC)
sys.modules["detente_verify"] = verifier
SPEC.loader.exec_module(verifier)

ALL = ("cjtf", "rus", "un")
MADE = Made(at_us=world.CREATED_US + 86_400_000_000, by="un", words="for the board of inquiry")


def message(words: str) -> Message:
    return Message(
        about=(),
        in_reply_to=None,
        language="en",
        phrase=None,
        subject="",
        to_role=None,
        urgency="routine",
        volumes=(),
        within=None,
        words=words,
    )


def answer(story: Story, index: int, what: Any = "acknowledge") -> Response:
    id = story.ids[index].hex()
    return Response(about=id, answer=what, by_role="watch", readback=None, unit=None, version=id, words="")


class Case:
    """The coalition's notice at minute 10, watermarks of Russia (20) and the UN (21), an answer at 30, chatter around it."""

    def __init__(self, *, told: bool = True, skip: bool = False) -> None:
        self.story = story = Story()
        story.say("un", ["cjtf", "rus"], message("Convoy expected tomorrow"), 5)
        self.notice = story.add("cjtf", ["rus", "un"], "notice/1", notice_facets(), 10)
        self.secret = story.say("cjtf", ["rus"], message("Between us"), 12)
        if told:
            left_out = (self.notice,) if skip else ()
            self.mark = story.watermark("rus", ["cjtf", "un"], 20, skip=left_out)
            story.watermark("un", ["cjtf"], 21)
            story.say("rus", ["cjtf", "un"], answer(story, self.notice), 30, refers_to=[story.ids[self.notice]])
        self.head = story.checkpoint("rus", "un", minute=40)

    @property
    def id(self) -> str:
        return self.story.ids[self.notice].hex()

    def bundle(self, viewer: str = "cjtf", **changes: Any) -> bytes:
        given: dict[str, Any] = {
            "entries": self.story.shown_to(viewer),
            "genesis": self.story.genesis,
            "head": self.head,
            "made": msgspec.structs.replace(MADE, by=viewer),
            "tree": self.story.tree,
        }
        return make_bundle(**{**given, **changes})

    def examine(self, data: bytes, party: str = "rus", minute: float = 60) -> dict[str, Any]:
        found: dict[str, Any] = verifier.examine(data, self.story.id.hex(), [(party, self.id, self.story.us(minute))])
        return found


CASE = Case()


def exit_of(data: bytes, **more: Any) -> int:
    return int(CASE.examine(data, **more)["exit"])


def said(found: dict[str, Any]) -> str:
    return str(verifier.render(found))


def test_the_verifier_stands_alone() -> None:
    """One file: the standard library and PyNaCl, nothing of Detente, so that nobody need trust our code twice."""
    names = set()
    for node in ast.walk(ast.parse(FILE.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    assert "nacl" in names and names - {"nacl"} <= set(sys.stdlib_module_names)


def test_told_is_inclusion_and_watermark() -> None:
    """Russia was told of the notice before minute 60: recorded at 10, its station's watermark at 20, witnessed, answered at 30."""
    found = CASE.examine(CASE.bundle())
    assert found["exit"] == 0 and found["answers"][0]["answer"] == "yes"
    text = said(found)
    assert "THIS IS A REPLAY" in text and "witnessed by 2 of 3 stations" in text
    assert "the station of rus signed" in text and "the list that it signed for contains this entry" in text
    assert "officer watch-1 of rus answered" in text and "acknowledge" in text
    assert "polygon at 35.3 40.1" in text


def test_before_the_watermark_there_is_no_evidence() -> None:
    """At the very microsecond of the watermark, and at any time before, the honest answer is "no evidence"."""
    data = CASE.bundle()
    for minute, code in [(9, 2), (19.9, 2), (20, 2), (20 + 1 / 60_000_000, 0), (60, 0)]:
        assert exit_of(data, minute=minute) == code
    for party in ("cjtf", "tur"):
        assert exit_of(data, party=party) == 2


def test_with_the_link_cut_there_is_no_evidence() -> None:
    """Recorded is not told: without a watermark of its station nobody can say that Russia held the notice."""
    case = Case(told=False)
    found = case.examine(case.bundle())
    assert found["exit"] == 2 and found["answers"][0]["answer"] == "no evidence"
    assert "no watermark of rus's station" in said(found)


def test_a_list_that_passes_over_the_entry_is_no_evidence() -> None:
    """If the list Russia signed for is known and the notice is not on it, the watermark does not tell of it."""
    case = Case(skip=True)
    found = case.examine(case.bundle())
    assert found["exit"] == 2 and "passes over this entry" in said(found)


def test_a_watermark_whose_list_is_not_opened_is_the_stations_word() -> None:
    """The UN cannot open Russia's list (it holds secrets of others); the answer is yes, and says on what it rests."""
    found = CASE.examine(CASE.bundle("un"))
    assert found["exit"] == 0 and "is the station's word" in said(found)


def test_a_party_can_open_its_own_list() -> None:
    """With the list from Russia itself the hash in the watermark is opened; a list with one entry less is refused."""
    story = CASE.story
    held = [
        ToldEntry(id=story.ids[i].hex(), index=i)
        for i, sealed in enumerate(story.submissions)
        if sealed and "rus" in sealed.header.audience and sealed.header.author != "rus"
    ]
    data = CASE.bundle("un", lists=[ToldList(authors=("cjtf", "un"), entries=tuple(held), party="rus")])
    found = CASE.examine(data)
    assert found["exit"] == 0 and "contains this entry" in said(found)
    assert (
        exit_of(CASE.bundle("un", lists=[ToldList(authors=("cjtf", "un"), entries=tuple(held[1:]), party="rus")])) == 1
    )


def test_a_watermark_counts_only_from_the_partys_own_station() -> None:
    """Signed by an officer, or over leaves that are not there yet, a watermark tells nothing of the entry."""
    story = Story()
    notice = story.add("cjtf", ["rus", "un"], "notice/1", notice_facets(), 10)
    story.watermark("rus", ["cjtf"], 20, key=world.signing("rus", "watch-1"))
    head = story.checkpoint()
    data = make_bundle(genesis=story.genesis, head=head, tree=story.tree, entries=story.shown_to("cjtf"), made=MADE)
    asked = [("rus", story.ids[notice].hex(), story.us(60))]
    found = verifier.examine(data, None, asked)
    assert found["exit"] == 2
    assert "an anchor" in said(found) and "rest on the host alone" in said(found)


def test_the_maker_shows_only_what_it_may_read() -> None:
    """The UN's bundle opens the coarse facet and not the full one, and tells of what is not opened."""
    data = CASE.bundle("un")
    assert b"Transit of two aircraft" not in data and b"Between us" not in data
    found = CASE.examine(data, party="un")
    assert found["exit"] == 0
    text = said(found)
    assert "it could read: coarse" in text and "1 leaves of the ledger are not opened here" in text
    assert "facets are not opened here" in text


def test_all_leaves_let_the_reader_recompute_the_root() -> None:
    """With the leaves in the bundle the root is recomputed; a leaf more, less or swapped is refused."""
    leaves = CASE.story.leaves
    assert "all 7 leaves hash to the signed root" in said(CASE.examine(CASE.bundle(leaves=leaves)))
    for bad in (leaves[:-1], [*leaves[:2], leaves[3], leaves[2], *leaves[4:]], [leaves[1], *leaves[1:]]):
        assert exit_of(CASE.bundle(leaves=bad)) == 1


def test_smaller_checkpoints_are_shown_to_be_part_of_the_larger() -> None:
    """Older checkpoints with their cosignatures prove an earlier time; witnesses of an older size are named as that."""
    story = CASE.story
    older = [story.checkpoint("un", "cjtf", size=3, minute=11), story.checkpoint(size=5)]
    found = CASE.examine(CASE.bundle(head=story.checkpoint(), checkpoints=older))
    assert found["exit"] == 0
    text = said(found)
    assert "the tree of size 3 is cosigned" in text and "a witnessed checkpoint beyond size 3" in text
    assert "had cosigned it by 2016-09-17T00:11:00Z" in text


def test_a_fork_in_the_bundle_is_proven_or_refused() -> None:
    """Two histories signed by the host stand as proof; two notes that agree do not pass for that."""
    story = CASE.story
    origin, size = story.genesis.genesis.origin, len(story.leaves)
    other = sign_checkpoint(Checkpoint(origin=origin, root=bytes(31) + b"x", size=size), story.host)
    [fork] = compare([story.checkpoint(), other]).forks
    text = said(CASE.examine(CASE.bundle(forks=[fork])))
    assert "THE HOST SIGNED TWO HISTORIES" in text and "this is about the one shown here" in text
    agreed = msgspec.structs.replace(fork, second=fork.first, root_in_second=story.tree.root().hex())
    assert exit_of(CASE.bundle(forks=[agreed])) == 1


def test_another_ledger_is_not_the_one_named() -> None:
    """A forged world of the same names has another ledger id: with the id from a trusted party it is refused."""
    forged = Story(world.signed_genesis(rules={}))
    notice = forged.add("cjtf", ["rus"], "notice/1", {}, 10)
    data = make_bundle(
        genesis=forged.genesis, head=forged.checkpoint(), tree=forged.tree, entries=forged.shown_to("rus"), made=MADE
    )
    asked = [("rus", forged.ids[notice].hex(), forged.us(60))]
    assert verifier.examine(data, None, asked)["exit"] == 2
    assert verifier.examine(data, world.LEDGER.hex(), asked)["exit"] == 1


# ---- tampering


def flips(data: bytes, step: int) -> list[bytes]:
    return [data[:at] + bytes([data[at] ^ 1 << at % 7]) + data[at + 1 :] for at in range(0, len(data), step)]


def test_any_byte_changed_in_a_sealed_bundle_is_noticed() -> None:
    """The maker's signature covers the whole file: one bit of any byte (here every fifth), and it is refused."""
    data = CASE.bundle(key=world.signing("cjtf", "watch-1"), leaves=CASE.story.leaves, words={CASE.id: "The notice"})
    assert exit_of(data) == 0 and "the bundle as a whole was signed by officer watch-1 of cjtf" in said(
        CASE.examine(data)
    )
    for bad in flips(data, 5):
        assert exit_of(bad) == 1


def test_any_byte_changed_in_a_covered_field_is_noticed_without_a_seal() -> None:
    """Unsealed, only made, questions, ruleset and the timeline's words are free; a bit anywhere else is refused."""
    data = CASE.bundle()
    raw = json.loads(data)
    free = canonical.encode({"made": raw["made"]})[1:-1]
    at = data.index(free)
    words = [data.index(json.dumps(row["words"]).encode()) for row in raw["timeline"]]
    spans = [
        (at, at + len(free)),
        *((start, start + len(json.dumps(row["words"]))) for start, row in zip(words, raw["timeline"], strict=True)),
    ]
    for place, bad in zip(range(0, len(data), 3), flips(data, 3), strict=True):
        if not any(start <= place < end for start, end in spans):
            found = CASE.examine(bad)
            lost = any("signature lines of" in item for item in found.get("missing", []))  # a cosigner's name or key id
            assert found["exit"] == 1 or (lost and found["grade"] == "host-signed only"), data[place - 20 : place + 20]


def mutants() -> dict[str, Callable[[dict[str, Any]], None]]:
    """Ways to edit a bundle's values so that its form stays right."""

    def swap(a: int, b: int, *fields: str) -> Callable[[dict[str, Any]], None]:
        def apply(raw: dict[str, Any]) -> None:
            one, two = raw["entries"][a], raw["entries"][b]
            for field in fields:
                one[field], two[field] = two[field], one[field]

        return apply

    def on(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
        return lambda raw: (change(raw), None)[1]

    def redate(raw: dict[str, Any]) -> None:
        leaf = raw["entries"][1]["leaf"]
        raw["entries"][1]["leaf"] = leaf[:18] + (int(leaf[18:34], 16) - 60_000_000).to_bytes(8, "big").hex() + leaf[34:]
        raw["timeline"][1]["received_at_us"] -= 60_000_000

    def body(raw: dict[str, Any]) -> None:
        raw["entries"][1]["facets"][0]["facet"]["body"]["words"] = "Transit of three aircraft"

    def audience(raw: dict[str, Any]) -> None:
        raw["entries"][1]["facets"][0]["facet"]["audience"] = ["rus", "un"]

    def place(raw: dict[str, Any]) -> None:
        raw["entries"][1]["facets"][0]["facet"]["body"]["volumes"][0]["outline"]["vertices"][0][0] += 6_000_000

    return {
        "facets of two entries swapped": swap(0, 1, "facets"),
        "leaves of two entries swapped": swap(0, 1, "leaf", "inclusion"),
        "signatures swapped": swap(0, 1, "signature"),
        "header salts swapped": swap(0, 1, "header_salt"),
        "entries out of order": on(lambda raw: raw["entries"].reverse()),
        "an entry twice": on(lambda raw: raw["entries"].append(raw["entries"][-1])),
        "an entry dropped, its row left": on(lambda raw: raw["entries"].pop(2)),
        "a row of the timeline dropped": on(lambda raw: raw["timeline"].pop(2)),
        "rows of the timeline swapped": on(lambda raw: raw["timeline"].reverse()),
        "the notice dated back": redate,
        "words changed": body,
        "the place moved": place,
        "shown to more": audience,
        "a facet moved to another position": on(lambda raw: raw["entries"][1]["facets"].reverse()),
        "no checkpoint": on(lambda raw: raw["checkpoints"].clear()),
        "a founder's signature missing": on(lambda raw: raw["genesis"]["signatures"].pop("rus")),
        "another host": on(lambda raw: raw["genesis"]["genesis"]["host"].update(name="x")),
        "genesis elsewhere": on(lambda raw: raw["genesis_inclusion"].reverse()),
        "the clock called real": on(lambda raw: raw["genesis"]["genesis"].update(clock="real")),
        "an unknown field": on(lambda raw: raw.update(note="")),
        "a field missing": on(lambda raw: raw.pop("ruleset")),
        "another format": on(lambda raw: raw.update(bundle="detente/bundle/2")),
        "a proof cut": on(lambda raw: raw["entries"][1]["inclusion"].pop()),
        "a false list": on(lambda raw: raw["lists"].append({"authors": ["cjtf", "un"], "entries": [], "party": "rus"})),
        "a seal by nobody": on(lambda raw: raw.update(seal={"key": "ab" * 32, "signature": "cd" * 64})),
    }


@pytest.mark.parametrize("name", mutants())
def test_an_edited_bundle_is_refused(name: str) -> None:
    """Values changed with care, the JSON kept canonical: refused, in words."""
    raw = json.loads(CASE.bundle())
    mutants()[name](raw)
    found = CASE.examine(canonical.encode(raw))
    assert found["verdict"] == "refused" and found["exit"] == 1
    assert "REFUSED" in said(found)


def test_seeded_edits_never_turn_no_evidence_into_told() -> None:
    """400 random edits of a bundle without a watermark: each is refused, or still answers "no evidence"."""
    chance = random.Random(917)
    case = Case(told=False)
    clean = case.bundle()
    donor = json.loads(CASE.bundle())  # the same parties and keys, and watermarks of another history of the ledger
    codes = []
    for _ in range(400):
        raw = json.loads(clean)
        for _ in range(chance.randint(1, 3)):
            tamper(raw, donor, chance)
        codes.append(case.examine(canonical.encode(raw))["exit"])
    assert set(codes) <= {1, 2} and codes.count(1) > 150


def tamper(raw: dict[str, Any], donor: dict[str, Any], chance: random.Random) -> None:
    """Change one value somewhere: another digit or number, a value of a sister field, or an item from the donor."""
    here, there = raw, donor
    while True:
        keys = list(here) if isinstance(here, dict) else range(len(here))
        if not keys:
            return
        key = chance.choice(list(keys))
        inside = here[key]
        try:
            other = there[key]
        except (KeyError, IndexError, TypeError):
            other = inside
        if isinstance(inside, dict | list) and chance.random() < 0.85:
            here, there = inside, other
            continue
        if chance.random() < 0.5 and other != inside:
            here[key] = other
        elif isinstance(inside, str) and inside:
            at = chance.randrange(len(inside))
            here[key] = inside[:at] + chance.choice("0123456789abcdef") + inside[at + 1 :]
        elif isinstance(inside, int):
            here[key] = max(0, inside + chance.choice([-1, 1, 1000]))
        elif isinstance(here, list):
            del here[key]
        return


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b'{"a":1,"a":1}',
        b'{"bundle":1.5}',
        b"[" * 100_000,
        b'"\\ud800"',
        b"9" * 5000,
        b'{"a": 1}',
    ],
)
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    """What is no bundle at all is refused with a sentence."""
    found = verifier.examine(data, None, [])
    assert found["exit"] == 1 and said(found).startswith("REFUSED")


def test_words_in_a_bundle_cannot_pass_for_the_verifiers_own() -> None:
    """Line breaks, escapes and direction marks in the maker's words are not printed as such."""
    data = json.loads(CASE.bundle())
    data["timeline"][0]["words"] = "x\nYES\x1b[2J"
    data["made"]["words"] = "a\tb"
    raw = verifier.canonical(data)
    text = said(CASE.examine(raw))
    assert "\nYES" not in text.replace("\nYES\n  - #2", "") and "\x1b" not in text


# ---- keys


def test_keys_are_judged_at_the_index() -> None:
    """An officer added by the root signs from then on; after its revocation what it signs is only claimed."""
    story = Story()
    new = world.signing("cjtf", "watch-2")
    root = world.signing("cjtf", "root")

    def officer(state: Any) -> Officer:
        return Officer(
            distrust_since_us=None,
            key=new.public.hex(),
            officer="watch-2",
            party="cjtf",
            roles=("watch",),
            state=state,
            words="",
        )

    early = story.say("cjtf", ["rus", "un"], message("too early"), 1, key=new)
    story.say("cjtf", ["rus", "un"], officer("active"), 2, key=root)
    valid = story.say("cjtf", ["rus", "un"], message("in time"), 3, key=new)
    story.say("cjtf", ["rus", "un"], officer("revoked"), 4, key=root)
    late = story.say("cjtf", ["rus", "un"], message("too late"), 5, key=new)
    story.watermark("rus", ["cjtf"], 20)
    asked = [("rus", story.ids[i].hex(), story.us(60)) for i in (early, valid, late)]
    data = make_bundle(
        genesis=story.genesis, head=story.checkpoint(), tree=story.tree, entries=story.shown_to("cjtf"), made=MADE
    )
    found = verifier.examine(data, None, asked)
    assert [item["answer"] for item in found["answers"]] == ["no evidence", "yes", "no evidence"]
    assert "signed with a key of officer watch-2 of cjtf that was not valid for it there" in said(found)


def test_a_new_party_needs_the_quorum() -> None:
    """A party endorsed by two founders' roots and itself may speak and cosign; with one endorsement it is nobody."""
    for endorsers, known in [(("cjtf", "rus"), True), (("cjtf",), False)]:
        story = Story()
        keys = msgspec.structs.replace(world.party_keys("tur", name="Türkiye"), officers=())
        change = KeyChange(action="add-party", ledger=story.id.hex(), party=keys)
        given = [(p, world.signing(p, "root")) for p in sorted((*endorsers, "tur"))]
        endorsements = tuple(
            Endorsement(key=root.public.hex(), party=p, signature=endorse(change, root)) for p, root in given
        )
        body = Party(
            acts_for=(),
            answered_for_by=None,
            cosigner_key=keys.cosigner_key,
            endorsements=endorsements,
            exchange_key=keys.exchange_key,
            name=keys.name,
            parent=None,
            party="tur",
            root_key=keys.root_key,
            state="active",
            station_key=keys.station_key,
            words="",
        )
        story.say("un", ["cjtf", "rus"], body, 2, key=world.signing("un", "root"))
        hello = story.say("tur", ["cjtf", "rus"], message("Hello"), 3, key=world.signing("tur", "station"))
        story.watermark("cjtf", ["un"], 4)
        data = make_bundle(
            genesis=story.genesis,
            head=story.checkpoint("tur"),
            tree=story.tree,
            entries=story.shown_to("cjtf"),
            made=MADE,
        )
        found = verifier.examine(data, None, [("cjtf", story.ids[hello].hex(), story.us(60))])
        assert (found["exit"], "stations of tur" in said(found)) == ((0, True) if known else (2, False))


def test_a_disclosure_is_proven_to_open_what_was_committed() -> None:
    """A facet opened later is checked against the old commitment; another text under it is refused."""
    for words, verdict in [("Transit of two aircraft", "holds"), ("Transit of no aircraft", "refused")]:
        story = Story()
        notice = story.add("cjtf", ["rus", "un"], "notice/1", notice_facets(), 10)
        sealed = story.submissions[notice]
        assert sealed and sealed.facets[0]
        text = canonical.encode(sealed.facets[0].facet).decode().replace("Transit of two aircraft", words)
        body = Disclosure(
            about=story.ids[notice].hex(), facet=text, position=0, salt=sealed.facets[0].salt, words="for the inquiry"
        )
        story.say("cjtf", ["un"], body, 11)
        data = make_bundle(
            genesis=story.genesis, head=story.checkpoint(), tree=story.tree, entries=story.shown_to("un"), made=MADE
        )
        found = verifier.examine(data, None, [])
        assert found["verdict"] == verdict
        assert (verdict == "refused") or "opens facet 0 of #1" in said(found)


def test_the_verifier_says_what_an_erasure_and_a_closing_name() -> None:
    """Which parts by whose authority, and whether they are gone here; for whom a thread was ended."""
    story = Story()
    notice = story.add("cjtf", ["rus", "un"], "notice/1", notice_facets(), 10)
    about = story.ids[notice].hex()
    story.say("cjtf", ["un"], Erasure(about=about, authority="the court", positions=(3,), reason="a name"), 11)
    story.say("cjtf", ["un"], Erasure(about=about, authority="the court", positions=(1,), reason="a name"), 12)
    story.say("cjtf", ["un"], Closing(about=about, words=""), 13)
    data = make_bundle(
        genesis=story.genesis, head=story.checkpoint(), tree=story.tree, entries=story.shown_to("un"), made=MADE
    )
    found = verifier.examine(data, None, [])
    assert found["verdict"] == "holds"
    assert "orders the erasure of facet 3 of #1" in said(found) and "what was erased is not here" in said(found)
    assert "facet 1 of it is here all the same" in said(found)
    assert "ends #1" in said(found) and "for un" in said(found)


# ---- the writer and the command line


def test_the_writer_refuses_what_would_not_hold() -> None:
    """An entry that does not hash to its leaf, or a tree that is not the checkpoint's, never becomes a bundle."""
    entries = CASE.story.shown_to("cjtf")
    wrong = msgspec.structs.replace(entries[0], header_salt="00" * 32)
    with pytest.raises(EvidenceError):
        CASE.bundle(entries=[wrong])
    with pytest.raises(ValueError):
        CASE.bundle(tree=Case(told=False).story.tree)


def test_the_command_line_answers_with_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 told, 2 no evidence, 1 refused, 64 wrong use; `--json` for machines; a question in the bundle is answered unasked."""
    path = tmp_path / "case.bundle.json"
    question = ToldQuestion(about=CASE.id, before_us=CASE.story.us(60), party="rus")
    path.write_bytes(CASE.bundle(questions=[question]))
    ledger = ["--ledger", CASE.story.id.hex()]
    asked = ["--party", "rus", "--entry", CASE.id[:12], "--before"]
    assert verifier.main([str(path), *ledger]) == 0
    assert "Was rus told of" in capsys.readouterr().out
    assert verifier.main([str(path), *ledger, *asked, "2016-09-17T03:00:00+03:00"]) == 2
    assert "NO EVIDENCE" in capsys.readouterr().out
    assert verifier.main([str(path), *asked, str(CASE.story.us(21)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "holds"
    assert verifier.main([str(path), "--ledger", "00" * 32]) == 1
    for wrong in (
        ["/nonexistent"],
        [str(path), "--party", "rus"],
        [str(path), *asked, "noon"],
        [str(path), *asked, "2016-09-17T03:00:00"],
        [],
    ):
        assert verifier.main(wrong) == 64
    capsys.readouterr()
    assert verifier.main([str(path), "--party", "rus", "--json"]) == 64
    fault = {
        "exit": 64,
        "fault": "--party, --entry (8 digits or more) and --before go together",
        "verdict": "not asked",
    }
    assert json.loads(capsys.readouterr().out) == fault


def acknowledgement(**changes: Any) -> bytes:
    """Russia's station signs directly, at minute 11 by its own clock, that it holds the notice: nine minutes before its watermark."""
    given: dict[str, Any] = {
        "key": world.signing("rus", "station"),
        "kind": "urgent",
        "ledger": CASE.story.id,
        "now_us": CASE.story.us(11),
        "payload": {"id": CASE.id, "received_at_us": CASE.story.us(11)},
        "sender": "rus",
        "to": "cjtf",
    }
    given |= changes
    return seal_envelope(given.pop("payload"), **given)


def test_what_a_station_acknowledged_directly_is_evidence_beside_the_hosts_time() -> None:
    """At minute 15 the host's log has no watermark. Russia's station has signed that it held the notice at minute 11, by its own clock."""
    data = CASE.bundle(acknowledged=[acknowledgement()])
    found = CASE.examine(data, minute=15)
    assert (found["exit"], found["answers"][0]["answer"]) == (0, "yes, by its own clock")
    grounds = " ".join(found["answers"][0]["grounds"])
    assert "acknowledged it directly to cjtf, at 2016-09-17T00:11:00Z by its own clock: claimed time, signed" in grounds
    assert "the watermark is not before 2016-09-17T00:15:00Z" in grounds
    (row,) = [row for row in found["timeline"] if row.get("acknowledged")]
    assert (row["acknowledged"], row["told"]["rus"]) == ({"rus": "2016-09-17T00:11:00Z"}, "2016-09-17T00:20:00Z")
    assert CASE.examine(data, minute=10.5)["exit"] == 2
    later = CASE.examine(data, minute=60)["answers"][0]
    assert later["answer"] == "yes" and "by its own clock: claimed time" in " ".join(later["grounds"])


def test_without_any_watermark_a_direct_acknowledgement_is_the_only_evidence() -> None:
    case = Case(told=False)
    data = case.bundle(acknowledged=[acknowledgement()])
    assert case.examine(data)["answers"][0]["answer"] == "yes, by its own clock"
    assert case.examine(case.bundle())["answers"][0]["answer"] == "no evidence"


@pytest.mark.parametrize(
    "tampered",
    [
        acknowledgement().replace(b'"received_at_us":14740710', b'"received_at_us":14740709'),
        acknowledgement(key=world.signing("cjtf", "station")),
        acknowledgement(key=world.signing("rus", "watch-1")),
        acknowledgement(sender="un", key=world.signing("rus", "station")),
        acknowledgement(ledger=bytes(32)),
        acknowledgement(to="un"),
        acknowledgement(kind="lodge"),
    ],
)
def test_a_tampered_direct_acknowledgement_refuses_the_whole_file(tampered: bytes) -> None:
    """Another time, another's key, an officer's key, another sender, ledger, reader or kind."""
    assert exit_of(CASE.bundle(acknowledged=[tampered])) == 1


def test_a_bundle_without_direct_acknowledgements_is_what_it_was() -> None:
    """Older verifiers go on reading it; one that hides the section under the first format is refused."""
    raw = json.loads(CASE.bundle())
    assert raw["bundle"] == "detente/bundle/1" and "acknowledged" not in raw
    raw = json.loads(CASE.bundle(acknowledged=[acknowledgement()]))
    assert raw["bundle"] == "detente/bundle/2"
    assert exit_of(canonical.encode({**raw, "bundle": "detente/bundle/1"})) == 1


def test_the_published_vectors_get_their_answers() -> None:
    """Every bundle in docs/formats/vectors/bundle.json is answered as it says, for as long as the format lives."""
    vectors = json.loads((Path(__file__).parents[3] / "docs/formats/vectors/bundle.json").read_text())
    for case in vectors["cases"]:
        asked = [(case["party"], case["entry"], case["before_us"])]
        assert verifier.examine(case["bundle"].encode(), case["ledger"], asked)["exit"] == case["exit"], case["what"]
