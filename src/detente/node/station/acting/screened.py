"""What a screening shows to the holder's own officers, and to nobody else: people passed over, and probing.

Alarms stay at this station: no ladder, no entry, nothing published to another. They are kept in the very change that keeps the
answer, when it is worked out beforehand: whether there was one shows in no time of what leaves either.
"""

from __future__ import annotations

from collections.abc import Sequence

from detente.node.station.effects import Effect
from detente.node.station.parts.durable_change import Keep
from detente.node.station.raising import raise_alarm
from detente.node.station.state import Station
from detente.rules.notices.screening.probing import passed_over_words, pattern_of, probing
from detente.rules.notices.screening.screening import AskedOfUs


def alarms_of_answer(state: Station, notice: str, now_us: int) -> list[Effect]:
    """Raise what the answer just worked out for a notice (id in hex) must tell own officers."""
    one = state.screening.screener.examined().get(notice)
    if one is None:
        return []
    pattern = pattern_of(state.screening.screener.examined().values(), one)
    about = probing(pattern, one)
    effects = [] if about is None else raise_alarm(state, "probing", about, f"PROBING: {pattern.sentence()}", now_us)
    return effects + _passed_over(state, one, now_us)


def alarms_of_presence(state: Station, now_us: int) -> list[Effect]:
    """Raise what own presence, as just stated, shows: people in ground that was answered for in this epoch."""
    return [
        effect for one in state.screening.screener.passed_over(now_us) for effect in _passed_over(state, one, now_us)
    ]


def kept_at_once(kept: Sequence[tuple[str, bytes | None]], effects: Sequence[Effect]) -> list[Effect]:
    """Return one `Keep` of these rows and of all that the effects keep, then the other effects."""
    rows = [row for effect in effects if isinstance(effect, Keep) for row in effect.kept]
    return [Keep(kept=[*kept, *rows]), *(effect for effect in effects if not isinstance(effect, Keep))]


def _passed_over(state: Station, one: AskedOfUs, now_us: int) -> list[Effect]:
    """One alarm for a notice, and one more whenever further cells are passed over."""
    if not one.withheld:
        return []
    words = passed_over_words(one, state.me.genesis.screening.cell_ndeg)
    about = f"{one.notice} {len(one.withheld)} cell(s)"
    return raise_alarm(state, "passed-over", about, words, now_us, by=one.asker)
