"""Several servers on one socket: what workers are to each other, without the processes."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import websockets

from pipeline.listener import listen
from pipeline.server import CallServer, Neighbours
from pipeline.settings import Settings
from tests.pipeline.caller import OPEN, RING, SIGNED, Desk, server, sign, start, stream_of
from tests.transports.twilio.line import until
from transports.twilio.used_tokens import UsedOnMachine

LOCAL = SIGNED.model_copy(update={"public_url": ""})


@asynccontextmanager
async def workers(
    folder: Path, *, count: int = 2, max_calls: int = 100, settings: Settings = LOCAL
) -> AsyncIterator[tuple[str, list[tuple[CallServer, Desk]]]]:
    """Servers that share a socket and know nothing else of each other."""
    shared = await listen("127.0.0.1", 0)
    address = f"127.0.0.1:{shared.getsockname()[1]}"
    settings = settings.model_copy(update={"max_calls": max_calls})
    desks = [Desk() for _ in range(count)]
    servers = [
        server(
            desk,
            settings,
            neighbours=Neighbours(UsedOnMachine(folder / "used"), "a secret of the supervisor's"),
        )
        for desk in desks
    ]
    for one in servers:
        await one.start(listening=socket.socket(fileno=socket.dup(shared.fileno())))
    shared.close()
    try:
        yield address, list(zip(servers, desks, strict=True))
    finally:
        await asyncio.gather(*(one.stop() for one in servers))


async def ring(twilio: aiohttp.ClientSession, address: str, call_sid: str) -> tuple[str, str]:
    url = f"http://{address}/incoming-call"
    form = {**RING, "CallSid": call_sid}
    async with twilio.post(url, data=form, headers=sign(url, form)) as response:
        assert response.headers["connection"] == "close"
        return stream_of(await response.text())


@pytest.mark.parametrize("settings", [LOCAL, OPEN], ids=["signed", "on this machine alone"])
async def test_a_stream_may_land_where_its_webhook_did_not(
    tmp_path: Path, settings: Settings
) -> None:
    async with (
        workers(tmp_path, settings=settings) as (address, pair),
        aiohttp.ClientSession() as twilio,
    ):
        (first, _), (second, _) = pair
        url, token = await ring(twilio, address, "CA1")
        (webhook_at,) = [one for one, _ in pair if one.promises]
        webhook_at.drain()  # so it keeps off, and the other one is first at the stream
        async with websockets.connect(url) as stream:
            await stream.send(start(token, "CA1"))
            await until(lambda: first.calls + second.calls == 1)
            assert webhook_at.calls == 0
            await stream.send("hello")
            other = next(desk for one, desk in pair if one is not webhook_at)
            await until(lambda: other.heard == ["hello"])
        await until(lambda: first.calls + second.calls == 0)


async def test_a_token_is_good_for_one_stream_at_all_workers(tmp_path: Path) -> None:
    async with workers(tmp_path) as (address, pair), aiohttp.ClientSession() as twilio:
        url, token = await ring(twilio, address, "CA1")
        async with websockets.connect(url) as stream:
            await stream.send(start(token, "CA1"))
            await until(lambda: sum(one.calls for one, _ in pair) == 1)
            for one, _ in pair:
                if one.calls:
                    one.drain()  # so the other one gets the next stream
            async with websockets.connect(url) as again:
                await again.send(start(token, "CA1"))
                await asyncio.wait_for(again.wait_closed(), 2)
                assert again.close_code == 1008


async def test_a_call_overflows_only_when_no_worker_has_room(
    tmp_path: Path,
) -> None:
    async with (
        workers(tmp_path, max_calls=3) as (address, pair),
        aiohttp.ClientSession() as twilio,
    ):
        streams: list[websockets.ClientConnection] = []
        webhook = f"http://{address}/incoming-call"
        while True:
            form = {**RING, "CallSid": f"CA{len(streams)}"}
            async with twilio.post(webhook, data=form, headers=sign(webhook, form)) as response:
                answer = await response.text()
            if "All busy." in answer:
                break
            url, token = stream_of(answer)
            streams.append(await websockets.connect(url))
            await streams[-1].send(start(token, form["CallSid"]))
            await until(lambda: sum(one.calls for one, _ in pair) == len(streams))
        busy = [one.calls + one.promises for one, _ in pair]
        async with twilio.get(f"http://{address}/readyz") as response:
            ready = response.status
        for stream in streams:
            await stream.close()

    assert len(streams) >= 3
    assert min(busy) >= 3
    assert ready == 503


async def test_nothing_that_waits_is_lost_when_a_worker_goes(tmp_path: Path) -> None:
    async with workers(tmp_path) as (address, pair), aiohttp.ClientSession() as twilio:
        (first, _), (second, _) = pair
        first.drain()
        rings = [asyncio.create_task(ring(twilio, address, f"CA{n}")) for n in range(20)]
        await asyncio.sleep(0)
        await first.stop()

        assert len(await asyncio.gather(*rings)) == 20
        assert second.promises == 20
