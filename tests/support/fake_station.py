"""A station's local API in memory, for tests of the command line: canned answers, and what was sent is kept.

    station = FakeStation(tmp_path)
    monkeypatch.setattr("detente.cli.session.find_station", lambda folder: station)

Keys and genesis are those of `tests.support.world`; the party is `cjtf`, its officer `watch-1`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from tests.support import world

from detente.api.question import Question
from detente.errors import Refused, not_among, problem
from detente.geometry.zones import zone
from detente.ledger import canonical
from detente.ledger.identity import Identity
from detente.network.local import A, answer_in, written
from detente.rules.agreements.readings.report_day import period_of
from detente.rules.evidence.conclusions import beside, conclude
from detente.rules.evidence.grades import source_records
from detente.rules.evidence.on_record import OnRecord
from detente.rules.evidence.report.daily import daily
from detente.rules.evidence.report.daily_words import daily_text

NOTICE, RESPONSE, STRANGE = "ab" * 32, "cd" * 32, "abab" + "00" * 30
AT = world.CREATED_US + 3_600_000_000
TOOK = {"began": {"at_us": AT, "by": None}, "ended": {"at_us": AT + 60_000_000, "by": None}, "us": 60_000_000}
VOLUME = {
    "altitude_lower": None,
    "altitude_upper": {"datum": "flight_level", "uncertainty_mm": 0, "value_mm": 3_048_000},
    "end_us": AT + 3_600_000_000,
    "error_mm": 7_211,
    "outline": {"centre": [35_285_400_000, 40_176_000_000], "radius_mm": 2_000_000, "shape": "circle"},
    "start_us": AT,
}
BODY = {
    "activity": "air",
    "emergency": False,
    "lead_time_us": 600_000_000,
    "needs_readback": False,
    "place": None,
    "rests_on": [],
    "shorter_lead_accepted_by": None,
    "state": "accepted",
    "stated_time": None,
    "units": [],
    "users": [],
    "volumes": [VOLUME],
    "words": "Transit of two aircraft [not markup], Южнее аэродрома, going a long way round to stay out of everybody's way",
}


def entry(index: int, entry_id: str, author: str, kind: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an entry as the local API shows it."""
    audience = sorted({"cjtf", "rus"} - {author})
    part = {"facet": {"audience": audience, "body": body, "form": "full"}, "salt": "11" * 32}
    return {
        "erased": False,
        "facets": [part, None, None, None],
        "header": {
            "audience": audience,
            "author": author,
            "commitments": ["00" * 32] * 4,
            "key": "22" * 32,
            "kind": kind,
            "ledger": world.LEDGER.hex(),
            "refers_to": [],
            "signed_at_us": AT - 1_000_000,
            "supersedes": None,
        },
        "header_salt": "33" * 32,
        "id": entry_id,
        "index": index,
        "received_at_us": AT,
        "signature": "44" * 64,
        "slots": [],
        **more,
    }


ANSWERED = {
    "about": NOTICE,
    "answer": "acknowledge",
    "by_role": "watch",
    "readback": None,
    "unit": None,
    "version": NOTICE,
    "words": "",
}
ENTRIES = [
    entry(1, NOTICE, "cjtf", "notice/1", BODY),
    entry(2, STRANGE, "rus", "notice/1", {**BODY, "words": "convoy"}),
    entry(3, RESPONSE, "rus", "response/1", ANSWERED),
]
LIVE = {
    "activity": "air",
    "author": "cjtf",
    "delivery": {"rus": ["recorded at index 1, addressed to rus", "told: the station of rus says it holds it"]},
    "end_us": VOLUME["end_us"],
    "first": NOTICE,
    "form": "full",
    "index": 1,
    "lapsed": False,
    "notice": BODY,
    "received_at_us": AT,
    "screenings": [{"answer": "none raised", "party": "rus", "words": "rus: none raised"}],
    "start_us": VOLUME["start_us"],
    "state": "accepted",
    "version": NOTICE,
}
OTHER = {**LIVE, "author": "rus", "first": STRANGE, "index": 2, "version": STRANGE}
MEETING = {
    "allowed_mm": 5_014_422,
    "boundary": False,
    "first_us": AT,
    "horizontal_mm": 0,
    "last_us": AT + 3_600_000_000,
    "near_a": [35_285_400_000, 40_176_000_000],
    "near_b": [35_285_400_000, 40_176_000_000],
    "ruleset": "test",
    "time_us": 0,
    "vertical_mm": 0,
}
CONFLICT = {
    "at_us": AT,
    "conflict": {
        "first": NOTICE,
        "first_volume_index": 0,
        "meeting": MEETING,
        "second": STRANGE,
        "second_volume_index": 0,
        "separation": {"horizontal_mm": 5_000_000, "time_us": 300_000_000, "vertical_mm": 600_000},
        "worry": "two activities too close",
    },
    "entry": STRANGE,
    "index": 2,
}


