"""The library of measures: kinds of incident and near miss, what to note of each, the phrase to use, and where each comes from.

A vague norm ("professional airmanship") needs incident records, not thresholds: the memorandum of 20 October 2015 set no number for safe
distance [S14]. So these are kinds to record under, each with a real case; none says what distance is too near.
Tags and sources are those of the case files; M+ and M~ are recalled and need a primary source before they are quoted.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Where = Literal["air", "ground", "line", "notice", "protected", "sea"]


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of incident or near miss.

    `near_miss`: nobody was hurt and nothing broken. `note` is what to record of it. `then` is what has worked, or was agreed, before;
    `phrases` are standard phrases that fit. `case` is one real occasion, with its tag and source.
    """

    case: str
    name: str
    near_miss: bool
    note: tuple[str, ...]
    phrases: tuple[str, ...]
    says: str
    source: tuple[str, ...]
    tag: Literal["DOC", "M+", "M~"]
    then: str
    where: Where


def _one(
    name: str,
    where: Where,
    near_miss: bool,
    says: str,
    note: str,
    then: str,
    phrases: str,
    case: str,
    source: str,
    tag: Literal["DOC", "M+", "M~"] = "DOC",
) -> Measure:
    return Measure(
        case=case,
        name=name,
        near_miss=near_miss,
        note=tuple(note.split("; ")),
        phrases=tuple(phrases.split()),
        says=says,
        source=tuple(source.split()),
        tag=tag,
        then=then,
        where=where,
    )


