"""Questions about delivery: what became of one entry at each recipient, and which party has which notice."""

from __future__ import annotations

import msgspec

from detente.api.over import OverRow
from detente.api.question import Answer, Question
from detente.picture.boards.matrix import MatrixLine
from detente.rules.notices.delivery.course import Course
from detente.rules.notices.delivery.lead_times import Accepted, Leads, Reach
from detente.rules.notices.delivery.recipients import MatrixCell
from detente.rules.notices.delivery.steps import Fact


class FactRow(Fact, frozen=True, kw_only=True):
    """One fact about an entry and a recipient, with its sentence."""

    words: str


class DeliveryFacts(Answer, frozen=True, kw_only=True):
    """What is on record of one entry, by recipient; none is inferred from another. `over` is None where the entry holds."""

    delivery: dict[str, tuple[FactRow, ...]]
    over: OverRow | None


class DeliveryAsked(Question[DeliveryFacts], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is on record of an entry's delivery?"""

    path = "/local/delivery/{entry}"
    entry: str


class AcceptedRow(Accepted, frozen=True, kw_only=True):
    """Who accepted a shorter lead; `words_said` tells it in one line, `words` are those of the notice."""

    words_said: str


class LeadsRow(Leads, frozen=True, kw_only=True):
    """The leads of one notice at one recipient."""

    accepted: AcceptedRow | None


class CourseRow(Course, frozen=True, kw_only=True):
    """How far an entry came at one recipient. `leads` of a notice, `reach` of a stop; left out of the others."""

    alarm: str | None
    leads: LeadsRow | msgspec.UnsetType = msgspec.UNSET
    reach: Reach | msgspec.UnsetType = msgspec.UNSET
    words: str


class EntryAbout(msgspec.Struct, frozen=True, kw_only=True):
    """Whose entry it is, of which kind, and when the host recorded it."""

    author: str
    kind: str
    recorded_us: int


class Courses(Answer, frozen=True, kw_only=True):
    """How far one entry came at each recipient, down to the acting unit. `about` is None where the entry is not known here."""

    about: EntryAbout | None
    courses: tuple[CourseRow, ...]
    over: OverRow | None
    superseded_by: str | None


class CoursesAsked(Question[Courses], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far did this entry come at each recipient?"""

    path = "/local/courses/{entry}"
    entry: str


class CellRow(MatrixCell, frozen=True, kw_only=True):
    """One recipient of one notice. `gap`: it should have the notice, and nothing shows that it has."""

    gap: bool
    words: str


class MatrixRow(MatrixLine, frozen=True, kw_only=True):
    """One notice with a cell for every party of the ledger."""

    cells: tuple[CellRow, ...]


class Matrix(Answer, frozen=True, kw_only=True):
    """For each live notice: who should have it, who has it, who never can; then own ones that are over, and live at somebody's."""

    matrix: tuple[MatrixRow, ...]


class MatrixAsked(Question[Matrix], frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"all_": "all"}):
    """Who should have each live notice of ours (`all_`: of others too), and who has it? `should`: parties that are to have all."""

    path = "/local/matrix"
    all_: bool = False
    should: tuple[str, ...] = ()
