"""From `init` to `verify` through real processes, on a ledger with a real clock: two parties, every verb a person would use."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.support.ledgers import QUICK_SLOTS, running
from typer.testing import CliRunner

from detente.api.sending import FacetAsked, SendAsked, SendingAsked
from detente.cli.app import app
from detente.network.local import LocalStation

pytestmark = pytest.mark.process
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CIRCLE = ["--circle", "35.2854, 40.1760, 2000 m", "--datum", "WGS84", "--from", "+1h", "--until", "+2h"]


class Officer:
    """Somebody at the command line of one station."""

    def __init__(self, folder):
        self.env = {"DETENTE_STATION": str(folder), "COLUMNS": None}

    def __call__(self, *args, code=0):
        found = CliRunner().invoke(app, list(args), env=self.env)
        assert found.exit_code == code, found.output
        return found.stdout

    def refused(self, *args):
        found = CliRunner().invoke(app, list(args), env=self.env)
        assert found.exit_code == 2, found.output
        return found.stderr

    def json(self, *args):
        return json.loads(self(*args, "--json"))

    def wait(self, *args, until):
        end = time.monotonic() + 20
        while not until(found := self.json(*args)):
            assert time.monotonic() < end, found
            time.sleep(0.1)
        return found


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "ledger"
    with running(folder, ["cjtf", "rus"], *QUICK_SLOTS):
        yield folder


def test_a_notice_from_plan_to_proof(ledger, tmp_path):
    """Notice, screening, answer, what was known, the investigator's file, the separate verifier's yes."""
    cjtf, rus = Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")
    assert "listening" not in cjtf("status")
    assert (ledger / "stations" / "cjtf" / "listening.json").is_file()

    phrase = ["--phrase", "9 km south of the airfield", "--landmark", "the airfield=35.2854, 40.1760 ± 300 m"]
    cjtf("notice", "--activity", "air", "--to", "rus", "--words", "transit", *CIRCLE, *phrase, code=2)
    assert cjtf.json("notices")["notices"] == []

    rus("presence", "set", "--circle", "35.29, 40.18, 500 m", "--datum", "WGS84", "--until", "+8h")
    sent = cjtf.json("notice", "--activity", "air", "--to", "rus", "--words", "transit", *CIRCLE)
    entry = sent["id"]
    assert sent["index"] is not None

    seen = rus.wait("notices", until=lambda found: found["notices"])
    assert seen["notices"][0]["notice"]["words"] == "transit" and seen["basis"]["virtual"] is False
    rus("respond", entry[:12], "acknowledge", "--words", "seen")
    told = seen["notices"][0]["notice"]["volumes"][0]
    times = [f"{EPOCH + timedelta(microseconds=told[name]):%Y-%m-%dT%H:%M:%SZ}" for name in ("start_us", "end_us")]
    figures = ["--datum", "WGS84", "--size", "2000 m", "--from", times[0], "--until", times[1]]
    wrong = rus("respond", entry[:12], "read-back", "--point", "35.2954, 40.1760", *figures, code=6)
    assert (
        "THIS IS NOT WHAT WAS TOLD" in wrong and "latitude: said 35.2954, told 35.2854 (digit 4; 1.1 km off)" in wrong
    )
    alarms = cjtf.wait("alarms", until=lambda f: f["alarms"])["alarms"]
    assert [(a["kind"], "said 35.2954, told 35.2854" in a["words"]) for a in alarms] == [("read-back-differs", True)]
    assert cjtf.json("waiting")["read_backs"] and "OTHERWISE THAN TOLD" in cjtf("waiting")
    rus("respond", entry[:12], "read-back", "--point", "35.2854, 40.1760", *figures)
    shown = cjtf.wait(
        "show", entry[:8], until=lambda f: len(f["delivery"].get("rus", ())) >= 5 and f["screenings"][0]["answer"]
    )
    assert [fact["step"] for fact in shown["delivery"]["rus"]] == [
        "recorded", "told", "read", "read back otherwise than told", "read back",
    ]  # fmt: skip
    assert cjtf.json("waiting")["read_backs"] == []
    assert shown["screenings"][0]["answer"] == "concern"
    assert "35.29" not in json.dumps(shown) and "told: the station of rus says it holds it" in cjtf("show", entry[:8])

    known = cjtf.wait("known", "--party", "rus", until=lambda f: entry in f["told"])
    assert known["watermark"] and entry not in known["no_evidence"]
    assert entry not in cjtf.json("known", "--party", "rus", "--at", "-1h")["told"]
    assert entry[:12] in cjtf("log") and "Nothing waits" in rus("waiting", "--mine")

    path = tmp_path / "case.bundle.json"
    cjtf("bundle", str(path), "--words", "exercise")
    question = ["--party", "rus", "--entry", entry[:12], "--before"]
    said = cjtf("verify", str(path), *question, "2100-01-01T00:00:00Z")
    assert said.startswith("HOLDS") and "the ledger is the one you named" in said and "REPLAY" not in said
    cjtf("verify", str(path), *question, "2016-09-17T00:00:00Z", code=5)
    path.write_bytes(path.read_bytes().replace(b"acknowledge", b"acknowledgE", 1))
    cjtf("verify", str(path), code=3)


def test_asking_where_a_station_stands_loads_nothing_heavy(ledger):
    """`detente status` loads no geometry, no server, no keys, no TLS client and no schema library: it is asked all day."""
    heavy = ("cryptography", "httpx", "nacl", "numpy", "pydantic", "pyproj", "shapely", "structlog", "uvicorn")
    code = (
        "import atexit, sys; from detente.cli.app import main; "
        f"atexit.register(lambda: print([m for m in {heavy} if m in sys.modules], file=sys.stderr)); main()"
    )
    command = [sys.executable, "-c", code, "status", "--station", str(ledger / "stations" / "cjtf")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Station of cjtf") and done.stderr.strip() == "[]"


def test_urgent_words_keys_disclosure_and_erasure(ledger):
    """An officer is registered by the root, warns, is revoked; a part is opened; what was said is erased."""
    cjtf, rus = Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")
    root = ["--root", str(ledger / "offline" / "cjtf" / "root.key")]
    cjtf("keys", "make", "--officer", "duty-1")
    cjtf("keys", "register", "--officer", "duty-1", "--role", "director", *root)
    cjtf(
        "keys", "register", "--officer", "x", "--key", "11" * 32, "--root", str(ledger / "offline/rus/root.key"), code=2
    )
    cjtf.wait("keys", "show", until=lambda f: any(k["officer"] == "duty-1" for k in f["keys"]))

    stop = cjtf.json("message", "stop now", "--to", "rus", "-u", "stop", "--within", "35.2854, 40.1760, 3 km",
                     "--datum", "WGS84", "--officer", "duty-1")  # fmt: skip
    assert "rus" in stop["acknowledged"]
    rus.wait("waiting", "--mine", until=lambda f: any(w["version"] == stop["id"] for w in f["waiting"]))
    rus("respond", stop["id"][:12], "comply", "--officer", "watch-1")
    cjtf.wait("log", "--kind", "response", until=lambda f: any(
        e["facets"][0] and e["facets"][0]["facet"]["body"]["answer"] == "comply" for e in f["entries"]
    ))  # fmt: skip

    made = cjtf.json("keys", "rotate", "--officer", "duty-1", *root)["key"]
    cjtf.wait("keys", "show", until=lambda f: any(k["key"] == made for k in f["keys"]))
    cjtf("message", "new key", "--to", "rus", "--officer", "duty-1")
    cjtf("keys", "revoke", "--officer", "duty-1")
    cjtf.wait("keys", "show", until=lambda f: not any(k["officer"] == "duty-1" for k in f["keys"]))
    cjtf("message", "too late", "--to", "rus", "--officer", "duty-1", code=2)

    sent = cjtf.json(
        "notice", "--activity", "ground", "--coarse-to", "rus", "--words", "Aleph", "--officer", "watch-1", *CIRCLE
    )
    found = rus.wait("notices", until=lambda f: any(n["version"] == sent["id"] for n in f["notices"]))
    assert "Aleph" not in json.dumps(found)
    doubted = cjtf.json("doubt", sent["id"][:12], "--words", "two signatures differ", "--officer", "watch-1")
    assert doubted["index"] is not None
    cjtf("disclose", sent["id"][:12], "--to", "rus", "--officer", "watch-1")
    rus.wait("notices", until=lambda f: any(n["version"] == sent["id"] and n["form"] == "full" for n in f["notices"]))
    cjtf("notice", "--supersedes", sent["id"][:12], "--state", "ended", "--officer", "watch-1")
    cjtf("erase", sent["id"], "--authority", "court", "--reason", "names", "--yes", "--officer", "watch-1")
    rus.wait("show", sent["id"], until=lambda f: f["entry"]["erased"])


def test_a_hospital_down_to_the_crew_and_in_its_pocket(ledger, tmp_path, monkeypatch):
    """Told, read, passed to a crew, confirmed by it; then the register that the crew carries, asked without any line."""
    cjtf, rus = Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")
    place = ["--circle", "35.40, 40.30, 100 m", "--datum", "WGS84", "--from", "+1h", "--until", "+48h"]
    by = ["--officer", "watch-1"]
    lead = [*by, "--shorter-lead-accepted-by", "rus/watch-1/watch: agreed by telephone"]
    sent = cjtf.json(
        "notice", "--activity", "protected-site", "--to", "rus", "--words", "Field hospital", *place, *lead
    )
    entry = sent["id"][:12]
    rus.wait("notices", until=lambda f: any(n["version"] == sent["id"] for n in f["notices"]))
    for answer in (["passed-to-unit"], ["confirm"]):
        rus("respond", entry, *answer, "--unit", "Flight 1")
    found = cjtf.wait("delivery", entry, until=lambda f: f["courses"][0]["unit_reached_us"])
    (course,) = found["courses"]
    assert course["missing"][-1:] == ["read"]  # nobody said so; told may wait for the next watermark
    assert [unit["standing"] for unit in course["units"]] == ["confirmed by it"]
    said = cjtf("delivery", entry)
    assert "No evidence of: " in said and "no evidence of it from rus" in said
    row = next(r for r in cjtf.json("matrix")["matrix"] if r["version"] == sent["id"])
    assert {c["party"]: c["holds"] for c in row["cells"]} == {"cjtf": "its own", "rus": "its acting unit has it"}

    path = tmp_path / "places.register"
    key = rus.json("export", "register", str(path))["key"]
    monkeypatch.delenv("DETENTE_STATION", raising=False)

    def near(*args, code=0):
        found = CliRunner().invoke(app, ["near", *args, "--register", str(path), "--datum", "WGS84"])
        assert found.exit_code == code, found.output
        return found.output

    said = near("35.4005, 40.3001", "--key", key)
    assert "INSIDE protected-site of cjtf: Field hospital" in said and "KEY NOT CHECKED" not in said
    assert "NOT NEAR any of the 1 protected place(s)" in near("35.60, 40.30")
    assert near("35.404, 40.30", "--described", "a building", "--found", "open field", code=6).startswith(
        "ALARM: what was"
    )
    assert "NO ANSWER: the register is stale" in near("35.60, 40.30", "--at", "+30h", code=5)
    assert "INSIDE" in near("35.4005, 40.3001", "--at", "+30h", code=5)
    near("35.60, 40.30", "--key", "11" * 32, code=3)
    path.write_bytes(path.read_bytes().replace(b"35400000000", b"35900000000"))
    assert "changed after it was signed" in near("35.60, 40.30", code=3)


def shelling(who, stance="asserts"):
    """A claim that rus shelled somewhere in 2020, as an officer's software would send it."""
    at = {"earliest_us": 1_600_000_000_000_000, "latest_us": 1_600_000_000_000_000, "text": "2020", "zone": "UTC"}
    return {
        "about": [], "actor": "rus", "affected": "", "at_stated": at, "chain": [], "count": None, "event_class": "shelling",
        "implies": [], "origin": "", "party": None, "place": None, "report": None, "said": None, "says": "Shelling.",
        "source": "", "stance": stance, "subject": "shelling.1", "tag": "ILL", "who": who,
    }  # fmt: skip


