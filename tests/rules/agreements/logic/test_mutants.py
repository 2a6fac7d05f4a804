"""Seeded faults: each small change of the monitor or the batch engine is caught by comparing it with the definition.

A mutant is a module compiled from its own source with one piece of text changed. The comparison is the property test's, on a fixed set
of random formulas and logs, late events and all; for each mutant it must fail (or crash).
"""

from __future__ import annotations

import importlib
import random
import sys
import types
from pathlib import Path

import pytest
from tests.rules.agreements import reference

from detente.rules.agreements.logic import formula as fm
from detente.rules.agreements.logic import parser
from detente.rules.agreements.logic.happening import Happening

PACKAGE = "detente.rules.agreements.logic"
EVENTS = "EVENT p(x, y)\nEVENT q(x)\nEVENT r()\n"
RULES = (
    "p(a, b) AND NOT q(a)",
    "p(a, b) AND NOT EVENTUALLY[0.000001,0.000003] q(a)",
    "p(a, b) AND ONCE[0.000001,0.000004) q(a)",
    "p(a, b) AND NOT ONCE q(b)",
    "q(a) AND PREVIOUS[0,0.000002] q(a)",
    "q(a) AND NEXT[0,0.000002] EXISTS b. p(a, b)",
    "(NOT r()) SINCE[0.000001,0.000006] q(a)",
    "(EXISTS b. p(a, b)) SINCE[0,0.000006] q(a)",
    "(NOT p(a, a)) UNTIL[0.000001,0.000005] q(a)",
    "(EXISTS b. p(a, b)) UNTIL[0,0.000005] q(a)",
    "c <- CNT a; b (ONCE[0,0.000004] p(a, b)) AND c > 1",
    "c <- SUM a; b (ONCE[0,0.000004] p(a, b)) AND c >= 1",
    "r() AND c <- MIN a (ONCE[0,0.000004] p(a, b))",
    "r() AND c <- MAX a; b (ONCE[0,0.000004] p(a, b)) AND b < c + 1",
    "c <- CNT a (ONCE[0,0.000003] q(a)) AND c = 0",
    "q(a) AND HISTORICALLY[0,0.000004] ((EXISTS b. p(a, b)) OR q(a))",
    "ONCE[0,0.000003] (ONCE[0.000002,0.000003] q(a))",
    "p(a, a) OR (q(a) AND EVENTUALLY[0.000002,0.000004] r())",
    "q(a) AND (b = a + 1) AND NOT ONCE[0,0.000003] q(b)",
    "p(a, b) AND a != b AND NOT (EVENTUALLY[0,0.000002] r())",
    "q(a) AND NOT EVENTUALLY[0.000001,0.000003] (r() OR NOT q(a))",
    "q(a) AND NOT ONCE[0,0.000005] p(x=0, y=a)",
    "q(a) AND ONCE[0,0.000004] (q(a) AND (r() IMPLIES p(a, a)))",
    "q(a) AND NOT EVENTUALLY[0,0.000002] p(x=a, y=1)",
)

MUTANTS = [
    # module, what stands there, what the mutant has
    ("index", "if not times or times[-1] <= at_us:", "if True:"),
    ("index", "position = bisect_right(times, at_us)", "position = 0"),
    ("index", "self.moments.append(at_us)", "pass"),
    ("compiled", "if moment > highest:", "if moment >= highest:"),
    ("compiled", "bisect_left(times, lowest), len(times)", "bisect_left(times, lowest) + 1, len(times)"),
    ("compiled", "all(row[one] == row[other] for one, other in same)", "True"),
    ("compiled", "(moment - far, moment - near) if past", "(moment - far, moment) if past"),
    ("compiled", "else (moment + near, moment + far)", "else (moment, moment + far)"),
    ("compiled", "near <= abs(moment - moments[position]) <= far", "True"),
    ("compiled", "bisect_left(moments, moment) + (-1 if past else 1)", "bisect_left(moments, moment) + 1"),
    ("compiled", "unbroken(witness + 1, moment, slots)", "unbroken(witness, moment, slots)"),
    ("compiled", "unbroken(moment, witness - 1, slots)", "unbroken(moment + 1, witness - 1, slots)"),
    (
        "compiled",
        "return all(any(True for _ in holds(m, m, slots))",
        "return any(any(True for _ in holds(m, m, slots))",
    ),
    ("compiled", "{} if picks else {(): []}", "{}"),
    (
        "compiled",
        '">=": lambda left, right: _ordered(left, right) and left >= right',
        '">=": lambda left, right: left > right',
    ),
    ("compiled", "slots[result] = found", "slots[result] = len(values)"),
    ("values", "return min(numbers) if", "return max(numbers) if"),
    ("values", "made = left + right", "made = left - right"),
    ("touches", "else at[1] + far)", "else at[1] + near)"),
    ("touches", "None if at[0] is None or far is None else at[0] - far", "None if at[0] is None else at[0] - near"),
    ("touches", "return anchored(left) and anchored(right)", "return True"),
    ("touches", "yield TouchPoint(None, near[0], near[1], 0)", "pass"),
    ("touches", "    if not anchored(f):\n        found.append", "    if False:\n        found.append"),
    ("touches", "yield TouchPoint(None, between[0], between[1], -sign)", "pass"),
    ("touches", "yield from _touches(left, between, sign)", "pass"),
    ("monitor", "found.remove(binding, moment)", "pass"),
    ("monitor", "all(row[column] == value for column, value in self.required)", "not self.required"),
    ("monitor", "for number, place in self._by_moment:", "for number, place in ():"),
    ("monitor", "if gone:", "if False:"),
    ("monitor", "self._evaluate(number, place, at_us, tuple([row[column]", "(number, place, at_us, tuple([row[column]"),
    ("index", "            index.by_key[key].remove(at_us, row)", "            pass"),
    ("index", "                del times[position], self.rows[position]", "                pass"),
    ("guarded", "return fm.Or(self.negated(self.core(left, names), f)", "return fm.Or(self.core(left, names)"),
    (
        "guarded",
        "opposite = self.negated(self.core(body, names), f)\n                return self.negated(self.at(f, fm.Once",
        "opposite = self.core(body, names)\n                return self.negated(self.at(f, fm.Once",
    ),
    ("batch", "low = np.maximum(low, limit)", "pass"),
    ("batch", "high = np.minimum(high, limit)", "pass"),
    ("batch", "keep = count > 0", "keep = count > 1"),
    ("batch", "sign = 1 if op ==", "sign = -1 if op =="),
    ("batch", 'self.moments + min(far, SAFE), "right") - 1', 'self.moments + min(far, SAFE), "left") - 1'),
    (
        "relation",
        'end = np.searchsorted(numbers, w.numbers(key, high), "right")',
        'end = np.searchsorted(numbers, w.numbers(key, high), "left")',
    ),
    ("relation", "starts[1:] = low[1:] > reached[:-1] + 1", "starts[1:] = True"),
    ("relation", "return a.pick(~member(a, b, w))", "return a"),
    ("relation", "(high[np.maximum(place, 0)] >= asked)", "True"),
]
ORDER = ("values", "happening", "guarded", "index", "compiled", "touches", "monitor", "relation", "columns", "batch")
"""Modules in the order in which they import one another; those from the mutant on are made anew."""


