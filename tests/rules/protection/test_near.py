"""Kunduz, 3 October 2015: "is this point inside or near a protected place?" answered without any line, from a signed, dated register."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings
from tests.support import world
from tests.support.stations import World

from detente.errors import EvidenceError, Refused
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.position import StatedPosition, travel
from detente.geometry.volume import Circle
from detente.rules.protection.ground import Ground, ground_of
from detente.rules.protection.near import NearAnswer, Nearness, NearQuestion, answer
from detente.rules.protection.register import FORMAT, Protected, Register, read_register, sorted_places, write_register
from detente.station.registering import register_bytes

HOUR = 3_600_000_000
AS_OF = 1_443_821_880_000_000
"""2015-10-02T21:38:00Z: 3 October 02:08 in Kunduz (UTC+4:30), when firing began (M+)."""

MAIN = "36°43′4.91″N 68°51′43.96″E"
OFFICE = "36°43′4.29″N 68°51′42.62″E"
"""Main building and office, as e-mailed on 29 September [S60]."""


def place(text: str, words: str, radius_mm: int = 60_000, **changes: object) -> Protected:
    """Return a protected site around a stated point; the radius of the compound is illustrative."""
    position = read_position(text, datum="WGS84")
    given: dict[str, object] = {
        "activity": "protected-site",
        "author": "msf",
        "buffer_mm": 500_000,
        "end_us": AS_OF + 90 * 24 * HOUR,
        "error_mm": position.error_mm,
        "form": "full",
        "id": f"{len(words):064x}",
        "outline": Circle(centre=position.point, radius_mm=radius_mm),
        "recorded_us": AS_OF - 90 * HOUR,
        "start_us": AS_OF - 90 * HOUR,
        "stated": ("WGS84", text),
        "words": words,
    }
    return Protected(**(given | changes))  # type: ignore[arg-type]


def register(*places: Protected, **changes: object) -> Register:
    given: dict[str, object] = {
        "as_of_us": AS_OF - HOUR,
        "format": FORMAT,
        "ledger": world.LEDGER.hex(),
        "made_us": AS_OF - HOUR,
        "origin": "detente.example/kunduz/replay",
        "party": "un",
        "places": sorted_places(places),
        "size": 40,
        "stale_after_us": 24 * HOUR,
        "unreadable": 0,
        "virtual": True,
    }
    return Register(**(given | changes))  # type: ignore[arg-type]


HOSPITAL = register(
    place(MAIN, "Trauma centre, main hospital building"), place(OFFICE, "Trauma centre, office", 20_000)
)


def ask(text: str | StatedPosition | None, held: Register = HOSPITAL, **changes: object) -> NearAnswer:
    position = read_position(text, datum="WGS84") if isinstance(text, str) else text
    return answer(held, NearQuestion(**({"at_us": AS_OF, "position": position} | changes)))  # type: ignore[arg-type]


def beside(metres: int, bearing: float = 70.0, error_mm: int = 5_000) -> StatedPosition:
    """Return a point that far from the main building; where the open field of Kunduz lay was never published: illustrative."""
    at = travel(read_position(MAIN, datum="WGS84").point, bearing, metres * 1000)
    return StatedPosition(datum="WGS84", error_mm=error_mm, form="decimal", point=at, stated=f"{metres} m off")


@pytest.mark.parametrize("text", [MAIN, OFFICE, "36.71803, 68.86221"])
def test_the_hospitals_own_coordinates_are_inside(text):
    found = ask(text)
    assert found.verdict is Nearness.INSIDE
    assert "INSIDE protected-site of msf" in found.hits[0].sentence()


def test_the_open_field_three_hundred_and_fifty_metres_off_is_within_the_buffer():
    """Beyond the compound's edge, within half a kilometre of it: the answer names the hospital and the distance."""
    found = ask(beside(350))
    assert found.verdict is Nearness.WITHIN_BUFFER
    assert 285_000 <= found.hits[0].gap_mm <= 295_000


