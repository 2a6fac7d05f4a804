"""An officer's desk at a station: finds the station, says on what its answers rest, and knows entries by their first digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

import msgspec
import typer

from detente.api.basis import Basis, Missing, Trouble
from detente.api.question import Answer, Question
from detente.api.station import StatusAsked
from detente.cli.output import trouble as say_trouble
from detente.cli.times import moment, span, zone_named
from detente.errors import Refused, not_among, problem
from detente.network.local import LocalStation

if TYPE_CHECKING:
    from detente.api.entries import EntryFound, ProvenEntry
    from detente.api.over import OverRow
    from detente.ledger.genesis import Genesis

Seen = TypeVar("Seen", bound=Answer)

SHORT = 12
"""How many digits of an id are shown; as many as make it unique are enough when given."""

PAGE = 1000
_HEX = re.compile(r"[0-9a-f]{4,64}")

Station = Annotated[
    Path | None,
    typer.Option("--station", "-s", envvar="DETENTE_STATION", help="Folder of your station.", show_default=False),
]
Officer = Annotated[
    str | None,
    typer.Option("--officer", envvar="DETENTE_OFFICER", help="Officer that signs; `station` for the station itself."),
]
WaitS = Annotated[int, typer.Option("--wait", min=0, max=60, help="Seconds to wait for the host's receipt.")]
To = Annotated[list[str] | None, typer.Option("--to", help="Party that may read it; repeat for more.")]
EndedFor = Annotated[
    list[str] | None,
    typer.Option(
        "--ended-for", help="Reader of the version before that this one leaves out: it is told that it is over."
    ),
]


class StationSession:
    """One station, asked by one of its officers. Use as a context manager."""

    def __init__(self, station: LocalStation) -> None:
        self.station = station
        self.status = station.ask(StatusAsked())
        self.over: dict[str, OverRow] = {}
        """Why those of the entries read so far that do not hold any more do not, by id."""
        for trouble in self.status.troubles:
            say_trouble(trouble_words(trouble))

    @property
    def party(self) -> str:
        """The party whose station this is."""
        return self.status.party

    @property
    def now_us(self) -> int:
        """The time on the ledger's clock, as the station has it."""
        return self.status.now_us

    @property
    def folder(self) -> Path:
        """The station's folder."""
        return self.station.folder

    def parties(self, given: Iterable[str], field: str) -> None:
        """Check names of parties that something is filtered by. Raises `Refused` for one that this ledger has not."""
        from detente.api.parties import PartiesAsked

        known = {self.party, *(p.party for p in self.station.ask(PartiesAsked()).parties)}
        one_of(field, given, known, "party of this ledger")

    def genesis(self) -> Genesis:
        """Return the ledger's genesis from the station's folder."""
        from detente.ledger.genesis import read_genesis

        return read_genesis((self.folder / "genesis.json").read_bytes().rstrip(b"\n")).genesis

    def officer(self, asked: str | None) -> str:
        """Return who signs: the one asked for, or the only one there is; "" is the station itself."""
        known = self.status.officers
        if asked == "station":
            return ""
        if asked is not None:
            return asked
        if len(known) == 1:
            return known[0]
        rule = f"must name who signs: {', '.join([*known, 'station'])}"
        raise Refused([problem("officer", "--officer", "", rule, "Add --officer.")])

    def role(self, officer: str, asked: str | None) -> str:
        """Return the role an officer acts in: the one asked for, or the first that genesis gives."""
        if asked is not None:
            return asked
        for founder in self.genesis().founders:
            for found in founder.officers:
                if founder.party == self.party and found.officer == officer:
                    return str(found.roles[0]) if found.roles else "watch"
        raise Refused([problem("role", "--role", "", "must say in which role the officer acts", "Add --role watch.")])

    def entries(self, start: int = 0, told: Callable[[str], None] | None = None) -> Iterator[ProvenEntry]:
        """Yield every readable entry from an index on, in order of the ledger."""
        from detente.api.entries import EntriesAsked

        while True:
            page = self.station.ask(EntriesAsked(from_=start, limit=PAGE))
            self.over.update(page.over)
            yield from page.entries
            if told is not None and page.entries:
                told(f"at index {page.entries[-1].index}")
            if page.next <= start or page.next >= page.basis.entries_size:
                return
            start = page.next

    def full_id(self, given: str, field: str) -> str:
        """Return the whole id for its first digits (4 or more, in any entry that this station holds)."""
        from detente.api.entries import IdAsked

        text = given.strip().lower()
        if not _HEX.fullmatch(text):
            rule = "must be an id, or its first 4 or more hex digits"
            raise Refused([problem("id", field, given, rule, "Copy it from `detente log`.")])
        if len(text) == 64:
            return text
        try:
            return self.station.ask(IdAsked(prefix=text)).id
        except Refused as refused:
            raise Refused([msgspec.structs.replace(found, field=field) for found in refused.problems]) from None

    def entry(self, given: str, field: str = "ID") -> EntryFound:
        """Return one entry, by its id or first digits, as the station holds it."""
        return self._entry(self.full_id(given, field))

    def first_version(self, entry_id: str) -> str:
        """Return the first version of an entry's thread, by following what each version supersedes."""
        for _ in range(10_000):
            before = self._entry(entry_id).entry.header.supersedes
            if before is None:
                break
            entry_id = before
        return entry_id

    def _entry(self, entry_id: str) -> EntryFound:
        from detente.api.entries import EntryAsked

        return self.station.ask(EntryAsked(entry=entry_id))

    def __enter__(self) -> StationSession:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave; nothing is held between two requests."""


def one_of(field: str, given: Iterable[str], known: Iterable[str], what: str) -> None:
    """Check what something is filtered by against all that there is. Raises `Refused`, naming the nearest and the list."""
    names = set(known)
    if faults := [not_among(field, one, names, what) for one in given if one not in names]:
        raise Refused(faults)


class OfEntry(Protocol):
    """A row of an answer that is about one entry."""

    @property
    def entry(self) -> str:
        """The entry's id."""


