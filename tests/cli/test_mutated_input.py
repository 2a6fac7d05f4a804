"""What people type and hand over, mutated: each decoder reads it or refuses it by a sentence, in bounded time and memory.

Seeded: a case that fails is named by decoder and number, and is the same on every machine. Long in `make soak`.
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.rules.agreements.castello import K12
from tests.rules.agreements.say import truce
from tests.rules.protection.test_import_rows import MOVEMENT, NOW, SITE

from detente.cli.agreements.check_verdict import _proofs
from detente.cli.agreements.simulate import read_subject
from detente.cli.evidence.evidence import _claims
from detente.cli.places.options import circle, length_mm
from detente.cli.protection.import_ import _read
from detente.cli.times import time_us, zone_named
from detente.errors import DetenteError, Refused
from detente.geometry import f3548
from detente.geometry.stated.coordinates import read_position
from detente.geometry.stated.heights import read_height
from detente.geometry.stated.phrase import read_phrase
from detente.geometry.stated.spoken import parse_spoken
from detente.geometry.zones import zone
from detente.ledger import canonical
from detente.rules.agreements.logic.checker import Log, check
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.log import Reader
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.readings.events import read_events
from detente.rules.agreements.writing.terms import read_agreement
from detente.rules.protection.import_rows import read_rows
from detente.rules.protection.register import read_register
from detente.scenario.case import read
from detente.wiring.host import read_config

MOST_S = 2.0
MOST_BYTES = 1 << 30
CASES = 20
"""For each decoder, in `make test`; a hundred times as many in `make soak`."""

VOLUME = """{"volume": {"outline_polygon": {"edge": "lonlat", "vertices": [{"lat": 34.01, "lng": 36}, {"lat": 34, "lng": 36.1},
 {"lat": 34.1, "lng": 3.61e1}]}, "altitude_lower": {"value": 100.5, "reference": "W84", "units": "M"}},
 "time_start": {"value": "2016-09-17T18:27:00+03:00", "format": "RFC3339"},
 "time_end": {"value": "2016-09-17T18:54:00Z", "format": "RFC3339"}}"""
RULES = """EVENT e(x: int, y: string)
DEFINE d(x) = e(x=x) OR ONCE[0,2h] e(x=x, y="a")
FIND r: e(x=x) AND NOT (PREVIOUS d(x)) AND c <- CNT x (ONCE[0,7d] e(x=x)) AND c > 2
REQUIRE s: ALWAYS FORALL x. (e(x=x) IMPLIES EVENTUALLY[0,1d) (e(x=x) EQUIV x * 2 < 3 + x))"""
EVENTS = """{"t": "2016-09-12T16:00:00Z", "event": "e", "x": 1, "y": "a", "until": "2016-09-13T16:00:00Z"}
{"t": 7, "event": "e", "x": 2, "y": "b"}"""
PROOF = """{"at_us": 1, "bindings": {"x": 1}, "digest": "00", "evidence": [{"t": 1, "event": "e", "x": 1}],
 "holds": true, "rule": "r", "tree": [0, [1, null]]}"""
CLAIM = '{"claim": {"about": "", "actor": null, "said_by": "un", "subject": "attack"}, "at_us": 1, "id": "c1"}'
TRUCE = Path(__file__).parent / "truce.json"
COUNTING = TRUCE.read_text("utf-8")
ROWS = json.dumps([SITE, MOVEMENT])


def _rows(text: str) -> None:
    value = json.loads(text)
    for kind in ("sites", "movements"):
        read_rows(kind, value, NOW, {})


def _rules(text: str) -> None:
    check_terms(*parse_terms(text))


def _proof(text: str) -> None:
    terms, _ = parse_terms("EVENT e(x: int)\nFIND r: e(x=x) AND NOT ONCE[1s,2h] e(x=x)")
    rules = {rule.name: rule.formula for rule in terms.rules}
    for proof in _proofs(text.replace("\n", " ").encode("utf-8", "surrogatepass")):
        check(proof, rules, Log([(1, "e", {"x": 1})]))


def _log(text: str) -> None:
    Reader(parse_terms(RULES)[0].events).columns(text.encode("utf-8", "surrogatepass"))


def _counting(text: str) -> None:
    file = Path(_counting.folder) / "count.yaml"  # type: ignore[attr-defined]
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_subject(str(file), None)


def _bytes(reader: Callable[[bytes], object]) -> Callable[[str], object]:
    return lambda text: reader(text.encode("utf-8", "surrogatepass"))


DECODERS: dict[str, tuple[tuple[str, ...], Callable[[str], object]]] = {
    "agreement": ((canonical.encode(truce(K12)).decode(),), _bytes(read_agreement)),
    "case": (
        (
            (Path(__file__).parents[2] / "src/detente/scenario/cases/illustrative-suspended-memorandum.yaml").read_text(
                "utf-8"
            ),
        ),
        read,
    ),
    "circle": (("35.2854, 40.1760, 1000 m", "37SFV 06940 05327, 2 km"), lambda text: circle(text, "WGS84")),
    "claims": ((CLAIM,), _bytes(_claims)),
    "counting": ((COUNTING,), _counting),
    "events": ((EVENTS,), lambda text: read_events(text.encode("utf-8", "surrogatepass").splitlines())),
    "height": (("1500 m AMSL", "FL100", "3000 ft AGL"), read_height),
    "length": (("1000 m", "1.5 km"), lambda text: length_mm(text, "x")),
    "log": ((EVENTS,), _log),
    "phrase": (
        ("about 9 km south-west of the airfield", "9.0 km bearing 180.5 degrees true from Malakal"),
        read_phrase,
    ),
    "position": (
        (
            "35.2854, 40.1760",
            "35°16'58\"N 40°09'10\"E",
            "37SFV 06940 05327",
            "37N 506940 3905327",
            "N35 16.967 E040 09.167",
        ),
        lambda text: read_position(text, datum="WGS84"),
    ),
    "proof": ((PROOF,), _proof),
    "register": (('{"register":{"rows":[]},"signature":"00"}',), _bytes(read_register)),
    "rows": ((ROWS,), _rows),
    "rules": ((RULES,), _rules),
    "spoken": (("Datum Whiskey Golf Sierra eight four. North three five decimal two. End of place.",), parse_spoken),
    "time": (("2016-09-17T12:00:00+03:00", "now", "+90m"), lambda text: time_us(text, "--at", 0)),
    "volume": ((VOLUME,), f3548.read),
    "zone": (("Asia/Damascus", "+03:00", "UTC"), zone),
    "zone shown": (("Asia/Damascus", "+03:00", "UTC"), zone_named),
}

PIECES = (
    *("[", "{", "(", '"', "\\", ",", ":", "-", "- ", "NOT ", "EQUIV ", "AND ", "NaN", "null", "1e999999999", "-0", "٣", "\x00", "\ud800"),
    *("89.999999999", "-180", "180.0000000001", "9" * 5_000, "A" * 5_000, "\u202e", '"datum":"ED50",', "../", "&a [*a]", "\n"),
)  # fmt: skip


def mutated(rng: random.Random, text: str) -> str:
    """Return the text with a few things wrong: cut, doubled, repeated many times, moved, replaced by what nobody would type."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 2, 5, 20, 200)))
        piece = text[start:end]
        match rng.randrange(6):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + piece * rng.choice((2, 3, 50)) + text[end:]
            case 2:
                text = text[:start] + rng.choice(PIECES) * rng.choice((1, 1, 3, 2_000)) + text[end:]
            case 3:
                text = text[:start] + str(rng.choice((0, -1, 90, 91, 180, 2**53, 1e-9, 10**19, 1e300))) + text[end:]
            case 4:
                other = rng.randrange(len(text) + 1)
                text = text[:other] + piece + text[other:]
            case 5:
                text = text[:start] + "".join(rng.sample(piece, len(piece))) + text[end:]
        text = text[:200_000]
    return text


