from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping

import pytest
from aiohttp import web

from tests.virtual_loop import virtual
from transports.webhooks.sender import MOST_UNDER_WAY, HttpWebhookPost, Patience, WebhookSender

URL = "https://crm.example/calls"
BODY = b'{"version":1}\n'


class Receiver:
    """Answers with these statuses one after the other; an error is raised instead."""

    def __init__(self, *answers: int | OSError) -> None:
        self.answers = list(answers)
        self.got: list[tuple[float, str, bytes, Mapping[str, str]]] = []

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self.got.append((asyncio.get_running_loop().time(), url, body, headers))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, OSError):
            raise answer
        return answer


def sender(post: Receiver, secret: str = "s3cret") -> WebhookSender:
    return WebhookSender(secret, wall_clock=lambda: 1_770_000_000.7, post=post)


@virtual
async def test_a_body_is_posted_once_and_signed() -> None:
    receiver = Receiver()
    hooks = sender(receiver)
    hooks.send([URL], BODY, "20260105-CA1")
    await hooks.close()

    ((_, url, body, headers),) = receiver.got
    assert (url, body) == (URL, BODY)
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Callwright-Delivery"] == "20260105-CA1"
    assert headers["X-Callwright-Timestamp"] == "1770000000"
    signed = b"1770000000.https://crm.example/calls." + BODY
    digest = hmac.new(b"s3cret", signed, hashlib.sha256).digest()
    assert headers["X-Callwright-Signature"] == base64.b64encode(digest).decode()
    assert hooks.failures == 0


@virtual
async def test_without_a_secret_nothing_is_signed() -> None:
    receiver = Receiver()
    hooks = sender(receiver, secret="")
    hooks.send([URL], BODY, "CA1")
    await hooks.close()

    assert set(receiver.got[0][3]) == {"Content-Type", "X-Callwright-Delivery"}


@virtual
async def test_what_fails_is_tried_again_a_few_times() -> None:
    receiver = Receiver(503, ConnectionError("down"), 429, 200)
    hooks = sender(receiver)
    hooks.send([URL], BODY, "CA1")
    await asyncio.sleep(60)

    assert [at for at, *_ in receiver.got] == [0, 1, 5, 20]
    assert len({headers["X-Callwright-Delivery"] for *_, headers in receiver.got}) == 1
    assert hooks.failures == 0


@virtual
async def test_it_gives_up_in_time_and_counts() -> None:
    receiver = Receiver(*[500] * 10)
    hooks = sender(receiver)
    hooks.send([URL], BODY, "CA1")
    await asyncio.sleep(600)

    assert len(receiver.got) == 4
    assert hooks.failures == 1


@virtual
async def test_a_refusal_is_not_tried_again() -> None:
    receiver = Receiver(404)
    hooks = sender(receiver)
    hooks.send([URL], BODY, "CA1")
    await asyncio.sleep(600)

    assert len(receiver.got) == 1
    assert hooks.failures == 1


@virtual
async def test_a_receiver_that_never_answers_is_timed_out() -> None:
    async def hang(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        await asyncio.sleep(3600)
        return 200

    hooks = WebhookSender("s", wall_clock=lambda: 0.0, post=hang)
    hooks.send([URL], BODY, "CA1")
    await asyncio.sleep(4 * 5 + 20 + 1)

    assert hooks.failures == 1


@virtual
async def test_the_end_of_the_process_waits_a_little_and_no_more() -> None:
    receiver = Receiver(*[500] * 10)
    hooks = sender(receiver)
    hooks.send([URL, "https://other.example"], BODY, "CA1")
    began = asyncio.get_running_loop().time()
    await hooks.close()

    assert asyncio.get_running_loop().time() - began <= Patience().last_words
    assert hooks.failures == 2


@virtual
async def test_too_many_at_a_time_are_dropped() -> None:
    receiver = Receiver()
    hooks = sender(receiver)
    hooks.send([URL] * (MOST_UNDER_WAY + 3), BODY, "CA1")
    await hooks.close()

    assert hooks.failures == 3
    assert len(receiver.got) == MOST_UNDER_WAY


async def test_over_http_a_body_arrives_as_it_was_signed() -> None:
    got: list[tuple[bytes, str]] = []

    async def receive(request: web.Request) -> web.Response:
        got.append((await request.read(), request.headers["X-Callwright-Signature"]))
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/calls", receive)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/calls"
    hooks = WebhookSender("s3cret", wall_clock=lambda: 5.0)
    hooks.send([url], BODY, "CA1")
    await hooks.close()
    await runner.cleanup()

    ((body, signature),) = got
    digest = hmac.new(b"s3cret", f"5.{url}.".encode() + BODY, hashlib.sha256).digest()
    assert (body, signature) == (BODY, base64.b64encode(digest).decode())
    assert hooks.failures == 0


async def test_over_http_nobody_there_is_an_error_of_the_operating_system() -> None:
    post = HttpWebhookPost()

    with pytest.raises(OSError, match="Error"):
        await post("http://127.0.0.1:9/x", BODY, {})
    await post.close()
