"""One sound body of every form: the examples of docs/formats/records/. `python -m tests.records.examples` writes golden files.

A golden file, once committed, is never changed: it stands for what some ledger already holds.
"""

from __future__ import annotations

from pathlib import Path

from tests.rules.agreements.castello import D_US, DAMASCUS, EVERYONE, ONE_ORIGIN, TRUCE, WHILE, at

from detente.geometry.stated.read_back import VolumeSaid
from detente.geometry.volume import Altitude, Circle, Corridor, Point, Polygon, Volume4D
from detente.ledger.facets import facet, facet_bytes
from detente.records import registry
from detente.records.agreements.agreement import AnnexA, AnnexB, AnnexC
from detente.records.agreements.assent import Assent
from detente.records.agreements.meeting import Action, Item, Meeting, MeetingReply, Minutes, MinutesPoint
from detente.records.agreements.permission import Permission, PermissionReply
from detente.records.agreements.position import Position
from detente.records.agreements.term import Scope, Term, Unmonitored, Wording
from detente.records.agreements.verdict import AGREED, PublishedVerdict, Verdicts
from detente.records.body import Body, Stated
from detente.records.entries.closing import Closing
from detente.records.entries.disclosure import Disclosure
from detente.records.entries.erasure import Erasure
from detente.records.entries.watermark import Watermark
from detente.records.evidence.affiliation import Affiliation, Whereabouts
from detente.records.evidence.assessment import Assessment
from detente.records.evidence.bulletin import BreakdownLine, Bulletin
from detente.records.evidence.claim import Claim
from detente.records.evidence.count import Counted
from detente.records.evidence.finding import Finding
from detente.records.evidence.report import Passage, Report
from detente.records.hotline.call import Call, Caller
from detente.records.hotline.channel import Channel
from detente.records.hotline.duress import Duress
from detente.records.hotline.message import Message, WithinRadius
from detente.records.hotline.step import Step
from detente.records.hotline.trial import Trial
from detente.records.notices.change import Changed
from detente.records.notices.notice import Acceptance, Activity, Notice, OwnNotice
from detente.records.notices.notice_state import State
from detente.records.notices.place import Phrase, Place, StatedPlace
from detente.records.notices.response import Readback, Response
from detente.records.notices.screening import Screening
from detente.records.notices.screening import padded as padded_screening
from detente.records.notices.sealed import Doubt, SealedPresence, padded
from detente.records.notices.warning import DangerWarning, Endangered
from detente.records.parties.approval import Approval, ApprovalRule, Need
from detente.records.parties.handover import Handover, OpenMatter
from detente.records.parties.host import HostKey
from detente.records.parties.officer import Officer
from detente.records.parties.party import Endorsement, Party
from detente.records.parties.roster import Duty, Roster
from detente.records.protection.humane import Consent, Coordination, HumaneNotice, Vehicles, Waypoint
from detente.records.protection.lifeline import Lifeline, Task
from detente.rules.notices.screening.coarse import coarse_of

GOLDEN = Path(__file__).parent / "golden"
MINUTE_US = 60_000_000
START_US = 1_474_120_500_000_000
"""2016-09-17T13:55:00Z."""
A, B, C = ("aa" * 32, "bb" * 32, "cc" * 32)

AIRFIELD = Point(35_285_400_000, 40_176_000_000)
P1 = Point(35_266_300_000, 40_152_700_000)