def tried(name: str, cases: range) -> None:
    """Try a decoder on mutations of what it reads; only a refusal may come out of it, soon."""
    valid, decode = DECODERS[name]
    for case in cases:
        text = mutated(random.Random(f"{name} {case}"), random.Random(case).choice(valid))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        try:
            decode(text)
        except DetenteError as error:
            str(error).encode()
        except json.JSONDecodeError:
            assert name == "rows"  # the test's own way of writing rows
        spent = time.process_time() - start
        assert spent < MOST_S, f"{name} {case}: {spent:.1f} s"
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown * 1024 < MOST_BYTES, f"{name} {case}: {grown >> 10} MiB"


@pytest.mark.parametrize("name", sorted(DECODERS))
def test_what_people_hand_over_is_read_or_refused_by_a_sentence(name: str, tmp_path: Path):
    """Never another exception, never more than two seconds or a gibibyte."""
    _counting.folder = tmp_path  # type: ignore[attr-defined]
    tried(name, range(CASES))


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(DECODERS))
def test_what_people_hand_over_in_many_more_mutations(name: str, tmp_path: Path):
    """The same, for the long night."""
    _counting.folder = tmp_path  # type: ignore[attr-defined]
    tried(name, range(CASES, 100 * CASES))


FOUND = {
    "circle": "9" * 5_000 + ", 40.1760, 1000 m",
    "height": "9" * 5_000 + " m AMSL",
    "length": "9" * 400 + " m",
    "phrase": "9" * 5_000 + " km south of the airfield",
    "position": "9" * 5_000 + ", 40.1",
    "rows": json.dumps([SITE | {"radius_m": "9" * 5_000}, MOVEMENT | {"staff": "²", "vehicles": "² truck"}]),
    "volume": VOLUME.replace("34.01", "1e99999999999999999999"),
    "zone shown": "../" * 9_000,
    "counting": "counting: " + "[" * 3_000,
    "case": "a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]",
}
"""What the mutations found first: each ended in an exception of Python's, or did not come back."""


