"""One party's pipes are counted: a flood of them closes itself, and others come in."""

from __future__ import annotations

import asyncio

import uvicorn

from detente.network.connection import make_protocol


async def _app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def answered(port: int) -> tuple[bytes, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    try:
        return await asyncio.wait_for(reader.read(12), 5), writer
    except ConnectionError:
        return b"", writer


def test_one_pipe_more_than_allowed_is_closed_as_it_opens_and_a_closed_one_makes_room() -> None:
    async def play() -> None:
        config = uvicorn.Config(
            _app, http=make_protocol(None, b"{}", pipes=3), lifespan="off", log_config=None, port=0, ws="none"
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        port = server.servers[0].sockets[0].getsockname()[1]
        held = [await answered(port) for _ in range(3)]
        assert [came for came, _ in held] == [b"HTTP/1.1 200"] * 3
        assert (await answered(port))[0] == b""
        held[0][1].close()
        await held[0][1].wait_closed()
        await asyncio.sleep(0.05)
        assert (await answered(port))[0] == b"HTTP/1.1 200"
        for _, writer in held:
            writer.close()
        await server.shutdown()

    asyncio.run(play())
