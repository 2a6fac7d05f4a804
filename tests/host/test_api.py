"""The host over HTTP, as a station meets it: sessions, submissions, pages, proofs, refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
from tests.support import world
from tests.support.hosts import HOST_KEY, START_US, Local, checked, login_body, message, notice, submission

from detente.ledger import canonical
from detente.ledger.checkpoints.checkpoint import open_checkpoint
from detente.ledger.checkpoints.cosignature import cosign, cosigner_name
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.keys import SigningKey
from detente.ledger.leaf import leaf_size
from detente.ledger.receipt import receipt_witnessed
from detente.ledger.tiles import decode_bundle
from detente.ledger.tree import Tree, leaf_hash, verify_consistency
from detente.node.host.limits import LimitRules, Rate
from detente.node.host.witnessing import cosigners
from detente.records.entries.erasure import Erasure
from detente.records.parties.officer import Officer

ALL = ["cjtf", "rus", "un"]
KEY = NoteKey(name=world.genesis().origin, public=HOST_KEY.public)


def played(play: Callable[[Local], Awaitable[None]], **more: Any) -> None:
    """Run a play against a fresh host in this process."""

    async def run() -> None:
        await play(Local(**more))

    asyncio.run(run())


async def post(host: Local, session: dict[str, str], raw: bytes, path: str = "/v1/entries") -> httpx.Response:
    return await host.client.post(path, content=raw, headers=session)


def first(answer: httpx.Response) -> dict[str, Any]:
    """The first problem of a refusal, after checking that it is one in full."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:detente:problem:{body['problems'][0]['code']}"
    for found in body["problems"]:
        assert set(found) == {"code", "field", "next_step", "rule", "value"}
        assert found["rule"] and found["next_step"]
    problem: dict[str, Any] = body["problems"][0]
    return problem


def test_a_receipt_proves_the_entry_and_a_retry_gets_the_same_bytes() -> None:
    """The answer to a submission is a host-signed proof; sending it again, whenever, gets that proof again."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        raw = submission("un", notice(), ALL)
        answer = await post(host, un, raw)
        assert checked(answer.content, raw).leaf.index == 1
        assert checked(answer.content, raw).leaf.received_at_us == START_US
        for _ in range(3):
            await post(host, un, submission("un", message(), ALL))
        assert (await post(host, un, raw)).content == answer.content
        entry = json.loads(answer.content)["id"]
        assert (await host.client.get(f"/v1/receipts/{entry}", headers=un)).content == answer.content

    played(play)


def test_the_same_bytes_sent_at_once_on_many_connections_are_one_entry() -> None:
    """A station that loses patience and sends again while the first is under way does not write twice."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        raw = submission("un", notice(), ALL)
        answers = await asyncio.gather(*(post(host, un, raw) for _ in range(10)))
        assert len({answer.content for answer in answers}) == 1
        assert host.store.size() == 2

    played(play)