@pytest.mark.parametrize("name", sorted(FOUND))
def test_what_the_mutations_found_is_refused_by_a_sentence(name: str, tmp_path: Path):
    """Kept, so that it is tried first."""
    _counting.folder = tmp_path  # type: ignore[attr-defined]
    if name == "rows":
        assert all(len(read_rows(kind, json.loads(FOUND[name]), NOW, {})[1]) == 2 for kind in ("sites", "movements"))
        return
    with pytest.raises(Refused) as refused:
        DECODERS[name][1](FOUND[name])
    assert all(p.rule and p.next_step for p in refused.value.problems)


def test_a_table_drops_no_cell(tmp_path: Path):
    """A cell beyond the heading, or under none, is no column of the table; of two columns with one heading one was passed over."""
    file = tmp_path / "sites.csv"
    file.write_text("name,,datun\nhospital,x,ED50,y\n", "utf-8")
    _, (bad,) = read_rows("sites", list(_read(file)), NOW, {})
    unknown = {p.field: p.next_step for p in bad.problems if p.code == "column"}
    assert set(unknown) == {"(column 2, without a heading)", "datun", "(column 4, without a heading)"}
    assert unknown["datun"] == "Did you mean `datum`?"
    file.write_text("name,Name\na,b\n", "utf-8")
    with pytest.raises(Refused, match="heading of one column"):
        list(_read(file))


def test_a_setting_that_is_not_known_is_refused_with_the_nearest(tmp_path: Path):
    """A misspelt line of host.toml or station.toml names the right one."""
    (tmp_path / "host.toml").write_text('listne = "127.0.0.1:0"\n')
    with pytest.raises(Refused) as refused:
        read_config(tmp_path)
    assert refused.value.problems[0].next_step == "Did you mean `listen`?"


def test_a_case_that_puts_something_somewhere_says_nothing_unknown_of_it():
    """A datum or an error that no row can hold is refused, not passed over."""
    text = (Path(__file__).parents[2] / "src/detente/scenario/cases/deir-ez-zor-2016.yaml").read_text("utf-8")
    with pytest.raises(Refused) as refused:
        read(text.replace("radius_m: 1500,", "radius_m: 1500, radus_m: 5,", 1))
    assert [p.next_step for p in refused.value.problems] == ["Did you mean `radius_m`?"]
