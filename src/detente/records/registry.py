"""Which kinds, versions and forms of body there are; how each is read, written, checked and brought up to date.

A body of a kind, version or form that this code does not know, or that breaks the rules of its record, is kept as `Unknown`: counted,
shown as not understood, and what depends on it says *incomplete*. `understand` is the one way from bytes to meaning for whoever folds or
shows. A body of an older version is read by that version's Struct and carried forward by its upcaster; entries are never rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from detente import errors
from detente.errors import UNREADABLE, Problem, Refused, problem, unreadable
from detente.ledger import canonical
from detente.records.agreements import agreement, assent, meeting, permission, verdict
from detente.records.agreements import position as positions
from detente.records.body import Body
from detente.records.entries import closing, disclosure, erasure, watermark
from detente.records.evidence import affiliation, assessment, bulletin, claim, finding, report
from detente.records.hotline import call, channel, duress, message, step, trial
from detente.records.notices import change, notice, place, response, screening, sealed, warning
from detente.records.parties import approval, handover, host, officer, party, roster
from detente.records.protection import humane, lifeline

MAX_BODY = 65_536
"""Bytes of one body at most: as many as one submission may have."""

Check = Callable[[Any], tuple[Problem, ...]]
Upcast = Callable[[Any], Body]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One form of one kind: its present version, that version's Struct and check, and the older ones with upcasters.

    `older` maps a version to its Struct and to the function that carries its body to the *next* version. `position` is the
    facet at which this form always stands, so that it tells nothing of which other forms an entry has.
    """

    body: type[Body]
    check: Check
    form: str
    kind: str
    older: Mapping[int, tuple[type[Body], Upcast]] = {}
    position: int = 0
    version: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A body that was understood. `version` is the version it was written in; `body` is always the present one."""

    body: Body
    form: str
    kind: str
    version: int


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """A body that was not understood, and why; kept as it came.

    "body": the kind is known and these bytes are not of it. "rules": they are, and break its rules. In both cases `problems` says how,
    and the signature under them is evidence against their author. The other three may be a newer Detente's.
    """

    body: bytes
    form: str
    kind: str
    problems: tuple[Problem, ...] = ()
    why: Literal["body", "form", "kind", "rules", "version"]

    @property
    def faulty(self) -> bool:
        """Whether the author is at fault, and not this reader's age."""
        return self.why in ("body", "rules")