def test_a_batch_answers_line_by_line_and_keeps_its_order() -> None:
    """Good lines are recorded in order although a bad one stands between them; each line has its own answer."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        one, two = submission("un", notice(), ALL), submission("un", message(), ALL)
        bad = one.replace(b'"emergency":false', b'"emergency":true')
        answer = await post(host, un, b"\n".join([one, bad, two, one]) + b"\n", "/v1/entries/batch")
        lines = answer.content.splitlines()
        assert [len(lines), checked(lines[0], one).leaf.index, checked(lines[2], two).leaf.index] == [4, 1, 2]
        assert lines[3] == lines[0]
        assert json.loads(lines[1])["problems"][0]["field"] == "facets[0]"
        assert host.store.size() == 3

    played(play)


def test_each_party_reads_what_is_addressed_to_it() -> None:
    """The full facet goes to Russia only; the UN gets the header; the coalition, not addressed, gets nothing."""

    async def play(host: Local) -> None:
        un, rus, cjtf = [await host.login(party) for party in ("un", "rus", "cjtf")]
        raw = submission("un", notice(), ["rus", "un"], facet_audience=["rus"])
        await post(host, un, raw)
        pages = [(await host.client.get("/v1/entries", headers=who)).json() for who in (un, rus, cjtf)]
        assert [len(page["entries"]) for page in pages] == [1, 1, 0]
        assert {page["next"] for page in pages} == {page["size"] for page in pages} == {2}
        assert pages[1]["entries"][0]["facets"][0]["facet"]["body"]["words"] == "transit"
        entry = pages[0]["entries"][0]["id"]
        found = [(await host.client.get(f"/v1/receipts/{entry}", headers=who)).status_code for who in (un, rus, cjtf)]
        assert found == [200, 200, 404]

    played(play)


def test_not_yours_and_not_there_are_the_same_bytes() -> None:
    """Whether an id exists is not told to those who may not read it."""

    async def play(host: Local) -> None:
        un, cjtf = await host.login("un"), await host.login("cjtf")
        entry = json.loads((await post(host, un, submission("un", notice(), ["rus"]))).content)["id"]
        hidden = await host.client.get(f"/v1/receipts/{entry}", headers=cjtf)
        absent = await host.client.get(f"/v1/receipts/{'0' * 64}", headers=cjtf)
        assert (hidden.content, hidden.headers) == (absent.content, absent.headers)

    played(play)


def test_leaves_tiles_and_checkpoint_tell_one_story() -> None:
    """Whoever recomputes the root from leaves, or from tiles, gets the one that the host signed; sizes are consistent."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        roots = {}
        for count in (1, 300):
            lines = [submission("un", message(str(i)), ["un"]) for i in range(count)]
            for at in range(0, count, 200):
                await post(host, un, b"\n".join(lines[at : at + 200]) + b"\n", "/v1/entries/batch")
            head = open_checkpoint((await host.client.get("/checkpoint", headers=un)).content, KEY).checkpoint
            roots[head.size] = head.root
        answer = await host.client.get("/v1/leaves?from=0&limit=4096", headers=un)
        size = leaf_size(world.SLOTS)
        leaves = [answer.content[at : at + size] for at in range(0, len(answer.content), size)]
        tree = Tree()
        tree.extend(leaves)
        assert (tree.size, tree.root()) == (302, roots[302])
        assert answer.headers["detente-size"] == "302"
        full = await host.client.get("/tile/0/000", headers=un)
        assert full.content == b"".join(map(leaf_hash, leaves[:256]))
        bundle = await host.client.get("/tile/entries/001.p/46", headers=un)
        assert list(decode_bundle(bundle.content, 46)) == leaves[256:]
        proof = (await host.client.get("/v1/consistency?old=2&new=302", headers=un)).json()["hashes"]
        assert verify_consistency(2, 302, roots[2], roots[302], [bytes.fromhex(node) for node in proof])
        assert (await host.client.get("/tile/entries/001", headers=un)).status_code == 404

    played(play)


def test_a_cosigned_checkpoint_gives_receipts_of_the_second_grade() -> None:
    """When two of three stations have cosigned, the receipt carries their signatures; one alone is not enough."""

    async def play(host: Local) -> None:
        sessions = {party: await host.login(party) for party in ALL}
        raw = submission("un", notice(), ALL)
        entry = json.loads((await post(host, sessions["un"], raw)).content)["id"]
        path = f"/v1/receipts/{entry}?witnessed=true"
        signed = open_checkpoint((await host.client.get("/checkpoint", headers=sessions["un"])).content, KEY)
        found = []
        for party in ("cjtf", "rus"):
            name = cosigner_name(host.genesis.origin, party)
            line = cosign(signed.checkpoint, name, world.signing(party, "cosigner"), START_US // 10**6)
            note = signed.note.with_lines([line]).encode()
            answer = await post(host, sessions[party], note, "/v1/cosignatures")
            found.append(
                (answer.json()["witnessed_size"], (await host.client.get(path, headers=sessions["un"])).status_code)
            )
        assert found == [(0, 404), (2, 200)]
        receipt = (await host.client.get(path, headers=sessions["un"])).content
        assert receipt_witnessed(checked(receipt, raw), cosigners(host.engine.host, 2))
        newest = (await host.client.get("/checkpoint", headers=sessions["un"])).text
        assert newest.count("\n— ") == 3

    played(play)


def test_a_cosignature_that_does_not_hold_is_refused() -> None:
    """Neither a line by another party's key nor a wrong signature is kept."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        signed = open_checkpoint((await host.client.get("/checkpoint", headers=un)).content, KEY)
        name = cosigner_name(host.genesis.origin, "un")
        wrong = cosign(signed.checkpoint, name, world.signing("rus", "cosigner"), 1)
        forged = msgspec.structs.replace(
            cosign(signed.checkpoint, name, world.signing("un", "cosigner"), 1), signature=bytes(72)
        )
        for line in (wrong, forged):
            answer = await post(host, un, signed.note.with_lines([line]).encode(), "/v1/cosignatures")
            assert answer.status_code == 400
            first(answer)
        assert (await host.client.get("/checkpoint", headers=un)).text.count("\n— ") == 1

    played(play)


def test_without_a_session_there_is_nothing_but_how_to_open_one() -> None:
    """Entries, leaves, tiles and checkpoints are for members."""

    async def play(host: Local) -> None:
        for path in ("/v1/entries", "/v1/leaves", "/checkpoint", "/tile/0/000", "/v1/status", "/v1/stream"):
            answer = await host.client.get(path)
            assert (answer.status_code, first(answer)["code"]) == (401, "session-missing")
            answer = await host.client.get(path, headers={"Authorization": "Bearer x.y.z"})
            assert (answer.status_code, first(answer)["code"]) == (401, "session-over")
        assert (await host.client.get("/v1/genesis")).content == canonical.encode(world.signed_genesis())

    played(play)


def test_only_the_partys_station_key_opens_a_session_and_a_challenge_works_once() -> None:
    """An officer's key, another party's key, a wrong signature, and a used challenge are all refused."""

    async def play(host: Local) -> None:
        async def attempt(party: str, key: SigningKey, challenge: str) -> httpx.Response:
            return await host.client.post("/v1/session", content=login_body(party, challenge, host.ledger, key))

        async def challenge() -> str:
            answer = await host.client.post("/v1/session/challenge", content=b"{}")
            return str(answer.json()["challenge"])

        for party, key in (("un", world.signing("un", "watch-1")), ("un", world.signing("rus", "station"))):
            answer = await attempt(party, key, await challenge())
            assert (answer.status_code, first(answer)["field"]) == (401, "key")
        other = bytes(32)
        body = login_body("un", await challenge(), other)
        answer = await host.client.post("/v1/session", content=body)
        assert (answer.status_code, first(answer)["field"]) == (401, "signature")
        once = await challenge()
        assert (await attempt("un", world.signing("un", "station"), once)).status_code == 200
        answer = await attempt("un", world.signing("un", "station"), once)
        assert first(answer)["field"] == "challenge"

    played(play)


def test_a_revoked_station_key_ends_its_session_at_once() -> None:
    """Revocation does not wait for a token to expire."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        revoked = Officer(
            distrust_since_us=None,
            key=world.signing("un", "station").public.hex(),
            officer="station",
            party="un",
            roles=("station",),
            state="revoked",
            words="stolen",
        )
        raw = submission("un", revoked, ALL, key=world.signing("un", "root"))
        assert (await post(host, un, raw)).status_code == 200
        answer = await host.client.get("/v1/entries", headers=un)
        assert (answer.status_code, first(answer)["code"]) == (401, "session-over")

    played(play)


