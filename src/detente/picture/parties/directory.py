"""Parties, officers, rosters and channels: who takes part, with which keys, who is on watch, and who answers for whom.

That *nobody* answers for a party is a state of its own. It is shown as such, and never read as an assurance.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import msgspec

from detente.ledger.genesis import FoundingOfficer as FoundingOfficer
from detente.ledger.genesis import Genesis
from detente.picture.fold import View
from detente.picture.known import Entry
from detente.records.hotline.channel import Channel
from detente.records.parties.officer import Officer
from detente.records.parties.party import Party
from detente.records.parties.roster import Roster


class Provenance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which entry said so, at which index and when; genesis is index 0 with the ledger's own id."""

    entry: str
    index: int
    at_us: int


class PartyStands(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A party as it stands, and since which entry."""

    party: Party
    since: Provenance


class OfficerStands(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An officer as it stands, and since which entry."""

    officer: Officer
    since: Provenance


class AnswersFor(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for a party. `through` is the way from it to `by`, in order, without either end."""

    by: str | None
    how: Literal["itself", "nobody", "through another", "unknown party"]
    party: str
    through: tuple[str, ...]

    def sentence(self) -> str:
        """Say it in one line."""
        if self.how == "itself":
            return f"{self.party} answers for itself"
        if self.how == "through another":
            way = "".join(f", through {p}" for p in self.through)
            return f"{self.by} answers for {self.party}{way}"
        if self.how == "unknown party":
            return f"{self.party} is not a party to this ledger: nobody answers for it here"
        return f"nobody answers for {self.party}: silence about it says nothing"


class DirectoryState(msgspec.Struct, kw_only=True):
    """Parties by id; officers by "party/officer"; rosters by party; channels by name and author: each says how it finds them."""

    channels: dict[str, Channel] = {}
    officers: dict[str, OfficerStands] = {}
    parties: dict[str, PartyStands] = {}
    rosters: dict[str, dict[str, Roster]] = {}


class Directory(View):
    """Who is who. Begins with the founding parties of the genesis."""

    name = "directory"
    kinds: ClassVar[frozenset[str]] = frozenset({"channel", "officer", "party", "roster"})
    state: DirectoryState

    def __init__(self, genesis: Genesis | None = None, ledger: str = "") -> None:
        self.state = DirectoryState()
        if genesis is not None:
            self._found(genesis, ledger)

    def apply(self, known: Entry) -> None:
        """Take in one entry. Whether its key could sign it was judged before (`ledger.identity`)."""
        since = Provenance(entry=known.id, index=known.index, at_us=known.received_at_us)
        for opened in known.opened:
            body = getattr(opened.record, "body", None)
            if isinstance(body, Party):
                self.state.parties[body.party] = PartyStands(party=body, since=since)
            elif isinstance(body, Officer):
                self.state.officers[f"{body.party}/{body.officer}"] = OfficerStands(officer=body, since=since)
            elif isinstance(body, Channel):
                self.state.channels[f"{body.channel} {known.header.author}"] = body
            elif isinstance(body, Roster):
                self._roster(known, body)

    def party(self, party: str) -> Party | None:
        """Return a party as it stands, or None."""
        found = self.state.parties.get(party)
        return found.party if found else None

    def parties(self) -> tuple[Party, ...]:
        """Return the parties as they stand, by id; departed ones too."""
        return tuple(self.state.parties[p].party for p in sorted(self.state.parties))

    def answers_for(self, party: str) -> AnswersFor:
        """Say who answers for a party: itself if it has a station, else whom it names, and so on; else nobody."""
        if party not in self.state.parties:
            return AnswersFor(by=None, how="unknown party", party=party, through=())
        way, at = [party], self.party(party)
        while at is not None and (at.station_key is None or at.state == "departed"):
            if at.answered_for_by is None or at.answered_for_by in way:
                at = None
            else:
                way.append(at.answered_for_by)
                at = self.party(at.answered_for_by)
        if at is None:
            return AnswersFor(by=None, how="nobody", party=party, through=())
        how: Literal["itself", "through another"] = "itself" if len(way) == 1 else "through another"
        return AnswersFor(by=way[-1], how=how, party=party, through=tuple(way[1:-1]))

    def speaks_for(self, party: str) -> tuple[str, ...]:
        """Return the parties that this one answers for, itself included, sorted."""
        return tuple(p for p in sorted(self.state.parties) if self.answers_for(p).by == party)

    def binds(self, party: str) -> tuple[str, ...]:
        """Return the parties bound by what this one says: itself, those it acts for, and theirs; sorted."""
        found, ahead = {party}, [party]
        while ahead:
            at = self.party(ahead.pop())
            for member in at.acts_for if at else ():
                if member not in found:
                    found.add(member)
                    ahead.append(member)
        return tuple(sorted(found))

    def officers_of(self, party: str) -> tuple[Officer, ...]:
        """Return a party's officers as they stand, by id; revoked ones too."""
        found = (stands.officer for _, stands in sorted(self.state.officers.items()))
        return tuple(o for o in found if o.party == party)

    def on_watch(self, party: str, role: str, at_us: int) -> tuple[str, ...]:
        """Return the officers on watch in a role at a time, by the rosters in force; empty when the role is unmanned."""
        duties = [d for roster in self.state.rosters.get(party, {}).values() for d in roster.duties]
        named = {d.officer for d in duties if d.role == role and d.from_us <= at_us <= d.until_us}
        revoked = {o.officer for o in self.officers_of(party) if o.state == "revoked"}
        return tuple(sorted(named - revoked))

    def account_of(self, channel: str, author: str) -> Channel | None:
        """Return what one author says of a line, None where it has said nothing."""
        return self.state.channels.get(f"{channel} {author}")

    def channels(self) -> tuple[tuple[str, Channel], ...]:
        """Return every author's account of every line, by line and author; one may call suspended what another uses."""
        return tuple((key.partition(" ")[2], channel) for key, channel in sorted(self.state.channels.items()))

    def channels_between(self, a: str, b: str) -> tuple[Channel, ...]:
        """Return the lines that join two parties, by name; suspended and closed ones too, as they say themselves."""
        found = (channel for _, channel in sorted(self.state.channels.items()))
        return tuple(c for c in found if a in c.parties and b in c.parties)

    def above(self, party: str) -> str | None:
        """Return the party above this one that still takes part, None where none is on record."""
        found = self.party(party)
        above = self.party(found.parent) if found is not None and found.parent is not None else None
        return above.party if above is not None and above.state == "active" else None

    def _roster(self, known: Entry, roster: Roster) -> None:
        of_party = self.state.rosters.setdefault(roster.party, {})
        if known.header.supersedes is not None:
            of_party.pop(known.header.supersedes, None)
        of_party[known.id] = roster

    def _found(self, genesis: Genesis, ledger: str) -> None:
        since = Provenance(entry=ledger, index=0, at_us=genesis.created_us)
        for founder in genesis.founders:
            party = Party(
                acts_for=(),
                answered_for_by=None,
                cosigner_key=founder.cosigner_key,
                endorsements=(),
                exchange_key=founder.exchange_key,
                name=founder.name,
                parent=None,
                party=founder.party,
                root_key=founder.root_key,
                state="active",
                station_key=founder.station_key,
                words="",
            )
            self.state.parties[party.party] = PartyStands(party=party, since=since)
            self._found_officers(founder.party, founder.officers, since)

    def _found_officers(self, party: str, found: Iterable[FoundingOfficer], since: Provenance) -> None:
        for one in found:
            officer = Officer(
                distrust_since_us=None,
                key=one.key,
                officer=one.officer,
                party=party,
                roles=one.roles,
                state="active",
                words="",
            )
            self.state.officers[f"{party}/{officer.officer}"] = OfficerStands(officer=officer, since=since)
