"""Who may talk to the host: a party's station proves its key once, and is then known by a token.

    stranger ──challenge──> challenged ──signature by the station key──> session ──expiry, revocation──> over

A challenge is good for one attempt. A session is bound to the key that opened it: when the identity fold no longer gives that
key the role `station`, the session is over, whatever its token says. Random bytes and times are arguments; the clock is
the steady one of the process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from detente.errors import Refused, problem
from detente.ledger.keys import verify

SESSION_DOMAIN: Final = b"detente/session/v1\n"
CHALLENGE_US: Final = 60_000_000
SESSION_US: Final = 3_600_000_000
CHALLENGES_KEPT: Final = 4096

StationOf = Callable[[bytes], str | None]
"""The party for which a public key now acts as station, or None."""


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a station answers to a challenge: everything hex, `signature` over `session_message`."""

    challenge: str
    key: str
    party: str
    signature: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One station, logged in until `expires_us` of the steady clock."""

    expires_us: int
    key: bytes
    party: str


def session_message(ledger: bytes, challenge: bytes) -> bytes:
    """Return what a station signs to log in to the host of one ledger: 32 bytes each."""
    return SESSION_DOMAIN + ledger + challenge


@dataclass
class Sessions:
    """Open challenges, and the rules for opening and keeping a session."""

    ledger: bytes
    challenges: dict[bytes, int] = field(default_factory=dict)

    def challenge(self, random32: bytes, tick_us: int) -> bytes:
        """Remember a fresh challenge; the oldest is forgotten when there are too many."""
        if len(self.challenges) >= CHALLENGES_KEPT:
            del self.challenges[next(iter(self.challenges))]
        self.challenges[random32] = tick_us + CHALLENGE_US
        return random32

    def open(self, login: Login, tls_party: str | None, station_of: StationOf, tick_us: int) -> Session:
        """Open a session or raise `Refused`. `tls_party` is whose CA issued the client certificate, None on plain loopback."""
        challenge, key, signature = (_hex(login.challenge), _hex(login.key), _hex(login.signature))
        expires_us = self.challenges.pop(challenge, None)
        if expires_us is None or tick_us > expires_us:
            raise _refused("challenge", login.challenge, "is one of ours, not used and at most 60 s old")
        if station_of(key) != login.party:
            raise _refused("key", login.key, f"is the present station key of {login.party}")
        if tls_party is not None and tls_party != login.party:
            raise _refused("party", login.party, f"is the party of the client certificate, {tls_party}")
        if not verify(key, session_message(self.ledger, challenge), signature):
            raise _refused("signature", login.signature, "is by that key over the challenge (host-api.md, Session)")
        return Session(expires_us=tick_us + SESSION_US, key=key, party=login.party)

    @staticmethod
    def still_holds(session: Session, tls_party: str | None, station_of: StationOf, tick_us: int) -> bool:
        """Say whether a session may go on: not expired, its key not revoked, its pipe still of the same party."""
        if tick_us > session.expires_us or station_of(session.key) != session.party:
            return False
        return tls_party is None or tls_party == session.party


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _refused(field: str, value: str, rule: str) -> Refused:
    return Refused([problem("session-refused", field, value, rule, "Ask for a new challenge and log in again")])
