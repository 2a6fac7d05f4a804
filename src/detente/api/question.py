"""What every question and every answer has in common: where it is asked, and what comes back."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, get_args

import msgspec

from detente.api.basis import Basis


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. A reader of an older version passes over fields that it does not know."""

    basis: Basis


A = TypeVar("A", bound=Answer)


class AskedAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """As of when: a time (µs since 1970 UTC), or so long before now on the station's clock; and of a ledger size. Left out: now."""

    ago_us: int = 0
    at_us: int | None = None
    size: int | None = None


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
