"""The model's socket against the ``websockets`` package's own server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.utils import accept_key

from transports.openai_realtime.websocket import connect_websocket
from transports.socket import Socket, SocketClosedError

Talk = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def connected(talk: Talk) -> AsyncIterator[Socket]:
    async with serve(talk, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        socket = await connect_websocket(f"ws://127.0.0.1:{port}/v1/realtime", {"X-Key": "k"})
        try:
            yield socket
        finally:
            await socket.close()


async def test_text_of_every_size_goes_both_ways() -> None:
    texts = ["", "é", "x" * 125, "x" * 126, "x" * 65535, "x" * 65536, "x" * 300_000]

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with connected(echo) as socket:
        for text in texts:
            await socket.send(text)
        received = [cast(bytes, await socket.receive()).decode() for _ in texts]

    assert received == texts


async def test_fragments_binary_frames_and_pings_keep_their_place_between_text() -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.send("one")
        await connection.send(["t", "w", "o"])
        pong = await connection.ping()
        await connection.send(b"three")
        await connection.send("four")
        await pong
        await connection.send("five")
        await connection.wait_closed()

    async with connected(talk) as socket:
        received = [await socket.receive() for _ in range(5)]

    assert received == [b"one", b"two", b"three", b"four", b"five"]


async def test_what_came_before_the_close_is_still_read_and_then_its_code_and_reason() -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.send("last")
        await connection.close(3000, "invalid_request_error.invalid_api_key")

    async with connected(talk) as socket:
        last = await socket.receive()
        for _ in range(2):
            with pytest.raises(SocketClosedError) as caught:
                await socket.receive()
            assert caught.value.code == 3000
            assert caught.value.reason == "invalid_request_error.invalid_api_key"
        with pytest.raises(SocketClosedError):
            await socket.send("too late")

    assert last == b"last"


async def test_a_torn_connection_wakes_the_reader() -> None:
    async def talk(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    async with connected(talk) as socket:
        await socket.send("go")

        with pytest.raises(SocketClosedError) as caught:
            await socket.receive()

    assert caught.value.code is None


async def test_a_peer_that_does_not_read_makes_the_sender_wait() -> None:
    read = asyncio.Event()
    total = 0

    async def talk(connection: ServerConnection) -> None:
        nonlocal total
        connection.transport.pause_reading()
        await read.wait()
        connection.transport.resume_reading()
        async for message in connection:
            total += len(message)
            if total == 200 * 100_000:
                await connection.send("all")

    async with connected(talk) as socket:

        async def send_all() -> None:
            for _ in range(200):
                await socket.send("x" * 100_000)

        sending = asyncio.create_task(send_all())
        for _ in range(1000):  # far more turns of the loop than messages
            await asyncio.sleep(0)
        assert not sending.done()
        read.set()
        await sending
        assert await socket.receive() == b"all"


async def test_the_handshake_may_come_in_pieces_or_together_with_the_first_frames() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        key = next(
            line.split(b": ")[1] for line in request.split(b"\r\n") if b"-WebSocket-Key" in line
        )
        head = (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(key.decode())}\r\n\r\n"
        ).encode()
        data = head + b"\x81\x03one" + b"\x01\x01t\x80\x02wo" + b"\x81\x05thr"
        if len(served) == 0:
            writer.write(data)
        else:
            for at in range(0, len(data), 7):
                writer.write(data[at : at + 7])
                await asyncio.sleep(0)
        served.append(writer)
        await writer.drain()
        writer.write(b"ee")

    served: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(2):
        socket = await connect_websocket(f"ws://127.0.0.1:{port}/", {})

        assert [await socket.receive() for _ in range(3)] == [b"one", b"two", b"three"]

        served[-1].close()
        await socket.close()
    server.close()
    await server.wait_closed()


async def test_a_refused_handshake_is_a_connection_error() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b"\x81\x05no frame"
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body))
        await writer.drain()
        writer.write(body)
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    with pytest.raises(ConnectionError, match="401"):
        await connect_websocket(f"ws://127.0.0.1:{port}/", {})

    server.close()
    await server.wait_closed()


async def test_nobody_there_is_an_os_error() -> None:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    with pytest.raises(ConnectionRefusedError):
        await connect_websocket(f"ws://127.0.0.1:{port}/", {})
