"""What is wrong with a body is said field by field, all of it at once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.records.examples import AREA, EXAMPLES, NOTICE, P1, A

from detente.geometry.volume import Circle, Point
from detente.records import registry
from detente.records.body import Body
from detente.records.evidence.bulletin import BreakdownLine
from detente.records.evidence.count import Counted
from detente.records.evidence.report import Passage
from detente.records.notices import screening, sealed
from detente.records.notices.notice import Activity, Users
from detente.records.parties.roster import Duty
from detente.records.registry import REGISTRY

BY_NAME = {type(body).__name__: body for body in EXAMPLES}


def fields_at_fault(body: Body, **changes: Any) -> list[str]:
    return [p.field for p in registry.check(msgspec.structs.replace(body, **changes))]


def test_every_form_has_a_sound_example():
    assert {type(body) for body in EXAMPLES} == {form.body for form in REGISTRY.forms()}
    for body in EXAMPLES:
        assert registry.check(body) == (), type(body)


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("Affiliation", {"from_us": 2, "until_us": 1}, "from_us, until_us"),
    ("Affiliation", {"of": "jabhat-fatah-al-sham"}, "of"),
    ("Agreement", {"begins": None}, "begins"),
    ("Agreement", {"parties": ()}, "parties"),
    ("AnnexA", {"title": ""}, "title"),
    ("AnnexB", {"agreement": "Truce"}, "agreement"),
    ("AnnexC", {"source": "", "tag": "DOC"}, "source"),
    ("Assent", {"act": "reservation", "words": ""}, "words"),
    ("Assessment", {"credibility": None, "reliability": None}, "reliability"),
    ("Assessment", {"about": None}, "about"),
    ("Assessment", {"reason": ""}, "reason"),
    ("Bulletin", {"total": Counted(best=43, high=None, low=None, unit="violations")}, "parts"),
    ("Bulletin", {"total": Counted(best=None, high=41, low=None, unit="violations")}, "parts"),
    ("Bulletin", {"scope": ""}, "scope"),
    ("Bulletin", {"parts": (BreakdownLine(count=40, name="Homs"), BreakdownLine(count=2, name="Hama"))}, "parts"),
    ("Call", {"caller": BY_NAME["Call"].taker}, "taker.party"),  # type: ignore[attr-defined]
    ("Call", {"ended_us": 0}, "at_us"),
    ("Call", {"said_by": "CJTF"}, "said_by"),
    ("Changed", {"about": (), "parties": ()}, "about"),
    ("Changed", {"change": "paused"}, "until_us"),
    ("Changed", {"until_us": 0}, "until_us"),
    ("Channel", {"alternates": ("hotline",)}, "alternates"),
    ("Channel", {"parties": ("cjtf",)}, "parties"),
    ("Claim", {"source": ""}, "source"),
    ("Claim", {"count": Counted(best=62, high=None, low=None, unit="")}, "count.unit"),
    ("Claim", {"count": Counted(best=None, high=None, low=None, unit="deaths")}, "count"),
    ("Claim", {"count": Counted(best=3, high=2, low=1, unit="deaths")}, "count"),
    ("Claim", {"count": Counted(best=None, high=2, low=3, unit="deaths")}, "count"),
    ("Claim", {"chain": ("Izvestia", "Izvestia")}, "chain[1]"),
    ("Claim", {"chain": ("Russian centre",)}, "chain[0]"),
    ("Claim", {"implies": ("strikes.start",)}, "implies"),
    ("Claim", {"report": "nonsense"}, "report"),
    ("CoarseNotice", {"cells": ()}, "cells"),
    ("DangerWarning", {"endangered": ()}, "endangered"),
    ("DangerWarning", {"endangered": BY_NAME["DangerWarning"].endangered[::-1]}, "endangered"),  # type: ignore[attr-defined]
    ("Disclosure", {"position": 4}, "position"),
    ("Disclosure", {"salt": "00"}, "salt"),
    ("Consent", {"owner": ""}, "owner"),
    ("Coordination", {"says": "refused"}, "words"),
    ("HumaneNotice", {"route": ()}, "route"),
    ("HumaneNotice", {"names": ()}, "names"),
    ("HumaneNotice", {"route": BY_NAME["HumaneNotice"].route[::-1]}, "route"),  # type: ignore[attr-defined]
    ("Duress", {"for_roles": ()}, "for_roles"),
    ("Erasure", {"reason": " "}, "reason"),
    ("Erasure", {"positions": ()}, "positions"),
    ("Erasure", {"positions": (3, 2)}, "positions"),
    ("Erasure", {"positions": (4,)}, "positions"),
    ("Closing", {"about": "x"}, "about"),
    ("Finding", {"verdict": "kept"}, "verdict"),
    ("Finding", {"kind": "verdict", "verdict": "kept", "basis": ()}, "basis"),
    ("HostKey", {"key": A.upper()}, "key"),
    ("Lifeline", {"rules": ()}, "rules"),
    ("Lifeline", {"state": "closed"}, "words"),
    ("Meeting", {"parties": ("cjtf",)}, "parties"),
    ("Meeting", {"every_us": 0}, "every_us"),
    ("Minutes", {"about": "nonsense"}, "about"),
    ("MeetingReply", {"signed": ("p2",)}, "refused"),
    ("MeetingReply", {"words": ""}, "words"),
    ("Permission", {"guest": "rus"}, "guest"),
    ("Permission", {"lapses_us": None}, "lapses_us"),
    ("Permission", {"activities": ()}, "activities"),
    ("PermissionReply", {"words": ""}, "words"),
    ("Message", {"about": (), "within": None}, "about"),
    ("Message", {"words": ""}, "words"),
    ("Officer", {"state": "distrusted"}, "distrust_since_us"),
    ("Officer", {"roles": ("watch", "duty-director")}, "roles"),
    ("OwnNotice", {"units": ("\u202eFlight 1",)}, "units[0]"),
    ("Party", {"answered_for_by": "syr"}, "answered_for_by"),
    ("Party", {"root_key": A}, "cosigner_key, exchange_key, station_key"),
    ("Place", {"names": ()}, "names"),
    ("Position", {"at": None}, "at"),
    ("Position", {"says": "reads"}, "reading"),
    ("Position", {"says": "declares"}, "power"),
    ("Position", {"says": "satisfied"}, "term"),
    ("Report", {"result": "access-refused", "words": ""}, "place"),
    ("Report", {"passages": (Passage(kind="editorial", words=" "),)}, "passages[0].words"),
    ("Response", {"answer": "passed-to-unit", "readback": None}, "unit"),
    ("Response", {"answer": "reject", "readback": None}, "words"),
    ("Response", {"readback": None}, "readback"),
    ("Roster", {"party": ""}, "party"),
    ("Screening", {"answer": "not screened"}, "data_age_us"),
    ("Screening", {"padding": ""}, "padding"),
    ("Doubt", {"padding": "x"}, "padding"),
    ("SealedPresence", {"cells": ((2, 1), (1, 1))}, "cells"),
    ("Approval", {"words": ""}, "words"),
    ("Handover", {"incoming": "o-17"}, "incoming"),
    ("Handover", {"count": 0}, "count"),
    ("ApprovalRule", {"kinds": ("response",)}, "kinds[0]"),
    ("ApprovalRule", {"kinds": ()}, "kinds"),
    ("Trial", {"latency_us": None}, "latency_us"),
    ("Channel", {"never": ("stop",)}, "never"),
    (
        "Roster",
        {"duties": (Duty(deputy="a", from_us=0, languages=(), officer="a", role="watch", until_us=1),)},
        "duties[0].deputy",
    ),
    ("Step", {"reach": "higher-level"}, "step"),
    ("Step", {"step": 0, "reach": "role"}, "step"),
    ("Verdicts", {"verdicts": ()}, "verdicts"),
    ("Verdicts", {"trigger": A}, "revises"),
    ("Watermark", {"count": 900}, "count"),
    ("Whereabouts", {"actor": ""}, "actor"),
]


@pytest.mark.parametrize(("name", "changes", "field"), BAD, ids=[f"{n}-{f}" for n, _, f in BAD])
def test_a_fault_names_its_field(name, changes, field):
    assert field in fields_at_fault(BY_NAME[name], **changes)


def test_every_form_is_refused_for_something():
    assert {name for name, _, _ in BAD} == set(BY_NAME) - {"Notice"}


def test_one_bad_field_does_not_hide_the_others():
    found = fields_at_fault(NOTICE, lead_time_us=-1, rests_on=("nonsense",), volumes=())
    assert found == ["lead_time_us", "rests_on[0]", "volumes"]


def test_a_volume_is_checked_by_the_geometry():
    swapped = msgspec.structs.replace(AREA, outline=Circle(centre=Point(140_000_000_000, 35), radius_mm=0))
    found = fields_at_fault(NOTICE, volumes=(AREA, swapped))
    assert found == ["volumes[1].outline.centre", "volumes[1].outline.radius_mm"]


def test_guest_activity_rests_on_a_permission():
    assert fields_at_fault(NOTICE, activity=Activity.GUEST_ACTIVITY) == ["rests_on"]
    assert fields_at_fault(NOTICE, activity=Activity.GUEST_ACTIVITY, rests_on=(A,)) == []


def test_a_line_has_sides_and_a_zone_has_an_inside():
    left = (Users(parties=("rus",), side="left"), Users(parties=("cjtf",), side="right"))
    inside = (Users(parties=("rus",), side="inside"),)
    assert fields_at_fault(NOTICE, activity=Activity.LINE, users=left) == []
    assert fields_at_fault(NOTICE, activity=Activity.LINE, users=inside) == ["users[0].side"]
    assert fields_at_fault(NOTICE, activity=Activity.KEEP_OUT_ZONE, users=inside) == []
    assert fields_at_fault(NOTICE, activity=Activity.KEEP_OUT_ZONE, users=left) == ["users[0].side", "users[1].side"]


def test_a_stop_may_name_notices_volumes_or_a_place():
    stop = BY_NAME["Message"]
    assert fields_at_fault(stop, within=None, about=(A,)) == []
    assert fields_at_fault(stop, within=None, about=(), volumes=(AREA,)) == []
    assert fields_at_fault(stop, about=()) == []


@pytest.mark.parametrize("answer", ["concern", "none raised", "not screened"])
@pytest.mark.parametrize("speaks_for", [(), ("rus",), ("ndf", "rus", "syr")])
@pytest.mark.parametrize("buffer_mm", [0, 5_000_000_000])
def test_every_screening_has_one_length(answer, speaks_for, buffer_mm):
    """Whatever it says, and whoever reads the wire, the answer is 640 bytes."""
    one = msgspec.structs.replace(
        BY_NAME["Screening"],
        answer=answer,
        speaks_for=speaks_for,
        buffer_mm=buffer_mm,
        data_age_us=None if answer == "not screened" else 1,
    )
    padded = screening.padded(one)
    assert len(registry.write(padded)[2]) == 640
    assert registry.check(padded) == ()


def test_a_screening_for_too_many_parties_has_no_room():
    many = tuple(f"party-{i:03}-{'x' * 20}" for i in range(30))
    with pytest.raises(ValueError, match="640 bytes"):
        screening.padded(msgspec.structs.replace(BY_NAME["Screening"], speaks_for=many))


@pytest.mark.parametrize("cells", [(), tuple((row, 2007) for row in range(1000))])
def test_every_presence_has_one_length(cells):
    presence = sealed.padded(msgspec.structs.replace(BY_NAME["SealedPresence"], cells=cells))
    assert len(registry.write(presence)[2]) == sealed.LENGTH_PRESENCE
    assert registry.check(presence) == ()


def test_every_doubt_has_one_length():
    for words in ("?", "This may not be who we think. " * 20):
        doubt = sealed.padded(msgspec.structs.replace(BY_NAME["Doubt"], words=words))
        assert len(registry.write(doubt)[2]) == sealed.LENGTH_DOUBT


def test_a_presence_can_be_disclosed_in_one_entry():
    """Escaped as text in a disclosure, the longest sealed body still fits a submission."""
    from detente.ledger.entry import MAX_SUBMISSION_SIZE

    cells = tuple((row, 2007) for row in range(2000))
    presence = sealed.padded(msgspec.structs.replace(BY_NAME["SealedPresence"], cells=cells))
    disclosure = msgspec.structs.replace(BY_NAME["Disclosure"], facet=registry.write(presence)[2].decode())
    assert len(registry.write(disclosure)[2]) + 8_192 < MAX_SUBMISSION_SIZE


def test_a_place_off_the_earth_is_refused_in_a_stop():
    from detente.records.hotline.message import WithinRadius

    off = WithinRadius(centre=Point(91_000_000_000, P1.lon_ndeg), radius_mm=1)
    assert fields_at_fault(BY_NAME["Message"], within=off) == ["within.centre"]
