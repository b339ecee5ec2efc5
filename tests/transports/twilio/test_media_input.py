import asyncio
import base64
import random
from collections.abc import Sequence

import pytest
from pipecat.frames.frames import EndWorkerFrame, Frame, InputDTMFFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.audio_frames import PcmuInputFrame
from processors.base import CallProcessor
from processors.frames import CallerSpeechStartedFrame, CallerSpeechStoppedFrame
from tests.transports.twilio.line import (
    Jump,
    Line,
    call_context,
    dtmf,
    mark,
    media,
    run_call,
    stop,
    tone,
    until,
)
from transports.twilio.config import TwilioSerializerConfig
from transports.twilio.media_input import TwilioInput
from transports.twilio.transport import TwilioTransport

CONFIG = TwilioSerializerConfig(type="twilio_serializer")


class Model(CallProcessor):
    """Takes the caller's audio, as the model's processor does."""

    wants_caller_audio = True

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[PcmuInputFrame] = []

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        self.heard.append(frame)

    def milliseconds(self) -> list[float]:
        return [frame.duration_ms for frame in self.heard]


def transport_on(line: Line, config: TwilioSerializerConfig = CONFIG) -> TwilioTransport:
    context, _ = call_context(line)
    return TwilioTransport(config, context)


async def down_frames(processor: TwilioInput) -> Sequence[Frame]:
    down, _ = await run_test(processor, frames_to_send=[], send_end_frame=False)
    return down


async def test_a_thousand_messages_arrive_byte_for_byte() -> None:
    noise = random.Random(1)
    payloads = [base64.b64encode(noise.randbytes(160)).decode() for _ in range(1000)]
    line = Line(*(media(payload, 20 * n) for n, payload in enumerate(payloads)), stop())
    model = Model()
    transport = transport_on(line)

    await run_call(transport.input(), model, transport.output())

    assert [frame.payload for frame in model.heard] == payloads
    assert [frame.timestamp_ms for frame in model.heard] == [20 * n for n in range(1000)]


async def test_a_stock_processor_sees_the_audio_as_pcm() -> None:
    line = Line(media(tone(20, 0xFF), 0), stop())

    frame, *_ = await down_frames(transport_on(line).input())

    assert isinstance(frame, PcmuInputFrame)
    assert (frame.audio, frame.sample_rate, frame.num_frames) == (bytes(320), 8000, 160)


@pytest.mark.parametrize("end", ["stop", "lost"])
async def test_the_end_of_the_stream_ends_the_pipeline(end: str) -> None:
    line = Line(media(tone(20), 0))
    context, records = call_context(line)
    if end == "stop":
        line.feed(stop())
    else:
        line.lose()

    _, up = await run_test(
        TwilioTransport(CONFIG, context).input(), frames_to_send=[], send_end_frame=False
    )

    (asked,) = [frame for frame in up if isinstance(frame, EndWorkerFrame)]
    reason = {"stop": "stream_stopped", "lost": "stream_lost"}[end]
    assert asked.reason == reason
    assert records.kinds() == [reason]


async def test_the_pipelines_end_ends_the_reading() -> None:
    line = Line()
    context, records = call_context(line)

    await run_test(TwilioTransport(CONFIG, context).input(), frames_to_send=[])

    assert records.kinds() == []


async def test_a_pressed_key_becomes_pipecats_frame() -> None:
    line = Line(*(dtmf(digit) for digit in "0123456789*#"), stop())
    context, records = call_context(line)

    down = await down_frames(TwilioTransport(CONFIG, context).input())

    keys = [frame for frame in down if isinstance(frame, InputDTMFFrame)]
    assert [key.button.value for key in keys] == list("0123456789*#")
    assert [entry.private for entry in records if entry.kind == "dtmf"] == [
        {"digit": digit} for digit in "0123456789*#"
    ]
    assert records.fields("dtmf") == [{}] * 12


async def test_keys_that_no_keypad_has_are_ignored() -> None:
    line = Line(dtmf("A"), dtmf("12"), dtmf(""), stop())

    down = await down_frames(transport_on(line).input())

    assert not [frame for frame in down if isinstance(frame, InputDTMFFrame)]


