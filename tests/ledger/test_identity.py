"""Who may sign for whom, at which index: in the parties' hands, never the host's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import world

from detente.errors import Refused
from detente.ledger.entry import check_submission, encode_submission
from detente.ledger.genesis import GenesisHost, PartyKeys
from detente.ledger.identity import Identity, KeyChange, endorse
from detente.ledger.keys import verify

VECTORS = json.loads((Path(__file__).parents[2] / "docs/formats/vectors/identity.json").read_text())
replace = msgspec.structs.replace


def fresh() -> Identity:
    return Identity(world.genesis())


def key(party: str, role: str) -> str:
    return world.signing(party, role).public.hex()


def refusal(act: Callable[[], object]) -> str:
    """Return the code of the first problem with an act that is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.problems[0].code


def endorsed(change: KeyChange, *parties: str, generation: str = "") -> dict[str, str]:
    return {party: endorse(change, world.signing(party, f"root{generation}")) for party in parties}


def newcomer() -> PartyKeys:
    return replace(world.party_keys("idn", name="A new party"), officers=())


ADD = KeyChange(action="add-party", ledger=world.LEDGER.hex(), party=newcomer())
RECOVERED = world.party_keys("rus", generation="-2")
RECOVER = KeyChange(action="recover-party", ledger=world.LEDGER.hex(), party=RECOVERED)
NEW_HOST = GenesisHost(key=key("host", "log-2"), name="Other host")
MOVE = KeyChange(action="change-host-key", host=NEW_HOST, ledger=world.LEDGER.hex())


def header_by(party: str = "cjtf", officer: str = "watch-1"):  # type: ignore[no-untyped-def]
    submission = world.notice(key=world.signing(party, officer), facets=(None,) * 4)
    return check_submission(encode_submission(submission), world.SLOTS, world.LEDGER).header


# ---- founding


def test_founders_keys_count_from_index_1() -> None:
    """Genesis names every key; the first entry can be signed with each, leaf 0 with none."""
    identity = fresh()
    assert identity.parties() == ("cjtf", "rus", "un")
    use = identity.key_at(world.signing("rus", "watch-1").public, 1)
    assert use and (use.party, use.role, use.officer, use.roles, use.from_index) == (
        "rus",
        "officer",
        "watch-1",
        ("watch",),
        1,
    )
    assert identity.key_at(key("rus", "watch-1"), 0) is None
    assert identity.current("un", "cosigner", 5) == key("un", "cosigner")
    assert set(identity.role_keys("station", 1)) == {"cjtf", "rus", "un"}
    assert identity.host_at(0).key == key("host", "log")
    assert identity.key_at("00" * 32, 1) is None


# ---- who may sign an entry


def test_an_entry_is_signed_by_its_author() -> None:
    """Officer, station and root of the author may sign."""
    identity = fresh()
    for officer in ("watch-1", "station", "root"):
        assert identity.signer_of(header_by("cjtf", officer), 1).party == "cjtf"


def test_re_signed_by_another_party_is_refused_by_name() -> None:
    """Russia's officer signs a notice in the coalition's name: the signature holds, the name does not."""
    with pytest.raises(Refused) as refused:
        fresh().signer_of(header_by("rus"), 1)
    (fault,) = refused.value.problems
    assert fault.code == "identity-key-of-another"
    assert "officer 'watch-1' of rus" in fault.rule and "cjtf" in fault.rule


def test_forged_by_an_unregistered_key() -> None:
    assert refusal(lambda: fresh().signer_of(header_by("cjtf", "nobody"), 1)) == "identity-key-unknown"


def test_cosigner_and_host_keys_sign_no_entries() -> None:
    """A cosigner key answers for checkpoints only; the host's key is nobody's."""
    assert refusal(lambda: fresh().signer_of(header_by("cjtf", "cosigner"), 1)) == "identity-key-role"
    submission = world.notice(key=world.signing("host", "log"), facets=(None,) * 4)
    assert refusal(lambda: fresh().signer_of(submission.header, 1)) == "identity-key-unknown"


