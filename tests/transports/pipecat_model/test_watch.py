"""Pipecat's services that fail: when the caller is told, and when nobody need be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from pipecat.frames.frames import ErrorFrame, Frame, TTSStartedFrame
from pipecat.pipeline.service_switcher import ServiceSwitcher, ServiceSwitcherStrategyFailover
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.errors import ErrorCategory

from processors.base import CallProcessor
from processors.frames import ModelLostFrame
from processors.state.service_health import LULL, PATIENCE
from tests.processors.stage import Call, Stage, on_stage
from tests.virtual_loop import virtual
from transports.pipecat_model.config import PipecatModelConfig

HERE = "tests.transports.pipecat_model.test_watch"


class Service(FrameProcessor):
    """A service that does what a test wants."""

    made: ClassVar[list[Service]] = []

    def __init__(self) -> None:
        super().__init__()
        self.made.append(self)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


class Spare(ServiceSwitcher[ServiceSwitcherStrategyFailover]):
    """Two services, the second for when the first is out of order."""

    def __init__(self) -> None:
        super().__init__([Service(), Service()], ServiceSwitcherStrategyFailover)


class Neighbour(CallProcessor):
    """A processor of the call, not of the model."""


class Watched:
    """A call on stage whose model is made of stub services."""

    def __init__(self, call: Call, stage: Stage, neighbour: Neighbour) -> None:
        self.call = call
        self.stage = stage
        self.neighbour = neighbour
        self.service, self.spare = Service.made[0], Service.made[-1]

    async def fails(self, service: FrameProcessor, category: ErrorCategory) -> None:
        await service.push_error("it did not work", category=category)
        await self.stage.settle()

    async def speaks(self) -> None:
        await self.service.push_frame(TTSStartedFrame())
        await self.stage.settle()

    async def passes(self, seconds: float) -> None:
        """Time passes, on both clocks."""
        self.call.clock.now += seconds
        await asyncio.sleep(seconds)
        await self.stage.settle()

    def lost(self) -> list[str]:
        """Why the model was given up, as the call's processors were told."""
        told = [frame.reason for frame in self.stage.bottom.of(ModelLostFrame)]
        assert [fields["reason"] for fields in self.call.journal("model_lost")] == told
        return told


@asynccontextmanager
async def watched(use: str = "Service") -> AsyncIterator[Watched]:
    Service.made.clear()
    call, neighbour = Call(), Neighbour()
    config = PipecatModelConfig.model_validate(
        {"type": "pipecat_model", "services": [{"use": f"{HERE}:{use}"}]}
    )
    async with on_stage(config.build(call.context), neighbour) as stage:
        found = Watched(call, stage, neighbour)
        await found.passes(0.0)
        yield found


@virtual
async def test_a_service_that_fails_and_never_greets_is_given_up() -> None:
    async with watched() as call:
        await call.fails(call.service, ErrorCategory.CONNECTIVITY)
        await call.passes(PATIENCE - 0.2)
        assert call.lost() == []

        await call.passes(0.2)

        assert call.lost() == ["connectivity"]
        assert call.stage.top.of(ErrorFrame)


@virtual
async def test_a_service_that_connects_again_and_speaks_is_not() -> None:
    async with watched() as call:
        await call.fails(call.service, ErrorCategory.CONNECTIVITY)
        await call.passes(1.0)
        await call.speaks()
        await call.passes(10 * PATIENCE)

        assert call.lost() == []


@virtual
async def test_a_service_that_fails_again_and_again_in_mid_call_is_given_up_once() -> None:
    async with watched() as call:
        await call.speaks()
        for _ in range(round(2 * PATIENCE)):
            await call.passes(LULL / 2)
            await call.fails(call.service, ErrorCategory.UNKNOWN)

        assert call.lost() == ["unknown"]


@virtual
async def test_an_error_now_and_then_ends_no_call() -> None:
    async with watched() as call:
        await call.speaks()
        for _ in range(5):
            await call.passes(PATIENCE)
            await call.fails(call.service, ErrorCategory.SERVER)

        assert call.lost() == []


@virtual
async def test_a_service_that_says_it_is_finished_is_given_up_at_once() -> None:
    async with watched() as call:
        await call.speaks()
        await call.fails(call.service, ErrorCategory.AUTHENTICATION)

        assert call.lost() == ["authentication"]


@virtual
async def test_errors_of_the_calls_other_processors_are_not_the_models() -> None:
    async with watched() as call:
        await call.fails(call.neighbour, ErrorCategory.AUTHENTICATION)
        await call.passes(2 * PATIENCE)

        assert call.stage.top.of(ErrorFrame)
        assert call.lost() == []


@virtual
async def test_a_spare_service_takes_over() -> None:
    async with watched("Spare") as call:
        await call.speaks()
        await call.fails(call.service, ErrorCategory.AUTHENTICATION)
        await call.passes(PATIENCE)
        assert call.lost() == []

        await call.fails(call.spare, ErrorCategory.AUTHENTICATION)

        assert call.lost() == ["unknown"]  # the switcher's word for it


@pytest.mark.parametrize("seconds", [0.0, PATIENCE / 2])
@virtual
async def test_a_call_that_ends_meanwhile_waits_for_nobody(seconds: float) -> None:
    async with watched() as call:
        await call.fails(call.service, ErrorCategory.CONNECTIVITY)
        await call.passes(seconds)
    await asyncio.sleep(2 * PATIENCE)

    assert call.lost() == []
