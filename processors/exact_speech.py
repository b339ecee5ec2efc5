"""Has the assistant say exact words, in their turn or at once, and knows when they were heard."""

from __future__ import annotations

import asyncio
from typing import Final

from pipecat.frames.frames import Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.context import CallContext
from processors.frames import (
    CallInterruptionFrame,
    PlaybackEndFrame,
    ResponseEndedFrame,
    ResponseRequestFrame,
    ResponseStartedFrame,
)
from processors.state.playback import Purpose

PATIENCE: Final = 30.0
"""Seconds after which exact words count as said, whatever became of them."""

_TO_ITS_END: Final[frozenset[Purpose]] = frozenset({"disclosure", "goodbye", "safety"})
"""Speech that is not cut for anything: what we have to say waits."""


class ExactSpeech:
    """The exact words that one processor has said, one sentence at a time.

    The owner stands behind the model, hands every frame to ``learn``, and awaits ``say`` in a task.
    """

    def __init__(self, owner: FrameProcessor, context: CallContext) -> None:
        self._owner = owner
        self._context = context
        self._waiting: Purpose | None = None
        self._begun = False
        self._heard = asyncio.Event()
        self._cutting = False  # the model's own answer gives way to what we say
        self._responding: Purpose | None = None

    async def say(self, words: str, *, purpose: Purpose = "notice", at_once: bool = False) -> None:
        """Have words said exactly; returns when they were heard, or cut.

        Args:
            words: What is said.
            purpose: What for; ``safety`` is not interrupted.
            at_once: Cut off what the assistant says of itself, also if it is only about to.
        """
        self._waiting, self._begun = purpose, False
        self._heard.clear()
        self._cutting = at_once
        if at_once:
            await self._cut()
        request = ResponseRequestFrame(purpose=purpose, exact_words=words)
        await self._owner.push_frame(request, FrameDirection.UPSTREAM)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._heard.wait()
        except TimeoutError:
            self._context.record("words_not_heard", purpose=purpose)
        finally:
            self._waiting, self._cutting = None, False

    async def learn(self, frame: Frame) -> None:
        """See what becomes of the words."""
        match frame:
            case ResponseStartedFrame():
                self._responding = frame.purpose
                if frame.purpose == self._waiting:
                    self._begun, self._cutting = True, False
                elif self._cutting and frame.purpose == "answer":
                    await self._cut()
            case ResponseEndedFrame():
                self._responding = None
                if self._is_ours(frame.purpose) and frame.status != "completed":
                    self._heard.set()
            case PlaybackEndFrame() if self._is_ours(frame.purpose):
                self._heard.set()
            case InterruptionFrame() if self._begun:
                self._heard.set()

    def _is_ours(self, purpose: Purpose) -> bool:
        return self._begun and purpose == self._waiting

    async def _cut(self) -> None:
        playing = self._context.playback.playing(self._context.clock())
        heard = None if playing is None else playing.purpose
        if heard in _TO_ITS_END or self._responding in _TO_ITS_END:
            return
        if heard is None and self._responding is None:
            return
        self._context.record(
            "interruption",
            reason="escalation",
            item_id=None if playing is None else playing.item_id,
            heard_ms=None if playing is None else round(playing.heard_ms),
        )
        for direction in (FrameDirection.DOWNSTREAM, FrameDirection.UPSTREAM):
            await self._owner.push_frame(CallInterruptionFrame(reason="escalation"), direction)
