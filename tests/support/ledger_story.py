"""A small ledger told entry by entry, for tests of bundles: what each party sealed, when it was logged, who cosigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tests.support import world

from detente.ledger.checkpoints.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from detente.ledger.checkpoints.cosignature import cosign, cosigner_name
from detente.ledger.delivered import told
from detente.ledger.entry import Draft, Submission, check_submission, encode_submission, seal
from detente.ledger.facets import Facet, facet
from detente.ledger.genesis import SignedGenesis, genesis_leaf, ledger_id
from detente.ledger.keys import SigningKey
from detente.ledger.shown import Shown, show
from detente.ledger.tree import Tree
from detente.records.body import Body
from detente.records.entries.watermark import Watermark
from detente.records.registry import write

MINUTE = 60_000_000


class Story:
    """A ledger in memory. Every `add` logs one entry at a minute after genesis; `checkpoint` signs what is there."""

    def __init__(self, signed: SignedGenesis | None = None) -> None:
        self.genesis = signed or world.signed_genesis()
        self.id = ledger_id(self.genesis.genesis)
        self.tree = Tree()
        self.leaves = [genesis_leaf(self.genesis.genesis)]
        self.tree.append(self.leaves[0])
        self.submissions: list[Submission | None] = [None]
        self.ids: list[bytes] = [self.id]
        self.host = world.signing("host", "log")

    def us(self, minute: float) -> int:
        """Return the time that many minutes after genesis."""
        return self.genesis.genesis.created_us + int(minute * MINUTE)

    def add(
        self,
        author: str,
        to: Sequence[str],
        kind: str,
        facets: Mapping[int, Facet],
        minute: float,
        *,
        key: SigningKey | None = None,
        refers_to: Sequence[bytes] = (),
        supersedes: bytes | None = None,
    ) -> int:
        """Log an entry and return its index."""
        placed = [facets.get(position) for position in range(4)]
        draft = Draft(
            audience=tuple(sorted(to)),
            author=author,
            facets=(placed[0], placed[1], placed[2], placed[3]),
            kind=kind,
            refers_to=tuple(item.hex() for item in refers_to),
            signed_at_us=self.us(minute) - 1_000_000,
            supersedes=supersedes.hex() if supersedes else None,
        )
        signer = key or world.signing(author, "watch-1")
        sealed = seal(
            draft, signer, world.salts(f"story {len(self.leaves)}"), self.id, world.SLOTS, world.shared_keys(author)
        )
        index = len(self.leaves)
        checked = check_submission(encode_submission(sealed), world.SLOTS, self.id)
        self.leaves.append(checked.leaf_bytes(index, self.us(minute)))
        self.tree.append(self.leaves[-1])
        self.submissions.append(sealed)
        self.ids.append(checked.id)
        return index

    def say(self, author: str, to: Sequence[str], body: Body, minute: float, **more: Any) -> int:
        """Log an entry with one record as its body, readable by all recipients."""
        kind, form, data = write(body)
        made = Facet(audience=tuple(sorted(to)), body=msgspec.Raw(data), form=form)
        return self.add(author, to, kind, {0: made}, minute, **more)

    def watermark(self, party: str, to: Sequence[str], minute: float, *, skip: Sequence[int] = (), **more: Any) -> int:
        """Log a party's watermark over all that `to` addressed to it so far; `skip` are indexes that were kept from it."""
        size = len(self.leaves)
        mine = [
            (index, self.ids[index])
            for index, sealed in enumerate(self.submissions)
            if sealed and party in sealed.header.audience and sealed.header.author in to and index not in skip
        ]
        state = told(mine)
        body = Watermark(count=state.count, list_hash=state.hash.hex(), size=size)
        return self.say(party, to, body, minute, key=more.pop("key", world.signing(party, "station")), **more)

    def checkpoint(self, *cosigned_by: str, size: int | None = None, minute: float = 90) -> SignedCheckpoint:
        """Return the host's checkpoint of a size (default: all), cosigned by stations at a minute."""
        size = len(self.leaves) if size is None else size
        origin = self.genesis.genesis.origin
        signed = sign_checkpoint(Checkpoint(origin=origin, root=self.tree.root(size), size=size), self.host)
        lines = [
            cosign(signed.checkpoint, cosigner_name(origin, p), world.signing(p, "cosigner"), self.us(minute) // 10**6)
            for p in cosigned_by
        ]
        return SignedCheckpoint(checkpoint=signed.checkpoint, note=signed.note.with_lines(lines))

    def shown_to(self, viewer: str) -> list[Shown]:
        """Return every entry that a party may read, as it may read it."""
        pairs = zip(self.submissions, self.leaves, strict=True)
        found = [show(sealed, leaf, viewer) for sealed, leaf in pairs if sealed is not None]
        return [item for item in found if item is not None]


def notice_facets(words: str = "Transit of two aircraft") -> dict[int, Facet]:
    """Return the facets of a notice: in full to Russia, coarse to Russia and the UN."""
    coarse = {"cells": [[706, 802]], "hours": [411_132]}
    return {0: facet(["rus"], world.notice_body(words), "full"), 1: facet(["rus", "un"], coarse, "coarse")}
