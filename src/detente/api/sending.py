"""What an officer hands in to be sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from detente.api.over import OverRow
from detente.api.question import Answer, Question, Whole


class FacetAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One form of the body, and who may read it. `sealed`: it stays at this station."""

    audience: tuple[str, ...]
    body: msgspec.Raw
    form: str = "full"
    sealed: bool = False


class SendAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to send. `audience` defaults to all that any facet is for.

    `officer` signs ("" : the station itself). `coarse_to`: the coarse form of a full notice, derived here, for these
    parties. `kind` is a name, with or without version. `ended_for`: readers of the version before whom this one leaves out; a closing
    each tells them that it is over for them.
    """

    audience: tuple[str, ...] = ()
    coarse_cell_ndeg: int | None = None
    coarse_to: tuple[str, ...] = ()
    ended_for: tuple[str, ...] = ()
    facets: tuple[FacetAsked, ...]
    kind: str
    officer: str = ""
    refers_to: tuple[str, ...] = ()
    supersedes: str | None = None


def send_asked(given: Mapping[str, object]) -> SendAsked:
    """Return what to send from its members by name, bodies as their Structs or as JSON has them."""
    return msgspec.json.decode(msgspec.json.encode(given), type=SendAsked)


class Sent(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """What became of an entry of ours. `index`: where the ledger has it, None while no receipt is held.

    `over`: of what it refers to, by id, why what does not hold any more does not. `words`: why it is held here, where it is.
    `problems` are the host's, in its words.
    """

    id: str
    index: int | None
    over: dict[str, OverRow] | None = None
    problems: tuple[str, ...]
    state: str
    words: str | None = None


class SendingAsked(Question[Sent], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sign this entry and send it; wait up to `wait_s` seconds (60 at most) for the host's receipt."""

    method = "POST"
    path = "/local/send"
    body: SendAsked
    wait_s: Whole = 0


class SubmittingAsked(Question[Sent], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Send this entry, which was signed elsewhere: `body` is a `Submission`, byte for byte (docs/formats/entry.md)."""

    method = "POST"
    path = "/local/submit"
    body: msgspec.Raw
    wait_s: Whole = 0


class Dismissal(Answer, frozen=True, kw_only=True):
    """The refused entry that was let go."""

    dismissed: str


class DismissAsked(Question[Dismissal], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer has seen that the host refused an own entry: let it go."""

    method = "POST"
    path = "/local/dismiss"
    id: str
    officer: str
