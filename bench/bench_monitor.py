"""The monitor: five rules over a million events, JSON decoding included; late events; one event at a time; proofs; open obligations.

Events are a synthetic log of notices, answers, breaches and openings in 200 zones over about a year. Baselines: for the batch rows the
same rule through the online monitor, one event after the other, on the first 20 000 lines; for the online row the batch engine run anew
for every event (a monitor that cannot revise), on 300 events; for proofs, evaluating the whole log again.
Every figure is wall time, garbage collection on, single thread; the note gives the rate per second of processor time as well, because
other work may share the machine. Alone: `python bench/bench_monitor.py`; `EVENTS=200000` for a smaller log.
"""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc
from collections.abc import Callable

from detente.rules.agreements.logic.batch import Answers, evaluate
from detente.rules.agreements.logic.checker import check
from detente.rules.agreements.logic.columns import columns_of
from detente.rules.agreements.logic.guarded import check_terms
from detente.rules.agreements.logic.happening import Happening
from detente.rules.agreements.logic.log import Reader
from detente.rules.agreements.logic.monitor import Monitor
from detente.rules.agreements.logic.parser import parse_terms
from detente.rules.agreements.logic.proof import Prover, log_of
from table import Row, render

EVENTS = int(os.environ.get("EVENTS", "1000000"))
SMALL = 20_000
DAY_US = 86_400_000_000
SIGNATURES = """
EVENT notice(id: string, zone: string)
EVENT answer(about: string)
EVENT breach(id: string, zone: string, party: string)
EVENT opening(zone: string)
"""
RULES = {
    "notice not answered in 30 min": "notice(id=n) AND NOT EVENTUALLY[0,30m] answer(about=n)",
    "answer without notice": "answer(about=n) AND NOT ONCE notice(id=n)",
    "opening although breach within 7 d": "opening(zone=z) AND ONCE[0,7d] breach(zone=z)",
    "more than 12 breaches in a zone in 7 d": "breach(zone=z) AND (c <- CNT i; z (ONCE[0,7d] breach(zone=z, id=i))) AND c > 12",
    "first breaker in a zone within a day": "breach(zone=z, party=p) AND NOT ONCE(0,1d] breach(zone=z)",
}


def log(count: int, late: float) -> list[bytes]:
    """Return lines in order of arrival; `late` is the part that comes late, by 4 hours on average."""
    chance = random.Random(7)
    at, number, asked = 1_473_638_400_000_000, 0, ["none"]
    arrivals = []
    for i in range(count):
        at += chance.randrange(1, 60_000_000)
        kind = chance.random()
        zone = f"z{chance.randrange(200)}"
        if kind < 0.35:
            number += 1
            event = {"t": at, "event": "notice", "id": f"n{number}", "zone": zone}
            asked = [*asked[-40:], f"n{number}"]
        elif kind < 0.7:
            about = chance.choice(asked) if chance.random() < 0.99 else f"x{i}"
            event = {"t": at, "event": "answer", "about": about}
        elif kind < 0.8:
            event = {"t": at, "event": "breach", "id": f"b{i}", "zone": zone, "party": chance.choice("abcdef")}
        else:
            event = {"t": at, "event": "opening", "zone": zone}
        delay = chance.expovariate(1 / (4 * 3600e6)) if chance.random() < late else 0
        arrivals.append((at + delay, json.dumps(event, separators=(",", ":")).encode()))
    arrivals.sort(key=lambda pair: pair[0])
    return [line for _, line in arrivals]


def rows() -> list[Row]:
    """Return the rows; about two minutes on a quiet machine."""
    in_order, late = log(EVENTS, 0), log(EVENTS, 0.1)
    return [*_batch_rows(in_order, late), *_online_rows(in_order, late), _proof_row(in_order), *_open_rows()]


def _batch_rows(in_order: list[bytes], late: list[bytes]) -> list[Row]:
    result = []
    data, late_data = b"\n".join(in_order), b"\n".join(late)
    sorted_data = b"\n".join(sorted(late, key=lambda line: json.loads(line)["t"]))
    for name, rule in RULES.items():
        base, _ = _rate(SMALL, lambda rule=rule: _one_by_one(rule, in_order[:SMALL]))
        found: list[Answers] = []
        rate = _rate(EVENTS, lambda rule=rule, found=found: found.append(_batch(rule, data)))
        result.append(_row(f"{name}: batch, in order", rate, base, f"asked 400 000/s; {len(found[0])} verdicts"))
        rate = _rate(EVENTS, lambda rule=rule, found=found: found.append(_batch(rule, late_data)))
        same = set(found[1].rows()) == set(_batch(rule, sorted_data).rows())
        result.append(_row(f"{name}: batch, 10 % late", rate, base, f"asked 300 000/s; equal to sorted: {same}"))
    return result


def _batch(rule: str, data: bytes) -> Answers:
    terms, places = parse_terms(SIGNATURES + rule)
    ((_, core),) = check_terms(terms, places)
    return evaluate(core, Reader(terms.events).columns(data))


