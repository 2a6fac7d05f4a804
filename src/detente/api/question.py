"""What every question and every answer has in common: where it is asked, what comes back, and on what the answer rests."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """On what an answer rests. Nothing stale is shown as fresh.

    `size` counts the leaves that are proven, `entries_size` those that are also in the picture. `age_us` is the time since the
    host last showed that size, None before it ever did. `now_us` is the ledger's clock, microseconds since 1970 UTC;
    `virtual` says that it is a replay's. `queued` counts own submissions that the host has not taken yet.
    """

    age_us: int | None
    entries_size: int
    fresh: bool
    host_reachable: bool
    now_us: int
    queued: int
    size: int
    virtual: bool


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. A reader of an older version passes over fields that it does not know."""

    basis: Basis


A = TypeVar("A", bound=Answer)


class Question(msgspec.Struct, Generic[A], frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question; `A` is the type of its answer.

    A field named in `path` is read from that segment; every other field from the query of a GET or the body of a POST. A
    tuple in a query is written with commas. A query or body with a member that is no field is refused.
    """

    method: ClassVar[str] = "GET"
    path: ClassVar[str]

    @classmethod
    def answer_type(cls) -> type[Any]:
        """Return the type of the answer, as the class names it in its brackets."""
        for base in cls.__dict__["__orig_bases__"]:
            for found in get_args(base):
                return found  # type: ignore[no-any-return]
        raise TypeError(f"{cls.__name__} does not name its answer: Question[Answer]")
