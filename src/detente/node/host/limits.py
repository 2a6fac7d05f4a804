"""How much one party may ask of the host: token buckets, one pair for each party, so that a flood drowns only itself.

Tokens are taken before the work is done, so nonsense counts like sense. Time here is the steady clock of the process, never
the ledger's: a replay's step clock stands still while requests go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from detente.errors import Refused, problem


class Rate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many a second in the long run, and so many at once after a rest."""

    burst: int
    per_second: int


class LimitRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each party may do. `entries` and `bytes` are of submissions, `writes` all other POST requests, `logins` are
    counted for each address."""

    batch_bytes: int = 4 << 20
    batch_lines: int = 256
    bytes: Rate = Rate(burst=32 << 20, per_second=4 << 20)
    entries: Rate = Rate(burst=5_000, per_second=1_000)
    logins: Rate = Rate(burst=50, per_second=5)
    reads: Rate = Rate(burst=2_000, per_second=500)
    streams: int = 8
    submission_bytes: int = 64 << 10
    writes: Rate = Rate(burst=1_000, per_second=200)


@dataclass(slots=True)
class Bucket:
    """One bucket: what was in it (in millionths of a token) at which moment of the steady clock."""

    level: int
    at_us: int

    def take(self, rate: Rate, amount: int, tick_us: int) -> int:
        """Take tokens and return 0, or take nothing and return how many µs to wait until they will be there.

        An amount above the burst is served from a full bucket, which then owes the rest: large requests are slow, not
        impossible.
        """
        full = rate.burst * 1_000_000
        self.level = min(full, self.level + (tick_us - self.at_us) * rate.per_second)
        self.at_us = tick_us
        wanted = amount * 1_000_000
        missing = min(wanted, full) - self.level
        if missing > 0:
            return -(-missing // rate.per_second)
        self.level -= wanted
        return 0


@dataclass
class Limits:
    """The buckets of each thing counted, by whom. `KEPT` bounds how many strangers (addresses) are remembered for one."""

    rules: LimitRules
    buckets: dict[str, dict[str, Bucket]] = field(default_factory=dict)

    KEPT = 4096

    def take(self, what: str, who: str, rate: Rate, amount: int, tick_us: int) -> None:
        """Take tokens or raise `Refused` with code `too-fast`, whose value is the wait in whole seconds."""
        buckets = self.buckets.setdefault(what, {})
        bucket = buckets.get(who)
        if bucket is None:
            if len(buckets) >= self.KEPT:
                del buckets[next(iter(buckets))]
            bucket = buckets[who] = Bucket(rate.burst * 1_000_000, tick_us)
        wait_us = bucket.take(rate, amount, tick_us)
        if wait_us:
            raise too_fast(what, rate, wait_us)

    def submission(self, party: str, entries: int, size: int, tick_us: int) -> None:
        """Let a party submit so many entries of so many bytes together, or refuse; the size of one is checked apart."""
        self.take("entries", party, self.rules.entries, entries, tick_us)
        self.take("bytes", party, self.rules.bytes, size, tick_us)


def too_fast(what: str, rate: Rate, wait_us: int) -> Refused:
    """Say that a party asks more often than it may."""
    seconds = max(1, -(-wait_us // 1_000_000))
    return Refused(
        [
            problem(
                "too-fast",
                "",
                str(seconds),
                f"at most {rate.per_second} {what} a second, {rate.burst} at once",
                f"Wait {seconds} s and send the same bytes again; nothing was stored",
            )
        ]
    )


def too_large(field: str, size: int, most: int) -> Refused:
    """Say that a body is larger than the host takes."""
    step = "Send less at once, or split it into several entries; nothing was stored"
    return Refused([problem("too-large", field, f"{size} bytes", f"at most {most} bytes", step)])