async def test_junk_ends_nothing_and_is_counted() -> None:
    junk: list[str | bytes] = [
        "",
        "{",
        "[]",
        '{"event":"media"}',
        b"\x00",
        '{"event":"media","media":{"payload":7}}',
    ]
    ignored = ['{"event":"novelty"}', '{"event":"connected"}', mark("nobody's")]
    line = Line(*junk, *ignored, media(tone(20), 0), *junk, stop())
    context, records = call_context(line)

    down = await down_frames(TwilioTransport(CONFIG, context).input())

    assert [frame.payload for frame in down if isinstance(frame, PcmuInputFrame)] == [tone(20)]
    assert records.fields("malformed") == [
        {"peer": "twilio", "count": 1},
        {"peer": "twilio", "count": 2 * len(junk)},
    ]


async def test_a_hole_is_filled_with_silence_in_its_place() -> None:
    line = Line(media(tone(20), 0), media(tone(20, 0x2A), 2520), stop())

    down = await down_frames(transport_on(line).input())

    audio = [frame for frame in down if isinstance(frame, PcmuInputFrame)]
    sent = b"".join(base64.b64decode(frame.payload) for frame in audio)
    assert sent == b"\x55" * 160 + b"\xff" * 8 * 2500 + b"\x2a" * 160
    assert [frame.timestamp_ms for frame in audio] == [0, 20, 1020, 2020, 2520]


async def test_holes_are_left_alone_when_the_file_says_so() -> None:
    line = Line(media(tone(20), 0), media(tone(20), 2520), stop())
    config = TwilioSerializerConfig(type="twilio_serializer", pad_gaps=False)

    down = await down_frames(transport_on(line, config).input())

    assert len([frame for frame in down if isinstance(frame, PcmuInputFrame)]) == 2


async def test_a_stall_while_the_caller_speaks_is_filled_once() -> None:
    line, clock, model = Line(), Jump(), Model()
    context, _ = call_context(line, clock)
    transport = TwilioTransport(CONFIG, context)
    call = asyncio.create_task(run_call(transport.input(), model, transport.output()))
    line.feed(media(tone(20), 0))
    await until(lambda: model.heard != [])
    clock.ahead = 0.75  # what the timer believes has passed since

    await model.push_frame(CallerSpeechStartedFrame(), FrameDirection.UPSTREAM)
    await until(lambda: len(model.heard) == 2)
    line.feed(media(tone(20), 1320))
    line.feed(stop())
    await call

    assert model.milliseconds() == [20, 1000, 300, 20]


async def test_a_caller_who_stopped_is_not_filled_up() -> None:
    line, clock, model = Line(media(tone(20), 0)), Jump(), Model()
    context, _ = call_context(line, clock)
    transport = TwilioTransport(CONFIG, context)
    call = asyncio.create_task(run_call(transport.input(), model, transport.output()))
    await until(lambda: model.heard != [])

    await model.push_frame(CallerSpeechStartedFrame(), FrameDirection.UPSTREAM)
    await model.push_frame(CallerSpeechStoppedFrame(), FrameDirection.UPSTREAM)
    clock.ahead = 9.0
    line.feed(stop())
    await call

    assert model.milliseconds() == [20]


async def test_a_processor_that_fails_ends_the_call_instead_of_deafening_it() -> None:
    class Broken(Model):
        async def caller_audio(self, frame: PcmuInputFrame) -> None:
            raise RuntimeError("a bug")

    line = Line(media(tone(20), 0))
    context, records = call_context(line)
    transport = TwilioTransport(CONFIG, context)

    await run_call(transport.input(), Broken(), transport.output())

    assert records.kinds() == ["phone_leg_failed"]


async def test_the_transport_tells_when_the_phone_comes_and_goes() -> None:
    line = Line(stop())
    transport = transport_on(line)
    seen: list[str] = []
    for event in ("on_client_connected", "on_client_disconnected"):
        transport.add_event_handler(event, lambda _, socket, event=event: seen.append(event))

    await run_call(transport.input(), transport.output())

    assert sorted(seen) == ["on_client_connected", "on_client_disconnected"]
