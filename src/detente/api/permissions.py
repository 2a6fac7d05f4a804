"""Questions about permissions and lifelines: what a host lets a guest do, and what the parties keep open for people."""

from __future__ import annotations

import msgspec

from detente.api.question import Answer, Question
from detente.picture.agreements.permits import LifelineStanding
from detente.rules.agreements.permits import Permit, Stands


class PermissionRow(Permit, frozen=True, kw_only=True):
    """One permission with every reply to it, and where it stands now. `ended_for_us`: its author tells us no later version."""

    ended_for_us: bool
    standing: Stands


class NoPermission(msgspec.Struct, frozen=True, kw_only=True):
    """A live notice that needs a permission and rests on none that covers it, and why not."""

    author: str
    version: str
    words: str


class Permissions(Answer, frozen=True, kw_only=True):
    """Every permission that no newer version replaces, in order of the ledger."""

    flagged: tuple[NoPermission, ...]
    permissions: tuple[PermissionRow, ...]


class PermissionsAsked(Question[Permissions], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where does each permission stand, and which live notices need one and rest on none?"""

    path = "/local/permissions"


class LifelineRow(LifelineStanding, frozen=True, kw_only=True):
    """One lifeline as its author last said that it stands. `ended_for_us`: its author tells us no later version."""

    ended_for_us: bool


class Lifelines(Answer, frozen=True, kw_only=True):
    """Every lifeline as each author last said that it stands; two authors of one lifeline stand beside each other."""

    lifelines: tuple[LifelineRow, ...]


class LifelinesAsked(Question[Lifelines], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How does each lifeline stand?"""

    path = "/local/lifelines"
