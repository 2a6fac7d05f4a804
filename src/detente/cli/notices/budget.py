"""Says before a notice goes out whether it will be screened: from its size, and from what own notices of today have spent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from detente.cli.session import StationSession

if TYPE_CHECKING:
    from detente.geometry.volume import Volume4D


def budget_words(
    session: StationSession, notices: Iterable[tuple[Sequence[Volume4D], Iterable[str]]], *, full: bool = True
) -> list[str]:
    """Say what notices (volumes, whom they are addressed to) would spend at each party; without `full` only what is over.

    Told from own notices and the ledger's public rules; a coarse form may cost a little more than the full one counted here.
    """
    from detente.api.presence import QuestionsAsked
    from detente.node.station.parts.screener import rules_of
    from detente.rules.notices.screening.screening import too_small

    rules = rules_of(session.genesis().screening)
    small: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    for volumes, recipients in notices:
        reason = too_small(tuple(volumes), rules)
        small[reason] += 1
        for party in recipients:
            cost[party] += 0 if reason else rules.price.of(volumes)
    spent = {one.party: one.spent_m2_s for one in session.station.ask(QuestionsAsked()).ours}
    words = [f"{n} of it will be answered 'not screened': {reason}." for reason, n in small.items() if reason and full]
    for party, price in sorted(cost.items()):
        before, after = (
            -(-100 * m2_s // rules.budget_m2_s_per_day) for m2_s in (spent.get(party, 0), spent.get(party, 0) + price)
        )
        if after > 100:
            words.append(
                f"OVER THE DAILY BUDGET at {party}: our notices of today have spent {before} %, with this {after} %. "
                "What is over is told and not screened; send it tomorrow (UTC), or tell them by call."
            )
        elif full and price:
            words.append(
                f"Of our daily budget for screening at {party}, {after} % will be spent with this; {before} % is now."
            )
    return words
