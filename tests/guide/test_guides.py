"""The guides show what really comes out: every command is typed again, through real processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.guide.play import HERE, SOURCES, blocks, play

pytestmark = pytest.mark.process
AGAIN = "run `python -m docs.guide.play`"


@pytest.mark.parametrize("path", sorted(SOURCES.glob("*.md")), ids=lambda path: path.stem)
def test_every_command_of_a_guide_still_says_what_the_page_shows(path: Path) -> None:
    """Commands end as the guide says (the player sees to that), and most words are those shown; times and races differ."""
    played, shown = blocks(play(path.read_text("utf-8"))), blocks((HERE / path.name).read_text("utf-8"))
    assert [typed for typed, _ in played] == [typed for typed, _ in shown], AGAIN
    for (typed, now), (_, then) in zip(played, shown, strict=True):
        assert len(now & then) >= 0.7 * len(now | then), (typed, now ^ then, AGAIN)