def test_a_kind_may_ask_for_a_role() -> None:
    """A watermark is the station's to sign: an officer's key is refused, naming both."""
    identity = fresh()
    assert identity.signer_of(header_by("cjtf", "station"), 1, roles=("station",)).role == "station"
    assert (
        refusal(lambda: identity.signer_of(header_by("cjtf", "watch-1"), 1, roles=("station",))) == "identity-key-role"
    )


# ---- within a party


def test_a_change_counts_from_the_next_index() -> None:
    """A new officer signs from the index after its entry; a revoked one up to the entry that revokes it."""
    identity = fresh()
    new = key("cjtf", "watch-2")
    identity.add_officer(41, "cjtf", "watch-2", new, ["watch", "duty"], by=key("cjtf", "root"))
    assert identity.key_at(new, 41) is None
    use = identity.key_at(new, 42)
    assert use and use.roles == ("duty", "watch")
    identity.revoke(57, new, by=new)
    assert identity.key_at(new, 57) and not identity.key_at(new, 58)


def test_a_queued_entry_of_a_revoked_officer_is_refused_by_name() -> None:
    """Signed before the revocation, sent after it: refused, saying whose key ended and at which index. What is in stays."""
    identity = fresh()
    queued = header_by("cjtf")
    assert identity.signer_of(queued, 56)
    identity.revoke(57, queued.key, by=key("cjtf", "station"))
    with pytest.raises(Refused) as refused:
        identity.signer_of(queued, 58)
    (fault,) = refused.value.problems
    assert fault.code == "identity-key-revoked"
    assert "officer 'watch-1' of cjtf" in fault.rule and "index 57" in fault.rule
    assert identity.signer_of(queued, 56).officer == "watch-1"


def test_a_new_key_for_an_officer_ends_the_former() -> None:
    identity = fresh()
    identity.add_officer(9, "cjtf", "watch-1", key("cjtf", "w1-b"), ["watch"], by=key("cjtf", "root"))
    assert identity.key_at(key("cjtf", "watch-1"), 9) and not identity.key_at(key("cjtf", "watch-1"), 10)
    identity.add_officer(9, "cjtf", "watch-1", key("cjtf", "w1-c"), ["watch"], by=key("cjtf", "root"))
    assert [use.key for use in identity.keys_of("cjtf", 10) if use.role == "officer"] == [key("cjtf", "w1-c")]


def test_station_cosigner_and_exchange_keys_are_replaced_by_the_root() -> None:
    """The former exchange key stays known: leaves tagged under it must still be found."""
    identity = fresh()
    root = key("un", "root")
    identity.replace_station_key(5, "un", key("un", "station-2"), by=root)
    identity.replace_key(6, "un", "cosigner", key("un", "cosigner-2"), by=root)
    identity.replace_key(7, "un", "exchange", world.exchange("un", "-2").public.hex(), by=root)
    assert identity.current("un", "station", 6) == key("un", "station-2")
    assert identity.current("un", "cosigner", 6) == key("un", "cosigner")
    assert identity.role_keys("cosigner", 7)["un"] == key("un", "cosigner-2")
    assert identity.exchange_keys("un") == (world.exchange("un").public.hex(), world.exchange("un", "-2").public.hex())
    assert refusal(lambda: identity.replace_key(8, "un", "root", key("un", "r2"), by=root)) == "identity-role"


@pytest.mark.parametrize("signer", ["station", "watch-1", "cosigner"])
def test_only_the_root_gives_keys(signer: str) -> None:
    """A stolen station or officer key cannot make itself colleagues."""
    identity, before = fresh(), fresh().digest()
    by, new = key("rus", signer), key("rus", "new")
    assert refusal(lambda: identity.add_officer(3, "rus", "spy", new, ["watch"], by=by)) == "identity-authority"
    assert refusal(lambda: identity.replace_station_key(3, "rus", new, by=by)) == "identity-authority"
    assert identity.digest() == before


