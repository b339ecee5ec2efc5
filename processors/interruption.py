"""Barge-in: the caller speaks, the assistant stops.

Stands behind the model, sees what it heard and what it says, and asks ``InterruptionPolicy``. An
interruption leaves as pipecat's ``InterruptionFrame`` both ways: downstream first, where the
phone leg clears the queue that the caller hears, then upstream, where the model leg cancels and
shortens what was not heard. Any stock processor in between sees it, too.
"""

from __future__ import annotations

from typing import ClassVar

from pipecat.frames.frames import Frame, InputDTMFFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.configs import InterruptionConfig
from processors.context import CallContext
from processors.frames import (
    CallerSpeechStartedFrame,
    CallerSpeechStoppedFrame,
    CallerTurnCommittedFrame,
    CallInterruptionFrame,
    EndCallFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
    TurnControlFrame,
)
from processors.state.interruption import Interruption, InterruptionPolicy
from processors.state.playback import Purpose
from processors.timer import DeadlineTimer


class InterruptionProcessor(CallProcessor):
    """Turns the caller's speech into interruptions, as the call file's policy allows."""

    wants_caller_audio: ClassVar[bool] = False
    wants_assistant_audio: ClassVar[bool] = False

    def __init__(self, config: InterruptionConfig, context: CallContext) -> None:
        super().__init__()
        self._context = context
        self._policy = InterruptionPolicy(
            enabled=config.enabled,
            min_speech_ms=config.min_speech_ms,
            protected=frozenset((*config.protect, "safety")),
        )
        if context.returned is None:  # else they were greeted before they were transferred
            if context.speech.disclosure:
                self._policy.speech_requested("disclosure")
            self._policy.speech_requested("greeting")
        self._told_by_server: bool | None = None
        self._timer = DeadlineTimer(
            self, self._policy.deadline, self._deadline_passed, context.clock
        )

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Learn from a frame, pass it on, then act on what it means."""
        interruption = self._learn(frame, direction)
        await self.push_frame(frame, direction)
        if interruption is not None:
            await self._interrupt(interruption)
        if isinstance(frame, CallerTurnCommittedFrame) and not frame.answered_by_server:
            await self._answer_turn()
        await self._tell_turn_control()
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop the timer."""
        await super().cleanup()
        await self._timer.stop()

    def _learn(self, frame: Frame, direction: FrameDirection) -> Interruption | None:
        now = self._context.clock()
        policy = self._policy
        match frame:
            case CallerSpeechStartedFrame():
                return policy.speech_started(self._playing(now), now)
            case CallerSpeechStoppedFrame():
                policy.speech_stopped(now)
            case InputDTMFFrame():
                return policy.key_pressed(self._playing(now))
            case ResponseStartedFrame():
                policy.response_started(frame.purpose)
            case ResponseEndedFrame():
                policy.response_ended()
                return policy.playback_changed(self._playing(now), now)
            case PlaybackEndFrame() if direction is FrameDirection.UPSTREAM:
                return policy.playback_changed(self._playing(now), now)
            case EndCallFrame():
                policy.end_requested()
            case ResponseRequestFrame():
                policy.speech_requested(frame.purpose)
        return None

    def _playing(self, now: float) -> Purpose | None:
        playing = self._context.playback.playing(now)
        return None if playing is None else playing.purpose

    async def _interrupt(self, interruption: Interruption) -> None:
        playing = self._context.playback.playing(self._context.clock())
        self._context.record(
            "interruption",
            reason=interruption.reason,
            item_id=None if playing is None else playing.item_id,
            heard_ms=None if playing is None else round(playing.heard_ms),
        )
        await self.push_frame(CallInterruptionFrame(reason=interruption.reason))
        await self.push_frame(
            CallInterruptionFrame(reason=interruption.reason), FrameDirection.UPSTREAM
        )
        now = self._context.clock()
        self._policy.playback_changed(self._playing(now), now)

    async def _answer_turn(self) -> None:
        now = self._context.clock()
        self._policy.playback_changed(self._playing(now), now)
        if self._policy.turn_committed(self._context.clock()):
            await self.push_frame(ResponseRequestFrame(), FrameDirection.UPSTREAM)

    async def _tell_turn_control(self) -> None:
        by_server = self._policy.by_server
        if by_server != self._told_by_server:
            self._told_by_server = by_server
            await self.push_frame(TurnControlFrame(by_server), FrameDirection.UPSTREAM)

    async def _deadline_passed(self) -> None:
        interruption = self._policy.timer_fired(self._context.clock())
        if interruption is not None:
            await self._interrupt(interruption)
            await self._tell_turn_control()
