"""The host's decisions, without any I/O: what may be recorded, in which order, and who may read it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.support import hosts, world
from tests.support.hosts import START_US, message, notice, submission
from tests.support.play import screening

from detente.errors import Refused
from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import sign_checkpoint
from detente.ledger.entry import Draft, encode_submission, seal
from detente.ledger.facets import Facet, facet
from detente.ledger.identity import KeyChange, endorse
from detente.node.host.examine import examine
from detente.node.host.host import BATCH, HostLedger
from detente.node.host.rows import StoredEntry
from detente.records.body import Body
from detente.records.entries.erasure import Erasure
from detente.records.entries.watermark import Watermark
from detente.records.notices.notice_state import State
from detente.records.parties.officer import Officer
from detente.records.parties.party import Endorsement, Party
from detente.records.registry import REGISTRY

ALL = ["cjtf", "rus", "un"]


class Bench:
    """A host with a store that is a list, and a hand that carries out what it decides."""

    def __init__(self, rows: list[StoredEntry] | None = None) -> None:
        signed = world.signed_genesis()
        self.host = HostLedger(signed)
        self.rows = rows or [self.host.genesis_row(canonical.encode(signed))]
        self.host.load(self.rows)
        self.now_us = START_US

    def admit(self, raw: bytes, party: str) -> int:
        entry = examine(raw, self.host.slots, self.host.ledger)
        return self.host.admit(entry, raw, party, self.now_us)

    def publish(self) -> None:
        while batch := self.host.take_batch():
            assert batch.expected_size == len(self.rows)
            self.rows += batch.rows
            sign_checkpoint(self.host.stored(), hosts.HOST_KEY)
            self.host.signed()

    def put(self, author: str, body: Body, audience: list[str] | None = None, **more: Any) -> tuple[int, bytes, bytes]:
        """Record one entry; returns index, id and raw bytes."""
        raw = submission(author, body, audience or ALL, **more)
        index = self.admit(raw, author)
        self.publish()
        return index, self.rows[index].id, raw


def sealed(draft: Draft) -> bytes:
    key, salts = world.signing("un", "watch-1"), world.salts(draft.kind)
    return encode_submission(seal(draft, key, salts, world.LEDGER, world.SLOTS, world.shared_keys("un")))


def refusal(call: Any, *given: Any, **more: Any) -> Any:
    with pytest.raises(Refused) as refused:
        call(*given, **more)
    return refused.value.problems[0]


def test_entries_stand_in_the_order_in_which_they_were_admitted() -> None:
    """Index and time are given at admission; the batch, its root and its signature come after."""
    bench = Bench()
    raws = [submission("un", message(f"m{i}"), ALL) for i in range(5)]
    assert [bench.admit(raw, "un") for raw in raws] == [1, 2, 3, 4, 5]
    assert bench.host.published == 1
    bench.publish()
    assert bench.host.published == bench.host.tree.size == 6
    assert [row.submission for row in bench.rows[1:]] == raws
    assert {row.sealed_size for row in bench.rows[1:]} == {6}


def test_a_retry_is_the_same_entry() -> None:
    """The same bytes again, before or after they were published, get the same place; nothing is stored twice."""
    bench = Bench()
    raw = submission("un", notice(), ALL)
    assert bench.admit(raw, "un") == bench.admit(raw, "un") == 1
    bench.publish()
    assert bench.admit(raw, "un") == 1
    bench.publish()
    assert len(bench.rows) == 2


def test_received_at_never_runs_backwards() -> None:
    """The host's clock may be set back; the ledger's time is not."""
    bench = Bench()
    bench.put("un", message())
    bench.now_us -= 3_600_000_000
    bench.put("un", message())
    bench.now_us += 7_200_000_000
    bench.put("un", message())
    times = [row.received_at_us - START_US for row in bench.rows[1:]]
    assert times == [0, 0, 3_600_000_000]


def test_a_batch_has_a_bound_and_one_flies_at_a_time() -> None:
    """However many wait, one signature covers at most BATCH rows, and the next batch waits for the one on its way."""
    bench = Bench()
    for i in range(BATCH + 10):
        bench.admit(submission("un", message(str(i)), ["un"]), "un")
    first = bench.host.take_batch()
    assert first is not None and len(first.rows) == BATCH
    assert bench.host.take_batch() is None
    bench.rows += first.rows
    bench.host.stored()
    bench.host.signed()
    second = bench.host.take_batch()
    assert second is not None and len(second.rows) == 10


def test_only_the_author_hands_an_entry_in() -> None:
    """A reader who relays an entry could leave out openings meant for others."""
    bench = Bench()
    raw = submission("un", notice(), ALL)
    found = refusal(bench.admit, raw, "rus")
    assert (found.code, found.field) == ("not-yours", "header.author")
    assert bench.admit(raw, "un") == 1


def test_a_second_supersession_is_refused_with_the_present_head() -> None:
    """One version has one successor; who comes second is told which it is."""
    bench = Bench()
    _, first, _ = bench.put("un", notice())
    _, second, _ = bench.put("un", notice("later"), supersedes=first)
    _, third, _ = bench.put("un", notice("latest"), supersedes=second)
    found = refusal(bench.put, "un", notice("too late"), supersedes=first)
    assert (found.code, found.field, found.value) == ("superseded", "header.supersedes", third.hex())


def test_superseding_what_one_may_not_supersede_looks_like_superseding_nothing() -> None:
    """Another party's entry, readable or not, and an id that never was, are refused in the same words."""
    bench = Bench()
    _, theirs, _ = bench.put("rus", notice(), ["rus"])
    _, seen, _ = bench.put("rus", notice())
    for target in (theirs, seen, bytes(32)):
        found = refusal(bench.put, "un", notice(), supersedes=target)
        assert (found.code, found.value) == ("superseded_unknown", target.hex())


