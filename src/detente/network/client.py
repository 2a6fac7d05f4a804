"""The host's HTTP API as seen from a station (docs/formats/host-api.md). One session, renewed when it is over.

Nothing here judges what comes back: bytes go to the pure node, which recomputes everything. Errors become two kinds only:
`Refused` (the host read it and said no: do not send it again as it is) and `Unavailable` (nobody knows: send it again).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
import msgspec

from detente.errors import UNREADABLE, DetenteError, Problem, Refused, Unavailable, problem, unreadable
from detente.node.station.inputs import HostFaultKind

TIMEOUT = httpx.Timeout(10.0, connect=2.0)
LOOK = httpx.Timeout(3.0, connect=2.0)
"""For the small requests that show whether the host is there: with a look every 2 s, silence is known after 5 s."""
SESSION_DOMAIN = b"detente/session/v1\n"


class _ProblemDetails(msgspec.Struct):
    problems: tuple[Problem, ...] = ()
    title: str = ""


class _Token(msgspec.Struct):
    token: str


class _Challenge(msgspec.Struct):
    challenge: str


class HostStatus(msgspec.Struct):
    """What `GET /v1/status` says. Believed for nothing but what to do next."""

    mode: str
    now_us: int
    size: int
    needs_size: int | None = None
    witnessed_size: int = 0


@dataclass(frozen=True)
class SubmissionReply:
    """What the host said to one submission: a receipt's bytes, or why not. `again` means: send the same bytes later."""

    receipt: bytes | None = None
    problems: tuple[Problem, ...] = ()
    again: bool = False