AREA = Volume4D(
    altitude_lower=Altitude(datum="ground", value_mm=0),
    altitude_upper=Altitude(datum="flight_level", uncertainty_mm=150_000, value_mm=7_620_000),
    end_us=START_US + 61 * MINUTE_US,
    error_mm=5_000,
    outline=Circle(centre=P1, radius_mm=1_500_000),
    start_us=START_US,
)
ROUTE = Volume4D(
    end_us=START_US + 120 * MINUTE_US,
    outline=Corridor(edge="geodesic", half_width_mm=200_000, line=(AIRFIELD, P1)),
    start_us=START_US,
)
NOTICE = Notice(
    activity=Activity.AIR,
    emergency=False,
    lead_time_us=10 * MINUTE_US,
    needs_readback=True,
    place=StatedPlace(
        datum="WGS 84",
        decimal="35.2663, 40.1527",
        error_mm=5_000,
        grid="37SFV0484503181",
        phrase=Phrase(
            origin=AIRFIELD,
            origin_error_mm=300_000,
            origin_name="Deir ez-Zor military airfield",
            text="3 km south-west of the airfield",
        ),
    ),
    rests_on=(),
    shorter_lead_accepted_by=Acceptance(officer="o-17", party="cjtf", role="watch", words="dynamic"),
    state=State.ACCEPTED,
    stated_time=Stated(
        earliest_us=START_US, latest_us=START_US + 61 * MINUTE_US, text="16:55 to 17:56 local", zone="+03:00"
    ),
    units=(),
    users=(),
    volumes=(AREA,),
    words="Air activity, one hour.",
)
OPENED = facet(["cjtf", "rus"], NOTICE, "full")

