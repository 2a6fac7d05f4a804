"""One rule of erasure, at the author's station, at the host, at every reader: what others must reckon with does not vanish."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.node.host.test_host import Bench, refusal
from tests.support.hosts import message, submission
from tests.support.hosts import notice as host_notice
from tests.support.stations import World, response
from tests.support.stations import message as said
from tests.support.threads import DRIVER, HUMANE, ask, coarse, hospital, refused, tell

from detente.ledger.readable import ReadableEntry
from detente.node.host.recall import recall
from detente.picture.boards.protected import register_of
from detente.records.entries import erasure as record
from detente.records.entries.erasure import ERASABLE, Erasure
from detente.records.entries.supersede import Version, check_erasure
from detente.records.notices.notice_state import State
from detente.records.registry import REGISTRY

READERS = ["rus", "un"]

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "records" / "entries.md").read_text()


def erasure(about: str, **changes: object) -> Erasure:
    return msgspec.structs.replace(Erasure(about=about, authority="the court", reason="names a person"), **changes)


def world_with() -> tuple[World, str]:
    """A world in which cjtf has told everybody of a hospital, with its humanitarian part."""
    w = World(pictures=True)
    w.run()
    entry = tell(w, "cjtf", (hospital(), READERS), (HUMANE, READERS))
    w.run(1)
    return w, entry


def registered(w: World, party: str) -> list[str]:
    """Return the ids of the places in the register that a party's station would give its units."""
    made = register_of(
        w.pictures[party],
        as_of_us=w.now_us,
        buffer_mm=0,
        ledger="",
        made_us=w.now_us,
        origin="",
        party=party,
        rules={},
        size=0,
    )
    return [place.id for place in made.places]


def held(w: World, party: str, entry: str) -> ReadableEntry:
    found = w.copies[party].find(bytes.fromhex(entry))
    return msgspec.json.decode(found[1], type=ReadableEntry)


def test_the_authors_station_refuses_to_erase_a_live_notice():
    """The officer is told before anything is signed, with the way that is open."""
    w, entry = world_with()
    assert refused(w, "cjtf", (erasure(entry), READERS)) == ["erasure-live"]
    ended = ask(w, "cjtf", (hospital(State.ENDED), READERS), supersedes=entry)
    assert refused(w, "cjtf", (erasure(entry), READERS)) == []  # what waits in the queue counts as said
    assert refused(w, "cjtf", (erasure(ended), READERS)) == []


def test_a_host_refuses_to_erase_a_live_notice():
    """Whoever signed it: a station of a former version, or one in league with nobody but its author."""
    bench = Bench()
    _, told, _ = bench.put("un", host_notice())
    assert refusal(bench.put, "un", erasure(told.hex())).code == "erasure-live"
    assert refusal(bench.put, "un", erasure(told.hex())).field == "facets[0].facet.body.about"
    _, ended, _ = bench.put("un", host_notice(state=State.WITHDRAWN), supersedes=told)
    bench.put("un", erasure(told.hex()))
    bench.put("un", erasure(ended.hex()))


def test_a_live_notice_erased_by_a_host_in_league_stays_live_at_its_readers_with_an_alarm():
    """It stays in every reader's picture, copy and register; the alarm names author, authority and reason."""
    w, entry = world_with()
    tell(w, "cjtf", (erasure(entry), READERS))  # the host of this world records whatever it is given
    w.run(1)
    for party in READERS:
        (live,) = w.pictures[party].airspace.live()
        assert live.version == entry and live.notice() is not None
        assert registered(w, party) == [entry]
        assert b"hospital" in held(w, party, entry).facets[0].facet.body_bytes()
        (alarm,) = w.alarms(party, "erased-in-use")
        assert alarm.by == "cjtf"
        assert "'the court'" in alarm.words and "'names a person'" in alarm.words


def test_the_alarm_and_the_notice_are_there_after_a_restart():
    """The own copy still has the body, so a station that starts again sees the same."""
    w, entry = world_with()
    tell(w, "cjtf", (erasure(entry), READERS))
    w.run(1)
    w.restart("rus")
    w.run(1)
    assert [live.version for live in w.pictures["rus"].airspace.live()] == [entry]
    assert len(w.alarms("rus", "erased-in-use")) == 1


def test_nobody_erases_anothers_notice_even_where_a_host_records_it():
    """Not in the copy and not in the picture either."""
    w, entry = world_with()
    tell(w, "rus", (erasure(entry), ["cjtf", "un"]))
    w.run(1)
    assert [live.version for live in w.pictures["un"].airspace.live()] == [entry]
    assert [alarm.by for alarm in w.alarms("un", "erased-in-use")] == ["rus"]


def test_a_station_that_first_reads_the_ledger_after_the_erasure_lists_the_notice_unopened():
    """A former ledger: the host has destroyed the body. A first version cannot have been over, so it is not passed over in silence."""
    w, entry = world_with()
    tell(w, "cjtf", (erasure(entry), READERS))
    w.run(1)
    row = held(w, "rus", entry)
    gone = msgspec.structs.replace(row, erased=True, facets=(None,) * 4)
    w.copies["rus"].known[row.index] = (bytes.fromhex(entry), msgspec.json.encode(gone))
    w.copies["rus"].kept = {k: v for k, v in w.copies["rus"].kept.items() if not k.startswith("alarm/")}
    w.restart("rus")
    (live,) = w.pictures["rus"].airspace.live()
    assert (live.version, live.form) == (entry, "unreadable")
    assert len(w.alarms("rus", "erased-in-use")) == 1