def test_a_notice_changes_state_by_the_table() -> None:
    """What has ended does not become active again."""
    bench = Bench()
    _, first, _ = bench.put("un", notice())
    _, ended, _ = bench.put("un", notice(state=State.WITHDRAWN), supersedes=first)
    found = refusal(bench.put, "un", notice(state=State.ACTIVATED), supersedes=ended)
    assert found.code == "notice_state"
    assert len(bench.host.threads) == 3


def test_a_refused_entry_leaves_no_trace() -> None:
    """After a refusal the next entry gets the index that the refused one would have had."""
    bench = Bench()
    _, first, _ = bench.put("un", notice())
    bench.put("un", notice(), supersedes=first)
    refusal(bench.put, "un", notice(), supersedes=first)
    assert bench.put("un", message())[0] == 3


def test_an_audience_of_strangers_is_refused() -> None:
    """Nobody is addressed who is not a party of this ledger."""
    bench = Bench()
    keys = {**world.shared_keys("un"), "nato": bytes(32)}
    found = refusal(bench.put, "un", message(), ["nato", "un"], tag_keys=keys)
    assert (found.code, found.field, found.value) == ("audience", "header.audience", "nato")


def test_a_watermark_is_signed_by_the_station() -> None:
    """Being told is what a station says, not an officer."""
    bench = Bench()
    body = Watermark(count=0, list_hash="0" * 64, size=1)
    found = refusal(bench.put, "un", body)
    assert found.code == "identity-key-role"
    assert bench.put("un", body, key=world.signing("un", "station"))[0] == 1


def test_a_watermark_beyond_the_ledger_is_refused() -> None:
    """Nobody holds leaves that do not exist: the size must not exceed that of the ledger before the watermark."""
    bench = Bench()
    station = world.signing("un", "station")
    found = refusal(bench.put, "un", Watermark(count=0, list_hash="0" * 64, size=2), key=station)
    assert (found.code, found.field, found.value) == ("watermark-ahead", "facets[0].facet.body.size", "2")
    assert "1, the size of the ledger" in found.rule
    assert bench.put("un", Watermark(count=0, list_hash="0" * 64, size=1), key=station)[0] == 1
    assert Bench(bench.rows).host.admitted == 2, "folded again at start"


def test_a_revoked_key_is_refused_by_name() -> None:
    """What an officer signed before the revocation and sends after it is refused, naming the officer."""
    bench = Bench()
    queued = submission("un", notice(), ALL)
    revoked = Officer(
        distrust_since_us=None,
        key=world.signing("un", "watch-1").public.hex(),
        officer="watch-1",
        party="un",
        roles=("watch",),
        state="revoked",
        words="left the service",
    )
    bench.put("un", revoked, key=world.signing("un", "root"))
    found = refusal(bench.admit, queued, "un")
    assert found.code == "identity-key-revoked"
    assert "watch-1" in found.rule
    bench.put("un", message(), key=world.signing("un", "station"))


