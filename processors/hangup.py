"""The end of a call by the assistant: goodbye first, hang-up when it was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from pipecat.frames.frames import EndWorkerFrame, Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.configs import HangupConfig
from processors.context import CallContext
from processors.frames import (
    EndCallFrame,
    ModelLostFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseStartedFrame,
)
from processors.state.hangup import HangupWatch
from processors.timer import DeadlineTimer

STOP_GRACE = 5.0
"""Seconds that Twilio gets to end the stream after the call was completed by REST."""


FALLBACK_PATIENCE = 3.0
"""Seconds of silence that a caller is left in while REST is asked to speak the fallback."""


class HangupProcessor(CallProcessor):
    """Hangs up once the goodbye was heard; if no model is left, has Twilio say so instead."""

    def __init__(self, config: HangupConfig, context: CallContext) -> None:
        super().__init__()
        self._context = context
        self._watch = HangupWatch(
            goodbye_timeout=config.goodbye_timeout, playback_timeout=config.playback_timeout
        )
        self._reason = ""
        self._last_words = ""
        self._timer = DeadlineTimer(
            self, self._watch.deadline, self._deadline_passed, context.clock
        )
        self._leaving: asyncio.Task[None] | None = None

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the goodbye; everything passes on."""
        await self.push_frame(frame, direction)
        now = self._context.clock()
        watch = self._watch
        match frame:
            case EndCallFrame():
                self._reason, self._last_words = frame.reason, frame.last_words
                watch.end_requested(now)
            case ResponseStartedFrame() if frame.purpose == "goodbye":
                watch.goodbye_started(now)
            case ResponseEndedFrame() if frame.purpose == "goodbye":
                if watch.goodbye_ended(now, queued_ms=self._context.playback.queued_ms):
                    self._hang_up("goodbye over")
            case PlaybackEndFrame() if direction is FrameDirection.UPSTREAM:
                if watch.goodbye_heard(anything_queued=not self._context.playback.idle):
                    self._hang_up("goodbye heard")
            case InterruptionFrame():
                watch.interrupted()
            case ModelLostFrame():
                self._leave(self._speak_fallback(frame.reason))
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop the timer and whatever still talks to Twilio."""
        await super().cleanup()
        await self._timer.stop()
        if self._leaving is not None and not self._leaving.done():
            await self.cancel_task(self._leaving)

    async def _deadline_passed(self) -> None:
        came = self._watch.goodbye_came
        if not self._watch.timer_fired(self._context.clock()):
            return
        if self._last_words and not came:
            self._context.record("hangup", reason=self._reason, why="goodbye by Twilio")
            self._leave(self._speak(self._last_words, "hangup"))
        else:
            self._hang_up("no goodbye came")

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
