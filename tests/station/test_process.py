"""Three real stations around a real host, on a virtual ledger: one step clock, everything drained between steps."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.station_process import Watch
from tests.support.stations import START_US, message, notice, response

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    with Watch(tmp_path_factory.mktemp("watch")) as made:
        made.set(START_US)
        yield made


def test_a_notice_is_proven_at_the_recipient_and_told_to_its_author(watch):
    """From officer to the other side's copy, screened in its slot, and the author sees that it was told."""
    entry = watch["cjtf"].send(notice(), ["rus"], wait_s=5)
    watch.step(10)
    assert watch["rus"].entry(entry)["stands"] == "proven"
    assert watch["un"].entry(entry) is None
    (found,) = [n for n in watch["cjtf"].get("notices")["notices"] if n["version"] == entry]
    assert any("told" in words for words in found["delivery"]["rus"])
    assert [s["answer"] for s in found["screenings"]] == ["not screened"]
    assert [a for station in watch for a in station.alarms()] == []


def test_a_bad_draft_is_refused_with_field_and_rule_and_nothing_is_queued(watch):
    """The officer reads what is wrong; nothing was signed."""
    body = {"facets": [{"audience": ["mars"], "body": {"words": 1}, "form": "full"}], "kind": "notice", "officer": "x"}
    answer = watch["cjtf"].http.post("/local/send", json=body)
    assert answer.status_code == 422
    fields = {p["field"] for p in answer.json()["problems"]}
    assert {"officer", "audience"} <= fields
    assert any(field.startswith("facets[0].body") for field in fields)
    assert not watch["cjtf"].status()["outbox"]


def test_what_is_said_after_sending_rests_on_a_ledger_that_has_it(watch):
    """ "Recorded at index 4, ledger size 4" was read as a mistake of one of the two."""
    body = msgspec.to_builtins(notice(words="counted"))
    facets = [{"audience": ["rus"], "body": body, "form": "full"}]
    answer = watch["cjtf"].post("send?wait_s=10", {"facets": facets, "kind": "notice", "officer": "watch-1"})
    assert answer["index"] < answer["basis"]["size"] and answer["basis"]["queued"] == 0
    assert watch["cjtf"].get(f"ids/{answer['id'][:10]}")["id"] == answer["id"]


def test_a_local_request_without_the_token_is_refused(watch):
    """Loopback is not enough: other users of the machine are not officers."""
    import httpx

    answer = httpx.get(f"{watch['cjtf'].local}/local/status", trust_env=False)
    assert answer.status_code == 401


def test_with_the_host_cut_off_a_stop_arrives_directly_and_ordinary_entries_wait(watch):
    """Link to the host cut: stop is there at once, the notice is queued, the age is shown, and all heals."""
    for station in watch:
        station.post("link", {"host": False, "peers": [p.party for p in watch if p is not station]})
    queued = watch["cjtf"].send(notice(words="later"), ["rus"])
    stop = watch["rus"].send(message("stop"), ["cjtf"])
    watch["cjtf"].wait_for(lambda: watch["cjtf"].entry(stop))
    assert "direct" in watch["cjtf"].entry(stop)["stands"]
    assert "cjtf" in watch["rus"].wait_for(lambda: watch["rus"].get(f"acknowledged/{stop}")["acknowledged"])
    status = watch["cjtf"].wait_for(lambda: (s := watch["cjtf"].status())["host_reachable"] is False and s)
    assert status["queued"] >= 1 and status["fresh"] is False
    assert watch["cjtf"].entry(queued)["stands"] in ("queued", "sent")
    watch["cjtf"].send(response(bytes.fromhex(stop), "comply"), ["rus"])
    for station in watch:
        station.post("link", {"host": True, "peers": [p.party for p in watch if p is not station]})
    watch.step(10)
    assert watch["rus"].entry(queued)["stands"] == "proven"
    assert watch["cjtf"].entry(stop)["stands"] == "proven"
    assert not watch["rus"].alarms("unanswered")


