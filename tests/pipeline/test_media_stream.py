import asyncio

import pytest

from pipeline.media_stream import FAILED, GOING_AWAY, MAX_STARTING, NO_START, REFUSED
from pipeline.server import CallServer
from tests.pipeline.caller import (
    CALL_SID,
    CALLED,
    CALLER,
    RING,
    SIGNED,
    Desk,
    Stream,
    connected,
    http,
    ring,
    server,
    sign,
    start,
    stream_of,
)
from tests.transports.twilio.line import until
from transports.twilio.token import StreamClaims

WSS = "wss://voice.example.com/media-stream"


async def signed_ring(at: CallServer) -> str:
    webhook = "https://voice.example.com/incoming-call"
    async with http(at) as client:
        response = await client.post("/incoming-call", data=RING, headers=sign(webhook, RING))
    return stream_of(response.text)[1]


async def test_a_stream_with_its_token_becomes_a_call() -> None:
    desk = Desk()
    at = server(desk)
    claims = StreamClaims(CALL_SID, CALLED, CALLER, "front desk", "AC1")
    stream = Stream(at, connected(), start(await ring(at)), "first audio")
    stream.leave()

    await stream.run()

    assert desk.taken == [("MZ1", claims)]
    assert desk.heard == ["first audio"]
    assert at.calls == 0


async def test_when_our_side_ends_the_call_the_socket_is_closed() -> None:
    at = server(Desk(hold_on=False))
    stream = Stream(at, connected(), start(await ring(at)))

    await stream.run()

    assert stream.closed_with == 1000


async def test_a_token_is_good_for_one_stream() -> None:
    desk = Desk(hold_on=False)
    at = server(desk)
    token = await ring(at)
    await Stream(at, connected(), start(token)).run()
    again = Stream(at, connected(), start(token))

    await again.run()

    assert again.closed_with == REFUSED
    assert len(desk.taken) == 1


async def test_a_webhook_that_twilio_repeats_lets_in_one_stream() -> None:
    desk = Desk(hold_on=False)
    at = server(desk)
    header = {"I-Twilio-Idempotency-Token": "i-1"}
    first, second = await ring(at, headers=header), await ring(at, headers=header)
    for token in (first, second):
        await Stream(at, connected(), start(token)).run()

    assert len(desk.taken) == 1


@pytest.mark.parametrize("wrong", ["none", "junk", "of another call", "expired"])
async def test_without_its_token_a_stream_is_closed_before_anything_is_dialled(wrong: str) -> None:
    desk = Desk()
    now = [1_800_000_000.0]
    at = server(desk, wall_clock=lambda: now[0])
    token: str | None = await ring(at)
    message = start(token)
    if wrong == "none":
        message = start(None)
    elif wrong == "junk":
        message = start("junk")
    elif wrong == "of another call":
        message = start(token, "CA9")
    else:
        now[0] += 61
    stream = Stream(at, connected(), message)

    await stream.run()

    assert stream.closed_with == REFUSED
    assert desk.taken == []


async def test_any_process_with_the_auth_token_takes_the_stream() -> None:
    desk = Desk(hold_on=False)
    token = await signed_ring(server(settings=SIGNED))
    stream = Stream(server(desk, SIGNED), connected(), start(token), headers=sign(WSS))

    await stream.run()

    assert len(desk.taken) == 1


@pytest.mark.parametrize(
    ("headers", "required", "accepted"),
    [
        (sign(WSS), False, True),
        (sign(WSS), True, True),
        (sign(WSS + "/"), True, True),
        ({}, False, True),
        ({}, True, False),
        (sign(WSS.replace("wss", "https")), False, False),
        ({"X-Twilio-Signature": "junk"}, False, False),
    ],
)
async def test_a_handshakes_signature_counts_when_it_is_there(
    headers: dict[str, str], required: bool, accepted: bool
) -> None:
    settings = SIGNED.model_copy(update={"require_stream_signature": required})
    stream = Stream(server(settings=settings), headers=headers)
    stream.leave()

    await stream.run()

    assert stream.accepted is accepted


@pytest.mark.parametrize(
    ("client", "host"), [("192.0.2.7", "127.0.0.1"), ("127.0.0.1", "voice.example.com")]
)
async def test_where_no_signature_can_be_checked_only_this_machine_gets_in(
    client: str, host: str
) -> None:
    stream = Stream(server(), client=client, host=host)

    await stream.run()

    assert not stream.accepted
    assert stream.closed_with == REFUSED


async def test_junk_before_the_start_is_dropped() -> None:
    desk = Desk(hold_on=False)
    at = server(desk)
    junk: list[str | bytes] = [
        "",
        "{",
        b"\x00",
        '{"event":"novelty"}',
        '{"event":"start","start":{}}',
        connected(),
    ]
    stream = Stream(at, *junk, start(await ring(at)))

    await stream.run()

    assert len(desk.taken) == 1


async def test_a_stream_of_nothing_but_junk_is_closed() -> None:
    stream = Stream(server(), *["junk"] * 20)

    await stream.run()

    assert stream.closed_with == NO_START


async def test_a_stream_that_does_not_start_is_closed_in_time() -> None:
    stream = Stream(server(start_timeout=0.02), connected())

    await stream.run()

    assert stream.closed_with == NO_START


async def test_streams_that_do_not_start_are_bounded_in_number() -> None:
    at = server()
    waiting = [Stream(at) for _ in range(MAX_STARTING)]
    running = [asyncio.create_task(stream.run()) for stream in waiting]
    await until(lambda: all(stream.accepted for stream in waiting))
    one_more = Stream(at)

    await one_more.run()
    for stream in waiting:
        stream.leave()
    await asyncio.gather(*running)

    assert not one_more.accepted
    again = Stream(at)
    again.leave()
    await again.run()
    assert again.accepted


async def test_a_phone_that_goes_before_the_start_leaves_nothing() -> None:
    desk = Desk()
    at = server(desk)
    stream = Stream(at, connected())
    stream.leave()

    await stream.run()

    assert (desk.taken, at.calls) == ([], 0)


async def test_a_call_that_fails_closes_its_socket_and_no_other() -> None:
    at = server(Desk(fails=True))
    stream = Stream(at, connected(), start(await ring(at)))

    await stream.run()

    assert stream.closed_with == FAILED
    assert at.calls == 0


async def test_stopping_ends_live_calls_and_lets_in_no_new_ones() -> None:
    desk = Desk()
    at = server(desk)
    stream = Stream(at, connected(), start(await ring(at)))
    late = Stream(at, connected())
    token = await ring(at)
    running = [asyncio.create_task(one.run()) for one in (stream, late)]
    await until(lambda: at.calls == 1 and late.accepted)

    await at.stop()
    late.say(start(token))
    await asyncio.gather(*running)

    assert stream.closed_with == GOING_AWAY
    assert late.closed_with == GOING_AWAY
    assert (len(desk.taken), at.calls) == (1, 0)

    refused = Stream(at)
    await refused.run()
    assert not refused.accepted


async def test_a_call_that_does_not_end_is_cancelled() -> None:
    desk = Desk(deaf=True)
    at = server(desk)
    running = asyncio.create_task(Stream(at, connected(), start(await ring(at))).run())
    await until(lambda: at.calls == 1)

    await at.stop(grace=0.02)
    await running

    assert at.calls == 0


async def test_a_socket_that_is_torn_down_takes_its_call_along() -> None:
    desk = Desk(deaf=True)
    at = server(desk)
    running = asyncio.create_task(Stream(at, connected(), start(await ring(at))).run())
    await until(lambda: at.calls == 1)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert at.calls == 0