class FakeStation:
    """Answers as a station would. `sent` keeps what was posted, by path."""

    def __init__(self, folder: Path, *, virtual: bool = True, host: bool = True) -> None:
        self.folder = folder
        self.sent: list[tuple[str, Any]] = []
        self.queued = not host
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "genesis.json").write_bytes(canonical.encode(world.signed_genesis()))
        self.basis = {
            "age_us": 2_400_000,
            "entries_size": 4,
            "fresh": host,
            "host_reachable": host,
            "now_us": AT + 60_000_000,
            "queued": int(not host),
            "size": 4,
            "virtual": virtual,
        }

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> FakeStation:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def post(self, path: str, body: Any, **query: Any) -> Any:
        """Keep what was sent; answer as to anything that is handed in to be sent."""
        self.sent.append((path, msgspec.json.decode(msgspec.json.encode(body))))
        state = "queued" if self.queued else "included"
        index = None if self.queued else 4
        return {"basis": self.basis, "id": "ef" * 32, "index": index, "over": {}, "problems": [], "state": state}

    def ask(self, question: Question[A]) -> A:
        """Answer a typed question: the canned answer must be one that a station could give."""
        asked = written(question)
        if question.answer_type() is bytes:
            return answer_in(question, b"{}")
        if question.method == "POST":
            found = self.post(asked.path, msgspec.Raw(asked.body or b"{}"), **asked.query)
            found = {"held": 0, "speaks_for": []} if asked.path == "presence" else found
        else:
            found = self.get(asked.path, **asked.query)
        return answer_in(question, msgspec.json.encode(found))

    def get(self, path: str, **query: Any) -> Any:
        """Answer a question."""
        name, _, rest = path.partition("/")
        found = getattr(self, f"_{name.replace('-', '_')}")(rest, query)
        return {"basis": self.basis, **found}

    def _status(self, rest: str, query: Any) -> Any:
        return {
            **self.basis,
            "alarms": 1,
            "cosigning": True,
            "direct_held": [],
            "distrusted": False,
            "busy": 0,
            "checkpoint": None,
            "failed": "",
            "host_since_us": AT,
            "ledger": world.LEDGER.hex(),
            "lodged_here": 0,
            "missing": {},
            "officers": ["watch-1"],
            "origin": "detente.example/levant/replay",
            "outbox": [],
            "party": "cjtf",
            "peers": {"rus": {"answered_at_us": AT, "reachable": True, "size": 4}},
            "told": {"count": 2, "size": 4},
            "unacknowledged": [],
            "wake_us": AT,
        }

    def _ids(self, rest: str, query: Any) -> Any:
        found = [e["id"] for e in ENTRIES if e["id"].startswith(rest)]
        if len(found) == 1:
            return {"id": found[0]}
        rule = "is the start of no entry here" if not found else f"is the start of {len(found)} entries"
        step = "Copy it from `detente log`." if not found else "Give more digits: " + ", ".join(sorted(found)[:3])
        raise Refused([problem("id", "prefix", rest, rule, step)])

    def _alarms(self, rest: str, query: Any) -> Any:
        alarm = {"about": NOTICE, "at_us": AT, "evidence": ["evidence/x"], "kind": "withheld", "words": "kept from us"}
        return {"alarms": [alarm]}

    def _waiting(self, rest: str, query: Any) -> Any:
        row = {"asked": "rus", "asker": "cjtf", "due_us": AT, "for": "officer", "overdue": True, "since_us": AT}
        return {"read_backs": [], "waiting": [{**row, "version": NOTICE, "words": ""}]}

    def _notices(self, rest: str, query: Any) -> Any:
        return {"notices": [LIVE, OTHER]}

    def _conflicts(self, rest: str, query: Any) -> Any:
        return {"conflicts": [CONFLICT]}

    def _presence(self, rest: str, query: Any) -> Any:
        row = {"held_from_us": AT, "held_until_us": None, "party": "cjtf", "volume": VOLUME}
        return {"presence": [row], "speaks_for": ["cjtf"]}

    def _channels(self, rest: str, query: Any) -> Any:
        measured = {
            "attempts": 0,
            "last_carried_us": None,
            "last_us": None,
            "latency_median_us": None,
            "latency_worst_us": None,
            "taken_permille": None,
            "uptime_permille": None,
            "words": "not tried: nothing is known of it",
        }
        line = {
            "alternates": [],
            "author": "rus",
            "carries": [],
            "channel": "hotline",
            "languages": [],
            "means": "voice",
            "measured": measured,
            "name": "Hotline",
            "never": ["notice"],
            "parties": ["cjtf", "rus"],
            "roles": ["watch"],
            "state": "open",
            "tested_at_us": None,
            "words": "",
        }
        return {"channels": [line], "days": 30}

    def _handovers(self, rest: str, query: Any) -> Any:
        return {"handovers": []}

    def _taking(self, rest: str, query: Any) -> Any:
        return {"standing": "not on watch"}

    def _questions(self, rest: str, query: Any) -> Any:
        over = "OWN PEOPLE PASSED OVER: 1 own cell(s)"
        one = {
            "answer": "none raised",
            "asked_at_us": AT,
            "asker": "rus",
            "budget_m2_s": 10**15,
            "notice": NOTICE,
            "passed_over": over,
            "raised_by": [],
            "reason": "",
            "spent_m2_s": 10**13,
            "until_us": AT + 3_600_000_000,
            "withheld": [[1763, 11007]],
            "words": "none raised; PASSED OVER: 1 own cell(s)",
        }
        spent = {"budget_m2_s": 10**15, "not_screened": 0, "questions": 1, "same_ground": 1, "spent_m2_s": 10**13}
        pattern = {**spent, "asker": "rus", "since_us": AT, "spent_percent": 1, "words": "rus has asked 1 time(s)"}
        ours = [{"party": "rus", "percent": 41, "spent_m2_s": 41 * 10**13}]
        return {"asked": [one], "ours": ours, "passed_over": [over], "patterns": [pattern]}

    def _keys(self, rest: str, query: Any) -> Any:
        identity = Identity(world.signed_genesis().genesis)
        found = {"host": identity.host_at(1), "keys": identity.uses(), "ledger": identity.ledger}
        return msgspec.to_builtins({**found, "parties": identity.parties()})

    def _seen(self) -> Any:
        return {"at_us": self.basis["now_us"], "by": "cjtf", "lacking": {}}

    def _sources(self, rest: str, query: Any) -> Any:
        return {"seen": self._seen(), "sources": msgspec.to_builtins(source_records(OnRecord(), AT))}

    def _conclusions(self, rest: str, query: Any) -> Any:
        parties = query["party"].split(",")
        if unknown := set(parties) - set(world.PARTIES):
            raise Refused(not_among("party", party, world.PARTIES, "party of this ledger") for party in unknown)
        concluded = {party: conclude(OnRecord(), AT) for party in parties}
        entries = {party: one.entries for party, one in concluded.items()}
        return {"entries": entries, "matters": msgspec.to_builtins(beside(concluded)), "seen": self._seen()}

    def _daily_report(self, rest: str, query: Any) -> Any:
        period = period_of(query["date"], query["zone"], query.get("as_of", "24:00"))
        found = daily(OnRecord(), period, self.basis["now_us"])
        text = daily_text(found, OnRecord(), zone(query["zone"]), "cjtf", self.basis["virtual"])
        return msgspec.to_builtins({"daily": found, "seen": self._seen(), "text": text})

    def _known(self, rest: str, query: Any) -> Any:
        party = rest or query["party"]
        if party not in world.PARTIES:
            raise Refused([not_among("party", party, world.PARTIES, "party of this ledger")])
        told = {"current": [NOTICE, STRANGE], "live": [NOTICE], "no_evidence": [], "own": [STRANGE], "told": [NOTICE]}
        found = {"party": party, "size": 4, "told_size": 2, "watermark": RESPONSE, **told}
        shown = {"at_us": AT, "entries": ENTRIES, "shown": [NOTICE, STRANGE]}
        return found | shown if rest else found

    def _entries(self, rest: str, query: Any) -> Any:
        if rest:
            found = next((e for e in ENTRIES if e["id"] == rest), ENTRIES[0])
            return {"entry": found, "erased_parts": [], "index": found["index"], "over": None, "stands": "proven"}
        return {"entries": [e for e in ENTRIES if e["index"] >= query.get("from", 0)], "next": 4, "over": {}}

    def _delivery(self, rest: str, query: Any) -> Any:
        fact = {"at_us": AT, "by_role": None, "entry": NOTICE, "index": 1, "officer": None, "party": "rus"}
        row = {**fact, "step": "recorded", "unit": None, "version": NOTICE}
        return {"delivery": {"rus": [{**row, "words": "recorded at index 1, addressed to rus"}]}, "over": None}

    def _courses(self, rest: str, query: Any) -> Any:
        fact = {
            "at_us": AT,
            "by_role": None,
            "entry": NOTICE,
            "index": 1,
            "officer": None,
            "party": "rus",
            "step": "recorded",
            "unit": None,
            "version": NOTICE,
        }
        passed = {
            **fact,
            "at_us": AT + 60_000_000,
            "entry": RESPONSE,
            "index": 3,
            "step": "passed to unit",
            "unit": "Flight 1",
        }
        unit = {
            "missing": ["confirmed by unit"],
            "standing": "passed on; not confirmed by it",
            "steps": [
                {
                    "fact": passed,
                    "moved": True,
                    "since_before_us": 60_000_000,
                    "since_recorded_us": 60_000_000,
                    "took": TOOK,
                }
            ],
            "unit": "Flight 1",
        }
        leads = {
            "accepted": None,
            "at": [{"at_us": AT, "lead_us": 0, "short": True, "step": "recorded", "unit": None}],
            "least_us": 600_000_000,
            "party": "rus",
        }
        course = {
            "acknowledged_us": None,
            "alarm": None,
            "leads": leads,
            "missing": ["told", "read"],
            "open_queries": 0,
            "party": "rus",
            "standing": "recorded",
            "steps": [{"fact": fact, "moved": True, "since_before_us": 0, "since_recorded_us": 0, "took": TOOK}],
            "unit_reached_us": None,
            "units": [unit],
            "version": NOTICE,
            "words": "rus: recorded; Flight 1: passed on; not confirmed by it",
        }
        about = {"author": "cjtf", "kind": "notice", "recorded_us": AT}
        return {"about": about, "courses": [course], "over": None, "superseded_by": None}

    def _parties(self, rest: str, query: Any) -> Any:
        return {"parties": [{"answers": f"{p} answers for itself", "name": p, "party": p} for p in world.PARTIES]}

    def _calls(self, rest: str, query: Any) -> Any:
        end = {"officer": None, "party": "rus", "role": "watch"}
        call = {
            "about": [],
            "at_us": AT,
            "caller": end,
            "countersigns": None,
            "ended_us": None,
            "interpreter": None,
            "language": "",
            "line": "hotline",
            "outcome": "on-hold",
            "readback": None,
            "said_by": "rus",
            "stated_time": None,
            "taker": {**end, "party": "cjtf"},
            "words": "",
        }
        account = {"author": "cjtf", "call": call, "entry": NOTICE, "index": 1, "received_at_us": AT}
        row = {"account": account, "compared": "none", "countersigned": [], "delivered": False, "differences": []}
        return {"calls": [{**row, "disagree": [], "words": "said by rus, entered by cjtf, not countersigned"}]}

    def _meetings(self, rest: str, query: Any) -> Any:
        said = {"at_us": AT, "author": "cjtf"}
        meeting = {
            "agenda": [],
            "agreement": None,
            "at_us": AT,
            "every_us": 86_400_000_000,
            "means": "video",
            "parties": ["cjtf", "rus"],
            "series": "flight-safety",
            "since_us": 0,
            "title": "Review",
            "words": "",
        }
        action = {"action": "roster", "due_us": AT, "owner": "rus", "role": "watch", "words": "names deputies"}
        point = {"agreement": None, "point": "p1", "words": "said"}
        minutes = {"about": RESPONSE, "actions": [action], "points": [point], "present": [], "words": "Ninety minutes."}
        standing = {"point": point, "refused": [], "signed": [], "silent": ["cjtf", "rus"], "stands": False}
        minuted = {
            **said,
            "actions": [{"action": action, "done_us": None, "standing": "late", "words": "roster: late; rus (watch)"}],
            "entry": NOTICE,
            "minutes": minutes,
            "points": [{**standing, "words": "p1: NOT AGREED; not signed by cjtf, rus"}],
        }
        row = {"entry": RESPONSE, "meeting": meeting, "minutes": [minuted], "next_due_us": AT, "reminder": "LATE: due"}
        return {"meetings": [{**said, **row}]}

    def _agenda(self, rest: str, query: Any) -> Any:
        items = [{"about": [NOTICE], "words": "open: cjtf has waited 300 s for rus: officer, overdue"}]
        return {"agenda": {"items": items, "last": None, "parties": ["cjtf", "rus"], "series": "x", "since_us": AT}}

    def _permissions(self, rest: str, query: Any) -> Any:
        terms = {
            "act": "offer",
            "activities": ["guest-activity"],
            "conditions": ["Daylight only."],
            "from_us": AT,
            "guest": "un",
            "host": "cjtf",
            "in_answer_to": None,
            "lapses_us": AT,
            "permission": "monitors",
            "supervision": "",
            "until_us": AT,
            "volumes": [],
            "words": "",
        }
        said = {"answer": "accept", "at_us": AT, "party": "un", "words": ""}
        row = {
            "at_us": AT,
            "author": "cjtf",
            "ended_for_us": False,
            "entry": NOTICE,
            "replies": [said],
            "standing": "in force",
            "terms": terms,
        }
        return {"flagged": [], "permissions": [row]}

    def _lifelines(self, rest: str, query: Any) -> Any:
        held = {
            "channel": "hotline",
            "from_us": AT,
            "guarantor": "un",
            "lifeline": "airport",
            "name": "Airport",
            "outline": VOLUME["outline"],
            "rules": ["Come by day."],
            "state": "open",
            "tasks": [{"party": "rus", "role": "watch", "words": "Keeps the gate."}],
            "until_us": None,
            "words": "",
        }
        return {"lifelines": [{"at_us": AT, "author": "un", "ended_for_us": False, "entry": NOTICE, "lifeline": held}]}

    def _matrix(self, rest: str, query: Any) -> Any:
        words = "un: NOT ADDRESSED; should have it: protected places and movements concern every party"
        cells = [
            {"form": "full", "gap": False, "holds": "has it", "party": "rus", "words": "rus: has it"},
            {"form": "", "gap": True, "holds": "NOT ADDRESSED", "party": "un", "words": words},
        ]
        cells = [{**cell, "should": True, "since_us": None, "through": None, "why": []} for cell in cells]
        row = {
            "activity": "protected-site",
            "author": "cjtf",
            "behind": {},
            "cells": cells,
            "first": NOTICE,
            "start_us": AT,
            "version": NOTICE,
        }
        return {"matrix": [row]}

    def _screenings(self, rest: str, query: Any) -> Any:
        row = {"answer": "none raised", "at_us": AT, "buffer_mm": 5_000_000, "data_age_us": 120_000_000, "due_us": AT}
        words = "rus: none raised (buffer 5 km, data 2 min old, for rus) - no assurance"
        return {"screenings": [{**row, "entry": RESPONSE, "party": "rus", "speaks_for": ["rus"], "words": words}]}

    def _receipts(self, rest: str, query: Any) -> Any:
        raise Refused([problem("not-found", "", rest, "is not held", "Check the id.")])

    def _acknowledged(self, rest: str, query: Any) -> Any:
        return {"acknowledged": {"rus": AT}}
