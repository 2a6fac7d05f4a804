"""Screening: three honest answers, and none of them follows hidden presence closely."""

import msgspec
import pytest

from detente.geometry.durations import DAY_US, HOUR_US
from detente.geometry.volume import NDEG, Circle, Point, Volume4D
from detente.rules.notices.screening.budget import Spending
from detente.rules.notices.screening.cells import cell_of
from detente.rules.notices.screening.screening import (
    Presence,
    Rules,
    ScreeningMemory,
    ScreeningQuestion,
    passed_over,
    screen,
    unasked,
    urgency_of,
)

T0 = 17_061 * DAY_US + 13 * HOUR_US  # 2016-09-17T13:00:00Z, inside the epoch 12:00-18:00
RULES = Rules(
    budget_m2_s_per_day=10**13,
    buffer_mm=2_000_000,
    cell_ndeg=20_000_000,
    epoch_us=6 * HOUR_US,
    least_duration_us=HOUR_US // 4,
    least_size_mm=1_000_000,
)


def at(lat, lon):
    return Point(round(lat * NDEG), round(lon * NDEG))


P1, P2, N9 = at(35.2663, 40.1527), at(35.2472, 40.1294), at(35.2043, 40.1760)


def notice(*centres, asker="cjtf", asked_at_us=T0, radius_mm=1_500_000, start_us=T0 + HOUR_US, hours=1.0, name="n"):
    volumes = tuple(
        Volume4D(
            outline=Circle(centre=c, radius_mm=radius_mm), start_us=start_us, end_us=start_us + int(hours * HOUR_US)
        )
        for c in centres
    )
    return ScreeningQuestion(asked_at_us=asked_at_us, asker=asker, notice=name, volumes=volumes)


def people(*centres, held_from_us=T0 - 30 * HOUR_US, start_us=T0 - 48 * HOUR_US, end_us=T0 + 48 * HOUR_US, until=None):
    return tuple(
        Presence(
            held_from_us=held_from_us,
            held_until_us=until,
            party="syr",
            volume=Volume4D(outline=Circle(centre=c, radius_mm=800_000), start_us=start_us, end_us=end_us),
        )
        for c in centres
    )


DESK = ScreeningMemory(presence=people(P1, P2), reviewed_at_us=T0 - HOUR_US, speaks_for=("rus", "syr"))


def answer(desk, question, now_us=T0):
    return screen(desk, question, RULES, now_us)[1].answer


def test_the_true_place_raises_a_concern():
    """Deir ez-Zor: had the true areas been told, Russia's station would have answered concern for the forces it speaks for."""
    told = answer(DESK, notice(P1, P2))
    assert (told.answer, told.buffer_mm, told.speaks_for) == ("concern", 2_000_000, ("rus", "syr"))


def test_the_wrong_place_raises_none_and_says_its_buffer():
    """Nine kilometres south of the airfield lies 6.4 km from the nearer people: none raised, within a stated 2 km."""
    told = answer(DESK, notice(N9))
    assert (told.answer, told.buffer_mm) == ("none raised", 2_000_000)


def test_a_station_without_current_data_says_not_screened():
    """No review of own presence within a day, or ever, is not screened; it is never taken for none raised."""
    for reviewed in (None, T0 - 25 * HOUR_US):
        told = answer(msgspec.structs.replace(DESK, reviewed_at_us=reviewed), notice(P1))
        assert (told.answer, told.reason, told.data_age_us) == ("not screened", "no current data", None)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (notice(P1, radius_mm=999_000), "smaller than the least size"),
        (notice(P1, hours=0.2), "shorter than the least duration"),
        (notice(P1, radius_mm=999_000, hours=0.2), "shorter than the least duration"),
    ],
)
def test_too_small_a_question_is_not_screened(question, reason):
    """A notice too small or too short to be an honest activity is recorded and delivered, and not screened."""
    assert (answer(DESK, question).answer, answer(DESK, question).reason) == ("not screened", reason)


