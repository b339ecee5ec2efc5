import asyncio
from xml.etree import ElementTree

import pytest
from loguru import logger

from pipeline.overflow import Overflow
from pipeline.webhook import MAX_BODY_BYTES
from tests.pipeline.caller import (
    CALL_SID,
    CALLED,
    CALLER,
    OPEN,
    PUBLIC_URL,
    RING,
    SIGNED,
    Desk,
    Files,
    http,
    ring,
    said,
    server,
    sign,
    stream_of,
)
from transports.twilio.token import StreamClaims
from transports.twilio.twiml import Spoken

WEBHOOK = f"{PUBLIC_URL}/incoming-call"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_call_is_connected_to_the_media_stream(method: str) -> None:
    async with http(server()) as client:
        if method == "GET":
            response = await client.get("/incoming-call", params=RING)
        else:
            response = await client.post("/incoming-call", data=RING)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert stream_of(response.text)[0] == "ws://127.0.0.1:5050/media-stream"
    assert said(response.text) == "Please call again."


async def test_behind_a_public_address_the_stream_is_opened_there() -> None:
    async with http(server(settings=SIGNED)) as client:
        response = await client.post("/incoming-call", data=RING, headers=sign(WEBHOOK, RING))

    assert stream_of(response.text)[0] == "wss://voice.example.com/media-stream"


async def test_a_get_is_signed_over_its_query() -> None:
    query = f"CallSid={CALL_SID}&To=%2B15550100001&Empty="

    async with http(server(settings=SIGNED)) as client:
        headers = sign(f"{WEBHOOK}?{query}")
        right = await client.get(f"/incoming-call?{query}", headers=headers)
        wrong = await client.get(f"/incoming-call?{query}&Digits=1", headers=headers)

    assert (right.status_code, wrong.status_code) == (200, 403)


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Twilio-Signature": "x"}, sign(WEBHOOK, {**RING, "To": "+1"}), sign(WEBHOOK)],
    ids=["absent", "junk", "of another form", "of no form"],
)
async def test_without_a_valid_signature_nobody_gets_in(headers: dict[str, str]) -> None:
    async with http(server(settings=SIGNED)) as client:
        response = await client.post("/incoming-call", data=RING, headers=headers)

    assert response.status_code == 403
    assert "Stream" not in response.text


async def test_a_trusted_proxy_names_the_address_that_was_signed() -> None:
    settings = SIGNED.model_copy(update={"public_url": "", "trust_proxy": True})
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "voice.example.com"}
    signed = sign(WEBHOOK, RING)

    async with http(server(settings=settings)) as client:
        right = await client.post("/incoming-call", data=RING, headers={**signed, **forwarded})
        wrong = await client.post("/incoming-call", data=RING, headers=signed)

    assert (right.status_code, wrong.status_code) == (200, 403)


@pytest.mark.parametrize(
    ("client_address", "host", "headers"),
    [
        ("192.0.2.7", "127.0.0.1:5050", {}),
        ("127.0.0.1", "voice.example.com", {}),
        ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
    ],
    ids=["from elsewhere", "foreign host name", "tunnelled", "proxied"],
)
async def test_where_no_signature_can_be_checked_only_this_machine_may_call(
    client_address: str, host: str, headers: dict[str, str]
) -> None:
    async with http(server(), client_address, host) as client:
        response = await client.post("/incoming-call", data=RING, headers=headers)

    assert response.status_code == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_may_call_without_a_signature(address: str) -> None:
    async with http(server(), address, "localhost") as client:
        response = await client.post("/incoming-call", data=RING)

    assert response.status_code == 200


async def test_an_unknown_number_is_refused_in_words_and_in_the_log() -> None:
    lines: list[str] = []
    sink = logger.add(lines.append, level="WARNING", format="{message} {extra}")
    refusal = Spoken("Nobody here.", "de-DE")

    try:
        async with http(server(unknown_number=refusal)) as client:
            response = await client.post("/incoming-call", data={**RING, "To": "+15550109999"})
    finally:
        logger.remove(sink)

    assert response.status_code == 200
    assert said(response.text) == "Nobody here."
    assert "Stream" not in response.text
    assert "+15550109999" in lines[0]
    assert CALL_SID in lines[0]
    assert CALLER not in lines[0]


@pytest.mark.parametrize("call_sid", ["", "C" * 41])
async def test_a_webhook_without_a_call_is_a_bad_request(call_sid: str) -> None:
    async with http(server()) as client:
        absent = await client.post("/incoming-call", data={"To": CALLED})
        odd = await client.post("/incoming-call", data={"To": CALLED, "CallSid": call_sid})

    assert (absent.status_code, odd.status_code) == (400, 400)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"x" * (MAX_BODY_BYTES + 1), "application/x-www-form-urlencoded", 413),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a=1" for _ in range(201)), "application/x-www-form-urlencoded", 400),
        (b'{"CallSid":"CA1"}', "application/json", 400),
        (b"", "", 400),
    ],
    ids=["too large", "not text", "too many fields", "json", "empty"],
)
async def test_a_body_that_is_no_form_is_refused(
    body: bytes, content_type: str, status: int
) -> None:
    async with http(server()) as client:
        response = await client.post(
            "/incoming-call", content=body, headers={"content-type": content_type}
        )

    assert response.status_code == status


async def test_an_anonymous_caller_is_a_caller() -> None:
    form = {name: value for name, value in RING.items() if name != "From"}

    assert await ring(server(), form)


async def test_each_call_that_rings_is_told_ahead_of_its_stream() -> None:
    rung: list[StreamClaims] = []

    async def warm(claims: StreamClaims) -> None:
        rung.append(claims)

    at = server(Desk(), warm=warm)
    await ring(at)
    await asyncio.sleep(0)

    assert rung == [StreamClaims(CALL_SID, CALLED, CALLER, "front desk", "AC1")]
    await at.stop()


async def test_a_model_that_can_not_be_dialled_ahead_does_not_matter() -> None:
    async def warm(claims: StreamClaims) -> None:
        raise ConnectionError

    at = server(Desk(), warm=warm)

    assert await ring(at)
    await at.stop()


async def test_while_stopping_calls_are_refused_in_words() -> None:
    at = server()
    await at.stop()

    async with http(at) as client:
        response = await client.post("/incoming-call", data=RING)

    assert said(response.text) == "All busy."
    assert "Stream" not in response.text


async def test_calls_over_the_limit_hear_the_overflow() -> None:
    at = server(settings=OPEN.model_copy(update={"max_calls": 2}))
    await ring(at)  # promised calls count, too: their streams are on the way
    await ring(at)

    async with http(at) as client:
        response = await client.post("/incoming-call", data=RING)
        ready = await client.get("/readyz")

    assert said(response.text) == "All busy."
    assert "Stream" not in response.text
    assert (ready.status_code, ready.json()["why"]) == (503, "max_calls")


async def test_an_overflowing_call_may_ring_a_person() -> None:
    overflow = Overflow(say="One moment.", dial="+15550100099", dial_timeout=25)
    at = server(files=Files(overflow))
    at.drain()

    async with http(at) as client:
        response = await client.post("/incoming-call", data=RING)

    assert [verb.tag for verb in ElementTree.fromstring(response.text)] == ["Say", "Dial", "Hangup"]
    dial = ElementTree.fromstring(response.text).find("Dial")
    assert dial is not None
    assert (dial.text, dial.attrib) == ("+15550100099", {"timeout": "25"})


async def test_other_paths_and_methods_are_not_there() -> None:
    async with http(server()) as client:
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404
        assert (await client.put("/incoming-call")).status_code == 405
