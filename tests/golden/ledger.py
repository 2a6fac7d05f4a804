"""A ledger as a former build left it, and what it must still say.

`python tests/golden/ledger.py FOLDER` makes one with the build that it runs on.

A golden ledger, once committed, is never made again: it stands for what parties already hold. A later build gets one of its own beside it.
"""

from __future__ import annotations

import contextlib
import json
import lzma
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

NOW_US = 1_474_117_200_000_000 + 3_600_000_000
"""2016-09-17T14:00:00Z: an hour into the story."""
VIEWER = "un"


def unpack(fixture: Path, folder: Path) -> Path:
    """Put the station's folder together as it was: its copy, genesis, and the keys of the tests' world."""
    from tests.support.station_process import write_station

    from detente.ledger.genesis import read_genesis

    data = (fixture / "genesis.json").read_bytes()
    peers = dict.fromkeys(("cjtf", "rus"), "http://127.0.0.1:9")
    write_station(
        folder,
        VIEWER,
        host="http://127.0.0.1:9",
        port=0,
        local=0,
        peers=peers,
        genesis=read_genesis(data.rstrip(b"\n")),
    )
    (folder / "genesis.json").write_bytes(data)
    (folder / "copy.db").write_bytes(lzma.decompress((fixture / "copy.db.xz").read_bytes()))
    return folder


def answers(folder: Path) -> dict[str, Any]:
    """Open a station's folder and say what its officers would read: values only, no words, in an order that means nothing."""
    from detente.wiring.station import open_station

    parts = open_station(folder, NOW_US)
    picture, state = parts.picture, parts.state
    with contextlib.closing(parts.copy):
        ids = [entry.hex() for _, entry, _ in parts.copy.known(0, 1000)]
        notices = {
            live.version: [live.author, live.form, str(live.activity), str(live.state), live.start_us, live.end_us]
            for live in picture.airspace.live()
        }
        return {
            "alarms": sorted(f"{alarm.kind} {alarm.about}" for alarm in state.alarms.raised),
            "calls": len(list(picture.calls.all())),
            "conflicts": sorted(
                [
                    *sorted((o.conflict.first, o.conflict.second)),
                    o.conflict.meeting.first_us,
                    o.conflict.meeting.last_us,
                ]
                for o in picture.conflicts.open()
            ),
            "delivery": {
                version: {party: len(facts) for party, facts in sorted(picture.delivery.of(version).items())}
                for version in sorted(notices)
            },
            "entries": {entry: found.first for entry in ids if (found := picture.heads.entry(entry)) is not None},
            "folded": state.following.folded,
            "notices": notices,
            "parties": sorted(party.party for party in picture.directory.parties()),
            "root": state.following.tree.root().hex(),
            "screenings": {v: [str(a.answer) for a in picture.screenings.of(v, NOW_US)] for v in sorted(notices)},
            "told": {party: [told.count, told.hash.hex()] for party, told in sorted(state.following.told.items())},
            "verdicts": {
                about: sorted(
                    [v.term, v.party, v.reading.name, str(v.answer)] for v in picture.agreements.verdicts(about, NOW_US)
                )
                for about in sorted(picture.agreements.watching)
            },
            "waiting": sorted([w.asker, w.asked, w.for_, w.version] for w in picture.waiting.open()),
        }


def make(out: Path) -> None:
    """Play the story through real processes and keep what they left."""
    import msgspec
    from tests.records.examples import EXAMPLES
    from tests.support.station_process import Watch
    from tests.support.stations import START_US, circle, message, notice, response

    from detente.records.entries.disclosure import Disclosure
    from detente.records.entries.erasure import Erasure
    from detente.records.registry import REGISTRY

    own = {"Disclosure", "Duress", "Erasure", "HostKey", "Officer", "Party", "Doubt", "Presence", "Screening", "Step"}
    own |= {"Watermark", "OwnNotice", "CoarseNotice", "HumaneNotice", "AnnexA", "AnnexB", "AnnexC", "Rule"}
    with tempfile.TemporaryDirectory() as name, Watch(Path(name)) as watch:
        watch.set(START_US)
        first = watch["cjtf"].send(notice(), ["rus", "un"])
        near = watch["rus"].send(notice(circle(35.27, 40.16), words="near it"), ["cjtf", "un"])
        watch.step(8)
        watch["cjtf"].send(notice(words="the same, corrected"), ["rus", "un"], supersedes=first)
        watch["un"].send(response(bytes.fromhex(near)), ["rus"])
        stop = watch["rus"].send(message("stop"), ["cjtf", "un"])
        watch["un"].send(response(bytes.fromhex(stop), "comply"), ["rus"])
        gone = watch["rus"].send(message("priority", "names a witness"), ["un"])
        watch.step(5)
        watch["rus"].send(Erasure(about=gone, authority="data protection", reason="a witness"), ["un"])
        shown = watch["cjtf"].send(notice(circle(36.0, 41.0), words="for Russia first"), ["rus"])
        kept = []
        for body in EXAMPLES:
            if type(body).__name__ not in own:
                author = getattr(body, "party", "cjtf")
                who = author if author in ("cjtf", "rus") else "cjtf"
                with contextlib.suppress(AssertionError):
                    kept.append(watch[who].send(body, [p for p in ("cjtf", "rus", "un") if p != who]))
                    print(type(body).__name__, who, file=sys.stderr)
        watch.step(5)
        opening = watch["cjtf"].entry(shown)["entry"]["facets"][0]
        facet = msgspec.json.encode(opening["facet"], order="sorted").decode()
        body = Disclosure(about=shown, facet=facet, position=0, salt=opening["salt"], words="to the UN, too")
        assert REGISTRY.check(body) == ()
        watch["cjtf"].send(body, ["un"])
        watch.step(15)
        bundle = watch[VIEWER].http.get("/local/bundle").content
        for process in (*watch.stations.values(), watch.host):
            process.stop()
        for path, target in (
            (Path(name) / VIEWER / "copy.db", "copy.db.xz"),
            (Path(name) / "host" / "ledger.db", "ledger.db.xz"),
        ):
            with contextlib.closing(sqlite3.connect(path)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (out / target).write_bytes(lzma.compress(path.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
        (out / "bundle.json.xz").write_bytes(lzma.compress(bundle, preset=9 | lzma.PRESET_EXTREME))
        (out / "genesis.json").write_bytes((Path(name) / VIEWER / "genesis.json").read_bytes())
    with tempfile.TemporaryDirectory() as name:
        found = answers(unpack(out, Path(name) / VIEWER))
    (out / "answers.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
