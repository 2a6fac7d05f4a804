"""The host's key, changed: who runs the host from this entry on, endorsed by a quorum of the parties' roots."""

from __future__ import annotations

from detente.errors import Problem
from detente.records.body import Body, Faults
from detente.records.form import first_version
from detente.records.parties.party import Endorsement, check_endorsements


class HostKey(Body, frozen=True, kw_only=True):
    """The name and Ed25519 public key (hex) under which checkpoints are signed after this entry."""

    endorsements: tuple[Endorsement, ...]
    key: str
    name: str


def check(host: HostKey) -> tuple[Problem, ...]:
    """Return what is wrong with a change of the host's key, except whether its endorsements make a quorum."""
    faults = Faults()
    faults.hash("key", host.key)
    faults.title("name", host.name)
    check_endorsements(faults, host.endorsements)
    return faults.all()


FORMS = (first_version("host", HostKey, check),)
