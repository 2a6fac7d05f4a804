"""The parties, not the host, decide who signs checkpoints: a change of the host's key by the quorum."""

from __future__ import annotations

import asyncio
import json

from tests.support import world
from tests.support.hosts import HOST_KEY, Local, message, submission

from detente.ledger.checkpoints.checkpoint import open_checkpoint
from detente.ledger.checkpoints.note import NoteKey
from detente.ledger.genesis import GenesisHost
from detente.ledger.identity import KeyChange, endorse
from detente.ledger.receipt import check_receipt, read_receipt
from detente.records.parties.host import HostKey
from detente.records.parties.party import Endorsement

ALL = ["cjtf", "rus", "un"]
NEW = world.signing("host", "second log")
OLD_NAME, NEW_NAME = (NoteKey(name=world.genesis().origin, public=key.public) for key in (HOST_KEY, NEW))


def change() -> HostKey:
    wanted = KeyChange(
        action="change-host-key", host=GenesisHost(key=NEW.public.hex(), name="Second host"), ledger=world.LEDGER.hex()
    )
    given = tuple(
        Endorsement(
            key=world.signing(party, "root").public.hex(),
            party=party,
            signature=endorse(wanted, world.signing(party, "root")),
        )
        for party in ("rus", "un")
    )
    return HostKey(endorsements=given, key=NEW.public.hex(), name="Second host")


def test_the_old_key_signs_up_to_the_change_and_no_further() -> None:
    """Entries after the change are not recorded by the old host; the new one goes on with the same ledger."""

    async def play() -> None:
        old = Local()
        un = await old.login("un")
        first = submission("un", message("before"), ALL)
        receipt = (await old.client.post("/v1/entries", content=first, headers=un)).content
        after = submission("un", message("after"), ALL)
        lines = [submission("un", change(), ALL, key=world.signing("un", "root")), after]
        answer = await old.client.post("/v1/entries/batch", content=b"\n".join(lines), headers=un)
        changed, refused = answer.content.splitlines()
        assert json.loads(refused)["problems"][0]["code"] == "read-only"
        assert open_checkpoint((await old.client.get("/checkpoint", headers=un)).content, OLD_NAME).checkpoint.size == 3
        answer = await old.client.post("/v1/entries", content=after, headers=un)
        assert (answer.status_code, "another host key" in answer.text) == (503, True)
        assert Local(old.store).engine.host.mode == "failed"

        new = Local(old.store, key=NEW)
        assert new.engine.host.mode == "writing"
        un = await new.login("un")
        assert open_checkpoint((await new.client.get("/checkpoint", headers=un)).content, OLD_NAME).checkpoint.size == 3
        later = (await new.client.post("/v1/entries", content=after, headers=un)).content
        salt = bytes.fromhex(json.loads(after)["header_salt"])
        assert check_receipt(read_receipt(later), world.SLOTS, salt, NEW_NAME).leaf.index == 3
        again = (await new.client.post("/v1/entries", content=first, headers=un)).content
        salt = bytes.fromhex(json.loads(first)["header_salt"])
        assert check_receipt(read_receipt(again), world.SLOTS, salt, NEW_NAME).signed.checkpoint.size == 4
        assert check_receipt(read_receipt(receipt), world.SLOTS, salt, OLD_NAME).signed.checkpoint.size == 2
        assert read_receipt(changed).proof

    asyncio.run(play())
