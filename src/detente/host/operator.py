"""The operator's listener: health, metrics, and on a virtual ledger the step clock. Never reachable by parties."""

from __future__ import annotations

import hmac
from typing import Annotated

import msgspec
import structlog

from detente.errors import DetenteError, Refused, problem
from detente.host.app import HostApp, refusal
from detente.host.problems import INTERNAL, NOT_FOUND, problems_of
from detente.host.requests import HostReply, HostRequest
from detente.ledger import canonical
from detente.network.serving.http import ClientGone, Receive, Scope, Send
from detente.wiring.clocks import Clock, StepClock

log = structlog.get_logger("detente.host")

Microseconds = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class _SetClock(msgspec.Struct, forbid_unknown_fields=True):
    now_us: Microseconds


class _Nothing(msgspec.Struct, forbid_unknown_fields=True):
    pass


class OperatorApp:
    """The ASGI application on the operator's listener. `token` opens what changes something."""

    def __init__(self, parties: HostApp, clock: Clock, token: str) -> None:
        self._parties = parties
        self._engine = parties.engine
        self._clock = clock
        self._token = token.encode()
        self._routes = {
            ("GET", "/healthz"): self._health,
            ("GET", "/metrics"): self._metrics,
            ("GET", "/v1/clock"): self._read_clock,
            ("GET", "/v1/duty"): self._duty,
            ("POST", "/v1/clock"): self._set_clock,
            ("POST", "/v1/recovery/accept-missing"): self._accept_missing,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        request = HostRequest(scope, receive, send)
        handler = self._routes.get((scope["method"], scope["path"]))
        try:
            answer = refusal((NOT_FOUND,)) if handler is None else await handler(request)
        except ClientGone:
            return
        except DetenteError as error:
            answer = refusal(problems_of(error))
        except Exception:
            log.exception("internal_error", method=scope["method"], path=scope["path"])
            answer = refusal((INTERNAL,))
        await request.answer(answer)

    async def _health(self, request: HostRequest) -> HostReply:
        host = self._engine.host
        writing = host.mode == "writing"
        body = {
            "mode": host.mode,
            "size": host.published,
            "status": "ok" if writing else "read-only",
            "why": host.why,
        }
        return HostReply(canonical.encode(body), status=200 if writing else 503)

    async def _metrics(self, request: HostRequest) -> HostReply:
        host, metrics = self._engine.host, self._engine.metrics
        metrics.state(writing=host.mode == "writing", size=host.published, streams=self._parties.streams.count)
        return HostReply(metrics.text(), b"text/plain; version=0.0.4; charset=utf-8")

    async def _duty(self, request: HostRequest) -> HostReply:
        """What the duty officer of the host is told: urgent words and stops that nobody answered to the end of their ladder."""
        self._require_token(request)
        now_us = self._engine.now()
        rows = [
            {
                "about": call.matter.about,
                "due_us": call.due_us,
                "ladder": call.matter.ladder,
                "party": call.matter.party,
                "words": f"{call.matter.ladder} to {call.matter.party}: UNDELIVERED; reach them by any line",
            }
            for call in self._engine.host.ladders.duty(now_us)
        ]
        return HostReply(canonical.encode({"duty": rows, "now_us": now_us}))

    async def _read_clock(self, request: HostRequest) -> HostReply:
        host = self._engine.host
        body = {
            "clock": host.genesis.clock,
            "drained": host.drained,
            "now_us": self._engine.now(),
            "size": host.published,
        }
        return HostReply(canonical.encode(body))

    async def _set_clock(self, request: HostRequest) -> HostReply:
        self._require_token(request)
        wanted = canonical.decode(await request.body(1 << 10), _SetClock)
        if not isinstance(self._clock, StepClock):
            rule = "is set by nobody: this ledger is real"
            raise Refused([problem("operator-only", "clock", "real", rule, "Use a virtual ledger to replay")])
        self._clock.set(wanted.now_us)
        return await self._read_clock(request)

    async def _accept_missing(self, request: HostRequest) -> HostReply:
        self._require_token(request)
        canonical.decode(await request.body(1 << 10), _Nothing)
        self._engine.accept_missing()
        return await self._read_clock(request)

    def _require_token(self, request: HostRequest) -> None:
        given = request.header(b"authorization")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            rule = "must be 'Bearer' and the operator's token"
            raise Refused([problem("operator-only", "Authorization", "", rule, "Read it from the host's folder")])