def new_party(endorsers: list[str]) -> Party:
    keys = world.party_keys("esp")
    keys = type(keys)(**{**{f: getattr(keys, f) for f in keys.__struct_fields__}, "officers": ()})
    change = KeyChange(action="add-party", ledger=world.LEDGER.hex(), party=keys)
    given = [
        Endorsement(
            key=world.signing(party, "root").public.hex(),
            party=party,
            signature=endorse(change, world.signing(party, "root")),
        )
        for party in sorted(endorsers)
    ]
    return Party(
        acts_for=(),
        answered_for_by=None,
        cosigner_key=keys.cosigner_key,
        endorsements=tuple(given),
        exchange_key=keys.exchange_key,
        name=keys.name,
        parent=None,
        party="esp",
        root_key=keys.root_key,
        state="active",
        station_key=keys.station_key,
        words="",
    )


def test_a_new_party_comes_in_by_the_quorum_and_writes_from_the_next_index_on() -> None:
    """One founder cannot bring in a party; two can (the quorum of this ledger), and the newcomer signs from then on."""
    bench = Bench()
    assert refusal(bench.put, "un", new_party(["esp", "un"])).code == "identity-quorum"
    assert bench.host.station_of(world.signing("esp", "station").public) is None
    bench.put("un", new_party(["esp", "rus", "un"]))
    assert bench.host.station_of(world.signing("esp", "station").public) == "esp"
    shared = {"un": world.exchange("esp").shared(world.exchange("un").public)}
    raw = submission("esp", message(), ["un"], key=world.signing("esp", "station"), tag_keys=shared)
    assert bench.admit(raw, "esp") == 2


def test_readers_are_author_and_audience() -> None:
    """A party's pages hold what names it, in order, and end where the published ledger ends."""
    bench = Bench()
    bench.put("un", message("for rus"), ["rus"])
    bench.put("un", message("for nobody else"), ["un"])
    bench.put("rus", message("for all"))
    reads = {party: list(bench.host.readable(party, 0, 10).indexes) for party in ALL}
    assert reads == {"cjtf": [3], "rus": [1, 3], "un": [1, 2, 3]}
    page = bench.host.readable("un", 2, 1)
    assert (list(page.indexes), page.next, page.size) == ([2], 3, 4)
    assert bench.host.readable("cjtf", 0, 10).next == 4
    assert not bench.host.may_read("cjtf", 1)
    assert bench.host.may_read("rus", 1)


def test_nothing_unpublished_is_readable() -> None:
    """An admitted entry is invisible until its batch is stored and signed."""
    bench = Bench()
    bench.admit(submission("un", message(), ALL), "un")
    assert list(bench.host.readable("un", 0, 10).indexes) == []
    assert not bench.host.may_read("un", 1)
    assert not bench.host.drained


def test_only_its_author_erases_an_entry() -> None:
    """An erasure names an own entry; readers of the erasure may know of it."""
    bench = Bench()
    index, entry_id, _ = bench.put("un", notice())
    bench.put("un", notice(state=State.WITHDRAWN), supersedes=entry_id)
    body = Erasure(about=entry_id.hex(), authority="data protection officer", reason="wrong recipient")
    assert refusal(bench.put, "rus", body).code == "erasure-about"
    bench.put("un", body, ["rus"])
    assert bench.host.told_erased("rus", index)
    assert bench.host.told_erased("un", index)
    assert not bench.host.told_erased("cjtf", index)


def test_evidence_is_not_erased() -> None:
    """A watermark, an answer, an erasure or a key stands: erased, a told would be untold and a revoked key live again."""
    bench = Bench()
    _, said, _ = bench.put("un", message())
    erasure = Erasure(about=said.hex(), authority="data protection officer", reason="a name")
    _, erased, _ = bench.put("un", erasure, ["rus"])
    again = Erasure(about=erased.hex(), authority="data protection officer", reason="as if it had never been")
    assert refusal(bench.put, "un", again).code == "erasure-kind"