def test_something_described_that_is_not_what_is_there_is_an_alarm():
    """A building was described, the coordinates point at an open field, and the building that fits is the hospital."""
    found = ask(beside(350), described="a prison, large building", found="an open field")
    codes = [alarm.code for alarm in found.alarms]
    assert codes[0] == "does-not-match"
    assert "fits-a-protected-place" in codes
    assert any("290 m" in alarm.words and "hospital" in alarm.words for alarm in found.alarms)


def test_the_description_found_elsewhere_is_an_alarm_and_is_answered_too():
    """The crew sees the building it was told of 350 m from the coordinates: that place is the hospital, and it leads the answer."""
    found = ask(beside(350), described="building", described_at=read_position(MAIN, datum="WGS84"))
    assert "described-elsewhere" in [alarm.code for alarm in found.alarms]
    assert any("350 m" in alarm.words for alarm in found.alarms)
    assert found.verdict is Nearness.INSIDE
    assert found.hits[0].of_described
    assert found.hits[0].sentence().startswith("the DESCRIBED place is INSIDE")


def test_a_description_instead_of_coordinates_is_an_alarm_and_no_answer():
    found = ask(None, described="T-shaped building")
    assert [alarm.code for alarm in found.alarms] == ["description-alone"]
    assert found.verdict is Nearness.NO_ANSWER


def test_words_that_cannot_be_compared_are_said_to_be_so():
    found = ask(beside(5_000), described="the usual place", found="smoke")
    assert [alarm.code for alarm in found.alarms] == ["not-compared"]


def test_what_matches_is_no_alarm():
    assert ask(MAIN, described="hospital", found="a large building").alarms == ()


def test_five_kilometres_away_it_is_not_near_and_nothing_more():
    found = ask(beside(5_000))
    assert found.verdict is Nearness.NOT_NEAR
    assert found.nearest_mm is not None
    assert 4_930_000 < found.nearest_mm < 4_945_000


def test_coarse_coordinates_reach_as_far_as_their_digits():
    """Two decimals of a degree leave some 700 m open: within those errors the point may be inside, and that is the answer."""
    coarse = ask("36.72, 68.86")
    assert coarse.verdict is Nearness.INSIDE
    assert "within the errors" in coarse.hits[0].sentence()


def test_a_stale_register_never_says_not_near():
    """What it holds it still says, marked; what it does not hold it says nothing about."""
    old = msgspec.structs.replace(HOSPITAL, as_of_us=AS_OF - 25 * HOUR)
    inside, away = ask(MAIN, old), ask(beside(5_000), old)
    assert (inside.verdict, away.verdict) == (Nearness.INSIDE, Nearness.NO_ANSWER)
    assert inside.stale == away.stale == "the register is 25 h 00 min old; it is good for 24 h 00 min"
    assert (
        ask(beside(5_000), msgspec.structs.replace(HOSPITAL, as_of_us=AS_OF - 24 * HOUR)).verdict is Nearness.NOT_NEAR
    )


def test_a_register_from_the_future_has_no_age():
    ahead = msgspec.structs.replace(HOSPITAL, as_of_us=AS_OF + HOUR)
    assert ask(beside(5_000), ahead).verdict is Nearness.NO_ANSWER
    assert "a clock is wrong" in ask(MAIN, ahead).stale


def test_a_place_is_told_whatever_its_time():
    """A convoy may be early; a site that is over may still be full of people."""
    later = register(place(MAIN, "convoy", start_us=AS_OF + 2 * HOUR))
    over = register(place(MAIN, "clinic", end_us=AS_OF - 2 * HOUR))
    assert ask(MAIN, later).hits[0].when == "begins in 2 h 00 min"
    assert ask(MAIN, over).hits[0].when == "its time was over 2 h 00 min ago and nobody has ended it"


