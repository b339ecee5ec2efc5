"""The end of a call by the assistant: goodbye first, hang-up when it was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from pipecat.frames.frames import EndWorkerFrame, Frame, InputDTMFFrame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.configs import HangupConfig
from processors.context import CallContext
from processors.escalation_frames import TransferStateFrame
from processors.frames import (
    CallerSpeechStartedFrame,
    EndCallFrame,
    ModelLostFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseStartedFrame,
)
from processors.state.farewell import is_farewell
from processors.state.hangup import HangupState, HangupWatch
from processors.timer import DeadlineTimer
from processors.tool_frames import ToolStartedFrame

STOP_GRACE = 5.0
"""Seconds that Twilio gets to end the stream after the call was completed by REST."""


FALLBACK_PATIENCE = 3.0
"""Seconds of silence that a caller is left in while REST is asked to speak the fallback."""


class HangupProcessor(CallProcessor):
    """Hangs up once the goodbye was heard; if no model is left, has Twilio say so instead."""

    visited_by = (
        EndCallFrame,
        ResponseStartedFrame,
        ResponseEndedFrame,
        PlaybackEndFrame,
        CallerSpeechStartedFrame,
        InputDTMFFrame,
        ToolStartedFrame,
        InterruptionFrame,
        TransferStateFrame,
        ModelLostFrame,
    )

    def __init__(self, config: HangupConfig, context: CallContext) -> None:
        super().__init__()
        self._context = context
        self._watch = HangupWatch(
            goodbye_timeout=config.goodbye_timeout,
            playback_timeout=config.playback_timeout,
            farewell_timeout=config.after_goodbye if context.speech.end_call else None,
        )
        self._responding = False
        self._goodbye_said = False  # in the response that ended the call: no other one follows
        self._reason = ""
        self._last_words = ""
        self._timer = DeadlineTimer(
            self, self._watch.deadline, self._deadline_passed, context.clock
        )
        self._leaving: asyncio.Task[None] | None = None

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the goodbye; everything passes on."""
        await self.push_frame(frame, direction)
        self._learn(frame, direction, self._context.clock())
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop the timer and whatever still talks to Twilio."""
        await super().cleanup()
        await self._timer.stop()
        if self._leaving is not None and not self._leaving.done():
            await self.cancel_task(self._leaving)

    def _learn(self, frame: Frame, direction: FrameDirection, now: float) -> None:
        watch = self._watch
        match frame:
            case EndCallFrame():
                self._end_requested(frame, now)
            case ResponseStartedFrame():
                self._responding = True
                watch.went_on()
                if frame.purpose == "goodbye":
                    watch.goodbye_started(now)
            case ResponseEndedFrame():
                self._responding = False
                if frame.purpose == "goodbye" or self._goodbye_said:
                    self._goodbye_over(now, failed=frame.status == "failed")
            case PlaybackEndFrame() if direction is FrameDirection.UPSTREAM:
                self._heard(frame.item_id, now)
            case CallerSpeechStartedFrame() | InputDTMFFrame() | ToolStartedFrame():
                watch.went_on()
            case InterruptionFrame():
                watch.interrupted()
            case TransferStateFrame() if frame.active:
                watch.interrupted()  # a person is called: whatever was said, this is not the end
            case ModelLostFrame():
                self._model_lost(frame.reason)

    def _end_requested(self, frame: EndCallFrame, now: float) -> None:
        self._reason, self._last_words = frame.reason, frame.last_words
        self._goodbye_said = frame.goodbye_said
        self._watch.end_requested(now)
        if frame.goodbye_said:
            self._watch.goodbye_started(now)
            if not self._responding:
                self._goodbye_over(now)

    def _goodbye_over(self, now: float, *, failed: bool = False) -> None:
        if failed and self._context.playback.idle:
            self._watch.goodbye_failed()
        elif self._watch.goodbye_ended(now, queued_ms=self._context.playback.queued_ms):
            self._hang_up("goodbye over")

    def _heard(self, item_id: str, now: float) -> None:
        context, idle = self._context, self._context.playback.idle
        if self._watch.goodbye_heard(anything_queued=not idle):
            self._hang_up("goodbye heard")
            return
        words = context.transcript.words_of(item_id)
        if idle and not self._responding and is_farewell(words, context.speech.goodbye):
            self._watch.farewell_heard(now)

    async def _deadline_passed(self) -> None:
        state = self._watch.state
        if not self._watch.timer_fired(self._context.clock()):
            return
        if state is HangupState.WAITING_FOR_GOODBYE and self._goodbye:
            self._leave(self._speak_goodbye())
            return
        farewell = state is HangupState.FAREWELL_HEARD
        self._reason = "goodbye_said" if farewell else self._reason
        self._hang_up("nobody went on" if farewell else "no goodbye came")

    def _model_lost(self, reason: str) -> None:
        if self._watch.goodbye_is_due and self._goodbye:
            self._leave(self._speak_goodbye())
        else:
            self._leave(self._speak_fallback(reason))

    @property
    def _goodbye(self) -> str:
        return self._last_words or self._context.speech.goodbye

    def _hang_up(self, why: str) -> None:
        self._context.record("hangup", reason=self._reason or "end_call", why=why)
        self._leave(self._complete())

    def _leave(self, leaving: Coroutine[Any, Any, None]) -> None:
        """Talk to Twilio beside the audio, never in its way."""
        if self._leaving is not None:
            leaving.close()
            return
        self._leaving = self.create_task(leaving, "leave")

    async def _complete(self) -> None:
        if await self._context.phone.hang_up():
            await asyncio.sleep(STOP_GRACE)
        await self.push_frame(EndWorkerFrame(reason="hangup"), FrameDirection.UPSTREAM)

    async def _speak_goodbye(self) -> None:
        """Have Twilio say what the model did not."""
        self._context.record("hangup", reason=self._reason or "end_call", why="goodbye by Twilio")
        await self._speak(self._goodbye, "hangup")

    async def _speak_fallback(self, reason: str) -> None:
        self._context.record("fallback", reason=reason)
        await self._speak(self._context.speech.fallback, "model_lost")

    async def _speak(self, words: str, reason: str) -> None:
        try:
            async with asyncio.timeout(FALLBACK_PATIENCE):
                spoken = await self._context.phone.say_and_hang_up(words)
        except TimeoutError:
            spoken = False  # a closed socket makes Twilio speak it as well, from the first TwiML
        if spoken:
            await asyncio.sleep(STOP_GRACE)
        await self.push_frame(EndWorkerFrame(reason=reason), FrameDirection.UPSTREAM)