def test_an_agreement_from_proposal_to_a_published_verdict_and_its_revision(ledger, tmp_path):
    """Terms, words, one report too few, a publication; the second origin's report revises what was published, by itself, once."""
    cjtf, rus = Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")
    cjtf.env["DETENTE_OFFICER"] = rus.env["DETENTE_OFFICER"] = "watch-1"
    file = str(Path(__file__).with_name("truce.json"))
    assert "FIND breach_certain" in cjtf("agreement", "expand", file)
    proposed = cjtf.json("agreement", "propose", file, "--to", "rus")
    rus.wait("agreement", "show", until=lambda found: [a["id"] for a in found["agreements"]] == [proposed["id"]])
    rus("agreement", "position", "quiet", "--says", "suspended", "--words", "Suspended.", "--to", "cjtf")

    def told(who, stance="asserts"):
        facet = FacetAsked(audience=("cjtf",), body=msgspec.Raw(msgspec.json.encode(shelling(who, stance))))
        station = LocalStation.of(ledger / "stations" / "cjtf")
        return station.ask(SendingAsked(body=SendAsked(facets=(facet,), kind="claim"), wait_s=10)).id

    told("First monitor")

    def answer(found):
        return {v["reading"]: v["answer"] for v in found["verdicts"] if (v["term"], v["party"]) == ("quiet", "rus")}

    cjtf.wait("agreement", "verdicts", "quiet", until=lambda found: answer(found) == {"": "undetermined"})
    assert answer(rus.json("agreement", "verdicts", "quiet")) == {"": "kept"}
    published = cjtf.json("agreement", "publish", "quiet", "--term", "quiet", "--to", "rus")
    second = told("Second monitor")
    cjtf.wait("agreement", "verdicts", "quiet", until=lambda found: answer(found) == {"": "breached"})

    def revisions():
        entries = rus.json("log")["entries"]
        bodies = [o["facet"]["body"] for e in entries for o in e["facets"] if o and e["header"]["kind"] == "verdict/2"]
        return [b for b in bodies if b["trigger"] is not None]

    end = time.monotonic() + 20
    while not revisions():
        assert time.monotonic() < end
        time.sleep(0.1)
    told("Third monitor")
    (revision,) = revisions()
    assert (revision["trigger"], revision["revises"]) == (second, published["id"])
    assert [(v["party"], v["was"], v["answer"]) for v in revision["verdicts"]] == [("rus", "undetermined", "breached")]

    shown = cjtf("agreement", "show", "quiet")
    assert "rus: in words, calls it suspended; in deeds, no deed seen" in shown

    def rus_could_conclude():  # nothing, until its watermark shows that it was told
        found = CliRunner().invoke(app, ["agreement", "verdicts", "quiet", "--for", "rus", "--json"], env=cjtf.env)
        return answer(json.loads(found.stdout)) if found.exit_code == 0 else None

    end = time.monotonic() + 20
    while rus_could_conclude() != {"": "kept"}:
        assert time.monotonic() < end
        time.sleep(0.2)
    earlier = cjtf.json("agreement", "verdicts", "quiet", "--as-of", f"size:{published['index']}")
    assert answer(earlier) == {"": "undetermined"}
    cjtf("agreement", "verdicts", "quiet", "--proofs", str(tmp_path / "proofs"))
    base = str(tmp_path / "proofs" / "quiet")
    checked = cjtf("check-verdict", f"{base}.terms", f"{base}.log.jsonl", f"{base}.proofs.jsonl")
    assert "accepted" in checked and "REFUSED" not in checked