def test_the_humane_part_of_a_live_notice_is_erased_alone():
    """A person's name goes from every copy; place and time stay, and so does the notice."""
    w, entry = world_with()
    assert refused(w, "cjtf", (erasure(entry, positions=(3,)), READERS)) == []
    w.run(1)
    for party in w.parties:
        row = held(w, party, entry)
        assert row.facets[3] is None and row.facets[0] is not None and not row.erased
        assert DRIVER.encode() not in msgspec.json.encode(row)
        picture = w.pictures[party]
        assert [live.version for live in picture.airspace.live()] == [entry]
        assert picture.humane.details(entry) is None
        assert picture.heads.emptied(entry) == (3,)
        assert w.alarms(party, "erased-in-use") == []


def test_the_host_destroys_only_the_part_that_is_named():
    """Also after a restart, and for whoever reads it then; nobody is told that the whole entry is gone."""
    bench = Bench()
    index, told, _ = bench.put("un", host_notice())
    bench.put("un", erasure(told.hex(), positions=(3,)))
    again = Bench(bench.rows)
    for host in (bench.host, again.host):
        assert host.erasures[index].positions == {3}
        assert not host.told_erased("un", index)
    assert refusal(bench.put, "un", erasure(told.hex(), positions=(0,))).code == "erasure-part"
    assert refusal(bench.put, "un", erasure(told.hex(), positions=(0, 3))).code == "erasure-part"


def test_a_part_of_anything_else_is_not_erased_alone():
    bench = Bench()
    _, told, _ = bench.put("un", message())
    assert refusal(bench.put, "un", erasure(told.hex(), positions=(3,))).code == "erasure-part"


def test_a_host_that_starts_again_knows_the_erasures_and_answers_of_former_versions():
    """`erasure/1` and `response/1` stand in older ledgers: what they say counts after a restart as it did before."""
    first = record.ErasureFirst(about="0" * 64, authority="court", reason="r")
    raw = submission("un", Erasure(about=first.about, authority="court", reason="r"), ["un"])
    old = raw.replace(b"erasure/2", b"erasure/1").replace(b'"positions":[0,1,2,3],', b"")
    row = Bench().rows[0]._replace(submission=old, leaf=bytes(400), id=bytes(32))
    assert recall(row).body == msgspec.json.encode(first)


def test_an_urgent_word_stands_until_it_is_answered():
    """Erased before, a stop would vanish from the desk that has to answer it."""
    w = World(pictures=True)
    w.run()
    stop = w.send("rus", said("stop"), ["cjtf"]).hex()
    w.run(1)
    assert refused(w, "rus", (erasure(stop), ["cjtf"])) == ["erasure-unanswered"]
    tell(w, "rus", (erasure(stop), ["cjtf"]))
    w.run(1)
    assert [alarm.by for alarm in w.alarms("cjtf", "erased-in-use")] == ["rus"]
    assert [wait.version for wait in w.pictures["cjtf"].waiting.asked_of("cjtf")].count(stop)
    w.send("cjtf", response(bytes.fromhex(stop), "comply"), ["rus"])
    w.run(1)
    assert refused(w, "rus", (erasure(stop), ["cjtf"])) == []


def test_a_host_refuses_to_erase_an_urgent_word_that_nobody_answered():
    bench = Bench()
    _, told, _ = bench.put("un", msgspec.structs.replace(message(), urgency="urgent"), ["rus"])
    assert refusal(bench.put, "un", erasure(told.hex())).code == "erasure-unanswered"
    bench.put("rus", response(told), ["un"])
    bench.put("un", erasure(told.hex()))


ONCE_OVER = {"message", "notice"}


@pytest.mark.parametrize("kind", sorted(REGISTRY.kinds()))
def test_each_kind_is_erased_as_the_format_page_says(kind):
    """The table of docs/formats/records/entries.md, over every kind there is: none is forgotten, and only these two ask when."""
    entry = "ab" * 32

    class Versions:
        def version(self, entry_id: str) -> Version:
            state = State.ENDED if kind == "notice" else None
            return Version(
                activity=None, author="un", first="cd" * 32, id=entry, kind=kind, state=state, superseded_by=None
            )

        def head_of(self, first: str) -> str:
            return entry

    codes = [found.code for found in check_erasure(erasure(entry), "un", Versions())]
    assert codes == ([] if kind in ERASABLE else ["erasure-kind"])
    alone = [found.code for found in check_erasure(erasure(entry, positions=(3,)), "un", Versions())]
    assert alone == (
        [] if kind in record.ERASABLE_ALONE else ["erasure-part"] if kind in ERASABLE else ["erasure-kind"]
    )
    page = PAGE.partition("| Kind | Can be erased |")[2].partition("\n\n")[0]
    row = next(line for line in page.splitlines() if f"`{kind}`" in line)
    assert ("| Never. |" in row) == (kind not in ERASABLE)
    assert ("| Once " in row) == (kind in ONCE_OVER)


def test_a_coarse_reader_keeps_a_notice_that_was_erased_while_it_was_live():
    """The rule is the same for whoever may read less."""
    w = World(pictures=True)
    w.run()
    entry = tell(w, "cjtf", (hospital(), ["rus"]), (coarse(hospital()), ["un"]))
    w.run(1)
    tell(w, "cjtf", (erasure(entry), READERS))
    w.run(1)
    (live,) = w.pictures["un"].airspace.live()
    assert live.form == "coarse" and len(w.alarms("un", "erased-in-use")) == 1
