"""Over real sockets, on a free loopback port."""

import asyncio
import base64
import json
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import websockets
from loguru import logger

from pipeline.exposure import LOOPBACK_BANNER
from pipeline.server import CallServer
from pipeline.settings import SettingsError
from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame
from processors.base import CallProcessor
from tests.pipeline.caller import (
    OPEN,
    RING,
    SIGNED,
    Desk,
    Files,
    connected,
    http,
    ring,
    server,
    start,
    stream_of,
)
from tests.transports.twilio.line import call_context, media, run_call, stop, until
from transports.socket import Socket
from transports.twilio.config import TwilioSerializerConfig
from transports.twilio.messages import Start
from transports.twilio.token import StreamClaims
from transports.twilio.transport import TwilioTransport


@asynccontextmanager
async def listening(at: CallServer) -> AsyncIterator[str]:
    await at.start("127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{at.port}"
    finally:
        await at.stop()


async def test_a_call_comes_in_over_the_network() -> None:
    desk = Desk()
    at = server(desk)

    async with listening(at) as address, aiohttp.ClientSession() as twilio:
        async with twilio.post(f"http://{address}/incoming-call", data=RING) as response:
            url, token = stream_of(await response.text())
        assert url == f"ws://{address}/media-stream"
        async with websockets.connect(url) as stream:
            await stream.send(connected())
            await stream.send(start(token))
            await stream.send("audio")
            await until(lambda: desk.heard == ["audio"])
        await until(lambda: at.calls == 0)


class Parrot(CallProcessor):
    """Says what it hears: the caller's bytes go back as the assistant's."""

    wants_caller_audio = True

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        await self.push_audio(PcmuOutputFrame(frame.payload, "item_1"))


async def parrot(socket: Socket, start: Start, claims: StreamClaims) -> None:
    context, _ = call_context(socket)
    config = TwilioSerializerConfig(type="twilio_serializer")
    transport = TwilioTransport(config, context)
    await run_call(transport.input(), Parrot(), transport.output())


async def test_audio_goes_in_and_out_over_the_network_byte_for_byte() -> None:
    noise = random.Random(2)
    payloads = [base64.b64encode(noise.randbytes(160)).decode() for _ in range(200)]
    at = CallServer(Files(), OPEN, run_call=parrot)
    returned: list[str] = []
    marks = 0

    async with listening(at) as address:
        token = await ring(at)
        async with websockets.connect(f"ws://{address}/media-stream") as stream:
            await stream.send(start(token))
            for number, payload in enumerate(payloads):
                await stream.send(media(payload, 20 * number))
            while len(returned) < 200:
                message = json.loads(await asyncio.wait_for(stream.recv(), 2))
                if message["event"] == "media":
                    returned.append(message["media"]["payload"])
                else:
                    marks += 1
            await stream.send(stop())
            await asyncio.wait_for(stream.wait_closed(), 2)

    assert returned == payloads
    assert marks == 40  # the first piece, then one for each 100 ms


async def test_messages_are_not_compressed() -> None:
    async with (
        listening(server()) as address,
        websockets.connect(f"ws://{address}/media-stream") as stream,
    ):
        assert stream.protocol.extensions == []


async def test_a_message_too_large_ends_its_stream_only() -> None:
    desk = Desk()
    at = server(desk)

    async with listening(at) as address, aiohttp.ClientSession() as twilio:
        url = f"ws://{address}/media-stream"
        async with websockets.connect(url) as large:
            await large.send("x" * 70_000)
            await asyncio.wait_for(large.wait_closed(), 2)
            assert large.close_code == 1009
        async with twilio.get(f"http://{address}/healthz") as response:
            assert response.status == 200


async def test_health_and_readiness() -> None:
    at = server()

    async with http(at) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        ready = await client.get("/readyz")
        told = {"status": "ready", "calls": 0, "loop_lag_ms": 0.0}
        assert (ready.status_code, ready.json()) == (200, told)
        await at.stop()
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


async def test_stopping_closes_live_sockets_and_leaves_no_task() -> None:
    desk = Desk()
    at = server(desk)
    before = asyncio.all_tasks()
    await at.start("127.0.0.1", 0)
    async with http(at) as client:
        response = await client.post("/incoming-call", data=RING)
    _, token = stream_of(response.text)

    async with websockets.connect(f"ws://127.0.0.1:{at.port}/media-stream") as stream:
        await stream.send(start(token))
        await until(lambda: at.calls == 1)
        await at.stop()
        await asyncio.wait_for(stream.wait_closed(), 2)
        assert stream.close_code == 1012

    assert asyncio.all_tasks() - before <= {asyncio.current_task()}


async def test_open_to_all_it_does_not_start_without_a_way_to_check() -> None:
    with pytest.raises(SettingsError, match=r"HOST: found '0\.0\.0\.0'"):
        await server().start("0.0.0.0", 0)


async def test_with_a_token_it_may_be_open_to_all() -> None:
    at = server(settings=SIGNED)

    await at.start("0.0.0.0", 0)
    health = f"http://127.0.0.1:{at.port}/healthz"
    async with aiohttp.ClientSession() as twilio, twilio.get(health) as response:
        assert response.status == 200
    await at.stop()


async def test_a_banner_says_that_signatures_can_not_be_checked() -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message}")
    try:
        async with listening(server()):
            pass
        async with listening(server(settings=SIGNED)):
            pass
    finally:
        logger.remove(sink)

    assert [line.strip() for line in lines] == [LOOPBACK_BANNER]


async def test_a_port_in_use_is_an_error_with_its_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            SettingsError, match=rf"HOST, PORT: can't listen on 127\.0\.0\.1:{port}"
        ):
            await server().start("127.0.0.1", port)


async def test_stopping_twice_or_before_starting_is_harmless() -> None:
    at = server()

    await at.stop()
    await at.stop()

    async with http(at) as client:
        assert (await client.get("/readyz")).status_code == 503
