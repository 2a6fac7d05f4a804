"""Between stations outside loopback: TLS both ways, one CA for each party, no host needed."""

from __future__ import annotations

import ssl

import httpx
import pytest
from tests.support import world
from tests.support.station_process import StationProcess, free_port, write_station
from tests.support.stations import message

from detente.network.serving.tls import client_context, issue, make_authority
from detente.storage import private

pytestmark = pytest.mark.process

PARTIES = ("cjtf", "rus")


@pytest.fixture
def pair(tmp_path):
    """Two stations under TLS; their host does not exist."""
    ports = {party: free_port() for party in PARTIES}
    authorities = {party: make_authority(party) for party in (*PARTIES, "stranger")}
    stations = {}
    for party in PARTIES:
        folder = tmp_path / party
        settings = (
            '[tls]\ncertificate = "tls.pem"\nkey = "tls-key.pem"\n'
            'authorities = { cjtf = "cjtf-ca.pem", rus = "rus-ca.pem" }\n'
        )
        write_station(
            folder,
            party,
            host="https://127.0.0.1:1",
            port=ports[party],
            local=free_port(),
            peers={other: f"https://127.0.0.1:{ports[other]}" for other in PARTIES if other != party},
            genesis=world.signed_genesis(clock="real", origin="detente.example/levant"),
            settings=settings,
        )
        made = issue(authorities[party], party, ["127.0.0.1"])
        (folder / "tls.pem").write_bytes(made.certificate)
        private.write(folder / "tls-key.pem", made.key)
        for other in PARTIES:
            (folder / f"{other}-ca.pem").write_bytes(authorities[other].certificate)
        stations[party] = StationProcess(folder, party)
        stations[party].spawn()
    for station in stations.values():
        station.listening()
    stranger = issue(authorities["stranger"], "stranger", ["127.0.0.1"])
    (tmp_path / "stranger.pem").write_bytes(stranger.certificate)
    private.write(tmp_path / "stranger-key.pem", stranger.key)
    yield stations, ports, {p: a.certificate for p, a in authorities.items() if p in PARTIES}, tmp_path
    for station in stations.values():
        station.kill()
        station.http.close()


def test_a_stop_goes_through_tls_between_stations_that_never_saw_their_host(pair):
    """Keys and parties are in the genesis: nothing else is needed for a stop."""
    stations, _, _, _ = pair
    stop = stations["rus"].send(message("stop"), ["cjtf"])
    found = stations["cjtf"].wait_for(lambda: stations["cjtf"].entry(stop), 10)
    assert "direct" in found["stands"]
    assert stations["rus"].wait_for(lambda: stations["rus"].get(f"acknowledged/{stop}")["acknowledged"], 10)


def test_without_a_certificate_of_a_partys_ca_the_direct_listener_says_nothing(pair):
    """Neither without one nor with a stranger's."""
    _, ports, authorities, folder = pair
    strange = client_context(folder / "stranger.pem", folder / "stranger-key.pem", authorities)
    bare = ssl.create_default_context(cadata="".join(a.decode() for a in authorities.values()))
    for context in (strange, bare):
        with httpx.Client(verify=context, trust_env=False) as client, pytest.raises(httpx.HTTPError):
            client.get(f"https://127.0.0.1:{ports['cjtf']}/direct/checkpoint").raise_for_status()
