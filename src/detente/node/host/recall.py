"""Reading back what was admitted before, at start: as `examine`, without checking what was checked then.

Costs a few microseconds a row; `examine` of the same submission gives the same value (tests/node/host/test_recall.py).
"""

from __future__ import annotations

import msgspec

from detente.ledger.leaf import FIXED_SIZE
from detente.node.host.examine import FOLDED, Examined
from detente.node.host.rows import StoredEntry
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import State
from detente.records.registry import REGISTRY

_INDEX_AND_TIME = 17
assert FIXED_SIZE > _INDEX_AND_TIME


class _Header(msgspec.Struct):
    audience: tuple[str, ...]
    author: str
    key: str
    kind: str
    supersedes: str | None


class _Facet(msgspec.Struct):
    body: msgspec.Raw
    form: str


class _Opening(msgspec.Struct):
    facet: _Facet


class _Submission(msgspec.Struct):
    facets: tuple[_Opening | None, _Opening | None, _Opening | None, _Opening | None]
    header: _Header


class _Notice(msgspec.Struct):
    activity: Activity
    state: State


_SUBMISSION = msgspec.json.Decoder(_Submission)
_NOTICE = msgspec.json.Decoder(_Notice)
_UNDERSTOOD = frozenset(
    (form.kind, version, form.form) for form in REGISTRY.forms() for version in (form.version, *form.older)
)
_PLACED = ("coarse", "full")
"""The forms of a notice that have a class and a state."""


def _of_notice(body: bytes) -> tuple[str, str]:
    """Return activity and state; nothing of a body that was sealed at admission, came back since, and is none (`admission.refold`)."""
    try:
        notice = _NOTICE.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", ""
    return notice.activity.value, notice.state.value


def recall(row: StoredEntry) -> Examined:
    """Return what `examine` said when this row was admitted. The row must hold a submission."""
    assert row.submission is not None
    stored = _SUBMISSION.decode(row.submission)
    header = stored.header
    name, _, version = header.kind.partition("/")
    activity = state = form = ""
    body = b""
    for opening in stored.facets:
        if opening is None or (name, int(version), opening.facet.form) not in _UNDERSTOOD:
            continue
        if name == "notice" and opening.facet.form in _PLACED and not state:
            activity, state = _of_notice(opening.facet.body)
        elif name in FOLDED:
            body, form = bytes(opening.facet.body), opening.facet.form
    return Examined(
        activity=activity,
        audience=header.audience,
        author=header.author,
        body=body,
        form=form,
        id=row.id,
        key=header.key,
        kind=header.kind,
        state=state,
        supersedes=header.supersedes,
        tail=row.leaf[_INDEX_AND_TIME:],
    )
