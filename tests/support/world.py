"""Three parties with all their keys, a founding agreement between them, and notices to send: for tests and vectors.

Every secret is a hash of a word, so runs repeat. Nothing here may be used outside tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from detente.ledger.entry import Draft, Submission, encode_submission, seal
from detente.ledger.facets import facet
from detente.ledger.genesis import (
    FoundingOfficer,
    Genesis,
    GenesisHost,
    PartyKeys,
    ScreeningRules,
    SeparationRules,
    SignedGenesis,
    ledger_id,
    sign_genesis,
)
from detente.ledger.keys import ExchangeKey, SigningKey

SLOTS = 8
CREATED_US = 1_474_070_400_000_000
"""2016-09-17T00:00:00Z."""
PARTIES = {"cjtf": "Combined Joint Task Force", "rus": "Группировка войск России", "un": "United Nations"}


def seed(word: str) -> bytes:
    """Return the 32 secret bytes that belong to a word."""
    return hashlib.sha256(f"detente test key {word}".encode()).digest()


def signing(party: str, role: str) -> SigningKey:
    """Return a party's signing key: role is root, station, cosigner, or an officer id."""
    return SigningKey.from_seed(seed(f"{party} {role}"))


def exchange(party: str, generation: str = "") -> ExchangeKey:
    """Return a party's exchange key."""
    return ExchangeKey.from_seed(seed(f"{party} exchange{generation}"))


def shared_keys(party: str) -> dict[str, bytes]:
    """Return other party -> the secret that this party shares with it."""
    return {other: exchange(party).shared(exchange(other).public) for other in PARTIES if other != party}


def salts(word: str = "salts") -> Iterator[bytes]:
    """Yield 32-byte values without end, the same for the same word."""
    count = 0
    while True:
        yield hashlib.sha256(f"detente test salt {word} {count}".encode()).digest()
        count += 1


def party_keys(party: str, generation: str = "", name: str | None = None) -> PartyKeys:
    """Return a party's public keys; another generation is another set."""
    officer = FoundingOfficer(
        key=signing(party, f"watch-1{generation}").public.hex(), officer="watch-1", roles=("watch",)
    )
    return PartyKeys(
        cosigner_key=signing(party, f"cosigner{generation}").public.hex(),
        exchange_key=exchange(party, generation).public.hex(),
        name=name or PARTIES.get(party, party),
        officers=(officer,),
        party=party,
        root_key=signing(party, f"root{generation}").public.hex(),
        station_key=signing(party, f"station{generation}").public.hex(),
    )


def genesis(**changes: Any) -> Genesis:
    """Return the founding agreement, with changes."""
    made = Genesis(
        clock="virtual",
        created_us=CREATED_US,
        founders=tuple(party_keys(party) for party in sorted(PARTIES)),
        host=GenesisHost(key=signing("host", "log").public.hex(), name="Neutral host"),
        origin="detente.example/levant/replay",
        quorum=2,
        rules={"lateness_us": 2_592_000_000_000},
        screening=ScreeningRules(
            after_us=60_000_000,
            budget_m2_s_per_day=10**15,
            buffer_mm=5_000_000,
            cell_ndeg=50_000_000,
            deadline_us=600_000_000,
            epoch_us=21_600_000_000,
            least_duration_us=900_000_000,
            least_size_mm=2_000_000,
        ),
        separation=SeparationRules(horizontal_mm=5_000_000, time_us=300_000_000, vertical_mm=600_000),
        slots=SLOTS,
    )
    return msgspec.structs.replace(made, **changes)


def roots() -> dict[str, SigningKey]:
    """Return the founders' root keys."""
    return {party: signing(party, "root") for party in PARTIES}


def signed_genesis(**changes: Any) -> SignedGenesis:
    """Return a genesis signed by all founders."""
    return sign_genesis(genesis(**changes), roots())


LEDGER = ledger_id(genesis())


def notice_body(words: str = "Transit of two aircraft, no stop planned") -> dict[str, Any]:
    """Return the body of an air notice with one polygon of eight vertices: about 1 kB."""
    ring = [[35_300_000_000 + 1_234_567 * i, 40_100_000_000 + 7_654_321 * i * i] for i in range(8)]
    return {
        "activity": "air",
        "lead_time_us": 3_600_000_000,
        "needs_readback": True,
        "rests_on": [],
        "shorter_lead_accepted_by": [],
        "state": "accepted",
        "units": ["callsign one", "callsign two"],
        "volumes": [
            {
                "altitude_lower": {"datum": "geoid", "uncertainty_mm": 30_000, "value_mm": 3_000_000},
                "altitude_upper": {"datum": "geoid", "uncertainty_mm": 30_000, "value_mm": 6_000_000},
                "end_us": CREATED_US + 7_200_000_000,
                "error_mm": 10_000,
                "outline": {"edge": "geodesic", "shape": "polygon", "vertices": ring},
                "start_us": CREATED_US + 3_600_000_000,
            }
        ],
        "words": words,
    }


def notice_draft(**changes: Any) -> Draft:
    """Return a notice by the coalition: in full to Russia, coarse to the UN, a secret annex of its own."""
    made = Draft(
        audience=("rus", "un"),
        author="cjtf",
        facets=(
            facet(["rus"], notice_body(), "full"),
            facet(["rus", "un"], {"cells": [[706, 802]], "hours": [411_132, 411_133]}, "coarse"),
            facet(["cjtf"], {"units": ["first flight"]}, "own"),
            None,
        ),
        kind="notice/1",
        sealed=frozenset({2}),
        signed_at_us=CREATED_US + 60_000_000,
    )
    return msgspec.structs.replace(made, **changes)


def notice(word: str = "notice", key: SigningKey | None = None, ledger: bytes = LEDGER, **changes: Any) -> Submission:
    """Return a sealed notice."""
    draft = notice_draft(**changes)
    tag_keys = shared_keys(draft.author)
    return seal(draft, key or signing(draft.author, "watch-1"), salts(word), ledger, SLOTS, tag_keys)


def raw_notice(word: str = "notice", **changes: Any) -> bytes:
    """Return the bytes of a sealed notice."""
    return encode_submission(notice(word, **changes))
