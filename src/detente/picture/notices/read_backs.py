"""What was said back, held against what was told: which figures differ, before anything else follows from the answer.

A read-back is compared with the form of the version that its author may read, also where a newer version was recorded first. It
agrees only if nothing differs; one that cannot be compared (the version was superseded long ago, or the viewer may not read that
form) agrees with nothing, and is no alarm.
With `key_use` one that no officer's key signed was not said by anybody: it is passed over.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from detente.geometry.stated.read_back import Difference, compare_figures
from detente.geometry.volume import Volume4D
from detente.picture.fold import View
from detente.picture.heads import Heads
from detente.picture.known import Entry, KeyUses, by_officer
from detente.picture.notices.airspace import Airspace
from detente.records.entries.disclosure import Disclosure
from detente.records.notices.notice import CoarseNotice, Notice
from detente.records.notices.response import Response
from detente.records.registry import Record
from detente.rules.notices.screening.coarse import volumes_of

Verdict = Literal["agrees", "differs", "not compared"]

SHOWN = 8
"""Differences named in one sentence."""
KEPT = 100
"""Differences kept of one read-back."""


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One read-back: by whom, of which version of whose notice, and how it differs; `verdict` "not compared" has no reasons."""

    asker: str
    at_us: int
    differences: tuple[Difference, ...]
    entry: str
    party: str
    verdict: Verdict
    version: str

    def sentence(self) -> str:
        """Say it in one line."""
        if self.verdict == "agrees":
            return f"{self.party} read it back as it was told"
        if self.verdict == "not compared":
            return f"{self.party} read back what stands no longer, or what is not known here: ask for a new read-back"
        named = "; ".join(d.sentence() for d in self.differences[:SHOWN])
        more = f"; and {len(self.differences) - SHOWN} more" if len(self.differences) > SHOWN else ""
        return f"{self.party} read back something else than {self.asker} told: {named}{more}"