def test_no_party_touches_another_partys_keys() -> None:
    """Nor does a root, once it has ended."""
    identity = fresh()
    foreign = key("cjtf", "root")
    acts: list[Callable[[], object]] = [
        lambda: identity.add_officer(3, "rus", "spy", key("rus", "new"), ["watch"], by=foreign),
        lambda: identity.replace_station_key(3, "rus", key("rus", "new"), by=foreign),
        lambda: identity.revoke(3, key("rus", "watch-1"), by=foreign),
        lambda: identity.distrust(3, key("rus", "watch-1"), 0, by=foreign),
        lambda: identity.revoke(3, key("rus", "watch-1"), by=key("host", "log")),
    ]
    assert [refusal(act) for act in acts] == ["identity-authority"] * len(acts)
    identity.revoke(4, key("rus", "root"), by=key("rus", "root"))
    assert refusal(lambda: identity.revoke(5, key("rus", "watch-1"), by=key("rus", "root"))) == "identity-authority"


def test_who_may_end_whose_key() -> None:
    """The station ends officers' keys, the root all, everyone its own; an officer no colleague's."""
    for signer, subject, allowed in [
        ("root", "station", True),
        ("root", "cosigner", True),
        ("root", "watch-1", True),
        ("station", "watch-1", True),
        ("station", "root", False),
        ("station", "cosigner", False),
        ("station", "station", True),
        ("watch-1", "watch-1", True),
        ("watch-1", "station", False),
        ("cosigner", "watch-1", False),
    ]:
        identity = fresh()
        if allowed:
            identity.revoke(3, key("rus", subject), by=key("rus", signer))
            assert identity.key_at(key("rus", subject), 4) is None
        else:
            assert refusal(lambda i=identity, a=subject, b=signer: i.revoke(3, key("rus", a), by=key("rus", b))) == (
                "identity-authority"
            )


def test_distrust_flags_and_never_removes() -> None:
    """From T on what was received is flagged, whatever time its author wrote; the key itself goes on."""
    identity = fresh()
    officer = key("cjtf", "watch-1")
    identity.distrust(60, officer, 1_000, by=key("cjtf", "root"))
    use = identity.key_at(officer, 61)
    assert use and use.flags(1_000) and use.flags(2_000) and not use.flags(999)
    assert identity.signer_of(header_by("cjtf"), 61)
    identity.distrust(61, officer, 500, by=officer)
    identity.distrust(62, officer, 5_000, by=officer)
    later = identity.history(officer)
    assert later and later.distrust_since_us == 500
    identity.revoke(63, officer, by=officer)
    identity.distrust(64, officer, 100, by=key("cjtf", "root"))
    ended = identity.history(officer)
    assert ended and ended.flags(100) and ended.until_index == 64


def test_no_key_is_used_twice() -> None:
    """Not in another role, not by another party, not after it has ended, and not the host's."""
    identity = fresh()
    root = key("rus", "root")
    identity.revoke(3, key("rus", "watch-1"), by=root)
    for used in (key("rus", "watch-1"), key("rus", "station"), key("un", "watch-1"), key("host", "log")):
        assert (
            refusal(lambda used=used: identity.add_officer(4, "rus", "x", used, ["watch"], by=root))
            == "identity-key-used"
        )


@pytest.mark.parametrize(
    ("officer", "new"), [("Watch", "ok"), ("watch\n", "ok"), ("x", "short"), ("x", "identity point")], ids=str
)
def test_an_unfit_officer_or_key_is_refused(officer: str, new: str) -> None:
    keys = {"ok": key("rus", "new"), "short": "00", "identity point": "01" + "00" * 31}
    assert refusal(lambda: fresh().add_officer(3, "rus", officer, keys[new], ["watch"], by=key("rus", "root")))


# ---- by the others


def test_a_new_party_comes_in_by_quorum_and_its_own_root() -> None:
    identity = fresh()
    identity.add_party(80, newcomer(), endorsed(ADD, "cjtf", "un", "idn"))
    assert identity.parties() == ("cjtf", "idn", "rus", "un")
    assert identity.current("idn", "station", 80) is None
    assert identity.current("idn", "station", 81) == key("idn", "station")
    assert identity.name_of("idn") == "A new party"