def test_urgency_follows_the_notice_alone():
    """Within the hour urgent, within the day priority, else routine; with and without people there."""
    assert [urgency_of(T0 + h * HOUR_US, T0) for h in (1, 24, 25)] == ["urgent", "priority", "routine"]
    empty = msgspec.structs.replace(DESK, presence=())
    assert answer(DESK, notice(P1)).urgency == answer(empty, notice(P1)).urgency


def test_everything_but_the_word_is_the_same_with_and_without_people():
    """Buffer, age, urgency, spokesman and reason are equal in a world with people there and in one without."""
    there, nobody = answer(DESK, notice(P1)), answer(msgspec.structs.replace(DESK, presence=()), notice(P1))
    assert there == msgspec.structs.replace(nobody, answer="concern")


def test_people_anywhere_in_the_cell_give_the_same_answer():
    """Moving within one coarse cell changes no answer to any question around its edge."""
    cell = cell_of(P1, RULES.cell_ndeg)
    south, west = cell.row * RULES.cell_ndeg, cell.column * RULES.cell_ndeg - 180 * NDEG
    inside = [Point(south + dy, west + dx) for dy, dx in ((5_000_000, 5_000_000), (10_000_000, 16_000_000))]
    desks = [msgspec.structs.replace(DESK, presence=(_small(p),)) for p in inside]
    for k in range(40):
        question = notice(Point(south - 45_000_000 + k * 2_500_000, west + 10_000_000))
        assert answer(desks[0], question) == answer(desks[1], question)


def _small(point):
    volume = Volume4D(outline=Circle(centre=point, radius_mm=50_000), start_us=T0 - HOUR_US, end_us=T0 + 48 * HOUR_US)
    return Presence(held_from_us=T0 - 30 * HOUR_US, party="syr", volume=volume)


