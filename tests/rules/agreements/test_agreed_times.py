"""The times of an agreement in force move the ladder between its parties, and no other's."""

from __future__ import annotations

import msgspec
from tests.records.examples import EXAMPLES

from detente.picture.agreements.agreements import Agreements
from detente.picture.hotline.callees import PictureBook
from detente.picture.parties.directory import Directory
from detente.records.agreements.agreement import Agreement, LadderTime
from detente.records.agreements.assent import Assent
from detente.rules.agreements.judging.effect import Act
from detente.rules.agreements.judging.watching import Watching
from detente.rules.hotline.ladder import ladder_of

S = 1_000_000
TEXT = next(e for e in EXAMPLES if isinstance(e, Agreement))
ASSENT = next(e for e in EXAMPLES if isinstance(e, Assent))


def act(party: str, what: str, index: int) -> Act:
    return Act(at_us=index, body=msgspec.structs.replace(ASSENT, act=what, party=party), entry=f"{index:064x}")


def test_agreed_times_count_while_both_have_assented():
    """40 s agreed between two; one suspends: the default again; a third party has its own."""
    agreements = Agreements()
    body = msgspec.structs.replace(TEXT, clocks=(LadderTime(name="urgent-answer", us=40 * S),), parties=("cjtf", "rus"))
    watching = Watching("aa" * 32, "aa" * 32, body, "cjtf")
    agreements.watching["aa" * 32] = watching
    book = PictureBook(Directory(), agreements)

    def first_s(a: str, b: str) -> int:
        return ladder_of("urgent", {}, book.agreed(a, b)).rungs[1].after_us // S

    assert first_s("cjtf", "rus") == 120
    watching.acts += [act("cjtf", "assent", 1), act("rus", "reservation", 2)]
    assert first_s("cjtf", "rus") == first_s("rus", "cjtf") == 40
    assert first_s("cjtf", "un") == 120
    watching.acts.append(act("rus", "suspension", 3))
    assert first_s("cjtf", "rus") == 120
