"""No entry, whatever its bytes and whoever recorded it, stops a fold: named after the faults that once did."""

from __future__ import annotations

import json

import msgspec
import pytest
from tests.records.examples import EXAMPLES
from tests.support import lying, world
from tests.support.stations import LEDGER, World, message, notice, response

from detente.errors import Refused
from detente.ledger.entry import Submission, check_submission
from detente.ledger.readable import delivered_to
from detente.node.both.envelope import seal_envelope
from detente.node.both.roles import SIGNERS
from detente.node.station.inputs import DirectArrived
from detente.records.entries.disclosure import Disclosure
from detente.records.notices.notice import CoarseCell
from detente.records.registry import REGISTRY
from detente.rules.notices.screening.coarse import coarse_of


def started() -> World:
    w = World(pictures=True)
    w.run(10)
    return w


def recorded(w: World, kind: str, body: object, *, form: str = "full", place: int = 0, author: str = "cjtf") -> str:
    """A host in league records what `author` signed, whatever it says."""
    data = (
        body
        if isinstance(body, bytes)
        else json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    signer = "station" if kind.partition("/")[0] in SIGNERS else "watch-1"
    raw, _ = lying.submitted(author, kind, form, place, data, ["rus", "un"], w.now_us, LEDGER, signer=signer)
    w.host.accept(author, raw, w.now_us)
    w.run(1)
    return check_submission(raw, world.SLOTS, LEDGER).id.hex()


def example(name: str, **changes: object) -> tuple[str, dict]:
    """A sound body of a kind, as JSON, with fields changed."""
    body = next(b for b in EXAMPLES if type(b).__name__ == name)
    kind, _, data = REGISTRY.write(body)
    return kind, json.loads(data) | changes


def goes_on(w: World, liar: str = "cjtf", *, alarm: str = "unsound") -> None:
    """What others say after it is folded and shown at every reader's, now and after a restart; the liar is named."""
    for again in (False, True):
        if again:
            w.restart("un")
        entry = w.send("rus", notice(words="after"), ["un"]).hex()
        w.run(2)
        station, picture = w.stations["un"], w.pictures["un"]
        assert station.following.folded == station.following.size
        assert picture.airspace.get(entry) is not None
        assert {a.by for a in w.alarms("un", alarm)} == {liar}
        assert any(liar in a.words for a in w.alarms("un", alarm))
        assert picture.driver.missing().by == {liar: 1}


@pytest.mark.parametrize(
    ("name", "changes"),
    [("Notice", {"volumes": []}), ("Place", {"outline": {"shape": "circle", "centre": [10**15, 0], "radius_mm": 5}})],
)
def test_a_sealed_body_that_breaks_its_rules_is_kept_counted_and_named_once_it_is_disclosed(name, changes):
    """Neither a notice without volumes nor a place that is nowhere is taken in; both say whose they are."""
    w = started()
    kind, body = example(name, **changes)
    data = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    raw, opening = lying.submitted("cjtf", kind, "full", 0, data, ["rus", "un"], w.now_us, LEDGER, hidden=True)
    w.host.accept("cjtf", raw, w.now_us)
    w.run(1)
    about = check_submission(raw, world.SLOTS, LEDGER).id.hex()
    told = msgspec.json.encode({"audience": ["cjtf"], "body": opening.facet.body, "form": "full"}).decode()
    w.send("cjtf", Disclosure(about=about, facet=told, position=0, salt=opening.salt, words=""), ["rus", "un"])
    w.run(2)
    goes_on(w)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("Erasure", {"about": "zz" * 32}),
        ("Disclosure", {"about": "no hex at all"}),
        ("Response", {"about": "x", "version": "x"}),
        ("Step", {"step": -3}),
        ("Watermark", {"size": -1}),
        ("Notice", {"volumes": []}),
        ("Notice", {"rests_on": ["not an id"]}),
        ("Agreement", {"agreement": "NO NAME"}),
    ],
)
def test_a_host_in_league_records_what_breaks_the_rules_and_stops_nobody(name, changes):
    """Ids that are no hexadecimal, numbers below nothing, empty lists: an honest host refuses them, a lying one may not."""
    w = started()
    recorded(w, *example(name, **changes))
    goes_on(w)


