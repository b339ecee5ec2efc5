"""What a connection may do before it is known, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import websockets

from pipeline.doorkeeper import DoorLimits
from pipeline.server import CallServer
from tests.pipeline.caller import RING, Desk, server, start, stream_of
from tests.transports.twilio.line import until

HASTY = DoorLimits(seconds=0.1)
FEW = DoorLimits(total=5)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def listening(limits: DoorLimits, desk: Desk | None = None) -> AsyncIterator[CallServer]:
    at = server(desk, door=limits)
    await at.start("127.0.0.1", 0)
    try:
        yield at
    finally:
        await at.stop()


async def connect(at: CallServer, first_words: bytes = b"") -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
    writer.write(first_words)
    return reader, writer


async def closed(connection: Connection) -> bytes:
    """What came until it was closed; it must be, soon."""
    reader, writer = connection
    try:
        said = await asyncio.wait_for(reader.read(), 3)
    except ConnectionResetError:
        said = b""
    writer.close()
    return said


async def test_who_says_nothing_is_turned_away() -> None:
    async with listening(HASTY) as at:
        assert await closed(await connect(at)) == b""
        assert at.strangers == 0


async def test_who_never_ends_a_head_or_a_body_is_turned_away() -> None:
    half_a_head = b"POST /incoming-call HTTP/1.1\r\nHost: x\r\nX-A: "
    half_a_body = b"POST /incoming-call HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nTo="

    async with listening(HASTY) as at:
        for words in (half_a_head, half_a_body):
            assert await closed(await connect(at, words)) == b""
        await until(lambda: at.strangers == 0)


async def test_a_head_that_grows_too_long_is_refused() -> None:
    long = b"X-A: " + b"a" * 20_000
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + long + b"\r\n\r\n"
    endless = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + long

    async with listening(DoorLimits()) as at:
        for words in (whole, endless):
            assert (await closed(await connect(at, words))).startswith(b"HTTP/1.1 400 ")


async def test_a_stream_that_shows_no_token_is_turned_away() -> None:
    async with listening(HASTY) as at:
        stream = await websockets.connect(f"ws://127.0.0.1:{at.port}/media-stream")
        await asyncio.wait_for(stream.wait_closed(), 3)

        assert at.strangers == 0


async def test_a_call_stays_as_long_as_it_likes() -> None:
    desk = Desk()
    async with listening(HASTY, desk) as at, aiohttp.ClientSession() as twilio:
        webhook = f"http://127.0.0.1:{at.port}/incoming-call"
        async with twilio.post(webhook, data=RING) as response:
            url, token = stream_of(await response.text())
        async with websockets.connect(url) as stream:
            await stream.send(start(token))
            await until(lambda: at.calls == 1)
            await closed(await connect(at))  # who came later and says nothing has had their time
            await stream.send("still here")
            await until(lambda: desk.heard != [])

    assert desk.heard == ["still here"]


async def test_a_connection_that_is_kept_open_has_its_time_anew_with_each_answer() -> None:
    async with listening(HASTY) as at:
        reader, writer = await connect(at)
        silent = asyncio.create_task(closed(await connect(at)))
        while not silent.done():  # until who says nothing has had their time
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200 ")
            assert at.strangers <= 2
        writer.close()


async def test_a_flood_of_one_source_pushes_out_itself_and_not_a_call() -> None:
    desk = Desk()
    async with listening(FEW, desk) as at, aiohttp.ClientSession() as twilio:
        idle = [await connect(at) for _ in range(30)]
        webhook = f"http://127.0.0.1:{at.port}/incoming-call"
        async with twilio.post(webhook, data=RING) as response:
            url, token = stream_of(await response.text())
        async with websockets.connect(url) as stream:
            await stream.send(start(token))
            await until(lambda: at.calls == 1)
            idle += [await connect(at) for _ in range(10)]
            await stream.send("hello")
            await until(lambda: desk.heard == ["hello"])
            assert at.strangers <= 5
        for reader, writer in idle[:20]:
            await closed((reader, writer))
        for _, writer in idle[20:]:
            writer.close()