def test_a_restarted_host_is_the_same_host() -> None:
    """Folding the stored rows gives the same identity, threads, readers and receipts as living through them."""
    bench = Bench()
    _, first, _ = bench.put("un", notice())
    bench.put("un", new_party(["esp", "rus", "un"]))
    bench.put("un", notice("second"), supersedes=first)
    bench.put("rus", message("hidden"), ["rus"])
    again = Bench(list(bench.rows))
    assert again.host.identity.digest() == bench.host.identity.digest()
    assert again.host.tree.root() == bench.host.tree.root()
    assert again.host.published == bench.host.published
    for party in ALL:
        assert again.host.readable(party, 0, 99) == bench.host.readable(party, 0, 99)
    assert [again.host.sealed_size(i) for i in range(5)] == [bench.host.sealed_size(i) for i in range(5)]
    found = refusal(again.put, "un", notice("third"), supersedes=first)
    assert found.code == "superseded"
    assert again.put("un", message())[0] == 5


def test_another_ledgers_store_is_refused() -> None:
    """A host does not go on with rows that begin with another genesis, or with a hole."""
    bench = Bench()
    bench.put("un", notice())
    with pytest.raises(ValueError, match="another ledger"):
        HostLedger(world.signed_genesis(quorum=3)).load(bench.rows)
    with pytest.raises(ValueError, match="index 1"):
        HostLedger(world.signed_genesis()).load(bench.rows[1:])


def test_every_fault_of_a_body_is_named_with_its_place() -> None:
    """Two things wrong are two problems, each with the field inside the submission."""
    raw = submission("un", notice(lead_time_us=-1, rests_on=("xyz",)), ALL)
    with pytest.raises(Refused) as refused:
        examine(raw, world.SLOTS, world.LEDGER)
    fields = [found.field for found in refused.value.problems]
    assert fields == ["facets[0].facet.body.lead_time_us", "facets[0].facet.body.rests_on[0]"]


def test_a_form_out_of_place_is_refused() -> None:
    """Where a facet stands must not tell which others there are."""
    kind, form, data = REGISTRY.write(notice())
    facet = Facet(audience=("rus",), body=msgspec.Raw(data), form=form)
    draft = Draft(audience=("rus",), author="un", facets=(None, facet, None, None), kind=kind, signed_at_us=START_US)
    raw = sealed(draft)
    with pytest.raises(Refused) as refused:
        examine(raw, world.SLOTS, world.LEDGER)
    assert refused.value.problems[0].code == "facet-position"


def test_unknown_kinds_are_kept() -> None:
    """A kind of a later version is recorded as it came: nobody loses it because this host is old."""
    made = facet(["rus"], {"x": 1}, "full")
    facets = (made, None, None, None)
    draft = Draft(audience=("rus",), author="un", facets=facets, kind="horoscope/7", signed_at_us=START_US)
    bench = Bench()
    assert bench.admit(sealed(draft), "un") == 1


def syrian(by: str) -> Party:
    return Party(
        acts_for=(), answered_for_by=by, cosigner_key=None, endorsements=(), exchange_key=None, name="Syrian forces", parent=None,
        party="syr", root_key=None, state="active", station_key=None, words="",
    )  # fmt: skip


def test_an_officer_signs_no_screening() -> None:
    """A screening says what a station compared: its key signs it, and nobody's hand does."""
    bench, answer = Bench(), screening("ab" * 32, speaks_for=("rus",))
    found = refusal(bench.put, "rus", answer)
    assert found.field == "header.key" and "station" in found.rule
    bench.put("rus", answer, key=world.signing("rus", "station"))


def test_a_screening_speaks_only_for_whom_its_author_answers() -> None:
    """Whoever answers for another has said so in an entry that everybody addressed could contest, before it counts."""
    bench, key = Bench(), world.signing("rus", "station")
    answer = screening("ab" * 32, speaks_for=("rus", "syr"))
    found = refusal(bench.put, "rus", answer, key=key)
    assert (found.code, found.field, found.value) == ("speaks-for", "facets[0].facet.body.speaks_for[1]", "syr")
    assert "answered for by" in found.rule and "party entry" in found.next_step
    bench.put("un", syrian("un"))
    assert refusal(bench.put, "rus", answer, key=key).value == "syr"
    bench.put("rus", syrian("rus"))
    bench.put("rus", answer, key=key)
    again = Bench(bench.rows)
    again.put("rus", screening("cd" * 32, speaks_for=("rus", "syr")), key=key)
