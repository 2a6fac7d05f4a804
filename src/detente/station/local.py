"""The local listener: what the party's own officers ask of their station, by console or command line.

Every answer says on which ledger size it rests and how old that is (`basis`); nothing stale is shown as fresh. A route is one
function and its name here: from `ANSWERS` the routes, the API's description, its page and the test double's answers are made.
"""

from __future__ import annotations

import hmac

from detente.api.station import HealthAsked
from detente.errors import Refused, problem
from detente.station import presence as stating
from detente.station import rehearsal, sending
from detente.station.answers import (
    agreements,
    delivery,
    entries,
    evidence,
    keys,
    notices,
    parties,
    permissions,
    presence,
    protection,
    reviews,
    station,
)
from detente.station.answers.hotline import calls, ladders, stops, watch
from detente.station.console_events import events
from detente.station.engine import StationLoop
from detente.station.http import App, LocalReply, LocalRequest
from detente.station.routes import route

ANSWERS = (
    agreements.agreement,
    agreements.agreements,
    agreements.counts,
    agreements.proofs,
    agreements.publication,
    agreements.sheet,
    agreements.verdicts,
    calls.calls,
    delivery.courses,
    delivery.delivery,
    delivery.who_has_what,
    entries.acknowledged,
    entries.direct,
    entries.entries,
    entries.entry,
    entries.full_id,
    entries.readers,
    entries.receipt,
    evidence.along,
    evidence.bulletin_counts,
    evidence.claims,
    evidence.conclusions,
    evidence.contradictions,
    evidence.daily_report,
    evidence.evidence_held,
    evidence.incidents,
    evidence.knew,
    evidence.origins,
    evidence.sources,
    keys.keys,
    ladders.ladders,
    ladders.ladders_of,
    notices.conflicts,
    notices.endangered,
    notices.notices,
    notices.quiets,
    notices.screenings,
    notices.waiting,
    parties.known,
    parties.parties,
    permissions.lifelines,
    permissions.permissions,
    presence.presence,
    presence.questions,
    protection.board,
    protection.hits,
    rehearsal.clock,
    rehearsal.drained,
    rehearsal.link,
    reviews.agenda,
    reviews.meetings,
    sending.dismiss,
    sending.send,
    sending.submit,
    station.alarms,
    station.bundle,
    station.evidence,
    station.health,
    station.register,
    station.release,
    station.status,
    stops.duress,
    stops.stops,
    stating.set_presence,
    watch.channels,
    watch.handover_note,
    watch.handovers,
    watch.held,
    watch.roster,
    watch.taking,
    watch.watch,
)
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

    routes = dict(route(engine, answers) for answers in ANSWERS)
    return App({**routes, EVENTS: stream}, allowed)
