import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.tests.utils import run_test

from processors.audio_frames import PcmuOutputFrame
from processors.base import CallProcessor
from processors.frames import AssistantAudioEndFrame, CallInterruptionFrame, PlaybackEndFrame
from processors.state.playback import ECHO_GRACE, Purpose
from processors.state.playback_plan import UNKNOWN_ROUND_TRIP
from tests.transports.twilio.line import (
    Jump,
    Line,
    Records,
    call_context,
    mark,
    run_call,
    stop,
    tone,
    until,
)
from tests.virtual_loop import virtual
from transports.twilio.config import TwilioSerializerConfig
from transports.twilio.transport import TwilioTransport

CONFIG = TwilioSerializerConfig(type="twilio_serializer")
ALIGNED = TwilioSerializerConfig(type="twilio_serializer", align_20ms=True)


def audio(payload: str, item_id: str = "item_1", purpose: Purpose = "answer") -> PcmuOutputFrame:
    return PcmuOutputFrame(payload, item_id, 0, "resp_1", purpose)


class Model(CallProcessor):
    """Speaks, and sees what comes back from the phone's end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Frame] = []

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if direction is FrameDirection.UPSTREAM:
            self.seen.append(frame)
        await self.push_frame(frame, direction)

    async def say(self, *payloads: str, item_id: str = "item_1", end: bool = True) -> None:
        for payload in payloads:
            await self.push_audio(audio(payload, item_id))
        if end:
            await self.push_frame(AssistantAudioEndFrame(item_id))

    def names(self) -> list[str]:
        return [type(frame).__name__ for frame in self.seen]


class Call:
    def __init__(self, config: TwilioSerializerConfig = CONFIG) -> None:
        self.line, self.clock = Line(), Jump()
        self.context, self.records = call_context(self.line, self.clock)
        self.model = Model()
        transport = TwilioTransport(config, self.context)
        self.processors = (transport.input(), self.model, transport.output())

    async def echo(self, *names: str) -> None:
        for name in names:
            self.line.feed(mark(name))
        await self.line.read_all()


@asynccontextmanager
async def ongoing(config: TwilioSerializerConfig = CONFIG) -> AsyncIterator[Call]:
    call = Call(config)
    running = asyncio.create_task(run_call(*call.processors))
    await until(lambda: call.line.is_read)
    yield call
    call.line.flowing.set()
    call.line.feed(stop())
    await running


async def sent_by(
    frames: Sequence[Frame], config: TwilioSerializerConfig = CONFIG
) -> tuple[Line, Records, Sequence[Frame]]:
    line = Line()
    context, records = call_context(line)
    output = TwilioTransport(config, context).output()
    down, _ = await run_test(output, frames_to_send=frames)
    return line, records, down


async def test_deltas_go_out_as_they_came_with_a_mark_each_100_ms_and_one_at_the_end() -> None:
    payloads = [tone(30, byte) for byte in range(10)]

    line, _, _ = await sent_by([*map(audio, payloads), AssistantAudioEndFrame("item_1")])

    assert line.payloads() == payloads
    four = ["media"] * 4
    assert line.kinds() == ["media", "mark", *four, "mark", *four, "mark", "media", "mark"]
    assert len(set(line.marks())) == 4


async def test_every_message_has_the_documented_keys_and_no_other() -> None:
    line, _, _ = await sent_by([audio(tone(20)), InterruptionFrame()])

    assert [sorted(message) for message in line.messages()] == [
        ["event", "media", "streamSid"],
        ["event", "mark", "streamSid"],
        ["event", "streamSid"],
    ]


async def test_an_interruption_clears_before_it_travels_on() -> None:
    line, _, down = await sent_by([audio(tone(500)), CallInterruptionFrame()])

    assert line.kinds() == ["media", "mark", "clear"]
    assert [type(frame) for frame in down] == [CallInterruptionFrame]


async def test_with_nothing_queued_there_is_nothing_to_clear() -> None:
    line, _, _ = await sent_by([InterruptionFrame()])

    assert line.sent == []


async def test_audio_of_a_cut_item_goes_nowhere_and_that_of_the_next_does() -> None:
    line, _, _ = await sent_by(
        [
            audio(tone(100, 1)),
            InterruptionFrame(),
            audio(tone(100, 2)),
            AssistantAudioEndFrame("item_1"),
            audio(tone(100, 3), "item_2"),
        ]
    )

    assert line.payloads() == [tone(100, 1), tone(100, 3)]
    assert line.kinds() == ["media", "mark", "clear", "media", "mark"]


@pytest.mark.parametrize("payload", ["", "AAA", 'AA"}', "AA\\A", "A B=", "ÄÄÄÄ"])
async def test_a_delta_that_is_not_base64_is_dropped_and_counted(payload: str) -> None:
    line, records, _ = await sent_by([audio(payload), audio(payload), audio(tone(20))])

    assert line.payloads() == [tone(20)]
    assert records.fields("malformed") == [{"peer": "openai", "count": 1}]


async def test_audio_that_is_not_pcmu_is_dropped() -> None:
    line, _, down = await sent_by([OutputAudioRawFrame(bytes(320), 8000, 1)])

    assert line.sent == []
    assert down == []


async def test_the_assistant_speaks_when_the_first_mark_is_back_and_until_the_last() -> None:
    async with ongoing() as call:
        await call.model.say(tone(100), tone(150), tone(50))
        first, *_ = call.line.marks()
        assert call.model.names() == []

        await call.echo(first)
        assert call.model.names() == ["BotStartedSpeakingFrame"]
        await call.echo(*call.line.marks()[1:])
        assert call.model.names() == [
            "BotStartedSpeakingFrame",
            "PlaybackEndFrame",
            "BotStoppedSpeakingFrame",
        ]

    assert call.records.fields("assistant_audio_started") == [{"item_id": "item_1"}]
    assert call.records.fields("assistant_heard") == [{"item_id": "item_1"}]


async def test_two_items_in_a_row_are_one_run_and_end_each_on_its_own() -> None:
    async with ongoing() as call:
        await call.model.say(tone(100), item_id="item_1")
        await call.model.push_audio(audio(tone(100), "item_2", "goodbye"))
        await call.model.push_frame(AssistantAudioEndFrame("item_2"))
        await call.echo(*call.line.marks())

    ends = [frame for frame in call.model.seen if isinstance(frame, PlaybackEndFrame)]
    assert [(end.item_id, end.purpose) for end in ends] == [
        ("item_1", "answer"),
        ("item_2", "goodbye"),
    ]
    assert call.model.names().count("BotStartedSpeakingFrame") == 1
    assert call.model.names()[-1] == "BotStoppedSpeakingFrame"


async def test_a_cut_ends_the_assistants_speaking() -> None:
    async with ongoing() as call:
        await call.model.say(tone(1000), tone(1000), end=False)
        await call.echo(call.line.marks()[0])

        await call.model.push_frame(CallInterruptionFrame())
        assert call.model.names() == ["BotStartedSpeakingFrame", "BotStoppedSpeakingFrame"]

    assert not [frame for frame in call.model.seen if isinstance(frame, PlaybackEndFrame)]


async def test_when_the_clear_has_returned_its_marks_the_model_can_be_told() -> None:
    async with ongoing() as call:
        await call.model.say(tone(1000), tone(1000))
        first, *others = call.line.marks()
        await call.echo(first)
        await call.model.push_frame(CallInterruptionFrame())
        assert "CutSettledFrame" not in call.model.names()
        await call.echo(*others)
        await until(lambda: "CutSettledFrame" in call.model.names())
        (truncation,) = call.context.playback.take_truncations()

    assert truncation.item_id == "item_1"


@virtual
async def test_a_mark_that_never_comes_back_is_given_up_in_time() -> None:
    async with ongoing() as call:
        await call.model.say(tone(20))
        await asyncio.sleep(UNKNOWN_ROUND_TRIP + ECHO_GRACE)
        assert "PlaybackEndFrame" not in call.model.names()

        await asyncio.sleep(0.1)
        assert "PlaybackEndFrame" in call.model.names()

    assert call.records.fields("assistant_heard") == [{"item_id": "item_1"}]


async def test_marks_that_a_clear_returns_start_nothing() -> None:
    async with ongoing() as call:
        await call.model.say(tone(1000), tone(1000))
        await call.model.push_frame(CallInterruptionFrame())
        await call.echo(*call.line.marks())
        await call.echo("never-sent", call.line.marks()[0])

    assert not [
        frame
        for frame in call.model.seen
        if isinstance(frame, (BotStartedSpeakingFrame, BotStoppedSpeakingFrame, PlaybackEndFrame))
    ]


async def test_a_stalled_network_does_not_hold_up_the_model() -> None:
    async with ongoing() as call:
        call.line.flowing.clear()
        await call.model.say(*(tone(50, byte) for byte in range(40)))
        assert call.line.sent == []

        call.line.flowing.set()
        await until(lambda: len(call.line.payloads()) == 40)

    assert call.line.payloads() == [tone(50, byte) for byte in range(40)]
    assert call.line.kinds()[-1] == "mark"


async def test_a_cut_during_a_stall_takes_back_what_is_not_on_its_way() -> None:
    async with ongoing() as call:
        call.line.flowing.clear()
        await call.model.say(*(tone(100) for _ in range(10)))
        await call.model.push_frame(CallInterruptionFrame())

        call.line.flowing.set()
        await until(lambda: len(call.line.sent) == 13)

    # The first message was under way; the marks follow, since the ledger waits for them.
    assert call.line.kinds() == ["media", "clear", *["mark"] * 11]


async def test_a_phone_that_is_gone_is_not_spoken_to() -> None:
    async with ongoing() as call:
        call.line.gone = True
        await call.model.say(tone(100), tone(100))

    assert call.line.sent == []


async def test_aligned_audio_goes_out_in_whole_frames_and_the_rest_at_the_end() -> None:
    pcmu = bytes(range(256)) * 4
    cuts = [0, 100, 165, 500, 501, 1000, 1024]
    deltas = [base64.b64encode(pcmu[begin:end]).decode() for begin, end in itertools.pairwise(cuts)]

    line, _, _ = await sent_by([*map(audio, deltas), AssistantAudioEndFrame("item_1")], ALIGNED)

    sent = [base64.b64decode(payload) for payload in line.payloads()]
    assert b"".join(sent) == pcmu
    assert [len(piece) % 160 for piece in sent] == [0, 0, 0, 64]


async def test_the_rest_of_an_aligned_item_goes_before_the_next_item() -> None:
    line, _, _ = await sent_by(
        [audio(tone(30, 1)), audio(tone(20, 2), "item_2"), AssistantAudioEndFrame("item_2")],
        ALIGNED,
    )

    assert line.payloads() == [tone(20, 1), tone(10, 1), tone(20, 2)]


async def test_the_rest_of_a_cut_item_is_forgotten() -> None:
    line, _, _ = await sent_by(
        [
            audio(tone(30, 1)),
            InterruptionFrame(),
            AssistantAudioEndFrame("item_1"),
            audio(tone(20, 2), "item_2"),
        ],
        ALIGNED,
    )

    assert line.payloads() == [tone(20, 1), tone(20, 2)]
