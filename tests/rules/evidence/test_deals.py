"""Where the points of a reported deal stand, by whose word and by the clock."""

from __future__ import annotations

from tests.rules.evidence.claims import said

from detente.rules.evidence.deals import Deal, DealPoint, Sight, adjudicate, due_moments, states

ALLIES = {frozenset(("cjtf", "sdf"))}
DEAL = Deal(
    ends_with="pocket.taken",
    points=(
        DealPoint(
            kind="statement",
            parties=("cjtf", "group"),
            point="C1",
            related=("talks.local",),
            says="A deal exists.",
            subject="c1",
        ),
        DealPoint(
            kind="event",
            due_us=11,
            point="C2",
            says="They leave.",
            seen=(Sight(says="a column seen", subject="column"),),
            subject="c2",
        ),
        DealPoint(
            explained_by=("corridor",),
            kind="event",
            point="C3",
            says="Women leave.",
            seen=(Sight(says="evacuations seen", subject="convoy"),),
            subject="c3",
        ),
        DealPoint(
            kind="event",
            point="C4",
            says="Captives against passage.",
            seen=(
                Sight(says="a release seen", subject="release"),
                Sight(says="what was given for it", subject="exchange"),
            ),
            subject="c4",
        ),
        DealPoint(
            kind="deadline",
            due_us=11,
            point="C5",
            says="Within two days.",
            seen=(Sight(says="an empty pocket", subject="empty"),),
            subject="c5",
        ),
    ),
    title="A deal",
)
REPORT = [
    said("Outlet", "asserts", c, 9, "Relay", "Outlet:unnamed", implies=("talks",) if c == "c1" else ())
    for c in ("c1", "c2", "c3", "c4", "c5")
]
DENIAL = said("SDF", "denies", "talks", 8, party="sdf")
ADMISSION = said("Coalition", "asserts", "talks.local", 21, party="cjtf", implies=("talks",))
TAKEN = said("SDF", "asserts", "pocket.taken", 40, party="sdf")


def verdicts(record, now_us):
    return {s.point: s.verdict for s in adjudicate(DEAL, record, now_us, ALLIES)}


def test_a_report_with_a_denial_is_reported_no_more():
    found = adjudicate(DEAL, [DENIAL, *REPORT], 9, ALLIES)[0]
    assert found.verdict == "reported"
    assert "1 origin: Outlet:unnamed (not named), passed on by Relay" in found.why
    assert "denied by SDF (talks)" in found.why


def test_nothing_counts_before_it_was_said():
    assert verdicts([DENIAL, *REPORT], 8) == dict.fromkeys(("C1", "C2", "C3", "C4", "C5"), "not reported")


def test_an_allys_admission_makes_it_contested_never_established():
    assert verdicts([DENIAL, *REPORT, ADMISSION], 21)["C1"] == "contested"


def test_a_party_that_speaks_of_it_and_says_something_else_does_not_support_it():
    assert verdicts([*REPORT, ADMISSION], 21)["C1"] == "not supported"


def test_a_hundred_outlets_establish_nothing_two_parties_do():
    press = [said(f"Outlet {n}", "asserts", "c1", 10) for n in range(100)]
    own = [said(p, "asserts", "c1", 10, party=p) for p in ("cjtf", "group")]
    assert verdicts([*REPORT, *press], 11)["C1"] == "reported"
    assert verdicts([*REPORT, own[0]], 11)["C1"] == "stated by one side"
    assert verdicts([*REPORT, *own], 11)["C1"] == "established"


def test_the_clock_alone_ends_a_deadline_to_the_microsecond():
    """Nobody says anything; one microsecond after the deadline it is not met, and what is missing is named."""
    assert verdicts(REPORT, 11)["C5"] == "open"
    late = adjudicate(DEAL, REPORT, 12)[4]
    assert (late.verdict, late.would_settle) == ("not met", "an empty pocket")
    assert due_moments(DEAL) == (12,)
    assert adjudicate(DEAL, REPORT, 11)[4].next_us == 12


def test_what_comes_after_the_deadline_does_not_meet_it():
    empty = said("SOHR", "observes", "empty", 15)
    assert verdicts([*REPORT, empty], 20)["C5"] == "not met"
    assert verdicts([*REPORT, said("SOHR", "observes", "empty", 10)], 20)["C5"] == "met"


def test_a_movement_never_seen_is_no_evidence_and_at_the_end_not_observed():
    assert [verdicts([*REPORT, TAKEN], t)["C2"] for t in (9, 12, 40)] == ["reported", "no evidence", "not observed"]


def test_what_is_seen_may_be_explicable_without_the_deal():
    record = [said("SDF", "asserts", "corridor", 8, party="sdf"), *REPORT, said("Rudaw", "observes", "convoy", 20)]
    found = adjudicate(DEAL, record, 21)[2]
    assert found.verdict == "observed"
    assert "explicable without the deal" in found.why


def test_half_an_exchange_is_partly_observed():
    found = adjudicate(DEAL, [*REPORT, said("SOHR", "asserts", "release", 17)], 21)[3]
    assert (found.verdict, found.would_settle) == ("partly observed", "what was given for it")


def test_the_reporter_does_not_confirm_itself():
    """Deir Ezzor 24's unnamed source cannot be the one who saw it."""
    again = said("Outlet", "observes", "convoy", 20, origin="Outlet:unnamed")
    assert verdicts([*REPORT, again], 21)["C3"] == "reported"


def test_each_party_has_its_own_state_of_the_deal():
    record = [
        *REPORT,
        DENIAL,
        said("group", "asserts", "c1", 10, party="group", event_class="deal.offered"),
        said("group", "asserts", "c1", 30, party="group", event_class="deal.suspended"),
    ]
    assert states("c1", ("cjtf", "group", "sdf"), record) == {
        "cjtf": "says nothing",
        "group": "suspended",
        "sdf": "denied",
    }