def test_no_answer_says_clear():
    for found in (ask(MAIN), ask(beside(350)), ask(beside(5_000)), ask(None, described="field")):
        text = msgspec.json.encode(found).decode().lower() + " ".join(h.sentence() for h in found.hits).lower()
        assert "clear" not in text
        assert "safe" not in text


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 359), st.integers(0, 900), st.integers(0, 100_000))
def test_inside_buffer_and_not_near_follow_the_distance_and_the_errors(bearing, metres, error_mm):
    """Geodesic distance to the edge against the buffer, widened by both errors and by nothing else."""
    held = register(place(MAIN, "hospital", 60_000, error_mm=1_000))
    found = ask(beside(metres, bearing, error_mm), held)
    gap, slack = max(0, metres * 1000 - 60_000), error_mm + 1_000
    if (
        abs(gap - slack) > 10 and abs(gap - slack - 500_000) > 10
    ):  # the millimetres of the bound itself are the geometry's tests'
        expected = (
            Nearness.INSIDE if gap <= slack else Nearness.WITHIN_BUFFER if gap <= 500_000 + slack else Nearness.NOT_NEAR
        )
        assert found.verdict is expected


def test_the_file_reads_back_and_names_its_key():
    key = world.signing("un", "station")
    signed = read_register(write_register(HOSPITAL, key), key.public.hex())
    assert signed.register == HOSPITAL


def test_a_changed_register_is_refused():
    """A place moved, one left out, the date made newer, another's key put in: nothing is answered from any of them."""
    key = world.signing("un", "station")
    data = write_register(HOSPITAL, key)
    signed = msgspec.json.decode(data)
    moved, fewer, newer, rekeyed = (msgspec.json.decode(data) for _ in range(4))
    moved["register"]["places"][0]["outline"]["centre"][0] += 1_000_000
    del fewer["register"]["places"][0]
    newer["register"]["as_of_us"] += HOUR
    rekeyed["key"] = world.signing("rus", "station").public.hex()
    for forged in (moved, fewer, newer, rekeyed):
        assert forged != signed
        with pytest.raises(EvidenceError):
            read_register(msgspec.json.encode(forged, order="sorted"))


def test_a_register_signed_by_somebody_else_is_refused_where_the_key_is_known():
    forged = write_register(register(), world.signing("rus", "station"))
    with pytest.raises(EvidenceError, match="not by the station key you were given"):
        read_register(forged, world.signing("un", "station").public.hex())
    assert (
        read_register(forged).register.places == ()
    )  # without a key it holds by itself; the command says KEY NOT CHECKED


def test_what_is_no_register_is_refused():
    with pytest.raises(Refused):
        read_register(b'{"format":"detente/bundle/1"}')


@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("the MSF hospital", Ground.BUILT),
        ("open field", Ground.OPEN),
        ("больница", Ground.BUILT),
        ("чистое поле", Ground.OPEN),
        ("المستشفى", Ground.BUILT),
        ("حقل", Ground.OPEN),
        ("an empty building", Ground.UNKNOWN),
        ("smoke", Ground.UNKNOWN),
        ("", Ground.UNKNOWN),
    ],
)
def test_words_about_the_ground(words, ground):
    assert ground_of(words) is ground


def test_two_points_on_one_building_are_thirty_eight_metres_apart():
    """Main building and office: 38 m apart [C]; both circles are in the register."""
    office = StatedPosition(
        datum="WGS84", error_mm=0, form="decimal", point=read_position(OFFICE, datum="WGS84").point, stated=""
    )
    (hit,) = ask(office, register(place(MAIN, "main building", 1))).hits
    assert 37_000 < hit.gap_mm < 39_000


def test_a_register_is_dated_by_what_was_proven_and_not_by_when_it_was_written():
    """The line has been down for an hour: the file that is written now says what its station knew then."""
    w = World(pictures=True)
    w.run(2)
    station = w.stations["un"]
    proven_us = station.following.verified_at_us
    later_us = proven_us + HOUR
    engine: Any = SimpleNamespace(now_us=later_us, parts=SimpleNamespace(picture=w.pictures["un"]), state=station)
    found = read_register(register_bytes(engine), station.me.station_key.public.hex()).register
    assert (found.as_of_us, found.made_us) == (proven_us, later_us)