def test_the_host_alone_lets_nobody_in() -> None:
    """No signature of the host's counts, under whatever name; nor one endorsement short, twice the same, or the wrong key's."""
    by_host = endorse(ADD, world.signing("host", "log"))
    by_station = endorse(ADD, world.signing("un", "station"))
    own = endorsed(ADD, "idn")
    for given_endorsements in (
        {},
        own,
        {**own, "host": by_host},
        {**own, "cjtf": by_host, "un": by_host},
        {**own, **endorsed(ADD, "cjtf")},
        {**own, **endorsed(ADD, "cjtf"), "un": by_station},
        {**own, **endorsed(ADD, "cjtf"), "un": endorsed(ADD, "cjtf")["cjtf"]},
        {**own, **endorsed(ADD, "cjtf"), "un": "zz"},
        {**own, **endorsed(ADD, "cjtf"), **endorsed(MOVE, "un")},
    ):
        identity = fresh()
        act = lambda i=identity, e=given_endorsements: i.add_party(80, newcomer(), e)  # noqa: E731
        assert refusal(act) in {"identity-quorum", "identity-endorsement"}
        assert identity.digest() == fresh().digest()


def test_a_newcomer_shows_that_it_holds_its_root() -> None:
    """Endorsed by all, but with a root key it cannot sign with: somebody else's key, perhaps."""
    assert (
        refusal(lambda: fresh().add_party(80, newcomer(), endorsed(ADD, "cjtf", "rus", "un"))) == "identity-endorsement"
    )


def test_endorsements_are_for_one_change_on_one_ledger() -> None:
    """Given for other keys, another act or another ledger they do not count; and a party is added once."""
    good = endorsed(ADD, "cjtf", "un", "idn")
    other_keys = replace(newcomer(), station_key=key("idn", "station-2"))
    assert refusal(lambda: fresh().add_party(80, other_keys, good)) == "identity-endorsement"
    other_ledger = Identity(world.genesis(origin="detente.example/other/replay"))
    assert refusal(lambda: other_ledger.add_party(80, newcomer(), good)) == "identity-endorsement"
    assert refusal(lambda: fresh().recover_party(80, newcomer(), good)) == "identity-party"
    identity = fresh()
    identity.add_party(80, newcomer(), good)
    assert refusal(lambda: identity.add_party(81, newcomer(), good)) == "identity-party"


def test_a_lost_root_is_recovered_by_the_others() -> None:
    """Two of the other parties give Russia new keys; every former key ends."""
    identity = fresh()
    identity.recover_party(30, RECOVERED, endorsed(RECOVER, "cjtf", "un") | endorsed(RECOVER, "rus", generation="-2"))
    assert identity.key_at(key("rus", "root"), 30) and not identity.key_at(key("rus", "root"), 31)
    assert not identity.key_at(key("rus", "watch-1"), 31)
    assert identity.current("rus", "root", 31) == key("rus", "root-2")
    assert identity.current("rus", "station", 31) == key("rus", "station-2")


def test_a_thief_with_the_root_cannot_recover_alone() -> None:
    """The party's own former root does not count towards its recovery."""
    own = endorsed(RECOVER, "rus", "cjtf") | {"rus": endorse(RECOVER, world.signing("rus", "root-2"))}
    assert refusal(lambda: fresh().recover_party(30, RECOVERED, own)) == "identity-quorum"


def test_an_old_recovery_cannot_be_played_again() -> None:
    """After a second recovery the endorsements of the first, with its stolen keys, are worth nothing."""
    identity = fresh()
    first = endorsed(RECOVER, "cjtf", "un") | endorsed(RECOVER, "rus", generation="-2")
    identity.recover_party(30, RECOVERED, first)
    again = world.party_keys("rus", generation="-3")
    change = KeyChange(action="recover-party", ledger=world.LEDGER.hex(), party=again)
    identity.recover_party(40, again, endorsed(change, "cjtf", "un") | endorsed(change, "rus", generation="-3"))
    assert refusal(lambda: identity.recover_party(50, RECOVERED, first)).startswith("genesis-key")
    assert identity.current("rus", "root", 51) == key("rus", "root-3")


def test_in_a_ledger_of_two_the_other_recovers_one() -> None:
    """Where fewer others exist than the quorum asks, all of them are needed."""
    two = tuple(world.party_keys(party) for party in ("rus", "un"))
    identity = Identity(world.genesis(founders=two))
    change = KeyChange(action="recover-party", ledger=identity.ledger, party=RECOVERED)
    own = endorsed(change, "rus", generation="-2")
    assert refusal(lambda: identity.recover_party(9, RECOVERED, own)) == "identity-quorum"
    identity.recover_party(9, RECOVERED, own | endorsed(change, "un"))


