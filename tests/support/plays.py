"""Random plays for property tests: three parties say legal things, and now and then something nobody understands."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st
from tests.support.play import MINUTE, SECOND, Play, circle, message, notice, response, screening, watermark

from detente.ledger.entry import Header
from detente.ledger.facets import Facet
from detente.picture.known import Entry, known_of
from detente.records.entries.erasure import Erasure
from detente.records.notices.notice import Activity
from detente.records.notices.notice_state import NEXT, START, State

PARTIES = ("cjtf", "rus", "un")


@st.composite
def plays(draw: Any, most: int = 25, erasures: bool = True) -> Play:
    """Draw a play in which every supersession is legal, and whatever is answered exists."""
    play = Play()
    heads: dict[str, tuple[str, str, State, Activity]] = {}  # head id -> author, audience, state, class
    said: list[tuple[str, str]] = []  # notices and messages: id, author
    actions = ["notice", "change", "respond", "screen", "watermark", "message", "strange"] + ["erase"] * erasures
    for _ in range(draw(st.integers(1, most))):
        play.wait(draw(st.sampled_from([0, SECOND, 10 * MINUTE])))
        author = draw(st.sampled_from(PARTIES))
        to = " ".join(draw(st.lists(st.sampled_from([p for p in PARTIES if p != author]), min_size=1, unique=True)))
        action = draw(st.sampled_from(actions))
        if action == "notice":
            state = draw(st.sampled_from(sorted(START)))
            activity = draw(st.sampled_from([Activity.AIR, Activity.GROUND, Activity.PROTECTED_SITE]))
            n = play.say(author, to, _notice(draw, state, activity))
            heads[n] = (author, to, state, activity)
            said.append((n, author))
        elif action == "change" and heads:
            old = draw(st.sampled_from(sorted(heads)))
            owner, audience, before, activity = heads[old]
            following = sorted(set(NEXT[before].values()))
            if following:
                state = draw(st.sampled_from(following))
                audience = draw(st.sampled_from([audience, to])) if owner not in to.split() else audience
                new = play.say(owner, audience, _notice(draw, state, activity), supersedes=old)
                del heads[old]
                heads[new] = (owner, audience, state, activity)
                said.append((new, owner))
        elif action == "respond" and said:
            about, owner = draw(st.sampled_from(said))
            answer = draw(st.sampled_from(["acknowledge", "comply", "passed-to-unit", "query", "read-back", "reject"]))
            play.say(author, f"{owner} {to}", response(about, answer))
        elif action == "screen" and heads:
            play.say(author, to, screening(draw(st.sampled_from(sorted(heads)))))
        elif action == "watermark":
            play.say(author, to, watermark(draw(st.integers(0, play.size))))
        elif action == "message":
            m = play.say(author, to, message(draw(st.sampled_from(["routine", "priority", "urgent"]))))
            said.append((m, author))
        elif action == "erase" and said:
            about, owner = draw(st.sampled_from(said))
            play.say(
                owner, " ".join(p for p in PARTIES if p != owner), Erasure(about=about, authority="law", reason="r")
            )
        elif action == "strange":
            strange(play, author, to, draw(st.sampled_from(["notice/9", "weather/1", "response/9"])))
    return play


def _notice(draw: Any, state: State, activity: Activity) -> Any:
    volume = circle(lat=35.0 + draw(st.integers(0, 3)) * 0.05, radius_km=draw(st.sampled_from([1, 4])))
    return notice(state=state, activity=activity, volumes=(volume,), needs_readback=draw(st.booleans()))


def strange(play: Play, author: str, to: str, kind: str) -> str:
    """Say something of a kind or version that this Detente does not know; return its id."""
    entry_id = play.say(author, to, kind=kind)
    header, facets = play.said[-1][3:]
    assert isinstance(header, Header)
    facets[0] = Facet(audience=tuple(sorted({author, *to.split()})), body=msgspec.Raw(b'{"wind_mm_s":9}'), form="full")
    return entry_id


def after_erasure(play: Play, viewer: str) -> list[Entry]:
    """Return what a party may read once every erasure has been carried out: bodies gone, leaves and headers kept."""
    gone = {k.body(Erasure).about for k in play.known(viewer) if k.body(Erasure)}  # type: ignore[union-attr]
    return [
        known_of(k.index, k.received_at_us, k.id, k.header, (None,) * 4, erased=True) if k.id in gone else k
        for k in play.known(viewer)
    ]
