"""The phone's WebSocket, served by uvicorn, against the ``websockets`` package's client."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from transports.twilio.server_websocket import MOST_WAITING, PhoneWebSocket

MAX_BYTES = 64 * 1024


class Application:
    """Takes every message when told to, and sends what it is told."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.to_send: asyncio.Queue[Message] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()
        self.closing = asyncio.Event()
        self.done = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sending = asyncio.create_task(self._send(send))
        while True:
            await self.reads.wait()
            message = await receive()
            self.received.append(message)
            if message["type"] == "websocket.disconnect":
                break
            if message.get("text") == "close":
                await send({"type": "websocket.close", "code": 4000, "reason": "as asked"})
                self.closing.set()
        sending.cancel()
        self.done.set()

    async def _send(self, send: Send) -> None:
        while True:
            await send(await self.to_send.get())

    @property
    def texts(self) -> list[str | None]:
        return [message.get("text") for message in self.received]


@asynccontextmanager
async def served(application: Application) -> AsyncIterator[ClientConnection]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                application,
                ws=PhoneWebSocket,
                ws_max_size=MAX_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                log_level="error",
            )
        )
        serving = asyncio.create_task(server.serve([listening]))
        port = listening.getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}/", compression=None, max_size=None) as client:
            yield client
        server.should_exit = True
        await serving


async def test_text_goes_both_ways_and_everything_else_keeps_its_place() -> None:
    application = Application()
    sent = ["one", "é", "x" * 126, "x" * 60_000]
    async with served(application) as client:
        for text in sent:
            await client.send(text)
        await client.send(["frag", "ments"])
        await client.send(b"binary")
        await (await client.ping())
        await client.send("last")
        for text in sent:
            application.to_send.put_nowait({"type": "websocket.send", "text": text})
        application.to_send.put_nowait({"type": "websocket.send", "bytes": b"binary"})
        back = [await client.recv() for _ in range(len(sent) + 1)]

    await application.done.wait()
    assert application.texts[:7] == [*sent, "fragments", None, "last"]
    assert application.received[5]["bytes"] == b"binary"
    assert application.received[-1] == {
        "type": "websocket.disconnect",
        "code": 1000,
        "reason": "",
    }
    assert back == [*sent, b"binary"]


async def test_a_server_that_closes_hears_no_more_text() -> None:
    application = Application()
    async with served(application) as client:
        client.transport.pause_reading()
        await client.send("close")
        await application.closing.wait()
        await client.send("too late")
        client.transport.resume_reading()
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()

    await application.done.wait()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4000, "as asked")
    assert [message["type"] for message in application.received] == [
        "websocket.receive",
        "websocket.disconnect",
    ]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(Opcode.TEXT, b"x" * (MAX_BYTES + 1)).serialize(mask=True), 1009),
        (Frame(Opcode.TEXT, b"unmasked").serialize(mask=False), 1002),
        (Frame(Opcode.TEXT, b"\xff\xfe").serialize(mask=True), 1007),
        (Frame(Opcode.CONT, b"of nothing").serialize(mask=True), 1002),
    ],
    ids=("too large", "unmasked", "not UTF-8", "continues nothing"),
)
async def test_what_breaks_the_protocol_ends_the_stream(frame: bytes, code: int) -> None:
    application = Application()
    async with served(application) as client:
        await client.send("before")
        client.transport.write(frame)
        with pytest.raises(ConnectionClosed) as caught:
            await client.recv()

    await application.done.wait()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == code
    assert application.texts[0] == "before"
    assert application.received[-1]["type"] == "websocket.disconnect"


async def test_messages_that_nobody_takes_stop_the_sender_and_none_is_lost() -> None:
    application = Application()
    number = 20 * MOST_WAITING
    async with served(application) as client:
        application.reads.clear()

        sent, before = 0, -1

        async def send_all() -> None:
            nonlocal sent
            for at in range(number):
                await client.send(f"{at}" + " " * 60_000)
                sent += 1

        sending = asyncio.create_task(send_all())
        while sent > before:  # until many turns of the loop bring no more
            before = sent
            for _ in range(500):
                await asyncio.sleep(0)
        assert not sending.done()
        application.reads.set()
        await sending

    await application.done.wait()
    assert [int(text) for text in application.texts if text] == list(range(number))
