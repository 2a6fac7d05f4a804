"""No text of a rule, a term or a proof takes more depth, length or work than is allowed: it is read, or refused by a sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from tests.rules.agreements.castello import K12
from tests.rules.agreements.say import truce

from detente.errors import EvidenceError, Refused
from detente.ledger import canonical
from detente.records.agreements import agreement as records
from detente.rules.agreements.logic import guarded
from detente.rules.agreements.logic.checker import Log, check
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.writing.terms import read_agreement

E = "EVENT e(x: int, y: int)\n"


def nested(times: int, around: Callable[[str], str]) -> str:
    text = "e(x=x)"
    for _ in range(times):
        text = around(text)
    return text


RULES = {
    "minus signs": ("x = " + "-" * 20_000 + "1", "depth"),
    "a chain of AND": (" AND ".join(["e(x=x)"] * 2_000), "depth"),
    "a chain of +": ("e(x=x) AND x = " + "+".join(["1"] * 9_000), "depth"),
    "brackets": ("(" * 9_000, "depth"),
    "EQUIV in EQUIV": ("e(x=x) AND " + nested(30, lambda s: f"({s} EQUIV e(x=x))"), "size"),
    "a chain of EQUIV": (" EQUIV ".join(["e(x=x)"] * 400), "depth"),
    "a number of 44 000 digits": ("e(x=x) AND x = " + "9" * 44_000, "number"),
    "a window of endless length": ("ONCE[0,1e999999999s] e(x=x)", "window"),
    "a window of no length": ("ONCE[0,1e-999999999s] e(x=x)", "window"),
    "half a surrogate pair": ('e(x="\\ud800")', "string"),
    "the half itself": ('e(x="\ud800")', "string"),
    "a long text": ("e(x=x) AND " + " " * 200_000, "size"),
}


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_that_asks_too_much_is_refused_by_a_sentence(name: str):
    """One ended in a RecursionError, one in a ValueError, one of 3 kB did not come back."""
    text, code = RULES[name]
    start = time.process_time()
    with pytest.raises(Refused) as refused:
        check_terms(*parse_terms(f"{E}FIND r: {text}"))
    (found,) = refused.value.problems
    assert found.code == code
    assert found.sentence().encode()
    assert time.process_time() - start < 10  # the former build was stopped after 20 s


def test_definitions_that_double_are_refused():
    """Sixty lines, each using the one before twice, are more parts than there are atoms."""
    lines = [f"DEFINE d{n}(x) = d{n - 1}(x) AND d{n - 1}(x)" for n in range(1, 60)]
    with pytest.raises(Refused, match="more than 20000 parts"):
        parse_terms("\n".join([E, "DEFINE d0(x) = e(x=x)", *lines, "FIND r: d59(x)"]))


def test_what_binds_what_is_worked_out_once_for_each_part(monkeypatch: pytest.MonkeyPatch):
    """A rule of 3 kB did not come back: each conjunction asked again what all inside it had told. Beyond the steps it is refused."""
    text = nested(
        7, lambda s: f"(e(y=y) AND e(x=x, y=y) AND NOT (NOT ({s}) AND e(x=x) AND e(y=y) AND e(x=x)) AND e(x=x))"
    )
    text = f"EXISTS y. {text}"
    terms, places = parse_terms(f"{E}FIND r: {text}")
    start = time.process_time()
    check_terms(terms, places)
    assert time.process_time() - start < 10  # the former build was stopped after 20 s
    monkeypatch.setattr(guarded, "MOST_STEPS", 5)
    with pytest.raises(Refused, match="cannot be told in a bounded number of steps"):
        check_terms(terms, places)


def test_a_proof_that_no_json_can_say_is_not_whole():
    """The checker answers for any value: half a surrogate pair in it was a UnicodeEncodeError."""
    terms, _ = parse_terms(f"{E}FIND r: e(x=x)")
    rules = {rule.name: rule.formula for rule in terms.rules}
    proof = {
        "at_us": 1,
        "bindings": {"x": "\ud800"},
        "digest": "",
        "evidence": [],
        "holds": True,
        "rule": "r",
        "tree": None,
    }
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    for value in (proof, {**proof, "tree": deep, "bindings": {}}):
        with pytest.raises(EvidenceError):
            check(value, rules, Log([(1, "e", {"x": 1, "y": 2})]))


WHOLE = json.loads(canonical.encode(truce(K12)))


def test_an_agreement_that_nests_too_deeply_is_refused():
    """It was a RecursionError in the command line."""
    for deep in (b"[" * 5_000, b'{"terms":[{"pattern":' + b'{"by":' * 400 + b"1" + b"}" * 400 + b"}]}"):
        with pytest.raises(Refused, match="nests deeper than 32"):
            read_agreement(deep)
    with pytest.raises(Refused, match="must not exceed"):
        read_agreement(b" " * (2 << 20))


def test_a_misspelt_slot_of_a_term_is_refused_with_the_nearest():
    """The agreement's own words for what it does not know."""
    wrong = json.loads(json.dumps(WHOLE))
    wrong["terms"][0]["reckoning"]["zoen"] = "UTC"
    with pytest.raises(Refused) as refused:
        read_agreement(json.dumps(wrong).encode())
    assert refused.value.problems[0].next_step == "Did you mean `zone`?"


@pytest.mark.parametrize("name", ["A" * 5_000, "Asia/" + "B" * 5_000])
def test_a_zone_of_thousands_of_letters_is_no_record_either(name: str):
    """Terms reach other stations as entries: what their fold relies on is the record's own rule."""
    wrong = json.loads(json.dumps(WHOLE))
    wrong["terms"][0]["reckoning"]["zone"] = name
    found = records.check(canonical.decode(canonical.encode(wrong), records.Agreement))
    assert [p.code for p in found] == ["zone"]


@pytest.mark.parametrize("formula", ["(" * 500 + "TRUE" + ")" * 500, "x = " + "9" * 4_400])
def test_a_written_formula_that_no_station_can_read_is_no_record(formula: str):
    """The record's own rule names term and slot; the small logic above it need not be asked."""
    written = {
        "pattern": "written",
        "breach": formula,
        "events": [{"name": "e", "what": {"by": [], "classes": ["attack"]}}],
    }
    wrong = json.loads(json.dumps(WHOLE))
    wrong["terms"][0]["pattern"] = written
    found = records.check(canonical.decode(canonical.encode(wrong), records.Agreement))
    assert [(p.code, p.field) for p in found] == [("formula", "terms[0](k12).pattern.breach")]