def test_known_to_rests_on_the_watermark_in_force(watch):
    """After Russia's watermark the coalition can show that Russia was told; before it there is no evidence."""
    for station in watch:
        station.post("link", {"host": station.party != "rus"})
    entry = watch["cjtf"].send(notice(words="told or not"), ["rus"], wait_s=5)
    watch.set(watch.now_us + 1_000_000)
    assert entry in watch["cjtf"].get("known?party=rus")["no_evidence"]
    watch["rus"].post("link", {"host": True})
    watch.step(20)
    found = watch["cjtf"].get("known?party=rus")
    assert entry in found["told"] and found["watermark"]


def test_the_bundle_of_a_station_holds_for_a_stranger(watch, tmp_path):
    """The separate verifier accepts the file, and refuses it with one digit changed."""
    import subprocess
    import sys

    path = tmp_path / "case.bundle.json"
    path.write_bytes(watch["cjtf"].http.get("/local/bundle").content)
    ledger = watch["cjtf"].status()["ledger"]
    command = [sys.executable, "verifier/detente_verify.py", str(path), "--ledger", ledger]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "REPLAY" in done.stdout
    data = path.read_bytes()
    at = data.index(b'"signature":"') + 20
    path.write_bytes(data[:at] + (b"0" if data[at : at + 1] != b"0" else b"1") + data[at + 1 :])
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_a_station_killed_and_started_again_goes_on_where_it_was(watch):
    """kill -9, start: the same proven size, the queue, the clock."""
    before = watch["un"].status()
    watch["un"].kill()
    entry = watch["cjtf"].send(notice(words="while away"), ["un"], wait_s=5)
    watch["un"].start()
    watch.step(10)
    after = watch["un"].status()
    assert after["size"] >= before["size"]
    assert watch["un"].entry(entry)["stands"] == "proven"
    assert not watch["un"].alarms()


def raw(url: str, sent: bytes) -> bytes:
    """Send bytes as they are, and return all that comes until the other side hangs up, or five seconds have passed."""
    import socket
    from urllib.parse import urlsplit

    at = urlsplit(url)
    with socket.create_connection((at.hostname, at.port), timeout=5) as pipe:
        pipe.sendall(sent)
        came = b""
        while part := pipe.recv(65536):
            came += part
            if b"\r\n\r\n" in came and b"HTTP/1.1 4" in came:
                break
        return came


@pytest.mark.parametrize("door", ["direct", "local"])
def test_endless_headers_and_strange_bytes_end_the_pipe(watch, door):
    """A listener reads no header without end: it answers in problem details and hangs up."""
    url = getattr(watch["cjtf"], door)
    for sent in (b"GET / HTTP/1.1\r\nx: " + b"a" * (80 << 10), b"\x16\x03\x01 not http\r\n\r\n"):
        assert raw(url, sent).startswith(b"HTTP/1.1 400")


def test_who_asks_is_judged_before_a_body_is_read(watch):
    """Without the token a body of any announced length is refused by its headers alone; so is an envelope too large."""
    head = b"POST %s HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
    assert raw(watch["cjtf"].local, head % (b"/local/send", 1 << 40)).startswith(b"HTTP/1.1 401")
    assert raw(watch["cjtf"].direct, head % (b"/direct/urgent", 1 << 20)).startswith(b"HTTP/1.1 413")
    assert raw(watch["cjtf"].direct, head % (b"/direct/nothing", 1000)).startswith(b"HTTP/1.1 404")


@pytest.mark.parametrize("path", ["entries?limit=0", "entries?limit=1001", "entries?from=-1", "endangered?limit=0"])
def test_a_number_out_of_bounds_is_refused_with_them(watch, path):
    """A limit of nothing is a mistake, not an empty page: the bounds are said."""
    answer = watch["cjtf"].http.get(f"/local/{path}")
    (found,) = answer.json()["problems"]
    assert (answer.status_code, found["code"], found["field"]) == (
        400,
        "parameter",
        path.partition("?")[2].partition("=")[0],
    )
    assert "from" in found["rule"] and found["next_step"]
