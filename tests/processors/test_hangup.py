"""The end of a call by the assistant, in a pipeline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pipecat.frames.frames import EndWorkerFrame, InterruptionFrame

from processors.configs import HangupConfig
from processors.context import Speech
from processors.frames import (
    EndCallFrame,
    ModelLostFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseStartedFrame,
)
from tests.processors.stage import Call, FakePhone, Stage, on_stage
from tests.virtual_loop import virtual

STARTED = ResponseStartedFrame(response_id="r", purpose="goodbye")
ENDED = ResponseEndedFrame(response_id="r", purpose="goodbye")


@asynccontextmanager
async def ending(call: Call) -> AsyncIterator[Stage]:
    """The assistant wants to end the call."""
    async with on_stage(HangupConfig().build(call.context)) as stage:
        await stage.down(EndCallFrame(reason="done"))
        yield stage


def says(call: Call, *items: str) -> list[str]:
    """The goodbye goes to the phone; its marks."""
    marks: list[str | None] = []
    for item in items:
        marks.append(call.playback.audio_sent(item, 0, 200.0, call.clock(), purpose="goodbye"))
        marks.append(call.playback.audio_ended(item, 0, call.clock()))
    return [mark for mark in marks if mark]


async def heard(call: Call, stage: Stage, mark: str) -> None:
    for item in call.playback.mark_received(mark, call.clock()):
        await stage.up(PlaybackEndFrame(item, "goodbye"))
    await stage.settle()


async def test_call_is_ended_when_the_goodbye_was_heard_and_not_before() -> None:
    call = Call()
    async with ending(call) as stage:
        await stage.down(STARTED)
        marks = says(call, "commentary", "goodbye")
        await heard(call, stage, marks[1])
        await stage.down(ENDED)
        await stage.settle()
        assert call.phone.hung_up == 0

        await heard(call, stage, marks[-1])

        assert call.phone.hung_up == 1
        assert call.journal("hangup") == [{"reason": "done", "why": "goodbye heard"}]


async def test_goodbye_that_was_heard_before_its_response_ended_ends_the_call() -> None:
    call = Call()
    async with ending(call) as stage:
        await stage.down(STARTED)
        for mark in says(call, "goodbye"):
            await heard(call, stage, mark)
        assert call.phone.hung_up == 0

        await stage.down(ENDED)
        await stage.settle()

        assert call.phone.hung_up == 1


@pytest.mark.parametrize("started", [False, True], ids=["never begun", "never ended"])
@virtual
async def test_call_is_ended_without_a_goodbye(started: bool) -> None:
    call = Call()
    config = HangupConfig(goodbye_timeout=0.002)
    async with on_stage(config.build(call.context)) as stage:
        await stage.down(EndCallFrame(), *[STARTED] * started)
        await asyncio.sleep(0.01)
        assert call.phone.hung_up == 0  # by the call's clock no time has passed

        call.clock.now += 0.002
        await asyncio.sleep(0.01)

        assert call.phone.hung_up == 1
        assert call.journal("hangup") == [{"reason": "end_call", "why": "no goodbye came"}]


@virtual
async def test_last_words_are_left_to_the_phone_company_if_no_goodbye_comes() -> None:
    call = Call()
    config = HangupConfig(goodbye_timeout=0.002)
    async with on_stage(config.build(call.context)) as stage:
        await stage.down(EndCallFrame(reason="server_drained", last_words="We must stop."))
        call.clock.now += 0.002
        await asyncio.sleep(0.01)

        assert (call.phone.said, call.phone.hung_up) == (["We must stop."], 0)
        assert call.journal("hangup") == [{"reason": "server_drained", "why": "goodbye by Twilio"}]


@virtual
async def test_call_is_ended_when_the_phone_never_says_that_the_goodbye_was_heard() -> None:
    call = Call()
    config = HangupConfig(playback_timeout=0.001)
    async with on_stage(config.build(call.context)) as stage:
        await stage.down(EndCallFrame(), STARTED)
        call.playback.audio_sent("goodbye", 0, 1.0, call.clock(), purpose="goodbye")
        await stage.down(ENDED)
        call.clock.now += 0.003
        await asyncio.sleep(0.01)

        assert call.phone.hung_up == 1


async def test_caller_who_cuts_in_keeps_the_call() -> None:
    call = Call()
    async with ending(call) as stage:
        await stage.down(STARTED)
        marks = says(call, "goodbye")
        await stage.down(ENDED, InterruptionFrame())
        call.playback.cut(call.clock())
        await heard(call, stage, marks[-1])
        call.clock.now += 60
        await stage.down(PlaybackEndFrame("other"))
        await stage.settle()

        assert call.phone.hung_up == 0


async def test_lost_model_makes_the_phone_company_speak() -> None:
    call = Call(speech=Speech(fallback="Please call again later."))
    async with on_stage(HangupConfig().build(call.context)) as stage:
        await stage.down(ModelLostFrame("invalid_api_key"), ModelLostFrame("again"))
        await stage.settle()

        assert call.phone.said == ["Please call again later."]
        assert call.journal("fallback") == [{"reason": "invalid_api_key"}]
        assert call.phone.hung_up == 0


@pytest.mark.parametrize("lost", [True, False])
async def test_pipeline_ends_at_once_where_the_phone_company_can_not_be_reached(
    lost: bool,
) -> None:
    call = Call(phone=FakePhone(reachable=False))
    async with ending(call) as stage:
        if lost:
            await stage.down(ModelLostFrame("gone"))
        else:
            await stage.down(STARTED, ENDED)
        await stage.settle()

        (end,) = stage.top.of(EndWorkerFrame)
        assert end.reason == ("model_lost" if lost else "hangup")
