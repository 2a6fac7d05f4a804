"""The host's routes for parties (docs/formats/host-api.md). Bare ASGI: the hot routes cost what they do and little more.

A handler gets a request whose session has been checked and returns an answer, or raises; every error becomes problem details
here, and nowhere else. What an answer holds is a function of what the session's party may read.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
import structlog

from detente.errors import DetenteError, Problem, Refused, problem
from detente.host.engine import HostLoop
from detente.host.openapi import openapi_bytes
from detente.host.problems import INTERNAL, NOT_FOUND, problems_of
from detente.host.reading import ReadingRoutes
from detente.host.recovery import Recovery
from detente.host.requests import LINES, HostReply, HostRequest
from detente.host.stream import ROUND_S, Streams
from detente.host.tokens import Tokens, missing, over
from detente.ledger import canonical
from detente.network.serving.http import PROBLEM, ClientGone, Receive, Scope, Send, problem_details
from detente.network.statuses import status_of
from detente.node.host.limits import too_large
from detente.node.host.sessions import SESSION_US, Login, Sessions
from detente.node.host.witnessing import take_cosignature

log = structlog.get_logger("detente.host")

SLOW_S: Final = 0.05
BEARER: Final = b"Bearer "
SUBMISSIONS: Final = ("/v1/entries", "/v1/entries/batch")
NOTE_BYTES: Final = 64 << 10

Handler = Callable[[HostRequest], Awaitable[HostReply | None]]
"""Returns None when it has answered itself (a stream)."""


class _Empty(msgspec.Struct, forbid_unknown_fields=True):
    pass


class HostApp:
    """The ASGI application on the parties' listener."""

    def __init__(self, engine: HostLoop, tokens: Tokens, genesis: bytes, *, round_s: float = ROUND_S) -> None:
        self.engine = engine
        self.tokens = tokens
        self.genesis = genesis
        self.streams = Streams(engine, round_s)
        reading = ReadingRoutes(engine)
        recovery = Recovery(engine)
        self._open: dict[tuple[str, str], Handler] = {
            ("GET", "/openapi.json"): self._openapi,
            ("GET", "/v1/genesis"): self._genesis,
            ("POST", "/v1/session"): self._session,
            ("POST", "/v1/session/challenge"): self._challenge,
        }
        self._members: dict[tuple[str, str], Handler] = {
            ("GET", "/checkpoint"): reading.checkpoint,
            ("GET", "/v1/consistency"): reading.consistency,
            ("GET", "/v1/entries"): reading.entries,
            ("GET", "/v1/leaves"): reading.leaves,
            ("GET", "/v1/status"): reading.status,
            ("GET", "/v1/stream"): self.streams.serve,
            ("POST", "/v1/cosignatures"): self._cosignature,
            ("POST", "/v1/entries"): self._submit,
            ("POST", "/v1/entries/batch"): self._submit_lines,
            ("POST", "/v1/recovery/checkpoint"): recovery.checkpoint,
            ("POST", "/v1/recovery/entries"): recovery.entries,
            ("POST", "/v1/recovery/leaves"): recovery.leaves,
        }
        self._below: dict[str, Handler] = {"/tile/": reading.tile, "/v1/receipts/": reading.receipt}
        paths = {path for _, path in (*self._open, *self._members)}
        self._methods = {path: [m for m, p in (*self._open, *self._members) if p == path] for path in paths}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return  # no lifespan to speak of; the server starts and stops us
        started = time.perf_counter()
        request = HostRequest(scope, receive, send)
        try:
            answer = await self._handle(request)
        except ClientGone:
            return
        except _WrongMethod as error:
            answer = refusal(error.problems, error.allowed)
        except DetenteError as error:
            answer = refusal(problems_of(error))
        except Exception:
            log.exception("internal_error", method=scope["method"], path=scope["path"])
            answer = refusal((INTERNAL,))
        if answer is None:
            return
        self.engine.metrics.answer(answer.status)
        if time.perf_counter() - started > SLOW_S:
            self.engine.metrics.slow()
        await request.answer(answer)

    async def _handle(self, request: HostRequest) -> HostReply | None:
        path, method = request.scope["path"], request.scope["method"]
        handler = self._members.get((method, path))
        if handler is None:
            opened = self._open.get((method, path))
            if opened is not None:
                return await opened(request)
            handler = self._of_family(method, path)
        self._authorise(request)
        return await handler(request)

    def _of_family(self, method: str, path: str) -> Handler:
        """Find the handler of a path with a variable end, or refuse."""
        for prefix, handler in self._below.items():
            if path.startswith(prefix):
                if method != "GET":
                    raise _WrongMethod(method, ["GET"])
                return handler
        allowed = self._methods.get(path)
        if allowed:
            raise _WrongMethod(method, allowed)
        raise Refused([NOT_FOUND])

    def _authorise(self, request: HostRequest) -> None:
        """Find the session of a request; the token is verified once for each connection, the key's standing each time."""
        peer, given = request.peer, request.header(b"authorization")
        if not given.startswith(BEARER):
            raise missing()
        token = given[len(BEARER) :]
        if peer.session is None or token != peer.token:
            peer.session, peer.token = self.tokens.read(token), token
        host = self.engine.host
        if not Sessions.still_holds(peer.session, peer.party, host.station_of, self.engine.tick()):
            peer.session, peer.token = None, b""
            raise over()
        request.party = peer.session.party
        limits, rules = host.limits, host.limits.rules
        if request.scope["method"] == "GET":
            limits.take("reads", request.party, rules.reads, 1, self.engine.tick())
        elif request.scope["path"] not in SUBMISSIONS:  # these take tokens for each entry and byte
            limits.take("writes", request.party, rules.writes, 1, self.engine.tick())

    # --- without a session

    async def _openapi(self, request: HostRequest) -> HostReply:
        request.query()
        return HostReply(openapi_bytes())

    async def _genesis(self, request: HostRequest) -> HostReply:
        request.query()
        return HostReply(self.genesis)

    async def _challenge(self, request: HostRequest) -> HostReply:
        tick = self.engine.tick()
        self._limit_login(request, tick)
        canonical.decode(await request.body(NOTE_BYTES), _Empty)
        challenge = self.engine.host.sessions.challenge(secrets.token_bytes(32), tick)
        return HostReply(canonical.encode({"challenge": challenge.hex()}))

    async def _session(self, request: HostRequest) -> HostReply:
        host, tick = self.engine.host, self.engine.tick()
        self._limit_login(request, tick)
        login = canonical.decode(await request.body(NOTE_BYTES), Login)
        session = host.sessions.open(login, request.peer.party, host.station_of, tick)
        token = self.tokens.make(session, secrets.token_hex(16))
        log.info("session_opened", party=session.party, key=session.key.hex(), address=request.peer.address)
        return HostReply(
            canonical.encode({"expires_in_s": SESSION_US // 1_000_000, "party": session.party, "token": token})
        )

    def _limit_login(self, request: HostRequest, tick: int) -> None:
        limits = self.engine.host.limits
        limits.take("logins", request.peer.party or request.peer.address, limits.rules.logins, 1, tick)

    # --- writing

    async def _submit(self, request: HostRequest) -> HostReply:
        raw = await request.body(self.engine.host.limits.rules.submission_bytes)
        return HostReply(await self.engine.submit(raw, request.party))

    async def _submit_lines(self, request: HostRequest) -> HostReply:
        rules = self.engine.host.limits.rules
        body = await request.body(rules.batch_bytes)
        raws = body.split(b"\n")
        if raws[-1] == b"":
            raws.pop()
        if not 0 < len(raws) <= rules.batch_lines:
            rule = f"must be 1 to {rules.batch_lines} lines, one submission each"
            found = problem("parameter", "", f"{len(raws)} lines", rule, "Split the batch; nothing was stored")
            raise Refused([found])
        if (longest := max(map(len, raws))) > rules.submission_bytes:
            raise too_large("", longest, rules.submission_bytes)
        answers = await self.engine.submit_lines(raws, request.party)
        lines = [answer if isinstance(answer, bytes) else _problem_line(answer) for answer in answers]
        return HostReply(b"\n".join(lines) + b"\n", LINES)

    async def _cosignature(self, request: HostRequest) -> HostReply:
        data = await request.body(NOTE_BYTES)
        engine = self.engine
        host, witnesses = engine.host, engine.witnesses
        mode = host.mode
        try:
            engine.meet(data)
        finally:
            if host.mode != mode:
                log.error("forgotten_checkpoint", shown_by=request.party, mode=host.mode, note=repr(data))
        signed = take_cosignature(host, witnesses, data, request.party)
        if signed is not None:
            engine.keep("cosigned/witnessed", signed.data)
            engine.wake_listeners()
        return HostReply(canonical.encode({"size": host.published, "witnessed_size": witnesses.size}))


def _problem_line(problems: tuple[Problem, ...]) -> bytes:
    body = msgspec.json.decode(problem_details(status_of(problems), problems))
    return msgspec.json.encode({"problems": body["problems"]}, order="sorted")


def refusal(problems: tuple[Problem, ...], allowed: Sequence[str] = ()) -> HostReply:
    """Return the answer that says what is wrong; how long to wait, where that is what to do; `allowed`: the methods of the route."""
    status = status_of(problems)
    headers: list[tuple[bytes, bytes]] = []
    if status == 429:
        headers.append((b"retry-after", problems[0].value.encode()))
    elif status == 503:
        headers.append((b"retry-after", b"1"))
    elif status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="detente"'))
    if allowed:
        headers.append((b"allow", ", ".join(sorted(allowed)).encode()))
    return HostReply(problem_details(status, problems), PROBLEM.encode(), headers, status)


class _WrongMethod(Refused):
    """The route is there, for other methods."""

    def __init__(self, method: str, allowed: Sequence[str]) -> None:
        self.allowed = allowed
        rule = f"must be {', '.join(sorted(allowed))}"
        super().__init__([problem("method", "", method, rule, "See /openapi.json for this route")])