class Readers(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who may read which form of a notice, where not everybody may read the full one."""

    coarse: tuple[str, ...]
    full: tuple[str, ...]


class ReadBacksState(msgspec.Struct, kw_only=True):
    """The latest read-back of each party by version; readers by version, where the forms have different ones, and which of
    these versions are superseded.
    """

    former: dict[str, None] = {}
    judged: dict[str, dict[str, Judged]] = {}
    readers: dict[str, Readers] = {}


class ReadBacks(View):
    """Read-backs as this viewer can judge them. `Heads` and `Airspace` stand before it in the driver."""

    name = "read-backs"
    kinds: ClassVar[frozenset[str]] = frozenset({"disclosure", "erasure", "notice", "response"})
    state: ReadBacksState

    def __init__(self, heads: Heads, airspace: Airspace, key_use: KeyUses | None = None) -> None:
        self.state = ReadBacksState()
        self._key_use = key_use
        self._heads = heads
        self._airspace = airspace
        self._new: dict[str, Judged] = {}

    def apply(self, known: Entry) -> None:
        """Take in one entry."""
        self._new.clear()
        if known.kind == "notice":
            self._notice(known)
        elif known.kind == "erasure":
            self._erased(known)

    def answer(self, known: Entry, about: str) -> None:
        """Take in one read-back, or a form that was opened later."""
        if known.disclosed is not None:
            self._disclosed(known)
            return
        response = known.body(Response)
        if response is not None and response.readback is not None and by_officer(known, self._key_use):
            self._new[known.id] = judged = self._judge(known, response)
            self.state.judged.setdefault(about, {})[judged.party] = judged

    def judged(self, entry_id: str) -> Judged | None:
        """Return the read-back with this id, if it was judged with the entry just folded."""
        return self._new.get(entry_id)

    def take_new(self) -> list[Judged]:
        """Return the read-backs judged since this was last asked, or the last entry came."""
        new, self._new = self._new, {}
        return list(new.values())

    def of(self, version: str) -> tuple[Judged, ...]:
        """Return the latest read-back of each party of one version, by party."""
        return tuple(judged for _, judged in sorted(self.state.judged.get(version, {}).items()))

    def wrong(self) -> tuple[Judged, ...]:
        """Return what differs and was not said again since, of notices that still stand; the latest first."""
        found = [
            judged
            for version, by_party in self.state.judged.items()
            if self._airspace.is_head(version) and self._heads.closing(version) is None
            for judged in by_party.values()
            if judged.verdict == "differs"
        ]
        return tuple(sorted(found, key=lambda j: (-j.at_us, j.entry)))

    def _judge(self, known: Entry, response: Response) -> Judged:
        party, entry = known.header.author, self._heads.entry(response.version)
        told = self._told(response.version, party)
        differences: tuple[Difference, ...] = ()
        if told is not None and response.readback is not None:
            differences = compare_figures(response.readback.volumes, response.readback.datum, told)
        return Judged(
            asker=entry.author if entry is not None else "",
            at_us=known.received_at_us,
            differences=differences[:KEPT],
            entry=known.id,
            party=party,
            verdict="not compared" if told is None else "differs" if differences else "agrees",
            version=response.version,
        )

    def _told(self, version: str, party: str) -> tuple[Volume4D, ...] | None:
        """Return the volumes as that party was told them; None where this viewer cannot know that."""
        live, entry = self._airspace.version(version), self._heads.entry(version)
        if live is None or entry is None or party not in entry.recipients:
            return None
        readers = self.state.readers.get(version)
        notice, coarse = live.notice(), live.coarse_notice()
        if notice is not None and (readers is None or party in readers.full):
            return notice.volumes
        if coarse is not None and (readers is None or party in readers.coarse):
            return volumes_of(coarse)
        return None

    def _notice(self, known: Entry) -> None:
        """Note who may read which form. What was read back of a version is judged by what that version said, also when a newer
        one was recorded first; of versions that are kept no longer the readers go too.
        """
        old = self._heads.entry(known.header.supersedes) if known.header.supersedes else None
        if known.header.supersedes and old is not None and old.superseded_by == known.id:
            self._former(known.header.supersedes)
        if known.erased:
            return
        full: tuple[str, ...] = ()
        coarse: tuple[str, ...] = ()
        for opened in known.opened:
            body = opened.record.body if isinstance(opened.record, Record) else None
            if isinstance(body, Notice):
                full = opened.audience
            elif isinstance(body, CoarseNotice):
                coarse = opened.audience
        if not set(known.recipients) <= set(full):
            self.state.readers[known.id] = Readers(coarse=coarse, full=full)

    def _former(self, version: str) -> None:
        if version in self.state.readers:
            self.state.former[version] = None
        while self.state.former and self._airspace.version(gone := next(iter(self.state.former))) is None:
            self.state.readers.pop(gone, None)
            del self.state.former[gone]

    def _erased(self, known: Entry) -> None:
        """What was told is destroyed: nobody can hold a read-back against it any more, here or at a station that starts again."""
        erasure = known.erasure
        if erasure is None:
            return
        self.state.readers.pop(erasure.about, None)
        by_party = self.state.judged.get(erasure.about, {})
        for party, judged in by_party.items():
            by_party[party] = msgspec.structs.replace(judged, differences=(), verdict="not compared")

    def _disclosed(self, known: Entry) -> None:
        """A form opened later is what its new readers were told from then on."""
        disclosure = known.body(Disclosure)
        opened = known.disclosed
        readers = self.state.readers.get(disclosure.about) if disclosure is not None else None
        if disclosure is None or opened is None or readers is None or not isinstance(opened.record, Record):
            return
        new = tuple(sorted({*known.header.audience, *opened.audience}))
        if isinstance(opened.record.body, Notice):
            readers = msgspec.structs.replace(readers, full=tuple(sorted({*readers.full, *new})))
        elif isinstance(opened.record.body, CoarseNotice):
            readers = msgspec.structs.replace(readers, coarse=tuple(sorted({*readers.coarse, *new})))
        self.state.readers[disclosure.about] = readers
