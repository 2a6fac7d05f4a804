"""Directly from station to station: signed envelopes over HTTP (docs/formats/station-api.md)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx

from detente.errors import Unavailable
from detente.network.client import checked, trusted

TIMEOUT = httpx.Timeout(3.0, connect=1.0)


class PeersClient:
    """The other stations' direct endpoints, by party."""

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.urls = {party: url.rstrip("/") for party, url in urls.items()}
        self.cut: set[str] = set()
        """Test only (virtual ledgers): parties to whom the line is cut."""
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT, transport=transport, verify=trusted(tls, *self.urls.values()), trust_env=False
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def send(self, party: str, kind: str, data: bytes) -> bytes:
        """Send an envelope and return the answering one. Raises Unavailable, or Refused with the other station's reasons."""
        url = self.urls.get(party)
        if url is None:
            raise Unavailable(f"no address is known for the station of {party}")
        if party in self.cut:
            raise Unavailable(f"the line to {party} is cut (test)")
        try:
            response = await self._http.post(
                f"{url}/direct/{kind}", content=data, headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise Unavailable(f"the station of {party} cannot be reached: {error or type(error).__name__}") from error
        return checked(response).content
