"""Questions about notices: which are live, what they come too close to, how they were screened, what waits for an answer."""

from __future__ import annotations

from typing import Annotated

import msgspec

from detente.api.question import NUMBER_MAX, Answer, Question, Whole
from detente.picture.boards.endangered_board import AskedAfresh, DangerBoard
from detente.picture.notices.airspace import Form
from detente.picture.notices.open_conflicts import OpenConflict
from detente.picture.notices.read_backs import Judged
from detente.picture.notices.screenings import ScreeningOnRecord
from detente.picture.notices.waiting import For
from detente.records.notices.notice import Activity, CoarseNotice, Notice
from detente.records.notices.notice_state import State
from detente.records.notices.screening import Answer as ScreeningAnswer
from detente.rules.notices.changes.quiet import Quiet


class ScreenedWords(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient's screening answered to a notice; `answer` is None before the deadline."""

    answer: ScreeningAnswer | None
    party: str
    words: str


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One live notice. `notice` is its body in the best form that we may read (`full`, `cells`), null where none is.

    `delivery`: what is on record, in words, by recipient. `first` is the thread's first version, `version` its head. Of an unreadable
    one nothing but that it exists is known. `full` and `coarse` are null: the body stands in `notice`.
    """

    activity: Activity | None
    author: str
    coarse: None = None
    delivery: dict[str, tuple[str, ...]]
    end_us: int | None
    first: str
    form: Form
    full: None = None
    index: int
    lapsed: bool
    notice: msgspec.Raw
    received_at_us: int
    screenings: tuple[ScreenedWords, ...]
    start_us: int | None
    state: State | None
    version: str

    def whole(self) -> Notice | None:
        """Return the full form, None where we may not read it."""
        return msgspec.json.decode(self.notice, type=Notice) if self.form == "full" else None

    def words(self) -> str:
        """Return what the author says in the full form, "" where we may not read that."""
        whole = self.whole()
        return "" if whole is None else whole.words

    def cells(self) -> CoarseNotice | None:
        """Return the coarse form, None where we may read the full one, or nothing."""
        return msgspec.json.decode(self.notice, type=CoarseNotice) if self.form == "coarse" else None


class Notices(Answer, frozen=True, kw_only=True):
    """The live notices that we may read, in no order that means anything."""

    notices: tuple[NoticeRow, ...]


class NoticesAsked(Question[Notices], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notices are live?"""

    path = "/local/notices"


class Conflicts(Answer, frozen=True, kw_only=True):
    """Pairs of live notices that come too close, the soonest first. What is not notified, or not opened to us, is not compared."""

    conflicts: tuple[OpenConflict, ...]


class ConflictsAsked(Question[Conflicts], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes too close?"""

    path = "/local/conflicts"


class ScreenedRow(ScreeningOnRecord, frozen=True, kw_only=True):
    """One recipient's answer to one version, with its sentence, and why it was not screened where we can know."""

    words: str


class ScreeningRows(Answer, frozen=True, kw_only=True):
    """The answer of every recipient to one version, by party."""

    screenings: tuple[ScreenedRow, ...]


class ScreeningsAsked(Question[ScreeningRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How did each recipient's screening answer this version?"""

    path = "/local/screenings/{entry}"
    entry: str


class JudgedRow(Judged, frozen=True, kw_only=True):
    """One read-back with its sentence."""

    words: str


class WaitRow(msgspec.Struct, frozen=True, kw_only=True, rename={"for_": "for"}):
    """One thing waited for: `asker` waits for `asked` about `version` since `since_us`; due at `due_us`, None: no clock."""

    asked: str
    asker: str
    due_us: int | None
    for_: For
    overdue: bool
    since_us: int
    version: str
    words: str


class WaitingRows(Answer, frozen=True, kw_only=True):
    """What waits for whose answer; `read_backs`: those that say back something else than was told."""

    read_backs: tuple[JudgedRow, ...]
    waiting: tuple[WaitRow, ...]


class WaitingAsked(Question[WaitingRows], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What waits for whose answer?"""

    path = "/local/waiting"


class AskedAfreshRow(AskedAfresh, frozen=True, kw_only=True):
    """One warning and its answer, with its sentence."""

    words: str


class DangerBoardRow(DangerBoard, frozen=True, kw_only=True):
    """One change and what became of it."""

    asked: tuple[AskedAfreshRow, ...]


class DangerBoards(Answer, frozen=True, kw_only=True):
    """For each change: what open notices rest on it, the soonest danger first, and each recipient's fresh answer."""

    boards: tuple[DangerBoardRow, ...]


class EndangeredAsked(Question[DangerBoards], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What do changes endanger? `limit`: notices shown for each."""

    path = "/local/endangered"
    limit: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)] = 100


class QuietRow(Quiet, frozen=True, kw_only=True):
    """What kind of quiet it is on one matter."""

    matter: str
    words: str


class Quiets(Answer, frozen=True, kw_only=True):
    """For each matter, whether its quiet was announced, and by whom; a lull is nobody's word."""

    quiet: tuple[QuietRow, ...]


class QuietAsked(Question[Quiets], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Was the quiet announced? `reported`: when something was last reported, microseconds since 1970 UTC; 0: never."""

    path = "/local/quiet"
    reported: Whole = 0
