"""Audio hops to who wants it; everything else visits everybody, in order."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest
from pipecat.frames.frames import (
    DataFrame,
    EndFrame,
    Frame,
    InputTransportMessageFrame,
    InterruptionFrame,
    StartFrame,
    TextFrame,
)
from pipecat.processors.filters.identity_filter import IdentityFilter
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.tests.utils import run_test

from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame
from processors.base import CallProcessor, next_for_assistant_audio, next_for_caller_audio
from processors.frames import CallInterruptionFrame
from tests.processors.stage import on_stage


class Passer(CallProcessor):
    """Wants no audio; notes every frame that visits it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self.seen.append(frame)
        await super().process_frame(frame, direction)

    def saw(self, *kinds: type[Frame]) -> list[Frame]:
        return [frame for frame in self.seen if isinstance(frame, kinds)]


class CallerEar(Passer):
    """Wants the caller's audio, and passes it on."""

    wants_caller_audio: ClassVar[bool] = True

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        self.seen.append(frame)
        await super().caller_audio(frame)


class AssistantEar(Passer):
    """Wants the assistant's audio, and passes it on."""

    wants_assistant_audio: ClassVar[bool] = True

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        self.seen.append(frame)
        await super().assistant_audio(frame)


class Foreign(FrameProcessor):
    """A processor that knows nothing of ours, with its own queue."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.seen.append(frame)
        await self.push_frame(frame, direction)


async def test_audio_visits_only_those_who_want_it() -> None:
    passer, caller, assistant = Passer(), CallerEar(), AssistantEar()
    said, answered, text = PcmuInputFrame("AAAA"), PcmuOutputFrame("AAAA"), TextFrame("x")
    async with on_stage(passer, caller, passer_too := Passer(), assistant) as stage:
        await stage.down(said, text, answered)

        assert passer.saw(PcmuInputFrame, PcmuOutputFrame, TextFrame) == [text]
        assert passer_too.saw(PcmuInputFrame, PcmuOutputFrame, TextFrame) == [text]
        assert caller.saw(PcmuInputFrame, PcmuOutputFrame, TextFrame) == [said, text]
        assert assistant.saw(PcmuInputFrame, PcmuOutputFrame, TextFrame) == [text, answered]
        assert stage.bottom.heard == [said, text, answered]


async def test_audio_and_other_frames_keep_their_order() -> None:
    frames: list[Frame] = []
    for number in range(20):
        frames += [PcmuOutputFrame("AAAA"), TextFrame(str(number)), PcmuInputFrame("AAAA")]
    async with on_stage(Passer(), CallerEar(), AssistantEar(), Passer()) as stage:
        await stage.down(*frames)

        assert stage.bottom.heard == frames


async def test_audio_goes_through_a_foreign_processor_in_order() -> None:
    foreign = Foreign()
    frames: list[Frame] = []
    for number in range(20):
        frames += [PcmuOutputFrame("AAAA"), TextFrame(str(number))]
    async with on_stage(Passer(), foreign, Passer()) as stage:
        await stage.down(*frames)
        await stage.settle()

        assert [frame for frame in foreign.seen if frame in frames] == frames
        assert stage.bottom.heard == frames


async def test_interruption_takes_the_audio_that_waits_in_a_foreign_processor() -> None:
    goes_on = asyncio.Event()

    class Slow(Foreign):
        async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
            if isinstance(frame, DataFrame):
                await goes_on.wait()
            await super().process_frame(frame, direction)

    async with on_stage(Slow()) as stage:
        await stage.down(*[PcmuOutputFrame("AAAA") for _ in range(20)])
        await stage.settle()
        await stage.down(InterruptionFrame())
        await stage.settle()
        goes_on.set()
        await stage.settle()

        assert len(stage.bottom.of(PcmuOutputFrame)) <= 1
        assert len(stage.bottom.of(InterruptionFrame)) == 1


async def test_audio_that_a_foreign_processor_sends_back_is_not_turned_round() -> None:
    passer, ear = Passer(), CallerEar()
    frame = PcmuInputFrame("AAAA")
    async with on_stage(passer, ear) as stage:
        await stage.up(frame)

        assert stage.top.heard == [frame]
        assert stage.bottom.heard == []


class Choosy(Passer):
    """Is visited by interruptions only."""

    visited_by = (InterruptionFrame,)


async def test_a_frame_goes_past_whom_it_does_not_concern_and_keeps_its_order() -> None:
    choosy = Choosy()
    sent: list[Frame] = [TextFrame("x"), CallInterruptionFrame(), TextFrame("y")]
    async with on_stage(choosy, Passer()) as stage:
        await stage.down(*sent)
        await stage.up(*sent)

        assert choosy.saw(TextFrame, InterruptionFrame) == [sent[1], sent[1]]
        assert [frame for frame in stage.bottom.heard if frame in sent] == sent
        assert [frame for frame in stage.top.heard if frame in sent] == sent


async def test_begin_and_end_visit_everybody() -> None:
    choosy = Choosy()
    async with on_stage(choosy):
        pass

    assert [type(frame) for frame in choosy.saw(StartFrame, EndFrame)] == [StartFrame, EndFrame]


@pytest.mark.parametrize("processor", [Passer, CallerEar, AssistantEar, Choosy, IdentityFilter])
async def test_every_processor_passes_everything_on(processor: type[FrameProcessor]) -> None:
    sent = [PcmuInputFrame("AAAA"), TextFrame("x"), InputTransportMessageFrame(message={})]

    down, up = await run_test(processor(), frames_to_send=sent)
    _, sent_up = await run_test(
        processor(),
        frames_to_send=[TextFrame("x"), PcmuOutputFrame("AAAA")],
        frames_to_send_direction=FrameDirection.UPSTREAM,
    )

    assert {type(frame) for frame in down} == {type(frame) for frame in sent}
    assert list(up) == []
    assert [type(frame) for frame in sent_up] == [TextFrame, PcmuOutputFrame]


async def test_the_way_of_audio_is_known_beforehand() -> None:
    first, caller, assistant = Passer(), CallerEar(), AssistantEar()
    async with on_stage(first, caller, assistant, Passer()) as stage:
        assert next_for_caller_audio(first) is caller
        assert next_for_caller_audio(caller) is stage.bottom
        assert next_for_assistant_audio(first) is assistant
        assert next_for_assistant_audio(assistant) is stage.bottom


def test_a_processor_outside_a_pipeline_has_no_next() -> None:
    with pytest.raises(AssertionError, match="not linked"):
        next_for_caller_audio(Passer())
