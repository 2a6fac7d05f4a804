"""Session tokens: EdDSA JWTs (RFC 7519, RFC 8037) under a key that lives as long as the process.

The token only saves the station from signing every request; what it may do is decided anew each time (`node.host.sessions`). The
key never signs anything else and is never stored, so a restart ends every session.
"""

from __future__ import annotations

from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from detente.errors import Refused, problem
from detente.node.host.sessions import SESSION_US, Session

ALGORITHMS: Final = ["EdDSA", "Ed25519"]


class Tokens:
    """Makes and reads the tokens of one process for one ledger. `seed` is 32 random bytes."""

    def __init__(self, ledger: bytes, key: OKPKey) -> None:
        self._audience = ledger.hex()
        self._key = key

    @classmethod
    def fresh(cls, ledger: bytes) -> Tokens:
        """Draw a key that only this process has."""
        return cls(ledger, OKPKey.generate_key("Ed25519"))

    def make(self, session: Session, nonce: str) -> str:
        """Return the token of a session. Its times are those of the steady clock, in whole seconds."""
        claims = {
            "aud": self._audience,
            "exp": session.expires_us // 1_000_000,
            "jti": nonce,
            "key": session.key.hex(),
            "sub": session.party,
        }
        return jwt.encode({"alg": "Ed25519"}, claims, self._key, algorithms=ALGORITHMS)

    def read(self, token: bytes) -> Session:
        """Return the session a token stands for, or raise `Refused`; expiry is judged by the caller, on the same clock."""
        try:
            claims = jwt.decode(token, self._key, algorithms=ALGORITHMS).claims
            if claims["aud"] != self._audience:
                raise over()
            return Session(
                expires_us=int(claims["exp"]) * 1_000_000, key=bytes.fromhex(claims["key"]), party=str(claims["sub"])
            )
        except (JoseError, ValueError, KeyError, TypeError):
            raise over() from None


def over() -> Refused:
    """Say that a session is over, whatever ended it."""
    rule = f"must be a session's token, at most {SESSION_US // 60_000_000} minutes old, of a key not revoked"
    return Refused([problem("session-over", "Authorization", "", rule, "Log in again: POST /v1/session/challenge")])


def missing() -> Refused:
    """Say that a request needs a session."""
    rule = "must be 'Bearer' and a session's token"
    return Refused([problem("session-missing", "Authorization", "", rule, "Log in: POST /v1/session/challenge")])
