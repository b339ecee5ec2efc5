"""Barge-in in a pipeline: what leaves, which way, and when."""

from __future__ import annotations

import asyncio

from pipecat.audio.dtmf.types import KeypadEntry as Key
from pipecat.frames.frames import Frame, InputDTMFFrame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.configs import InterruptionConfig
from processors.context import Speech
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    CallInterruptionFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
    TurnControlFrame,
)
from processors.state.playback import Purpose
from tests.processors.stage import Call, Ear, Stage, on_stage
from tests.virtual_loop import virtual

CONFIG = InterruptionConfig(type="interruption")


def interruption(call: Call, config: InterruptionConfig = CONFIG) -> FrameProcessor:
    return config.build(call.context)


def plays(call: Call, purpose: Purpose = "answer") -> None:
    """The phone is in the middle of 1 s of speech."""
    call.playback.audio_sent("item", 0, 1000.0, call.clock.now - 0.5, purpose=purpose)


def interruptions(ear: Ear) -> int:
    return len(ear.of(CallInterruptionFrame))


def turn_control(stage: Stage) -> list[bool]:
    return [frame.by_server for frame in stage.top.of(TurnControlFrame)]


async def test_speech_over_the_assistant_interrupts_both_ways() -> None:
    call = Call()
    plays(call)
    async with on_stage(interruption(call)) as stage:
        await stage.down(CallerSpeechStartedFrame())

        assert interruptions(stage.top) == interruptions(stage.bottom) == 1
        below = [type(frame) for frame in stage.bottom.heard]
        assert below == [CallerSpeechStartedFrame, CallInterruptionFrame]
        assert isinstance(stage.bottom.heard[1], InterruptionFrame)
        assert call.journal("interruption") == [
            {"reason": "caller_speech", "item_id": "item", "heard_ms": 500}
        ]


async def test_phone_is_cleared_before_the_model_is_told() -> None:
    call = Call()
    plays(call)
    order: list[str] = []

    class Noting(Ear):
        async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
            if isinstance(frame, CallInterruptionFrame):
                order.append(self.name)
            await super().handle_frame(frame, direction)

    async with on_stage(Noting("model"), interruption(call), Noting("phone")) as stage:
        await stage.top.push_frame(CallerSpeechStartedFrame())

    assert order == ["phone", "model"]


async def test_speech_in_silence_is_just_a_turn() -> None:
    async with on_stage(interruption(Call())) as stage:
        await stage.down(CallerSpeechStartedFrame(), CallerSpeechStoppedFrame())
        await stage.down(CallerTurnCommittedFrame("u1", answered_by_server=True))

        assert interruptions(stage.top) == interruptions(stage.bottom) == 0
        assert stage.top.of(ResponseRequestFrame) == []


async def test_key_interrupts_too() -> None:
    call = Call()
    plays(call)
    async with on_stage(interruption(call)) as stage:
        await stage.down(InputDTMFFrame(button=Key.ONE))

        assert [frame.reason for frame in stage.bottom.of(CallInterruptionFrame)] == ["caller_key"]


async def test_protected_speech_is_said_to_its_end_and_the_turn_answered_by_us() -> None:
    call = Call(speech=Speech(disclosure="This call is recorded."))
    plays(call, "disclosure")
    async with on_stage(interruption(call)) as stage:
        await stage.down(ResponseStartedFrame(response_id="r1", purpose="disclosure"))
        await stage.down(CallerSpeechStartedFrame())
        await stage.down(CallerSpeechStoppedFrame())
        await stage.down(CallerTurnCommittedFrame("u1", answered_by_server=False))

        assert interruptions(stage.bottom) == 0
        assert len(stage.top.of(ResponseRequestFrame)) == 1
        assert turn_control(stage) == [False]


async def test_model_interrupts_by_itself_again_once_the_protected_speech_was_heard() -> None:
    call = Call(speech=Speech(disclosure="This call is recorded."))
    mark = call.playback.audio_sent("item", 0, 100.0, 100.0, purpose="disclosure")
    assert mark is not None
    call.playback.audio_ended("item", 0, 100.0)
    async with on_stage(interruption(call)) as stage:
        await stage.down(ResponseStartedFrame(response_id="r1", purpose="disclosure"))
        await stage.down(ResponseEndedFrame(response_id="r1", purpose="disclosure"))
        assert turn_control(stage) == [False]

        assert call.playback.mark_received(mark, 100.2) == ["item"]
        await stage.up(PlaybackEndFrame("item", "disclosure"))

        assert turn_control(stage) == [False, True]


async def test_model_does_not_interrupt_by_itself_once_protected_speech_was_asked_for() -> None:
    async with on_stage(interruption(Call())) as stage:
        await stage.up(ResponseRequestFrame())
        await stage.down(ResponseStartedFrame(response_id="r1", purpose="answer"))
        assert turn_control(stage) == [True]

        await stage.up(ResponseRequestFrame("goodbye"))

        assert turn_control(stage) == [True, False]


@virtual
async def test_speech_must_last_where_the_file_says_so() -> None:
    call = Call()
    plays(call)
    config = InterruptionConfig(type="interruption", min_speech_ms=300)
    async with on_stage(interruption(call, config)) as stage:
        await stage.down(CallerSpeechStartedFrame())
        assert turn_control(stage) == [False]
        assert interruptions(stage.bottom) == 0

        call.clock.now = 100.299
        await stage.down(PlaybackEndFrame("other"))
        call.clock.now = 100.301
        await stage.down(CallerSpeechStoppedFrame())  # too late to make it short
        await asyncio.sleep(0.005)

        assert interruptions(stage.bottom) == 0


@virtual
async def test_speech_that_lasts_interrupts_by_itself() -> None:
    call = Call()
    plays(call)
    config = InterruptionConfig(type="interruption", min_speech_ms=1)
    async with on_stage(interruption(call, config)) as stage:
        await stage.down(CallerSpeechStartedFrame())
        assert interruptions(stage.bottom) == 0
        call.clock.now += 0.0011
        await asyncio.sleep(0.01)

        assert interruptions(stage.top) == interruptions(stage.bottom) == 1


async def test_short_speech_that_did_not_interrupt_gets_no_answer() -> None:
    call = Call()
    plays(call)
    config = InterruptionConfig(type="interruption", min_speech_ms=300)
    async with on_stage(interruption(call, config)) as stage:
        await stage.down(CallerSpeechStartedFrame())
        call.clock.now += 0.1
        await stage.down(CallerSpeechStoppedFrame())
        call.clock.now += 0.5
        await stage.down(CallerTurnCommittedFrame("u1", answered_by_server=False))

        assert stage.top.of(ResponseRequestFrame) == []
