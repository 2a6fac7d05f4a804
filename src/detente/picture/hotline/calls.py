"""Voice calls as objects: every account of each, whose word it is, who countersigned it, and where accounts contradict each other."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from detente.geometry.stated.read_back import Difference
from detente.picture.fold import View
from detente.picture.known import Entry
from detente.picture.notices.airspace import Airspace
from detente.picture.notices.read_backs import Judged
from detente.picture.parties.directory import Directory
from detente.records.hotline.call import DELIVERED, Call
from detente.rules.hotline.calls import Account, compare, disagreements, may_countersign

Compared = Literal["agrees", "differs", "none", "not compared"]


class CallStands(msgspec.Struct, frozen=True, kw_only=True):
    """One account of a call as it stands. `countersigned` are entries of others about it; `disagree` is in what they differ.

    `compared` is of the read-back with the notice that the call was about, while that is live and open here.
    """

    account: Account
    compared: Compared
    countersigned: tuple[str, ...]
    differences: tuple[Difference, ...]
    disagree: tuple[str, ...]

    @property
    def delivered(self) -> bool:
        """Whether the message may be called delivered: said to have been, and not read back otherwise."""
        return self.account.call.outcome in DELIVERED and self.compared != "differs"

    def sentence(self) -> str:
        """Say whose word it is, and what stands against it."""
        account = self.account
        whose = f"said by {account.call.said_by}"
        if account.said_by_another:
            whose += f", entered by {account.author}"
        signed = "countersigned" if self.countersigned else "not countersigned"
        if self.disagree:
            signed = f"CONTRADICTED ({'; '.join(self.disagree)})"
        wrong = f"; READ BACK OTHERWISE: {self.differences[0].sentence()}" if self.differences else ""
        agrees = "; read back as told, by this account" if self.compared == "agrees" else ""
        return f"{whose}, {signed}{agrees}{wrong}"


class CallsState(msgspec.Struct, kw_only=True):
    """Accounts by entry id."""

    accounts: dict[str, Account] = {}


class Calls(View):
    """Every account of a call that this viewer may read. `Airspace` and `Directory` stand before it in the driver."""

    name = "calls"
    kinds: ClassVar[frozenset[str]] = frozenset({"call", "erasure"})
    state: CallsState

    def __init__(self, airspace: Airspace, directory: Directory) -> None:
        self.state = CallsState()
        self._airspace = airspace
        self._directory = directory
        self._new: dict[str, None] = {}

    def apply(self, known: Entry) -> None:
        """Take in one call, or destroy one."""
        self._new.clear()
        erasure = known.erasure
        if erasure is not None:
            self.state.accounts.pop(erasure.about, None)
        call = known.body(Call)
        if call is None:
            return
        if known.header.supersedes is not None:
            self.state.accounts.pop(known.header.supersedes, None)
        self.state.accounts[known.id] = Account(
            author=known.header.author,
            call=call,
            entry=known.id,
            index=known.index,
            received_at_us=known.received_at_us,
        )

    def answer(self, known: Entry, about: str) -> None:
        """Note that what a call was about is here now, and its read-back can be compared."""
        self._new[known.id] = None

    def take_new(self) -> list[Judged]:
        """Return the read-backs over a line that could be compared since this was last asked, where they differ."""
        new, self._new = self._new, {}
        return [judged for entry in new if (judged := self.judged(entry)) is not None]

    def all(self) -> tuple[CallStands, ...]:
        """Return every account, the latest call first."""
        found = sorted(self.state.accounts.values(), key=lambda a: (-a.call.at_us, a.index))
        return tuple(self._stands(account) for account in found)

    def of(self, entry: str) -> CallStands | None:
        """Return one account, or None."""
        account = self.state.accounts.get(entry)
        return None if account is None else self._stands(account)

    def judged(self, entry: str) -> Judged | None:
        """Return the read-back in an account, where it differs from what was told: an alarm, at whoever told and whoever said it."""
        stands = self.of(entry)
        if stands is None or stands.compared != "differs":
            return None
        call = stands.account.call
        told = next(n for about in call.about if (n := self._airspace.get(about)) is not None)
        ends = (call.caller.party, call.taker.party)
        return Judged(
            asker=told.author,
            at_us=stands.account.received_at_us,
            differences=stands.differences,
            entry=entry,
            party=next((party for party in ends if party != told.author), call.said_by),
            verdict="differs",
            version=told.version,
        )

    def _stands(self, account: Account) -> CallStands:
        others = [a for a in self.state.accounts.values() if account.call.countersigns == a.entry]
        others += [a for a in self.state.accounts.values() if a.call.countersigns == account.entry]
        ends = (account.call.caller.party, account.call.taker.party, account.call.said_by)
        answers = {party: self._directory.answers_for(party).by for party in ends}
        valid = [other for other in others if may_countersign(account, other, answers)]
        against = tuple(dict.fromkeys(d for other in valid for d in disagreements(account.call, other.call)))
        compared, differences = self._compare(account.call)
        return CallStands(
            account=account,
            compared=compared,
            countersigned=tuple(other.entry for other in valid) if not against else (),
            differences=differences,
            disagree=against,
        )

    def _compare(self, call: Call) -> tuple[Compared, tuple[Difference, ...]]:
        if call.readback is None:
            return "none", ()
        told = [self._airspace.get(about) for about in call.about]
        live = [n for about, n in zip(call.about, told, strict=True) if n is not None and n.version == about]
        if len(live) != 1:
            return "not compared", ()  # nothing that stands, or several notices: one call reads back one
        differences = compare(call.readback, live[0].volumes())
        return ("differs" if differences else "agrees"), differences
