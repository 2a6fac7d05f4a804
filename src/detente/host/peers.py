"""Asking the stations, at start, which checkpoint of this ledger they cosigned last: a restored backup is a fork.

Until enough of them have answered the host reads but does not write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
import structlog

from detente.errors import DetenteError
from detente.host.engine import HostLoop

AGAIN_S = 0.5
TIMEOUT_S = 2.0

log = structlog.get_logger("detente.host")


async def ask_stations(engine: HostLoop, peers: Mapping[str, str], needed: int, client: httpx.AsyncClient) -> None:
    """Ask every station until all have answered; allow writing as soon as `needed` of them have."""
    waiting = dict(peers)
    while waiting:
        parties = sorted(waiting)
        asked = (_ask(engine, party, waiting[party], client) for party in parties)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for party, answered in zip(parties, answers, strict=True):
            if isinstance(answered, BaseException):  # one station's answer must not end the asking of the others
                log.error("asking_failed", party=party, exc_info=answered)
            elif answered:
                del waiting[party]
        if engine.host.asking and len(peers) - len(waiting) >= needed:
            engine.host.asking = False
            log.info("stations_answered", answered=len(peers) - len(waiting), mode=engine.host.mode)
        if waiting:
            await asyncio.sleep(AGAIN_S)


async def _ask(engine: HostLoop, party: str, url: str, client: httpx.AsyncClient) -> bool:
    """Ask one station; True when it has said what it holds, be it nothing or something that is not ours."""
    try:
        answer = await client.get(f"{url.rstrip('/')}/direct/checkpoint", timeout=TIMEOUT_S)
    except httpx.HTTPError:
        return False
    if answer.status_code in (204, 404):
        return True  # it has cosigned nothing yet
    if answer.status_code != 200:
        return False
    try:
        engine.meet(answer.content)
    except DetenteError as error:
        log.error("station_shows_another_history", party=party, why=str(error))
    return True