def logs():
    """Logs of a few events, close together, from a fixed seed."""
    chance = random.Random(20160912)
    for _ in range(40):
        log = []
        for _ in range(chance.randrange(3, 9)):
            at = chance.randrange(10)
            kind = chance.randrange(5)
            if kind < 2:
                log.append(Happening(at, "p", {"x": chance.randrange(2), "y": chance.randrange(2)}))
            elif kind < 4:
                log.append(Happening(at, "q", {"x": chance.randrange(2)}))
            else:
                log.append(Happening(at, "r", {}))
        yield log


def cases():
    """Each rule with a few logs and what the definition finds there."""
    terms, _ = parser.parse_terms(EVENTS + "".join(f"FIND r{n}: {rule}\n" for n, rule in enumerate(RULES)))
    made = []
    for number, log in enumerate(logs()):
        for rule in terms.rules[number % 2 :: 2]:
            events = [(h.at_us, h.name, dict(h.fields)) for h in log]
            extra = range(6) if "+" in fm.text(rule.formula) or "<-" in fm.text(rule.formula) else (2,)
            one = fm.Terms(terms.events, (rule,))
            made.append((one, log, reference.found(rule.formula, events, extra)))
    return made


CASES = cases()
TAKEN_BACK = (Happening(4, "q", {"x": 0}), Happening(6, "p", {"x": 1, "y": 0}), Happening(7, "r", {}))
"""Events that are told first and taken back last: what stands must be as if they had never come."""


def agrees(modules) -> bool:
    """Tell whether both engines give what the definition gives, in every case."""
    for terms, log, defined in CASES:
        monitor = modules["monitor"].Monitor(terms)
        brief = [extra for extra in TAKEN_BACK if extra not in log]
        for happening in (*brief, *log):
            monitor.add(happening)
        for happening in brief:
            monitor.remove(happening)
        stands = {(v.at_us, tuple(v.bindings[n] for n in sorted(v.bindings))) for v in monitor.verdicts()}
        if stands != defined:
            return False
        core = modules["guarded"].check_terms(terms)[0][1]
        columns = modules["columns"].columns_of(log, terms.events)
        if set(modules["batch"].evaluate(core, columns).rows()) != defined:
            return False
    return True


def mutated(name, old, new):
    """Return the modules of the engines, one of them with a fault."""
    made = {}
    kept = {module: sys.modules.get(f"{PACKAGE}.{module}") for module in ORDER}
    package = importlib.import_module(PACKAGE)
    try:
        for module in ORDER:
            real = importlib.import_module(f"{PACKAGE}.{module}")
            source = Path(real.__file__).read_text()
            if module == name:
                assert old in source, f"{name} no longer has {old!r}"
                source = source.replace(old, new, 1)
            fresh = types.ModuleType(f"{PACKAGE}.{module}")
            fresh.__file__ = real.__file__
            kept[module] = real
            sys.modules[fresh.__name__] = fresh
            setattr(package, module, fresh)
            exec(compile(source, str(real.__file__), "exec"), fresh.__dict__)
            made[module] = fresh
    finally:
        for module, real in kept.items():
            if real is not None:
                sys.modules[f"{PACKAGE}.{module}"] = real
                setattr(package, module, real)
    return made


def test_the_engines_agree_with_the_definition_on_these_cases():
    """Without a fault nothing is caught."""
    assert agrees(mutated("none", "", ""))


@pytest.mark.parametrize(("name", "old", "new"), MUTANTS, ids=[f"{m}-{n}" for n, (m, _, _) in enumerate(MUTANTS)])
def test_a_fault_is_caught(name, old, new):
    """At least twenty faults, none survives."""
    modules = mutated(name, old, new)
    try:
        survived = agrees(modules)
    except Exception:
        survived = False
    assert not survived
