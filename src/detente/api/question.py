"""What every question and every answer has in common: where it is asked, and what comes back."""

from __future__ import annotations

from typing import Annotated, ClassVar, Generic, TypeVar, get_args

import msgspec

from detente.api.basis import Basis

NUMBER_MAX = 2**53 - 1
"""The largest number that a canonical document holds."""

Whole = Annotated[int, msgspec.Meta(ge=0, le=NUMBER_MAX)]
"""A whole number of a question: a count, a size, or microseconds since 1970 UTC."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. A reader of an older version passes over fields that it does not know."""

    basis: Basis


A = TypeVar("A", bound=msgspec.Struct | bytes, covariant=True)


class AskedAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """As of when: a time (µs since 1970 UTC), or so long before now on the station's clock; and of a ledger size. Left out: now."""

    ago_us: int = 0
    at_us: int | None = None
    size: int | None = None


class Question(msgspec.Struct, Generic[A], frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question; `A` is the type of its answer: an `Answer`, another Struct where it rests on no ledger size, or bytes, a file.

    A field named in `path` is read from that segment; every other field from the query of a GET or the body of a POST. Where a
    POST has a field `body`, that is the whole body, and the others are the query. A tuple in a query is written with commas. A
    query or body with a member that is no field is refused.
    """

    kind: ClassVar[str] = "application/json"
    """The media type of the answer."""
    method: ClassVar[str] = "GET"
    path: ClassVar[str]

    @classmethod
    def answer_type(cls) -> type[msgspec.Struct] | type[bytes]:
        """Return the type of the answer, as the class names it in its brackets."""
        for base in cls.__dict__["__orig_bases__"]:
            for found in get_args(base):
                return found  # type: ignore[no-any-return]
        raise TypeError(f"{cls.__name__} does not name its answer: Question[Answer]")


AnyQuestion = Question[msgspec.Struct | bytes]
"""A question whose answer the caller need not know: each `Question[A]` is one, as `A` is only ever given back."""
