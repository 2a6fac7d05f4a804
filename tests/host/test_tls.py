"""The pipe outside loopback: one CA for each party, and no party enters under another's name."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.hosts import HostProcess, Station, login_body, write_folder

from detente.errors import Refused
from detente.network.serving.tls import CertifiedKey, client_context, issue, make_authority, party_of_certificate
from detente.storage import private
from detente.wiring.host import read_config


class Pipes:
    """A host under TLS and what each party needs to reach it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authorities = {name: make_authority(name) for name in ("host", "un", "rus", "stranger")}
        for name, authority in self.authorities.items():
            self.write(name, issue(authority, name, ["127.0.0.1"]))
            (folder / f"{name}-ca.pem").write_bytes(authority.certificate)
        settings = (
            '[tls]\ncertificate = "host.pem"\nkey = "host-key.pem"\n'
            'authorities = { rus = "rus-ca.pem", un = "un-ca.pem" }\n'
        )
        self.host = HostProcess(folder, settings=settings).start()

    def write(self, name: str, pair: CertifiedKey) -> None:
        (self.folder / f"{name}.pem").write_bytes(pair.certificate)
        private.write(self.folder / f"{name}-key.pem", pair.key)

    def client(self, name: str | None) -> httpx.Client:
        authorities = {"host": self.authorities["host"].certificate}
        if name is None:
            context = ssl.create_default_context(cadata=authorities["host"].decode())
        else:
            context = client_context(self.folder / f"{name}.pem", self.folder / f"{name}-key.pem", authorities)
        return httpx.Client(base_url=self.host.url, verify=context, trust_env=False, timeout=10)


@pytest.fixture(scope="module")
def pipes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipes]:
    made = Pipes(tmp_path_factory.mktemp("tls"))
    yield made
    made.host.kill()


@pytest.mark.process
def test_a_party_enters_with_a_certificate_of_its_own_ca(pipes: Pipes) -> None:
    """Certificate and station key of the same party open a session."""
    with pipes.client("un") as client:
        un = Station(client, pipes.host.ledger, "un")
        assert un.get("/v1/status").json()["mode"] == "writing"


@pytest.mark.process
def test_no_certificate_and_a_strangers_certificate_are_turned_away(pipes: Pipes) -> None:
    """Without a certificate of a party's CA not even the genesis is shown."""
    for name in (None, "stranger"):
        with pipes.client(name) as client, pytest.raises(httpx.HTTPError):
            client.get("/v1/genesis").raise_for_status()


@pytest.mark.process
def test_a_certificate_of_one_party_opens_no_session_of_another(pipes: Pipes) -> None:
    """A stolen station key is of no use from another party's pipe, nor is a stolen token."""
    with pipes.client("un") as client:
        token = Station(client, pipes.host.ledger, "un").headers
    with pipes.client("rus") as client:
        challenge = client.post("/v1/session/challenge", content=b"{}").json()["challenge"]
        answer = client.post("/v1/session", content=login_body("un", challenge, pipes.host.ledger))
        assert (answer.status_code, answer.json()["problems"][0]["field"]) == (401, "party")
        assert client.get("/v1/status", headers=token).status_code == 401


@pytest.mark.process
def test_a_name_in_a_certificate_means_nothing(pipes: Pipes) -> None:
    """A CA that writes another party's name into a certificate still speaks only for its own party."""
    pipes.write("false-un", issue(pipes.authorities["rus"], "un", ["127.0.0.1"]))
    with pipes.client("false-un") as client:
        challenge = client.post("/v1/session/challenge", content=b"{}").json()["challenge"]
        answer = client.post("/v1/session", content=login_body("un", challenge, pipes.host.ledger))
        assert answer.json()["problems"][0]["field"] == "party"
        Station(client, pipes.host.ledger, "rus")


def test_a_ca_with_another_partys_name_is_told_apart_by_its_key() -> None:
    """Two CAs may bear one name; whose signature it is decides."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    true, false = make_authority("un"), make_authority("un")
    party_of = party_of_certificate({"rus": false.certificate, "un": true.certificate})
    for authority, party in ((true, "un"), (false, "rus")):
        made = x509.load_pem_x509_certificate(issue(authority, "x", ["localhost"]).certificate)
        assert party_of(made.public_bytes(Encoding.DER)) == party
    assert party_of(b"") is None


def test_outside_loopback_there_is_no_plain_pipe(tmp_path: Path) -> None:
    """A host that would listen to the world without TLS does not start."""
    write_folder(tmp_path)
    (tmp_path / "host.toml").write_text('listen = "0.0.0.0:8440"\n')
    with pytest.raises(Refused, match="one CA for each party"):
        read_config(tmp_path)
    (tmp_path / "host.toml").write_text('operator = "0.0.0.0:8441"\n')
    with pytest.raises(Refused, match="loopback"):
        read_config(tmp_path)
    (tmp_path / "host.toml").write_text('lisen = "127.0.0.1:1"\n')
    with pytest.raises(Refused, match="lisen"):
        read_config(tmp_path)
