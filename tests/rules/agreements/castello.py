"""Three clauses of the September 2016 truce as data: K1 (attacks), K8 (Castello Road), K12 (seven days). Facts: the case truce-2016.

What is not in the record of the case (thresholds, tolerance, who may declare) is illustrative and says so in the words.
"""

from __future__ import annotations

from detente.geometry.volume import Circle, Point
from detente.records.agreements.agreement import Agreement, AnnexNamed, Third
from detente.records.agreements.term import (
    Absence,
    CalmFor,
    Deadline,
    Evidence,
    Excuse,
    Period,
    Reckoning,
    Scope,
    Side,
    Simultaneous,
    Span,
    Term,
    What,
    Who,
    Wording,
)
from detente.records.body import Stated

D_US = 1_473_696_000_000_000
"""2016-09-12T16:00:00Z, 19:00 in Damascus."""
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
ROAD = Circle(centre=Point(36_245_000_000, 37_115_000_000), radius_mm=3_000_000)
EVERYONE = Who(excluded=(), included=(), unknown="included", word_of=())
DAMASCUS = Reckoning(calendar="gregorian", day="local", day_starts_s=0, zone="Asia/Damascus")
ONE_ORIGIN = Evidence(all_of=False, clock="signed", declared_by=(), origins=1, silence="counts")
TWO_ORIGINS = Evidence(all_of=False, clock="signed", declared_by=(), origins=2, silence="undetermined")
WHILE = Period(after=None, begins=None, ends=None, lasts=None)


def at(us: int, text: str) -> Stated:
    """A stated instant, Damascus time."""
    return Stated(earliest_us=us, latest_us=us, text=text, zone="Asia/Damascus")


def hours(count: int) -> Span:
    """A length in hours."""
    return Span(count=count, readings=(), unit="hours")


def what(*classes: str, by: tuple[str, ...] = ()) -> What:
    """A kind of event."""
    return What(by=by, classes=classes)


GROUPS = Who(excluded=("excluded groups",), included=(), unknown="undetermined", word_of=())
K1 = Term(
    bearers=("opposition", "syr"),
    beneficiaries=("opposition", "syr"),
    evidence=ONE_ORIGIN,
    excused_by=(Excuse(what=what("attack.received"), within=hours(1)),),
    pattern=Absence(never=what("attack")),
    period=WHILE,
    reckoning=DAMASCUS,
    scope=Scope(actors=GROUPS, affected=GROUPS, area=(), unplaced="included"),
    term="k1",
    wording=Wording(source="UKR", standing="summarised", tag="DOC", words="Stop all attacks, by any means."),
)
K8 = Term(
    bearers=("opposition", "syr"),
    beneficiaries=("un",),
    evidence=TWO_ORIGINS,
    excused_by=(),
    pattern=Simultaneous(
        by=Deadline(after=None, at=at(D_US + 62 * HOUR_US, "15 September, 09:00")),
        sides=(
            Side(does=what("pull-back"), party="opposition"),
            Side(does=what("pull-back"), party="syr"),
        ),
        tolerance=hours(1),
    ),
    period=WHILE,
    reckoning=DAMASCUS,
    scope=Scope(actors=EVERYONE, affected=EVERYONE, area=(ROAD,), unplaced="included"),
    term="k8",
    wording=Wording(
        source="TAS",
        standing="summarised",
        tag="DOC",
        words="Both sides pull back from Castello Road at the same time. Tolerance and threshold are illustrative.",
    ),
)
K12 = Term(
    bearers=("rus", "us"),
    beneficiaries=("rus", "us"),
    evidence=ONE_ORIGIN,
    excused_by=(),
    pattern=CalmFor(
        and_daily=what("aid.access"),
        by=None,
        lasts=Span(count=7, readings=("calendar", "elapsed", "qualifying"), unit="days"),
        reset=what("power.reset", by=("rus", "us")),
        without=what("attack"),
    ),
    period=WHILE,
    reckoning=DAMASCUS,
    scope=Scope(actors=GROUPS, affected=GROUPS, area=(), unplaced="included"),
    term="k12",
    wording=Wording(
        source="TSI14",
        standing="summarised",
        tag="DOC",
        words="The joint centre starts after seven consecutive days of reduced violence and sustained aid access.",
    ),
)
TRUCE = Agreement(
    agreement="truce-2016",
    annexes=(AnnexNamed(form="annex-a", terms=1, title="Castello Road distances"),),
    begins=at(D_US, "12 September, 19:00"),
    clocks=(),
    ends=None,
    horizon_us=30 * DAY_US,
    on="time",
    parties=("opposition", "rus", "syr", "us"),
    rests_on=(),
    source="UKR",
    tag="DOC",
    terms=(K1, K8, K12),
    thirds=(
        Third(party="rus", role="sponsor"),
        Third(party="un", role="observer"),
        Third(party="us", role="sponsor"),
    ),
    title="Reducing violence, restoring access, establishing the centre",
    version=1,
    words="Three clauses of fifteen.",
)
