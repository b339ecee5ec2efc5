"""Says something short while a function takes long, so that the caller knows they were heard."""

from __future__ import annotations

from pipecat.frames.frames import Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import ModelAudioFrame
from processors.base import CallProcessor
from processors.configs import ToolFillerConfig
from processors.context import CallContext
from processors.escalation_frames import TransferStateFrame
from processors.floor_watch import FloorWatch
from processors.frames import EndCallFrame, ResponseRequestFrame
from processors.state.filler import FillerPolicy
from processors.timer import DeadlineTimer
from processors.tool_frames import ToolEndedFrame, ToolStartedFrame


class ToolFiller(CallProcessor):
    """Has the call file's words said when a function keeps the caller waiting."""

    def __init__(self, config: ToolFillerConfig, context: CallContext) -> None:
        super().__init__(name="tool_filler")
        self._context = context
        self._floor = FloorWatch(context)
        self._policy = FillerPolicy(config.filler_after / 1000, config.say)
        self._timer = DeadlineTimer(
            self, self._policy.deadline, self._deadline_passed, context.clock
        )

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Learn from a frame, and pass it on."""
        self._floor.take(frame, direction)
        policy = self._policy
        match frame:
            case ToolStartedFrame():
                policy.tool_started(frame.call_id, frame.filler, self._context.clock())
            case ToolEndedFrame():
                policy.tool_ended(frame.call_id)
            case ModelAudioFrame() if frame.output_format is not None:
                self._floor.opened()
            case TransferStateFrame():
                policy.silenced(silenced=frame.active)
            case EndCallFrame():
                policy.silenced(silenced=True)
            case InterruptionFrame():
                policy.silenced(silenced=False)
        policy.floor_changed(self._floor.free_from)
        await self.push_frame(frame, direction)
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop the timer."""
        await super().cleanup()
        await self._timer.stop()

    async def _deadline_passed(self) -> None:
        words = self._policy.timer_fired(self._context.clock())
        if words is not None:
            self._context.record("filler")
            await self.push_frame(
                ResponseRequestFrame(purpose="filler", exact_words=words),
                FrameDirection.UPSTREAM,
            )