@pytest.mark.parametrize("cell", [(2**52, 0, 5, 6), (10, 20, -(2**53 - 1), 2**53 - 1), (10, 20, 2**52, 2**52 + 1)])
def test_coarse_cells_off_the_earth_or_beyond_all_time_are_no_notice(cell):
    """Times made of hours once passed 64 bits, on their way into what the screening desk keeps."""
    whole = coarse_of(notice(), 20_000_000)
    found = REGISTRY.check(msgspec.structs.replace(whole, cells=(CoarseCell(*cell),)))
    assert {p.code for p in found} & {"cell_hours", "cell_place"}
    assert not REGISTRY.check(whole)


def test_a_form_at_another_place_than_its_own_is_not_read():
    """Two full forms in one entry, at two places, would be two meanings under one signature."""
    w = started()
    recorded(w, *example("Message"), place=2)
    goes_on(w)


def test_what_comes_directly_and_breaks_its_rules_is_refused_and_nothing_is_kept():
    """The same rules as in the ledger: a stop with a place off the Earth is no stop, and its sender reads which field."""
    w = started()
    kind, body = example("Message", within={"centre": [10**15, 0], "radius_mm": 5})
    data = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    raw, _ = lying.submitted("cjtf", kind, "full", 0, data, ["un"], w.now_us, LEDGER)
    entry = delivered_to(msgspec.json.decode(raw, type=Submission), "un")
    sent = seal_envelope(
        {"entry": entry}, kind="urgent", sender="cjtf", to="un", ledger=LEDGER, key=world.signing("cjtf", "station"),
        now_us=w.now_us,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        w.give("un", DirectArrived("urgent", sent))
    assert "facets[0].facet.body.within" in refused.value.problems[0].field
    assert not w.stations["un"].peers.direct


def test_a_stop_is_shown_although_another_entry_of_its_page_cannot_be_read():
    """Alarm path first: what one party spoils delays nobody else's stop."""
    w = started()
    recorded(w, *example("Erasure", about="zz" * 32))
    stop = w.send("rus", message("stop"), ["un"])
    w.run(2)
    assert [a.about for a in w.alarms("un", "stop")] == [stop.hex()]
    w.send("un", response(stop, "comply"), ["rus"])
    w.run(2)
    goes_on(w)


@pytest.mark.survives
@pytest.mark.parametrize("view", ["timeline", "airspace", "heads", "delivery"])
def test_a_view_that_raises_is_incomplete_and_the_others_take_the_entry_in(view, monkeypatch):
    """A fault of ours: the entry is named, the view says incomplete, and everything after it is folded."""
    w = started()
    held = getattr(w.pictures["un"], view)
    apply = type(held).apply

    def raising(self, known):
        if known.header.author == "cjtf" and known.kind == "message":
            raise ZeroDivisionError("a fault of ours")
        apply(self, known)

    monkeypatch.setattr(type(held), "apply", raising)
    entry = w.send("cjtf", message("priority"), ["un"]).hex()
    w.run(2)
    kinds = type(held).kinds
    if kinds and "message" not in kinds:
        assert not w.alarms("un", "unfoldable")
        return
    (alarm,) = w.alarms("un", "unfoldable")
    assert (
        alarm.by == "cjtf" and alarm.about.startswith(entry) and "ZeroDivisionError" in alarm.words and alarm.evidence
    )
    picture = w.pictures["un"]
    assert picture.freshness(held, w.now_us).not_understood == {"message/1": 1}
    assert not picture.freshness(picture.conflicts, w.now_us).incomplete
    goes_on(w, alarm="unfoldable")


@pytest.mark.survives
def test_a_step_that_raises_does_not_keep_what_else_is_due_from_being_done(monkeypatch):
    """The watermark is said although the fan-out of warnings breaks, and the officers read what broke."""
    from detente.node.station import due

    def broken(state, now_us):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(due, "fan_out", broken)
    w = started()
    entry = w.send("rus", notice(), ["un"])
    w.run(10)
    assert w.alarms("un", "unfoldable") and "broken" in w.alarms("un", "unfoldable")[0].words
    assert w.stations["rus"].held_since(entry.hex(), "un") is not None


def test_bytes_of_the_own_copy_that_are_no_entry_are_told_and_the_rest_is_loaded():
    """A damaged row is this station's own trouble: it says so, and folds the rows behind it."""
    w = started()
    first, second = (w.send("rus", notice(words=words), ["un"]) for words in ("first", "second"))
    w.run(2)
    copy = w.copies["un"]
    index = copy.find(first)[0]
    copy.known[index] = (first, b'{"not": "an entry"}')
    w.restart("un")
    w.run(2)
    assert w.pictures["un"].airspace.get(second.hex()) is not None
    (alarm,) = w.alarms("un", "unfoldable")
    assert alarm.about == f"index {index}" and "copy" in alarm.words


@pytest.mark.survives
def test_a_fault_in_the_waiting_answers_costs_no_stop(monkeypatch):
    """Whatever waits for a stop, the stop itself is taken in, shown and alarmed."""
    w = started()

    def raising(self, known):
        if known.kind == "message":
            raise ZeroDivisionError("a fault of ours")
        return iter(())

    monkeypatch.setattr("detente.picture.early.Early.ready", raising)
    entry = w.send("cjtf", message("stop"), ["un"]).hex()
    w.run(2)
    assert w.pictures["un"].heads.entry(entry) is not None
    assert w.alarms("un", "stop") and w.alarms("un", "unfoldable")
    assert w.stations["un"].following.folded == len(w.host.main.leaves)


def test_a_header_of_the_own_copy_of_which_a_byte_has_changed_is_told():
    """Read as it stands, it would be by a party that does not exist, and the station would try to answer it for ever."""
    w = started()
    first, second = (w.send("rus", notice(words=words), ["un"]) for words in ("first", "second"))
    w.run(2)
    copy = w.copies["un"]
    index, raw = copy.find(first)
    copy.known[index] = (first, raw.replace(b'"author":"rus"', b'"author":"r2s"'))
    w.restart("un")
    w.run(2)
    assert w.pictures["un"].airspace.get(first.hex()) is None
    assert w.pictures["un"].airspace.get(second.hex()) is not None
    assert [alarm.about for alarm in w.alarms("un", "unfoldable")] == [f"index {index}"]


def test_a_copy_that_a_former_build_wrote_is_judged_once_and_remembers():
    """Without a verdict beside them all bodies are held against the rules; the verdict is kept, and the next start costs nothing."""
    w = started()
    recorded(w, *example("Erasure", about="zz" * 32))
    copy = w.copies["un"]
    for name in [name for name in copy.kept if name == "judged" or name.startswith(("unsound/", "alarm/"))]:
        del copy.kept[name]
    w.restart("un")
    w.run(2)
    assert [a.by for a in w.alarms("un", "unsound")] == ["cjtf"]
    assert [name for name in copy.kept if name.startswith("unsound/")]
    assert int(copy.kept["judged"]) == w.stations["un"].following.folded
    goes_on(w)


def test_a_kind_that_is_not_known_here_is_counted_and_nobody_is_accused():
    """Its author may only be of a newer version: every view says incomplete, and there is no alarm."""
    w = started()
    recorded(w, "weather/1", {"words": "fog"})
    assert w.pictures["un"].driver.missing().not_understood == {"weather/1": 1}
    assert not w.alarms("un", "unsound") and not w.alarms("un", "unfoldable")