class HostClient:
    """One party's session with one host. Safe for use by one event loop."""

    def __init__(
        self,
        url: str,
        *,
        ledger: bytes,
        party: str,
        station_public: bytes,
        sign: Callable[[bytes], bytes],
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.cut = False
        """Test only (virtual ledgers): behave as if the line to the host were cut."""
        self._ledger = ledger
        self._party = party
        self._public = station_public
        self._sign = sign
        self._token: str | None = None
        self._http = httpx.AsyncClient(
            base_url=self.url,
            timeout=TIMEOUT,
            transport=transport,
            verify=trusted(tls, self.url),
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    # --- reading ---

    async def genesis(self) -> bytes:
        """The signed genesis, canonical bytes."""
        return (await self._plain("GET", "/v1/genesis")).content

    async def checkpoint(self, *, witnessed: bool = False) -> bytes:
        """The newest checkpoint as a signed note, or the largest that more than half of the stations have cosigned."""
        path = f"/checkpoint{'?witnessed=true' if witnessed else ''}"
        return (await self._asked("GET", path, within=LOOK)).content

    async def status(self) -> HostStatus:
        """Whether the host writes or recovers, and its size."""
        return _read(await self._asked("GET", "/v1/status", within=LOOK), HostStatus)

    async def leaves(self, start: int, limit: int) -> bytes:
        """Whole leaves from an index on, joined; may be fewer than asked."""
        return (await self._asked("GET", f"/v1/leaves?from={start}&limit={limit}")).content

    async def entries(self, start: int, limit: int) -> bytes:
        """One page of this party's readable entries, as JSON text."""
        return (await self._asked("GET", f"/v1/entries?from={start}&limit={limit}")).content

    # --- writing ---

    async def submit(self, raws: Sequence[bytes]) -> list[SubmissionReply]:
        """Hand in submissions, in order; one answer for each. Raises Unavailable when nobody knows what became of them."""
        if len(raws) == 1:
            try:
                return [SubmissionReply(receipt=(await self._asked("POST", "/v1/entries", raws[0])).content)]
            except Refused as refused:
                return [_refusal(refused.problems)]
        body = b"\n".join(raws) + b"\n"
        try:
            text = (await self._asked("POST", "/v1/entries/batch", body)).content
        except Refused as refused:
            return [_refusal(refused.problems)] * len(raws)
        lines = text.removesuffix(b"\n").split(b"\n")
        if len(lines) != len(raws):
            raise Unavailable("the host answered another number of lines than it was sent")
        return [_answer(line) for line in lines]

    async def cosignature(self, note: bytes) -> None:
        """Hand in the own cosignature of a checkpoint."""
        await self._asked("POST", "/v1/cosignatures", note, "text/plain; charset=utf-8")

    async def recover_checkpoint(self, note: bytes) -> HostStatus:
        """Show a restored host the largest checkpoint it has signed."""
        await self._asked("POST", "/v1/recovery/checkpoint", note, "text/plain; charset=utf-8")
        return await self.status()

    async def recover_leaves(self, start: int, leaves: bytes) -> None:
        """Give a restored host its leaves back."""
        await self._asked("POST", f"/v1/recovery/leaves?from={start}", leaves, "application/octet-stream")

    async def recover_entries(self, known: Sequence[bytes]) -> None:
        """Give a restored host the entries back that this party may read."""
        await self._asked("POST", "/v1/recovery/entries", b"\n".join(known) + b"\n")

    # --- session ---

    async def login(self) -> None:
        """Open a session by signing the host's challenge with the station key."""
        challenge = _read(await self._plain("POST", "/v1/session/challenge", b"{}", within=LOOK), _Challenge).challenge
        try:
            signed = self._sign(SESSION_DOMAIN + self._ledger + bytes.fromhex(challenge))
        except ValueError as error:
            raise Unavailable("the host's challenge is not hex") from error
        body = msgspec.json.encode(
            {
                "challenge": challenge,
                "key": self._public.hex(),
                "party": self._party,
                "signature": signed.hex(),
            }
        )
        self._token = _read(await self._plain("POST", "/v1/session", body, within=LOOK), _Token).token

    async def headers(self) -> dict[str, str]:
        """The session's header, logging in first if need be (for the stream)."""
        if self._token is None:
            await self.login()
        return {"Authorization": f"Bearer {self._token}"}

    def forget_session(self) -> None:
        """Log in anew before the next request."""
        self._token = None

    @property
    def http(self) -> httpx.AsyncClient:
        """The connection pool, for the stream."""
        return self._http

    async def _asked(
        self, method: str, path: str, body: bytes | None = None, kind: str = "", within: httpx.Timeout = TIMEOUT
    ) -> httpx.Response:
        """A request inside the session; logs in again once when the host says that it is over."""
        for attempt in (1, 2):
            headers = await self.headers()
            try:
                return await self._plain(method, path, body, kind, headers, within)
            except SessionOver:
                self._token = None
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    async def _plain(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = "",
        headers: dict[str, str] | None = None,
        within: httpx.Timeout = TIMEOUT,
    ) -> httpx.Response:
        if self.cut:
            raise OutOfReach("the line to the host is cut (test)")
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = kind or "application/json"
        try:
            response = await self._http.request(method, path, content=body, headers=sent, timeout=within)
        except httpx.HTTPError as error:
            raise OutOfReach(f"the host at {self.url} cannot be reached: {error or type(error).__name__}") from error
        if self.cut:
            raise OutOfReach("the line to the host is cut (test)")
        return checked(response)


class OutOfReach(Unavailable):
    """The host gave no answer at all."""


class SessionOver(Unavailable):
    """The host wants us to log in again."""


class TryLater(Unavailable):
    """The host is there and answers, but takes nothing now. Nothing was stored."""


def trusted(tls: ssl.SSLContext | None, *urls: str) -> ssl.SSLContext | bool:
    """Return what httpx checks servers against: our own context, else the public roots, or nobody where no URL asks for TLS.

    Reading the public roots takes longer than starting a client, and loopback needs none; with nobody trusted, TLS is refused.
    """
    if tls is not None:
        return tls
    return any(url.startswith("https:") for url in urls) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def checked(response: httpx.Response) -> httpx.Response:
    """Return a good response; raise SessionOver, TryLater or Refused (with the host's problems) for the others."""
    if response.status_code < 400:
        return response
    problems = _problems(response.content)
    words = problems[0].sentence() if problems else f"status {response.status_code}"
    if response.status_code == 401:
        raise SessionOver(words)
    if response.status_code == 429 or response.status_code >= 500:
        raise TryLater(f"the host takes nothing now: {words}")
    if not problems:
        problems = (
            problem(f"http-{response.status_code}", "", response.text, "the host refused it", "Read its answer."),
        )
    raise Refused(problems)


def fault_of(error: DetenteError) -> HostFaultKind:
    """Say what an error in following the host says of it."""
    match error:
        case Refused() | SessionOver() | TryLater():
            return "host-refuses"
        case OutOfReach():
            return "host-away"
        case _:
            return "host-nonsense"


AGAIN = frozenset({"too-fast", "read-only", "busy"})
"""Problem codes in a batch answer that mean: the same bytes may pass later."""


def _answer(line: bytes) -> SubmissionReply:
    problems = _problems(line)
    return _refusal(problems) if problems else SubmissionReply(receipt=line)


def _refusal(problems: tuple[Problem, ...]) -> SubmissionReply:
    return SubmissionReply(problems=problems, again=bool(problems) and all(p.code in AGAIN for p in problems))


def _problems(body: bytes) -> tuple[Problem, ...]:
    try:
        return msgspec.json.decode(body, type=_ProblemDetails).problems
    except UNREADABLE:
        return ()


T = TypeVar("T")


def _read(response: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(response.content, type=kind)
    except UNREADABLE as error:
        raise Unavailable(f"the host's answer cannot be read: {unreadable(error)}") from error
