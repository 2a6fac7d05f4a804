"""A configuration that opens a station to others by mistake, or is mistyped, is refused in words before anything starts."""

from __future__ import annotations

import pytest

from detente.errors import Refused
from detente.wiring.station import read_station_config

NEEDED = 'party = "a"\nhost = "http://127.0.0.1:8440"\n'


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ('local = "0.0.0.0:8451"', "local", "must be a loopback address"),
        ('local = "192.168.1.7:8451"', "local", "must be a loopback address"),
        ('listen = "0.0.0.0:8450"', "listen", "outside loopback needs [tls]"),
        ('listen = "here"', "listen", "must be ADDRESS:PORT"),
        ('lisen = "127.0.0.1:8450"', "", "Did you mean `listen`?"),
    ],
)
def test_a_station_is_not_opened_to_others_by_a_slip(tmp_path, line, field, said):
    (tmp_path / "station.toml").write_text(f"{NEEDED}{line}\n")
    with pytest.raises(Refused) as refused:
        read_station_config(tmp_path)
    (found,) = refused.value.problems
    assert field in found.field
    assert said in found.sentence()


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.0.0.7:8451", "[::1]:8451", "localhost:8451"])
def test_every_loopback_address_is_one(tmp_path, address):
    (tmp_path / "station.toml").write_text(f'{NEEDED}local = "{address}"\n')
    assert read_station_config(tmp_path).local == address
