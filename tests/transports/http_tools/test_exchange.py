"""Requests over real sockets, to this machine alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from transports.http_tools.exchange import HttpClient, HttpRequest, PrivateAddressError


@asynccontextmanager
async def served() -> AsyncIterator[tuple[HttpClient, int]]:
    """A server on this machine that says what it was asked, and a client."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/away":
            return web.Response(status=302, headers={"Location": "http://10.0.0.1/"})
        if request.path == "/long":
            return web.Response(body=b"x" * 5000)
        said = f"{request.method} {request.raw_path} {request.headers.get('X-Key')} "
        return web.Response(body=said.encode() + await request.read())

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = HttpClient()
    try:
        yield client, runner.addresses[0][1]
    finally:
        await client.close()
        await runner.cleanup()


async def test_request_goes_out_as_it_is() -> None:
    async with served() as (client, port):
        url = f"http://127.0.0.1:{port}/a%2Fb?c=%26"
        request = HttpRequest("PUT", url, {"X-Key": "k"}, b"body", private=True)

        answer = await client(request)

    assert (answer.status, answer.body) == (200, b"PUT /a%2Fb?c=%26 k body")


async def test_redirect_is_not_followed_and_a_long_answer_not_read_to_its_end() -> None:
    async with served() as (client, port):
        base = f"http://127.0.0.1:{port}"

        away = await client(HttpRequest("GET", f"{base}/away", private=True))
        long = await client(HttpRequest("GET", f"{base}/long", private=True, most_bytes=1000))

    assert (away.status, away.location) == (302, "http://10.0.0.1/")
    assert (len(long.body), long.too_long) == (1000, True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1"])
async def test_private_address_is_refused_whatever_its_name(host: str) -> None:
    async with served() as (client, port):
        with pytest.raises(PrivateAddressError):
            await client(HttpRequest("GET", f"http://{host}:{port}/"))


async def test_address_that_nobody_answers_at_is_no_answer() -> None:
    client = HttpClient()

    with pytest.raises(ConnectionError):
        await client(HttpRequest("GET", "http://127.0.0.1:9/", private=True))
    with pytest.raises(ConnectionError):
        await client(HttpRequest("GET", "http://:0", private=True))
    await client.close()
