"""One client's pipe: a flood of them closes itself and others come in; no library's advice gets into the log."""

from __future__ import annotations

import asyncio
import logging

import uvicorn

from detente.network.serving.connection import make_protocol


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


def test_a_request_for_a_websocket_is_answered_like_any_other_and_nothing_is_advised(caplog) -> None:
    async def play() -> bytes:
        config = uvicorn.Config(
            _app, http=make_protocol(None, b"{}"), lifespan="off", log_config=None, port=0, ws="none"
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        came = await asyncio.wait_for(reader.read(12), 5)
        writer.close()
        await server.shutdown()
        return came

    with caplog.at_level(logging.INFO):
        assert asyncio.run(play()) == b"HTTP/1.1 200"
    assert not [
        record for record in caplog.records if "pip install" in record.getMessage() or "pgrade" in record.getMessage()
    ]