def test_ground_already_answered_for_keeps_its_answer_until_the_epoch_ends():
    """People who move in after the answer do not change it for that asker in this epoch; own officers are told at once."""
    nobody = msgspec.structs.replace(DESK, presence=())
    desk, first = screen(nobody, notice(P1), RULES, T0)
    moved_in = msgspec.structs.replace(desk, presence=people(P1, held_from_us=T0 + HOUR_US // 2, start_us=T0))
    later = T0 + HOUR_US
    _, again = screen(moved_in, notice(P1, asked_at_us=later, name="m"), RULES, later)
    assert (first.answer.answer, again.answer.answer) == ("none raised", "none raised")
    assert again.withheld
    _, other_asker = screen(moved_in, notice(P1, asked_at_us=later, asker="un"), RULES, later)
    assert other_asker.answer.answer == "concern"
    next_epoch = T0 + 6 * HOUR_US
    fresh = notice(P1, asked_at_us=next_epoch, start_us=next_epoch + HOUR_US)
    assert answer(moved_in, fresh, next_epoch).answer == "concern"


def test_people_who_leave_count_until_the_epoch_ends():
    """A withdrawal in mid-epoch is not shown by an answer; in the next epoch it counts."""
    left = msgspec.structs.replace(DESK, presence=people(P1, until=T0 - 60))
    assert answer(left, notice(P1)).answer == "concern"
    next_epoch = T0 + 6 * HOUR_US
    assert (
        answer(left, notice(P1, asked_at_us=next_epoch, start_us=next_epoch + HOUR_US), next_epoch).answer
        == "none raised"
    )


def test_presence_planned_for_tomorrow_worries_a_notice_for_tomorrow():
    """People expected in an epoch count in that epoch, and not in this one."""
    tomorrow = T0 + 24 * HOUR_US
    desk = msgspec.structs.replace(DESK, presence=people(P1, start_us=tomorrow, end_us=tomorrow + HOUR_US))
    assert answer(desk, notice(P1)).answer == "none raised"
    assert answer(desk, notice(P1, start_us=tomorrow)).answer == "concern"


def test_the_budget_counts_every_question_and_says_when_it_is_spent():
    """Ground times time adds up for each asker and day; beyond the budget the answer is not screened, for that asker alone."""
    price = RULES.price.of(notice(N9).volumes)
    rules = msgspec.structs.replace(RULES, budget_m2_s_per_day=2 * price)
    desk, words = DESK, []
    for k in range(3):
        desk, screened = screen(desk, notice(N9, name=f"n{k}"), rules, T0)
        words.append((screened.answer.answer, screened.answer.reason))
    assert words == [("none raised", ""), ("none raised", ""), ("not screened", "budget spent")]
    assert screen(desk, notice(N9, asker="un"), rules, T0)[1].answer.answer == "none raised"
    next_day = T0 + 24 * HOUR_US
    tomorrow = msgspec.structs.replace(desk, reviewed_at_us=next_day)
    assert screen(tomorrow, notice(N9, asked_at_us=next_day), rules, next_day)[1].answer.answer == "none raised"


def test_spending_is_exact():
    """A circle of 1.5 km within a 2 km buffer over one hour costs pi * 3.5 km squared * 3600 s, rounded up."""
    price = RULES.price.of(notice(N9).volumes)
    assert price == 38_484_511 * 3600
    once = Spending().ask("cjtf", T0, price)
    assert (once.of("cjtf", T0), once.of("un", T0), once.of("cjtf", T0 + DAY_US)) == (price, 0, 0)
    assert once.ask("cjtf", T0, price).refund("cjtf", T0, price) == once


def test_a_year_long_site_costs_no_more_than_one_epoch_and_leaves_the_day_to_others():
    """Newcomer's F3: one clinic told for a year used up the budget, and every later notice of that party was not screened."""
    site = notice(N9, hours=365 * 24.0, name="site")
    assert RULES.price.of(site.volumes) == RULES.price.of(notice(N9, hours=6.0).volumes)
    desk, _ = screen(DESK, site, RULES, T0)
    assert screen(desk, notice(N9, name="convoy"), RULES, T0)[1].answer.answer == "none raised"


def test_what_is_too_small_to_be_screened_spends_nothing():
    """A thousand small sites are not screened, and the convoy told after them is: only what is screened, or over budget, is charged."""
    desk = DESK
    for k in range(1000):
        desk, _ = screen(desk, notice(N9, radius_mm=100_000, hours=365 * 24.0, name=f"s{k}"), RULES, T0)
    assert desk.spending.of("cjtf", T0) == 0
    assert screen(desk, notice(N9, name="convoy"), RULES, T0)[1].answer.answer == "none raised"


def test_an_answer_taken_back_leaves_the_desk_as_it_was():
    """Worked out and not given: neither the memory of the ground nor the spending remembers it."""
    for asked in (notice(N9), notice(N9, radius_mm=100_000)):
        after, _ = screen(DESK, asked, RULES, T0)
        assert unasked(after, asked, RULES).spending.of("cjtf", T0) == 0
        assert unasked(after, asked, RULES).asked == ()


def test_people_who_move_in_after_an_answer_are_found_against_every_notice_answered_in_this_epoch():
    """Passed over: which notice, which cells. What was there before, what is over, and another epoch's answers are not."""
    desk, _ = screen(msgspec.structs.replace(DESK, presence=()), notice(P1, name="near"), RULES, T0)
    desk, _ = screen(desk, notice(N9, name="far"), RULES, T0)
    later = T0 + HOUR_US // 2
    moved = msgspec.structs.replace(desk, presence=people(P1, held_from_us=later, start_us=T0))
    found = passed_over(moved, RULES, later)
    assert found["near"]
    assert found["far"] == ()
    assert passed_over(desk, RULES, later) == {}
    assert passed_over(msgspec.structs.replace(desk, presence=people(P1)), RULES, later) == {}
    assert "near" not in passed_over(moved, RULES, T0 + 3 * HOUR_US)
    assert passed_over(moved, RULES, T0 + 6 * HOUR_US) == {}