def test_a_call_with_its_words_its_read_back_and_two_accounts(ledger, monkeypatch):
    """Words made from the shape; a wrong digit is an alarm at both stations; each side's account; a phrase in two languages."""
    cjtf, rus = Officer(ledger / "stations" / "cjtf"), Officer(ledger / "stations" / "rus")
    place = ["--circle", "35.50, 40.40, 800 m", "--datum", "WGS84", "--from", "+3h", "--until", "+4h"]
    by = ["--officer", "watch-1"]
    told = cjtf.json("notice", "--activity", "ground", "--to", "rus", "--words", "road works", *place, *by)["id"]
    (words,) = cjtf.json("call", "words", told[:12])["words"]
    assert words.startswith("Datum Whiskey Golf Sierra eight four. Circle. Centre: grid three seven Sierra")
    rus.wait("notices", until=lambda f: any(n["version"] == told for n in f["notices"]))
    assert rus.json("call", "words", told[:12])["words"] == [words]  # both ends have the same words before them
    assert cjtf.json("call", "read-back", told[:12], "--heard", words)["agrees"]

    wrong = words.replace("Radius eight zero zero", "Radius eight zero one")
    assert "radius: said 801 m, told 800 m" in cjtf("call", "read-back", told[:12], "--heard", wrong, code=6)
    ends = ["--from", "cjtf/watch/watch-1", "--taken-by", "rus/watch", "--line", "hotline", "--about", told[:12]]
    log = ["call", "log", *ends, "--outcome", "delivered", "--language", "ru", "--interpreter", "linguist", *by]
    assert "not delivered" in cjtf(*log, "--heard", wrong, code=6)
    for officer in (cjtf, rus):
        officer.wait("alarms", until=lambda f: any("said 801 m" in a["words"] for a in f["alarms"]))
    account = cjtf.json(*log, "--heard", words, "--words", "Told and read back.")["id"]
    rus.wait("call", "list", until=lambda f: any(c["account"]["entry"] == account for c in f["calls"]))
    rus("call", "countersign", account[:12], "--outcome", "cut", "--words", "Связь прервалась.")
    seen = cjtf.wait("call", "list", until=lambda f: any(c["disagree"] for c in f["calls"]))
    assert {tuple(c["disagree"]) for c in seen["calls"] if c["disagree"]} == {
        ("outcome: delivered against cut",),
        ("outcome: cut against delivered",),
    }
    assert "CONTRADICTED" in cjtf("call", "list")

    sent = cjtf.json("message", "--phrase", "call-back", "--value", "minutes=27", "--to", "rus", *by)["id"]
    rus.wait("log", "--kind", "message", until=lambda f: any(e["id"] == sent for e in f["entries"]))
    for language, said in (("ru", "Перезвоню в течение 27 мин."), ("en", "I call back within 27 min.")):
        monkeypatch.setenv("DETENTE_LANGUAGE", language)
        assert said in rus("show", sent[:12])