class Registry:
    """A set of forms. The product's is `REGISTRY`; tests make their own."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._forms: dict[tuple[str, str], Form] = {(f.kind, f.form): f for f in forms}
        self._by_type = {f.body: f for f in self._forms.values()}
        self._kinds = {f.kind for f in self._forms.values()}
        self._decoders: dict[type[Body], msgspec.json.Decoder[Body]] = {}
        for form in self._forms.values():
            for body in (form.body, *(older for older, _ in form.older.values())):
                self._decoders[body] = msgspec.json.Decoder(body)

    def forms(self) -> tuple[Form, ...]:
        """Return every form, sorted by kind and form."""
        return tuple(self._forms[key] for key in sorted(self._forms))

    def kinds(self) -> frozenset[str]:
        """Return the names of every kind, without versions."""
        return frozenset(self._kinds)

    def read(self, kind: str, form: str, body: bytes, *, strict: bool = True) -> Record | Unknown:
        """Read one facet body of a header's kind ("notice/1") and a form ("full").

        `strict` is False only for bytes that were read strictly before (from one's own store).
        Raises Refused when the kind, version and form are known and the bytes are not a canonical body of it. Domain
        rules are `check`'s, not this function's.
        """
        name, _, version_text = kind.partition("/")
        known = self._forms.get((name, form))
        if known is None:
            return Unknown(body=body, form=form, kind=kind, why="form" if name in self._kinds else "kind")
        version = int(version_text) if version_text.isascii() and version_text.isdigit() else 0
        if version == known.version:
            return Record(body=self._decode(known.body, body, kind, strict), form=form, kind=name, version=version)
        if version not in known.older:
            return Unknown(body=body, form=form, kind=kind, why="version")
        value: Body = self._decode(known.older[version][0], body, kind, strict)
        for at in range(version, known.version):
            value = known.older[at][1](value)
        return Record(body=value, form=form, kind=name, version=version)

    def understand(self, kind: str, form: str, body: bytes, position: int, *, judged: bool = False) -> Record | Unknown:
        """Read one facet body and hold it against every rule of its record. Never raises, whatever the bytes.

        `judged` is True only for bytes that this function has passed before (from one's own store): then they are read, and not judged
        again.
        """
        try:
            if len(body) > MAX_BODY:
                return _unknown(kind, form, body, "rules", [_too_long(len(body))])
            record = self.read(kind, form, body, strict=not judged)
            if judged or isinstance(record, Unknown):
                return record
            faults = [*self.check(record.body), *self._misplaced(record.body, position)]
        except Refused as refused:
            return _unknown(kind, form, body, "body", refused.problems)
        except errors.SURVIVED as error:
            # A check that cannot bear a body is a fault of ours, and no reason to fold what it could not judge.
            return _unknown(kind, form, body, "rules", [_unbearable(error)])
        return _unknown(kind, form, body, "rules", faults) if faults else record

    def write(self, body: Body) -> tuple[str, str, bytes]:
        """Return kind with version, form and canonical bytes of a body, always in the present version."""
        known = self._by_type[type(body)]
        return f"{known.kind}/{known.version}", known.form, canonical.encode(body)

    def position(self, body: Body) -> int:
        """Return the facet position, 0 to 3, at which a body of this type always stands."""
        return self._by_type[type(body)].position

    def check(self, body: Body) -> tuple[Problem, ...]:
        """Return what is wrong with a body by the domain rules of its kind."""
        return self._by_type[type(body)].check(body)

    def _misplaced(self, body: Body, position: int) -> list[Problem]:
        known = self._by_type[type(body)]
        if known.position == position:
            return []
        rule = f"the form {known.form} of {known.kind} stands at facets[{known.position}], whatever else there is"
        return [problem("facet-position", "", position, rule, "Put it there and sign again")]

    def _decode(self, as_type: type[Body], data: bytes, kind: str, strict: bool) -> Body:
        if strict:
            return canonical.decode(data, as_type)
        try:
            return self._decoders[as_type].decode(data)
        except UNREADABLE as error:
            raise Refused(
                [
                    problem(
                        "body_shape",
                        "",
                        "",
                        f"{kind}: {unreadable(error)}",
                        "Read it strictly, to see where it is wrong.",
                    )
                ]
            ) from None


def _unknown(kind: str, form: str, body: bytes, why: Literal["body", "rules"], problems: Iterable[Problem]) -> Unknown:
    return Unknown(body=body, form=form, kind=kind, problems=tuple(problems), why=why)


def _too_long(size: int) -> Problem:
    return problem("body_long", "", f"{size} bytes", f"at most {MAX_BODY} bytes", "Split it into several entries.")


def _unbearable(error: Exception) -> Problem:
    rule = f"cannot be judged: {type(error).__name__}: {error}"
    return problem("body_unbearable", "", "", rule[:400], "Keep it; it is not taken in.")


def _one(kind: str, body: type[Body], check: Check, form: str = "full", position: int = 0) -> Form:
    return Form(body=body, check=check, form=form, kind=kind, position=position, version=1)


def _second(kind: str, body: type[Body], check: Check, first: type[Body], upcast: Upcast) -> Form:
    """Return a form in its second version, and how the first is carried forward."""
    return Form(body=body, check=check, form="full", kind=kind, older={1: (first, upcast)}, version=2)


REGISTRY = Registry(
    [
        _one("affiliation", affiliation.Affiliation, affiliation.check),
        _one("agreement", agreement.Agreement, agreement.check),
        _one("agreement", agreement.AnnexA, agreement.check_annex, "annex-a", 1),
        _one("agreement", agreement.AnnexB, agreement.check_annex, "annex-b", 2),
        _one("agreement", agreement.AnnexC, agreement.check_annex, "annex-c", 3),
        _one("assent", assent.Assent, assent.check),
        _one("assessment", assessment.Assessment, assessment.check),
        _one("bulletin", bulletin.Bulletin, bulletin.check),
        _second("call", call.Call, call.check, call.CallFirst, call.upcast_first),
        _one("change", change.Changed, change.check),
        _second("channel", channel.Channel, channel.check, channel.ChannelFirst, channel.upcast_first),
        _second("claim", claim.Claim, claim.check, claim.Claim1, claim.from_1),
        _one("closing", closing.Closing, closing.check),
        _one("consent", humane.Consent, humane.check_consent),
        _one("coordination", humane.Coordination, humane.check_coordination),
        _one("disclosure", disclosure.Disclosure, disclosure.check),
        _second("erasure", erasure.Erasure, erasure.check, erasure.ErasureFirst, erasure.upcast_first),
        _one("finding", finding.Finding, finding.check),
        _one("host", host.HostKey, host.check),
        _one("lifeline", lifeline.Lifeline, lifeline.check),
        _one("meeting", meeting.Meeting, meeting.check),
        _one("meeting", meeting.Minutes, meeting.check_minutes, "minutes"),
        _one("meeting", meeting.MeetingReply, meeting.check_reply, "reply"),
        _one("message", duress.Duress, duress.check, "duress", 3),
        _one("message", message.Message, message.check),
        _one("notice", notice.CoarseNotice, notice.check_coarse, "coarse", 1),
        _one("notice", humane.HumaneNotice, humane.check, "humane", 3),
        _one("notice", notice.Notice, notice.check, "full"),
        _one("notice", notice.OwnNotice, notice.check_own, "own", 2),
        _one("officer", officer.Officer, officer.check),
        _one("party", party.Party, party.check),
        _one("permission", permission.Permission, permission.check),
        _one("permission", permission.PermissionReply, permission.check_reply, "reply"),
        _one("place", place.Place, place.check),
        _one("position", positions.Position, positions.check),
        _one("report", report.Report, report.check),
        _second("response", response.Response, response.check, response.ResponseFirst, response.upcast_first),
        _second("roster", roster.Roster, roster.check, roster.RosterFirst, roster.upcast_first),
        _one("screening", screening.Screening, screening.check),
        _one("sealed", sealed.Doubt, sealed.check, "doubt"),
        _one("sealed", sealed.SealedPresence, sealed.check, "presence"),
        _one("approval", approval.Approval, approval.check, "says"),
        _one("approval", approval.ApprovalRule, approval.check_rule, "rule"),
        _one("handover", handover.Handover, handover.check),
        _one("trial", trial.Trial, trial.check),
        _one("step", step.Step, step.check),
        _second("verdict", verdict.Verdicts, verdict.check, verdict.VerdictsFirst, verdict.upcast_first),
        _one("warning", warning.DangerWarning, warning.check),
        _one("watermark", watermark.Watermark, watermark.check),
        _one("whereabouts", affiliation.Whereabouts, affiliation.check_whereabouts),
    ]
)
"""Every kind and form that this version of Detente understands."""

read = REGISTRY.read
write = REGISTRY.write
check = REGISTRY.check
position = REGISTRY.position