def _one_by_one(rule: str, lines: list[bytes]) -> None:
    terms, places = parse_terms(SIGNATURES + rule)
    monitor = Monitor(terms, places)
    for happening in Reader(terms.events).happenings(b"\n".join(lines)):
        monitor.add(happening)


def _all_rules() -> str:
    return SIGNATURES + "".join(f"FIND r{n}: {rule}\n" for n, rule in enumerate(RULES.values()))


def _online_rows(in_order: list[bytes], late: list[bytes]) -> list[Row]:
    """All five rules at once, decoding each line by itself."""
    terms, places = parse_terms(_all_rules())
    reader = Reader(terms.events)
    few = 300
    happenings = reader.happenings(b"\n".join(in_order[:few]))
    cores = [core for _, core in check_terms(terms, places)]

    def anew() -> None:
        for count in range(1, few):
            for core in cores:
                evaluate(core, columns_of(happenings[:count], terms.events))

    base, _ = _rate(few, anew)
    result = []
    for name, lines in (("in order", in_order), ("10 % late by 4 h", late)):
        lines = lines[: min(EVENTS, 100_000)]
        monitor = Monitor(terms, places)
        taken = []
        start, cpu = time.perf_counter(), time.process_time()
        for line in lines:
            began = time.perf_counter()
            monitor.add(reader.one(line))
            taken.append(time.perf_counter() - began)
        rate = (len(lines) / (time.perf_counter() - start), len(lines) / (time.process_time() - cpu))
        taken.sort()
        note = f"asked 10 000/s, p99 < 5 ms; p50 {taken[len(taken) // 2] * 1e3:.3f} ms, p99 {taken[len(taken) * 99 // 100] * 1e3:.3f} ms"
        result.append(_row(f"five rules online, one event at a time, {name}", rate, base, note))
    return result


def _proof_row(in_order: list[bytes]) -> Row:
    terms, places = parse_terms(_all_rules())
    happenings = Reader(terms.events).happenings(b"\n".join(in_order[:100_000]))
    monitor = Monitor(terms, places)
    for happening in happenings:
        monitor.add(happening)
    verdicts = [v for name in range(len(RULES)) for v in random.Random(1).sample(monitor.verdicts(f"r{name}"), 40)]
    prover, kept = Prover(terms, monitor.held), log_of(happenings)
    rules = {rule.name: rule.formula for rule in terms.rules}

    def prove() -> None:
        for v in verdicts:
            check(prover.prove(v.rule, v.at_us, v.bindings), rules, kept)

    core = check_terms(terms, places)[0][1]
    base, _ = _rate(1, lambda: evaluate(core, columns_of(happenings, terms.events)))
    return _row(
        "verdict proofs made and checked, five rules alike",
        _rate(len(verdicts), prove),
        base,
        "asked 200/s; 100 000 events",
    )


def _open_rows() -> list[Row]:
    """Notices that nobody answers, each with its own key, the window so long that none is ever closed."""
    rule = "EVENT notice(id)\nEVENT answer(about)\nnotice(id=n) AND NOT EVENTUALLY[0,400d] answer(about=n)"
    terms, places = parse_terms(rule)
    monitor = Monitor(terms, places)
    times: dict[int, float] = {}
    tracemalloc.start()
    sizes: dict[int, int] = {}
    for number in range(100_000):
        if number in (5_000, 95_000):
            began = time.process_time()
        monitor.add(Happening(number * 1_000_000, "notice", {"id": f"n{number}"}))
        if number in (9_999, 99_999):
            times[number + 1] = (time.process_time() - began) / 5_000 * 1e6
            sizes[number + 1] = tracemalloc.get_traced_memory()[0] // (number + 1)
    tracemalloc.stop()
    few, many = sorted(times)
    return [
        Row(
            "open obligations: time per event at 100 000",
            f"{times[many]:.0f} us",
            f"{times[few]:.0f} us at 10 000",
            f"{times[many] / times[few]:.2f}",
            "flat is 1; while memory is being traced",
        ),
        Row(
            "open obligations: memory per open one at 100 000",
            f"{sizes[many]} B",
            f"{sizes[few]} B at 10 000",
            f"{sizes[many] / sizes[few]:.2f}",
            "flat is 1; history in memory included",
        ),
    ]


def _rate(count: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return how many a second by the clock, and by processor time."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return count / (time.perf_counter() - start), count / max(time.process_time() - cpu, 1e-9)


def _row(work: str, rate: tuple[float, float], base: float, note: str) -> Row:
    return Row(
        work,
        f"{rate[0]:,.0f}/s",
        f"{base:,.0f}/s",
        f"{rate[0] / base:.1f}",
        f"{note}; {rate[1]:,.0f}/s of processor time",
    )


if __name__ == "__main__":
    print(render("Monitor", rows()))
