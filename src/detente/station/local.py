"""The local listener: what the party's own officers ask of their station, by console or command line.

Every answer says on which ledger size it rests and how old that is (`basis`); nothing stale is shown as fresh. A route is one
function that answers a question; from `ANSWERS` the routes, the API's description, its page and the test double's answers are made.
"""

from __future__ import annotations

import hmac
import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from detente.api.station import HealthAsked
from detente.errors import Refused, problem
from detente.station import answers, presence, rehearsal, sending
from detente.station.console_events import events
from detente.station.engine import StationLoop
from detente.station.http import App, LocalReply, LocalRequest
from detente.station.routes import Answers, asked_of, route


def _answers() -> Iterator[Answers]:
    """Yield the functions that answer a question: those of `answers`, and the three modules whose answers change something."""
    below = pkgutil.walk_packages(answers.__path__, f"{answers.__name__}.")
    modules = [importlib.import_module(found.name) for found in below]
    for module in (*modules, presence, rehearsal, sending):
        for name, found in vars(module).items():
            own = inspect.isfunction(found) and found.__module__ == module.__name__
            if own and not name.startswith("_") and asked_of(found) is not None:
                yield found


ANSWERS = tuple(sorted(_answers(), key=lambda function: (function.__module__, function.__name__)))
"""Every question that may be asked of a station, by the function that answers it."""

EVENTS = ("GET", "/local/events")
"""The one route that answers no question: it is a stream (`console_events`)."""


def local_app(engine: StationLoop) -> App:
    """Return the application for the local listener; every request but one bears the station's token."""
    token = engine.parts.local_token.encode()

    def allowed(request: LocalRequest) -> None:
        given = request.headers.get(b"authorization", b"")
        if request.path != HealthAsked.path and not hmac.compare_digest(given, b"Bearer " + token):
            rule = "must be the station's local token"
            raise Refused([problem("token", "Authorization", "", rule, "Read local.token")])

    async def stream(request: LocalRequest) -> LocalReply:
        return LocalReply(events=events(engine), kind="text/event-stream")

    routes = dict(route(engine, answering) for answering in ANSWERS)
    return App({**routes, EVENTS: stream}, allowed)
