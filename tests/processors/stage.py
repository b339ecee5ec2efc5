"""Processors on stage: a running pipeline with an ear at each end and a clock that tests set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipecat.frames.frames import EndFrame, Frame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame
from processors.base import CallProcessor
from processors.context import CallContext, CallInfo, Speech
from processors.state.journal import Entry, Journal
from processors.state.playback import PlaybackLedger

FrameT = TypeVar("FrameT", bound=Frame)


class Clock:
    """Tells the time that a test sets, seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class FakePhone:
    """The caller's leg as REST sees it: notes what was asked of it."""

    def __init__(self, *, reachable: bool = True) -> None:
        self.reachable = reachable
        self.hung_up = 0
        self.said: list[str] = []

    async def hang_up(self) -> bool:
        self.hung_up += 1
        return self.reachable

    async def say_and_hang_up(self, words: str) -> bool:
        self.said.append(words)
        return self.reachable


class Ear(CallProcessor):
    """Keeps what reaches one end of the pipeline, in order."""

    wants_caller_audio = True
    wants_assistant_audio = True

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.heard: list[Frame] = []
        self.started = asyncio.Event()

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        self.heard.append(frame)

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        self.heard.append(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if direction is FrameDirection.UPSTREAM and isinstance(
            frame, PcmuInputFrame | PcmuOutputFrame
        ):
            self.heard.append(frame)
        await super().process_frame(frame, direction)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, StartFrame):
            self.started.set()
        else:
            self.heard.append(frame)
        await self.push_frame(frame, direction)

    def of(self, kind: type[FrameT]) -> list[FrameT]:
        return [frame for frame in self.heard if isinstance(frame, kind)]


@dataclass
class Stage:
    """A running pipeline: send at one end, look at the other."""

    top: Ear
    bottom: Ear
    worker: PipelineWorker

    async def down(self, *frames: Frame) -> None:
        """Send from the phone's end; audio hops."""
        for frame in frames:
            if isinstance(frame, PcmuInputFrame | PcmuOutputFrame):
                await self.top.push_audio(frame)
            else:
                await self.top.push_frame(frame)

    async def up(self, *frames: Frame) -> None:
        """Send from the far end."""
        for frame in frames:
            await self.bottom.push_frame(frame, FrameDirection.UPSTREAM)

    async def settle(self) -> None:
        """Let everything run that is ready."""
        for _ in range(50):
            await asyncio.sleep(0)


@dataclass
class Call:
    """What a processor is built from, within a test's reach."""

    speech: Speech = field(default_factory=Speech)
    clock: Clock = field(default_factory=Clock)
    phone: FakePhone = field(default_factory=FakePhone)
    playback: PlaybackLedger = field(default_factory=PlaybackLedger)
    entries: list[Entry] = field(default_factory=list)

    @property
    def context(self) -> CallContext:
        journal = Journal(self.clock())
        journal.listen(self.entries.append)
        return CallContext(
            info=CallInfo(call_sid="CA1"),
            speech=self.speech,
            clock=self.clock,
            journal=journal,
            playback=self.playback,
            phone=self.phone,
        )

    def journal(self, kind: str) -> list[dict[str, Any]]:
        return [entry.fields for entry in self.entries if entry.kind == kind]


@asynccontextmanager
async def on_stage(*processors: FrameProcessor) -> AsyncIterator[Stage]:
    """Run processors between two ears until the block ends."""
    top, bottom = Ear("top"), Ear("bottom")
    worker = PipelineWorker(
        Pipeline([top, *processors, bottom]),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(2):
            await bottom.started.wait()
        yield Stage(top, bottom, worker)
    finally:
        await worker.queue_frame(EndFrame())
        async with asyncio.timeout(5):
            await running
