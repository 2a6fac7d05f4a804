"""A ledger founded with TLS: each party its own CA, and nobody gets in without a certificate by one of them."""

import ssl

import httpx
import pytest

from detente.errors import Refused
from detente.scenario.processes import Door, running
from detente.wiring.founding import Founding, PartyPlan, found_ledger

PARTIES = (PartyPlan(party="cjtf"), PartyPlan(party="rus"))


@pytest.mark.process
def test_host_and_stations_find_each_other_over_mutual_tls(tmp_path):
    """What `detente init --tls` writes starts as it is: a message gets a receipt, and a caller without a certificate gets nothing."""
    founded = found_ledger(tmp_path / "ledger", Founding(parties=PARTIES, tls=True, workers=0))
    folders = {p.party: founded.station_folder(p.party) for p in PARTIES}
    with running(founded.host_folder, folders) as (host, stations):
        door = Door(stations["cjtf"].said["local"], (folders["cjtf"] / "local.token").read_text().strip())
        body = {"about": [], "in_reply_to": None, "language": "en", "phrase": None, "subject": "test", "to_role": None,
                "urgency": "routine", "volumes": [], "within": None, "words": "hello"}  # fmt: skip
        facet = {"audience": ["cjtf", "rus"], "body": body, "form": "full"}
        sent = door.post("/local/send", {"facets": [facet], "kind": "message", "officer": "watch-1"}, wait_s=30)
        assert sent["state"] in ("receipted", "included")
        door.close()
        assert host.said["parties"].startswith("https://")
        stranger = ssl.create_default_context()
        stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
        with pytest.raises(httpx.TransportError):
            httpx.get(host.said["parties"] + "/checkpoint", verify=stranger, trust_env=False)


def test_keys_of_the_authorities_are_for_their_owner_alone(tmp_path):
    """Every private key has mode 0600, and each CA's key lies with the offline ones."""
    founded = found_ledger(tmp_path / "ledger", Founding(parties=PARTIES, tls=True))
    keys = list(founded.folder.rglob("*.key")) + list(founded.folder.rglob("key.pem"))
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert {p.parent.name for p in founded.folder.glob("offline/*/authority.key")} == {"host", "cjtf", "rus"}


def test_no_party_may_be_called_as_the_hosts_authority_is(tmp_path):
    """With TLS a party named host would be taken for the host; it is refused before anything is written."""
    with pytest.raises(Refused):
        found_ledger(tmp_path / "ledger", Founding(parties=(PartyPlan(party="host"),), tls=True))
    assert not (tmp_path / "ledger").exists()