def test_the_hosts_key_is_changed_by_the_parties() -> None:
    """Checkpoints up to the size before the change are the former host's, later ones the new one's."""
    identity = fresh()
    for short in ({}, endorsed(MOVE, "cjtf"), {"host": endorse(MOVE, world.signing("host", "log"))}):
        assert refusal(lambda e=short: identity.replace_host_key(20, NEW_HOST, e)) == "identity-quorum"
    identity.replace_host_key(20, NEW_HOST, endorsed(MOVE, "cjtf", "rus"))
    assert identity.host_at(20).key == key("host", "log")
    assert identity.host_at(21) == NEW_HOST
    assert (
        refusal(lambda: identity.replace_host_key(22, NEW_HOST, endorsed(MOVE, "cjtf", "rus"))) == "identity-key-used"
    )


def test_a_distrusted_or_ended_root_endorses_nothing() -> None:
    for end in (
        lambda i: i.distrust(5, key("un", "root"), 0, by=key("un", "root")),
        lambda i: i.revoke(5, key("un", "root"), by=key("un", "root")),
    ):
        identity = fresh()
        end(identity)
        assert (
            refusal(lambda i=identity: i.replace_host_key(20, NEW_HOST, endorsed(MOVE, "cjtf", "un")))
            == "identity-quorum"
        )
        identity.replace_host_key(20, NEW_HOST, endorsed(MOVE, "cjtf", "rus"))


def test_vector_follows_the_page() -> None:
    """The endorsed bytes and signatures of docs/formats/identity.md."""
    text = rfc8785.dumps(json.loads(VECTORS["change"]))
    assert text.decode() == VECTORS["change"]
    for party, signature in VECTORS["endorsements"].items():
        root = bytes.fromhex(VECTORS["roots"][party])
        assert verify(root, b"detente/endorsement/v1\n" + text, bytes.fromhex(signature))
    fresh().add_party(80, newcomer(), VECTORS["endorsements"])


# ---- the fold


ACTS = st.tuples(
    st.sampled_from(["add", "revoke", "distrust", "replace"]),
    st.sampled_from(["cjtf", "rus", "un"]),
    st.sampled_from(["root", "station", "watch-1", "w-a", "w-b"]),
    st.sampled_from(["root", "station", "watch-1", "w-a", "w-b", "w-c"]),
)


@settings(max_examples=60)
@given(st.lists(ACTS, max_size=12))
def test_every_holder_folds_to_the_same_and_the_past_does_not_move(acts: list[tuple[str, str, str, str]]) -> None:
    """Equal entries give equal identities, a refused one changes nothing, and no later entry changes who could sign earlier."""

    def step(identity: Identity, index: int, act: tuple[str, str, str, str]) -> None:
        what, party, signer, subject = act
        by, about = key(party, signer), key(party, subject)
        if what == "add":
            identity.add_officer(index, party, "w-x", about, ["watch"], by=by)
        elif what == "revoke":
            identity.revoke(index, about, by=by)
        elif what == "distrust":
            identity.distrust(index, about, index, by=by)
        else:
            identity.replace_station_key(index, party, about, by=by)

    one, two = fresh(), fresh()
    keys = [key(party, role) for party in world.PARTIES for role in ("root", "station", "watch-1", "w-a", "w-b", "w-c")]
    seen: list[dict[str, bool]] = []
    for index, act in enumerate(acts, 1):
        seen.append({k: one.key_at(k, index) is not None for k in keys})
        before = one.digest()
        try:
            step(one, index, act)
        except Refused:
            assert one.digest() == before
        else:
            step(two, index, act)
        for party in world.PARTIES:
            assert sum(use.role == "station" for use in one.keys_of(party, index + 1)) <= 1
            assert sum(use.officer == "w-x" for use in one.keys_of(party, index + 1)) <= 1
    assert one.digest() == two.digest()
    for index, valid in enumerate(seen, 1):
        assert valid == {k: one.key_at(k, index) is not None for k in keys}