MEASURES: Final = (
    _one(
        "close-approach", "air", True,
        "Two aircraft came nearer to each other than either side finds professional.",
        "both sides' times; least distance as each side has it; heights with datum; who called on which line",
        "call on the line at once, and review it at the next video conference",
        "urgent-any-officer read-back", "13 Dec 2017, Su-25 and F-22: minutes in one account, 40 minutes in another", "S28 S29 S33b",
    ),
    _one(
        "line-crossing", "air", True,
        "Somebody crossed an agreed line without the call that the understanding asks for.",
        "where and when it crossed, and back; whether it was asked and answered; what each side says it was doing",
        "ask for the exception before crossing; answer the asking on the same line",
        "question acknowledge", "late Nov 2017: six to eight crossings of the Euphrates a day, per US officials", "S28",
    ),
    _one(
        "block-left-empty", "air", True,
        "A block of air or ground was left empty for a time at the other side's request.",
        "volume and times asked, and kept; who asked; when it was over",
        "a temporary clearance, notified with its volume: the successful case",
        "confirm comply", "8 Sep 2017, 07:00 GMT: coalition aircraft left a block at Russian request", "S149",
    ),
    _one(
        "aircraft-in-distress", "air", False,
        "An aircraft is in emergency, or lost.",
        "last position and time; who was told; help asked and given",
        "mutual help is agreed by the memorandum",
        "aircraft-in-emergency acknowledge", "17 Sep 2018, Il-20", "S15 S89",
    ),
    _one(
        "own-position-hit", "ground", False,
        "Somebody's people were hurt at a place that the other side had, or says it had not.",
        "which fields of the place were told, to whom, when; which list it stood on; who in that party read it",
        "typed lists (own troops are not requested areas) and a countersigned receipt",
        "stop-activity protected-people", "9 Feb 2017, al-Bab", "S97 S98",
    ),
    _one(
        "near-a-post", "ground", True,
        "Shells or activity fell within the buffer of a known post.",
        "distance; both sides of the post or one; minutes until the call back",
        "a buffer breach with distance and time of the call, even if nobody was hurt",
        "stop-activity question", "11 Oct 2019, post near Kobani: a few hundred metres", "S94 S95 S96",
    ),
    _one(
        "force-nobody-owns", "ground", False,
        "A force moves that nobody on the line answers for.",
        "who was asked; the words of the answer; what was seen of the force, as seen",
        "no owner is a state and no assurance: stop, and take it to the next level",
        "nobody-answers-for stop-activity", "7 to 8 Feb 2018, Khasham", "S88",
    ),
    _one(
        "threat-on-the-line", "line", True,
        "A demand or an ultimatum came over the line, outside its agreed purpose.",
        "exact words and language; who interpreted; rank of each end; the time it sets",
        "take it, repeat it back, pass it up at once; a junior officer answers nothing",
        "say-again urgent-any-officer", "2017: a 48 h ultimatum by telephone at night, interpreted by one junior airman", "S22",
    ),
    _one(
        "contact-absent", "line", False,
        "The person usually asked for was away, and the message waited.",
        "when it was first rung; what was said; when the message was taken",
        "any officer on watch takes it and passes it on; the ladder climbs by the clock",
        "contact-absent urgent-any-officer", "17 Sep 2016, Deir ez-Zor: 27 minutes", "S1",
    ),
    _one(
        "line-suspended", "line", True,
        "A side says that the line is suspended, and it still answers, or does not.",
        "the statement with speaker and date; each call since, and its outcome",
        "test it, and record words and fact side by side",
        "line-test line-test-received", "7 Apr 2017: suspended in words; 26 Apr: working non-stop", "S17 S27",
    ),
    _one(
        "place-told-wrong", "notice", False,
        "A place was told in words that mean another place.",
        "the words as spoken; the shape meant; how far apart; who read back",
        "shape first; words made from it; read back digit by digit",
        "place-differs read-back", "17 Sep 2016, Deir ez-Zor: kilometres off", "S1 S2",
    ),
    _one(
        "lead-too-short", "notice", False,
        "A notice came too late for anybody to act on it.",
        "when it was said; when the activity began; what each side says of both; who accepted less",
        "a least lead for each class, measured down to the acting unit",
        "unit-not-reached question", "17 Sep 2018, Il-20: under a minute, per Russia; about 12 min, per Israel (M~)", "S89 S90",
    ),
    _one(
        "plan-not-with-the-unit", "notice", False,
        "The liaison office had the plan and the acting unit had not.",
        "each step of delivery with its time; the first that is missing",
        "delivery counts when the acting unit has confirmed it",
        "passed-to-unit unit-confirms unit-not-reached", "1 Apr 2024, convoy in Gaza", "S80 S81",
    ),
    _one(
        "wrong-list", "notice", False,
        "Coordinates given for one purpose were read as given for another.",
        "the message with its class; which list the reader put it on",
        "each place is sent under its class, and countersigned as that",
        "confirm question", "9 Feb 2017, al-Bab: per the Kremlin, coordinates that Turkey supplied", "S97 S98",
    ),
    _one(
        "description-for-coordinates", "protected", False,
        "A description was followed where coordinates did not fit.",
        "coordinates as passed; what is there; what was described; how far apart",
        "ask the register for both places before anything else; a mismatch stops",
        "description-does-not-match stop-activity", "3 Oct 2015, Kunduz", "S62 S63",
    ),
    _one(
        "protected-place-hit", "protected", False,
        "A notified site or movement is reported hit.",
        "which notice; who had it, and since when; first call; when it stopped",
        "stop first; then one central list of such hits",
        "protected-place-hit stop-activity protected-people", "3 Oct 2015, Kunduz: 42 dead, 17 min from first call to stop (M+)",
        "S60 S64 S87",
    ),
    _one(
        "truce-over-movement-out", "protected", False,
        "A truce or permission ended while a movement that rested on it was under way.",
        "the end as each side states it; where the movement was; who was told again",
        "every open movement is found and acknowledged again",
        "movement-still-on-the-road", "19 Sep 2016, Urum al-Kubra", "S65 S68",
    ),
    _one(
        "hazard-at-sea", "sea", True,
        "An exercise or a launch endangers ships or aircraft.",
        "area and times; when it was notified",
        "three to five days' notice; incidents go through attaches; a yearly review",
        "acknowledge question", "agreement on incidents at sea, 1972", "S122",
    ),
)  # fmt: skip
"""Every kind, by where it belongs."""