EXAMPLES: tuple[Body, ...] = (
    Affiliation(
        actor="jabhat-fatah-al-sham",
        from_us=1_469_664_000_000_000,
        of="excluded groups",
        party="rus",
        relation="listed-as",
        source="SYO",
        stance="asserts",
        tag="DOC",
        until_us=None,
        who="Russian centre, Hmeymim",
        words="Counted apart from the groups that joined the truce.",
    ),
    TRUCE,
    AnnexA(
        agreement="truce-2016",
        source="",
        tag="MEM?",
        terms=(
            Term(
                bearers=("opposition", "syr"),
                beneficiaries=("un",),
                evidence=ONE_ORIGIN,
                excused_by=(),
                pattern=Unmonitored(why="The distances were not re-read in the primary text."),
                period=WHILE,
                reckoning=DAMASCUS,
                scope=Scope(actors=EVERYONE, affected=EVERYONE, area=(), unplaced="included"),
                term="k8.distances",
                wording=Wording(source="", standing="unknown", tag="MEM?", words=""),
            ),
        ),
        title="Castello Road distances",
        words="",
    ),
    AnnexB(agreement="truce-2016", source="", tag="MEM~", terms=(), title="Terms of reference of the centre", words=""),
    AnnexC(agreement="truce-2016", source="", tag="MEM~", terms=(), title="Procedures", words=""),
    Assent(
        about=A,
        act="withdrawal",
        at=at(D_US + 168 * 3_600_000_000, "19 September, 19:00"),
        party="syr",
        source="GULF",
        tag="DOC",
        terms=(),
        who="Syrian army command",
        words="The truce is over; armed groups broke it.",
    ),
    Assessment(
        about=A,
        assessor="observer of the UN",
        basis=(B,),
        credibility="4",
        reason="Its ally has said the opposite.",
        reliability="D",
        source="SDF spokesman",
        topic="talks",
    ),
    Bulletin(
        chain=(),
        cumulative=False,
        origin="",
        parts=(
            BreakdownLine(count=20, name="Aleppo"),
            BreakdownLine(count=5, name="Damascus"),
            BreakdownLine(count=2, name="Daraa"),
            BreakdownLine(count=8, name="Hama"),
            BreakdownLine(count=4, name="Homs"),
            BreakdownLine(count=3, name="Latakia"),
        ),
        party="rus",
        says="42 in 24 hours.",
        scope="armed groups only",
        source="B14",
        split_by="province",
        tag="DOC",
        total=Counted(best=42, high=42, low=42, unit="violations"),
        who="Russian centre, Hmeymim",
        window=Stated(
            earliest_us=1_473_714_000_000_000,
            latest_us=1_473_800_400_000_000,
            text="24 h to 14 September",
            zone="+03:00",
        ),
    ),
    Call(
        about=(A,),
        at_us=START_US + 29 * MINUTE_US,
        caller=Caller(officer=None, party="rus", role="watch"),
        countersigns=None,
        ended_us=START_US + 30 * MINUTE_US,
        interpreter="Linguist, Russian desk",
        language="ru",
        line="hotline",
        outcome="contact-absent",
        readback=None,
        said_by="cjtf",
        stated_time=Stated(earliest_us=None, latest_us=None, text="about 17:24 local", zone="+03:00"),
        taker=Caller(officer="o-17", party="cjtf", role="watch"),
        words="Asked for the usual contact, then hung up.",
    ),
    Changed(
        about=(A,),
        change="ended",
        channels=(),
        effective_us=START_US,
        matter="truce-2016",
        parties=("cjtf", "rus"),
        stated_time=Stated(earliest_us=START_US, latest_us=START_US, text="16:55", zone="+03:00"),
        until_us=None,
        volumes=(),
        words="Over, as its command said by telephone.",
    ),
    Channel(
        alternates=("ministry",),
        carries=("notice", "stop", "urgent"),
        channel="hotline",
        languages=("en", "ru"),
        means="voice",
        name="Flight-safety line",
        never=("permission",),
        parties=("cjtf", "rus"),
        roles=("duty-director", "watch"),
        state="open",
        tested_at_us=START_US - 600 * MINUTE_US,
        words="",
    ),
    Claim(
        about=(A,),
        actor="cjtf",
        affected="syr",
        at_stated=Stated(earliest_us=START_US + 5 * MINUTE_US, latest_us=None, text="17:00", zone="Asia/Damascus"),
        chain=("Izvestia",),
        count=Counted(best=None, high=37, low=34, unit="strikes"),
        event_class="",
        implies=("strikes.happened",),
        origin="Russian centre",
        party="rus",
        place=None,
        report=B,
        said=None,
        says="The strikes began at 17:00.",
        source="SPB",
        stance="asserts",
        subject="strikes.start",
        tag="CONF",
        who="Chief of the Russian centre",
    ),
    Disclosure(about=A, facet=facet_bytes(OPENED).decode(), position=0, salt=B, words="Opened to the investigator."),
    Closing(about=A, words=""),
    Erasure(about=A, authority="Data protection officer of the UN", positions=(3,), reason="Names a driver."),
    Consent(about=A, given_us=START_US, not_to=("syr",), owner="MSF", state="given", words=""),
    Coordination(about=A, conditions="By day only.", says="approved", until_us=START_US + 60 * MINUTE_US, words=""),
    HumaneNotice(
        back=(),
        contact="duty desk, +00 000",
        expires_us=None,
        is_a="movement",
        names=("Convoy 7", "القافلة ٧"),
        organisation="UN",
        purpose="food and medicine",
        reverify_us=None,
        route=(
            Waypoint(at_us=START_US, name="depot", point=AIRFIELD, stay_us=0),
            Waypoint(at_us=START_US + 60 * MINUTE_US, name="town", point=P1, stay_us=30 * MINUTE_US),
        ),
        staff=42,
        vehicles=(Vehicles(colour="white", count=31, kind="truck", marked=("roof", "sides"), plates=("A-1",)),),
        verified_us=None,
    ),
    Duress(for_roles=("duty-director",), words="Not of my own will."),
    Finding(
        basis=(A, B),
        kind="alarm",
        rule="urgent-unanswered",
        ruleset="detente 0.1.0; PROJ 9.5; GEOS 3.13",
        size=812,
        step=0,
        subject=A,
        verdict=None,
        words="No authorised role has answered within 120 s.",
    ),
    HostKey(endorsements=(Endorsement(key=A, party="cjtf", signature="ab" * 64),), key=B, name="Neutral secretariat"),
    Lifeline(
        channel="hotline",
        from_us=START_US,
        guarantor="un",
        lifeline="airport-road",
        name="Airport and the road to it",
        outline=AREA.outline,
        rules=("Come by the north gate only.", "Nobody is held for the side he comes from."),
        state="open",
        tasks=(Task(party="rus", role="watch", words="Keeps the north gate."),),
        until_us=START_US + 43_200 * MINUTE_US,
        words="",
    ),
    Meeting(
        agenda=(Item(about=(A,), words="The read-back that differed."),),
        agreement=B,
        at_us=START_US + 1_440 * MINUTE_US,
        every_us=43_200 * MINUTE_US,
        means="video",
        parties=("cjtf", "rus"),
        series="flight-safety",
        since_us=START_US,
        title="Review of the flight-safety line",
        words="",
    ),
    Minutes(
        about=A,
        actions=(
            Action(
                action="roster", due_us=START_US + 4_320 * MINUTE_US, owner="rus", role="watch", words="Names deputies."
            ),
        ),
        points=(MinutesPoint(agreement=B, point="p1", words="Any officer on watch takes an urgent call."),),
        present=("cjtf", "rus"),
        words="Ninety minutes; one interpreter.",
    ),
    MeetingReply(about=A, done=(), refused=("p2",), signed=("p1",), words="p2 needs the ministry."),
    Message(
        about=(A,),
        in_reply_to=None,
        language="en",
        phrase=None,
        subject="Deir ez-Zor",
        to_role="watch",
        urgency="stop",
        volumes=(),
        within=WithinRadius(centre=P1, radius_mm=5_000_000),
        words="Stop any activity of yours within 5 km of this place. Our people are there.",
    ),
    coarse_of(NOTICE, 20_000_000),
    NOTICE,
    OwnNotice(units=("Flight 1", "Flight 2"), words="Tanker track to the east."),
    Officer(
        distrust_since_us=None,
        key=A,
        officer="o-17",
        party="cjtf",
        roles=("duty-director", "watch"),
        state="active",
        words="",
    ),
    Party(
        acts_for=(),
        answered_for_by="rus",
        cosigner_key=None,
        endorsements=(),
        exchange_key=None,
        name="Syrian government forces",
        parent=None,
        party="syr",
        root_key=None,
        state="active",
        station_key=None,
        words="No channel of its own.",
    ),
    Permission(
        act="offer",
        activities=(Activity.GUEST_ACTIVITY,),
        conditions=("Daylight only.", "An officer of the host is aboard."),
        from_us=START_US,
        guest="un",
        host="rus",
        in_answer_to=None,
        lapses_us=START_US + 2_880 * MINUTE_US,
        permission="monitors-at-the-base",
        supervision="The base's duty officer.",
        until_us=START_US + 43_200 * MINUTE_US,
        volumes=(AREA,),
        words="For the monitoring of the line.",
    ),
    PermissionReply(about=A, answer="withdraw", words="The base is closed."),
    Place(
        names=("Deir ez-Zor military airfield", "مطار دير الزور"),
        outline=Polygon(
            edge="lonlat",
            vertices=(
                Point(35_275_000_000, 40_150_000_000),
                Point(35_275_000_000, 40_200_000_000),
                Point(35_295_000_000, 40_200_000_000),
                Point(35_295_000_000, 40_150_000_000),
            ),
        ),
        place="deir-ez-zor-airfield",
        stated=StatedPlace(datum="WGS 84", decimal="35.2854, 40.1760", error_mm=300_000, grid="", phrase=None),
        words="Reference point and perimeter.",
    ),
    Position(
        about=A,
        at=at(1_474_232_399_000_000, "18 September, 23:59"),
        by_authority="competent",
        party="syr",
        power="",
        reading="",
        says="ends",
        source="WAT",
        tag="DOC",
        term="",
        who="Syrian army command",
        words="Seven days of calm, to the end of 18 September.",
    ),
    Report(
        chain=("South Front", "21st Century Wire"),
        event_class="deal.reported",
        language="en",
        means="told",
        origin="DEZ24:unnamed",
        party=None,
        passages=(
            Passage(kind="statement", words="An initial agreement exists."),
            Passage(kind="editorial", words="On the motives of one side."),
        ),
        place=None,
        published=Stated(earliest_us=None, latest_us=None, text="9 February 2019", zone=""),
        result="account",
        source="21WIRE",
        tag="CONF",
        title="Preliminary agreement",
        who="Deir Ezzor 24",
        words="Called unconfirmed by the page itself.",
    ),
    Response(
        about=A,
        answer="read-back",
        by_role="watch",
        readback=Readback(
            datum="WGS84",
            volumes=(
                VolumeSaid(
                    altitude_lower="",
                    altitude_upper="1500 m AMSL",
                    end_us=START_US + 61 * MINUTE_US,
                    points=("37SFV0484503181",),
                    size="1000 m",
                    start_us=START_US,
                ),
            ),
        ),
        unit=None,
        version=B,
        words="",
    ),
    Roster(
        duties=(
            Duty(
                deputy="o-18",
                from_us=START_US,
                languages=("en", "ru"),
                officer="o-17",
                role="watch",
                until_us=START_US + 480 * MINUTE_US,
            ),
        ),
        party="cjtf",
        words="Evening watch.",
    ),
    padded_screening(
        Screening(
            about=A,
            answer="concern",
            buffer_mm=2_000_000,
            data_age_us=90 * MINUTE_US,
            epoch=68_246,
            padding="",
            speaks_for=("rus", "syr"),
            urgency="urgent",
        )
    ),
    padded(Doubt(about=A, by_role="analyst", padding="", state="raised", words="This may not be who we think.")),
    padded(SealedPresence(cell_ndeg=20_000_000, cells=((1763, 2007), (1763, 2008)), epoch=68_246, padding="")),
    ApprovalRule(kinds=("notice",), needs=(Need(count=1, role="director"), Need(count=1, role="legal")), words=""),
    Approval(about=A, says="dissent", words="The area is wider than it need be."),
    Handover(
        accepts=None,
        at_us=START_US + 480 * MINUTE_US,
        count=1,
        incoming="o-18",
        open=(OpenMatter(about=A, since_us=START_US, what="ladder", words="urgent: UNDELIVERED to rus"),),
        outgoing="o-17",
        party="cjtf",
        role="watch",
        words="Quiet since 18:00.",
    ),
    Trial(
        answered_by="watch",
        at_us=START_US,
        channel="hotline",
        latency_us=9_000_000,
        outcome="answered",
        party="rus",
        words="",
    ),
    Step(
        about=A,
        called=("o-3",),
        channel=None,
        due_us=START_US + 31 * MINUTE_US,
        ladder="urgent",
        outcome="undelivered",
        party="cjtf",
        reach="director",
        role="director",
        since_us=START_US + 29 * MINUTE_US,
        step=1,
        words="No officer of cjtf has answered: undelivered after 2 min. Duty director, take it and relay it.",
    ),
    Verdicts(
        about=A,
        as_of_us=START_US,
        revises=None,
        ruleset="detente 0.1.0; PROJ 9.5; GEOS 3.13",
        size=812,
        trigger=None,
        verdicts=(
            PublishedVerdict(
                answer="undetermined",
                changes_until_us=START_US + 43_200 * MINUTE_US,
                evidence=(B, C),
                instance="",
                party="syr",
                reading=AGREED,
                settled=True,
                term="k8",
                was=None,
                words="One origin says that it pulled back, one that it did not; two are needed.",
            ),
        ),
        words="",
    ),
    DangerWarning(
        about=A,
        cause="said",
        effective_us=START_US,
        endangered=(
            Endangered(danger_us=START_US, version=B),
            Endangered(danger_us=START_US + 30 * MINUTE_US, version=C),
        ),
        matter="truce-2016",
        recipient="rus",
        step=0,
        urgency="urgent",
        words="truce-2016: ended, says syr. Tell your acting units and acknowledge again.",
    ),
    Watermark(count=17, list_hash=C, size=812),
    Whereabouts(
        actor="jabhat-fatah-al-sham",
        concern_only=True,
        party="rus",
        place=AREA,
        share="mixed",
        source="SYO",
        stance="asserts",
        tag="DOC",
        who="Russian centre, Hmeymim",
        words="Among others on the same ground.",
    ),
)
"""Sound bodies, in order of kind and form."""


def main() -> None:
    """Write the golden file of every example that has none yet."""
    GOLDEN.mkdir(exist_ok=True)
    for body in EXAMPLES:
        kind, form, data = registry.write(body)
        file = GOLDEN / f"{kind.replace('/', '-')}-{form}.json"
        if not file.exists():
            file.write_bytes(data)


if __name__ == "__main__":
    main()