def test_a_session_expires() -> None:
    """After an hour of the steady clock the station logs in again."""

    async def play(host: Local) -> None:
        host.tick_us = 1_000_000
        un = await host.login("un")
        host.tick_us += 3_599_000_000
        assert (await host.client.get("/v1/status", headers=un)).status_code == 200
        host.tick_us += 3_000_000
        assert (await host.client.get("/v1/status", headers=un)).status_code == 401

    played(play)


def test_a_flood_is_slowed_and_the_others_do_not_notice() -> None:
    """Per-party limits: who sends too much waits; who does not, does not."""
    rules = LimitRules(entries=Rate(burst=5, per_second=1))

    async def play(host: Local) -> None:
        host.tick_us = 1
        rus, un = await host.login("rus"), await host.login("un")
        answers = [await post(host, rus, submission("rus", message(), ALL)) for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
        assert first(answers[-1])["code"] == "too-fast"
        assert answers[-1].headers["retry-after"] == "1"
        assert (await post(host, un, submission("un", message(), ALL))).status_code == 200
        host.tick_us += 1_000_000
        assert (await post(host, rus, submission("rus", message(), ALL))).status_code == 200
        assert host.store.size() == 8

    played(play, limits=rules)


def test_bad_input_is_refused_with_field_rule_and_next_step_and_nothing_is_stored() -> None:
    """Whatever is wrong, the answer says where and what to do, and the ledger does not grow."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        good = submission("un", notice(), ALL)
        data = json.loads(good)

        def changed(**changes: Any) -> bytes:
            return json.dumps({**data, **changes}, sort_keys=True, separators=(",", ":")).encode()

        spoiled = {
            b"": 400,
            b"{": 400,
            b"null": 400,
            b"\xff\xfe": 400,
            b"[" * 60_000: 400,
            good + b" ": 400,
            good.replace(b'"words":"transit"', b'"words":"tran\xcc\x81sit\xe2\x80\xae"'): 422,
            changed(signature="0" * 128): 422,
            changed(header={**data["header"], "ledger": "0" * 64}): 422,
            changed(header={**data["header"], "author": "rus"}): 422,
            changed(slots=[]): 422,
            changed(extra=1): 400,
            b"x" * 70_000: 413,
        }
        for raw, status in spoiled.items():
            answer = await post(host, un, raw)
            assert (answer.status_code, bool(first(answer))) == (status, True), raw[:80]
        for path in (
            "/v1/entries?from=-1",
            "/v1/entries?limit=0",
            "/v1/entries?form=1",
            "/v1/leaves?from=1&from=2",
            "/tile/0/1",
        ):
            answer = await host.client.get(path, headers=un)
            assert answer.status_code == 400, path
            first(answer)
        answer = await host.client.put("/v1/entries", headers=un)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        answer = await post(host, un, b"\n" * 300, "/v1/entries/batch")
        assert answer.status_code == 400
        assert host.store.size() == 1

    played(play)


def test_an_erased_body_is_gone_from_store_and_pages() -> None:
    """After an erasure nobody is given the body again, and the store does not hold it; leaf and receipt stand."""

    async def play(host: Local) -> None:
        un, rus = await host.login("un"), await host.login("rus")
        raw = submission("un", message("to be forgotten"), ["rus", "un"])
        receipt = (await post(host, un, raw)).content
        entry = json.loads(receipt)["id"]
        body = Erasure(about=entry, authority="data protection officer", reason="named a person")
        await post(host, un, submission("un", body, ["rus", "un"]))
        for who in (un, rus):
            page = (await host.client.get("/v1/entries", headers=who)).json()["entries"][0]
            assert (page["erased"], page["facets"], page["id"]) == (True, [None] * 4, entry)
        assert b"forgotten" not in (host.store.rows([1])[0].submission or b"")
        assert (await post(host, un, raw)).content == receipt

    played(play)


def test_an_erasure_that_one_may_not_read_looks_like_a_facet_never_opened() -> None:
    """`erased` is true only for those who may read the erasure entry that says so."""

    async def play(host: Local) -> None:
        everybody = ["cjtf", "rus", "un"]
        raw = submission("un", message("to be forgotten"), everybody)
        un, cjtf = await host.login("un"), await host.login("cjtf")
        entry = json.loads((await post(host, un, raw)).content)["id"]
        body = Erasure(about=entry, authority="data protection officer", reason="named a person")
        assert (await post(host, un, submission("un", body, ["rus", "un"]))).status_code == 200
        page = (await host.client.get("/v1/entries", headers=cjtf)).json()["entries"][0]
        assert (page["erased"], page["facets"], page["id"]) == (False, [None] * 4, entry)

    played(play)


def test_long_pages_are_cut_by_what_the_viewer_sees() -> None:
    """`limit` counts the viewer's entries; following `next` gives every one of them once, in order."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        lines = [submission("un", message(str(i)), ["un"] if i % 3 else ["rus", "un"]) for i in range(200)]
        await post(host, un, b"\n".join(lines) + b"\n", "/v1/entries/batch")
        rus = await host.login("rus")
        seen, start = [], 0
        while True:
            page = (await host.client.get(f"/v1/entries?from={start}&limit=7", headers=rus)).json()
            seen += [known["index"] for known in page["entries"]]
            start = page["next"]
            if start >= page["size"]:
                break
            assert len(page["entries"]) == 7
        assert seen == list(range(1, 201, 3))

    played(play)


def test_absurd_numbers_are_refused_not_a_mistake_of_ours() -> None:
    """Thousands of digits, behind zeros or in groups, are the client's mistake."""

    async def play(host: Local) -> None:
        un = await host.login("un")
        long_id = {**un, "Last-Event-ID": "0" * 17 + "9" * 5000}
        assert (await host.client.get("/v1/stream", headers=long_id)).status_code == 400
        assert (await host.client.get("/tile/0/" + "x001/" * 2000 + "000", headers=un)).status_code == 400

    played(play)


def test_every_post_takes_tokens_and_a_guess_at_the_door_too() -> None:
    """Cosignatures and recovery count like all else; a challenge that is nonsense has cost its peer a login."""

    async def play() -> None:
        few = Rate(burst=3, per_second=1)
        host = Local(limits=LimitRules(writes=few, logins=Rate(burst=4, per_second=1)))
        host.tick_us = 1_000_000_000_000
        rus, un = await host.login("rus"), await host.login("un")  # all four logins of this address
        for path in ("/v1/cosignatures", "/v1/recovery/checkpoint", "/v1/recovery/entries"):
            assert (await host.client.post(path, content=b"nonsense", headers=rus)).status_code != 429
        for path in ("/v1/cosignatures", "/v1/recovery/checkpoint", "/v1/recovery/entries", "/v1/recovery/leaves"):
            assert (await host.client.post(path, content=b"nonsense", headers=rus)).status_code == 429, path
        assert (await host.client.post("/v1/cosignatures", content=b"nonsense", headers=un)).status_code != 429
        doors = ["/v1/session", "/v1/session/challenge"] * 3
        guesses = [(await host.client.post(path, content=b"nonsense")).status_code for path in doors]
        assert guesses[-2:] == [429, 429]

    asyncio.run(play())