Row = TypeVar("Row", bound=OfEntry)


def row_of(code: str, session: StationSession, rows: Iterable[Row], given: str, field: str, what: str, see: str) -> Row:
    """Return the row of an entry, named by its first digits. Raises `Refused` where that entry is no `what`; the verb `see` lists them."""
    full = session.full_id(given, field)
    for row in rows:
        if row.entry == full:
            return row
    raise Refused([problem(code, field, given, f"must be {what}", f"See `{see}`.")])


def at_station(folder: Path | None) -> StationSession:
    """Go to the desk of the station in a folder; raises Refused where none is named, Unavailable where none answers."""
    return StationSession(find_station(folder))


def ask(folder: Path | None, question: Question[Seen]) -> Seen:
    """Ask the station in a folder one question, and say what keeps it from going on. It is one request: the status is not asked for."""
    found = find_station(folder).ask(question)
    for trouble in found.basis.troubles:
        say_trouble(trouble_words(trouble))
    return found


def find_station(folder: Path | None) -> LocalStation:
    """Return the local listener of a station's folder."""
    if folder is None:
        rule = "must name the folder of your station"
        raise Refused([problem("station", "--station", "", rule, "Add --station FOLDER, or set DETENTE_STATION.")])
    return LocalStation.of(folder)


def trouble_words(trouble: Trouble, zone: str | None = None) -> str:
    """Say what keeps a station from going on, since when, and what to do."""
    since = "since it started" if trouble.since_us is None else f"since {moment(trouble.since_us, zone_named(zone))}"
    return f"{trouble.kind} ({since}): {trouble.words}. {trouble.next_step}."


def incomplete_words(lacking: Missing) -> str | None:
    """Say that an answer is incomplete, and what its view could not take in; None where it took in everything."""
    from detente.picture.fold import lacking_words

    words = lacking_words(lacking.not_understood, lacking.by)
    return f"INCOMPLETE: {words}." if words else None


def basis_words(basis: Basis, zone: str | None = None) -> str:
    """Say on which size an answer rests and how old that is; on a virtual ledger, that its times are not now."""
    age = "never proven yet" if basis.age_us is None else f"proven {span(basis.age_us)} ago"
    host = "the host answers" if basis.host_reachable else "THE HOST DOES NOT ANSWER"
    state = "" if basis.fresh else "; NOT FRESH"
    queue = f"; {basis.queued} queued" if basis.queued else ""
    behind = basis.size - basis.entries_size
    more = f" ({behind} not read yet)" if behind > 0 else ""
    first = "VIRTUAL LEDGER (a replay): its times are not now.\n" if basis.virtual else ""
    now = moment(basis.now_us, zone_named(zone))
    return f"{first}As at {now}, ledger size {basis.size}{more}, {age}; {host}{state}{queue}."


def short(entry_id: str) -> str:
    """Return the digits of an id that are shown."""
    return entry_id[:SHORT]
