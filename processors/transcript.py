"""Tells the pipeline what was said: a frame for each turn, and pipecat's context kept true."""

from __future__ import annotations

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, LLMContextFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.configs import TranscriptConfig
from processors.context import CallContext
from processors.timer import DeadlineTimer
from processors.turn_frames import TurnEndedFrame


class TranscriptProcessor(CallProcessor):
    """Makes the call's transcript known; what it says is decided in ``state.transcript``.

    Each turn that is final leaves as ``TurnEndedFrame``, both ways. After one of the caller's
    pipecat's ``LLMContextFrame`` goes downstream, as it does where a stock aggregator stands.
    """

    def __init__(self, config: TranscriptConfig, context: CallContext) -> None:
        super().__init__(name="transcript")
        self._context = context
        self._transcript = context.transcript
        self._told = 0
        self._timer = DeadlineTimer(
            self, self._transcript.deadline, self._words_overdue, context.clock
        )

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass everything on, and tell of the turns that are over with it."""
        if isinstance(frame, (EndFrame, CancelFrame)):
            self._context.end_playback()
            await self._tell()  # behind the end nobody would hear of them
        await self.push_frame(frame, direction)
        await self._tell()
        self._timer.arm()

    async def cleanup(self) -> None:
        """Stop waiting for words."""
        await self._timer.stop()
        await super().cleanup()

    async def _words_overdue(self) -> None:
        self._transcript.timer_fired(self._context.clock())
        await self._tell()

    async def _tell(self) -> None:
        while self._told < self._transcript.ended:
            (turn, *_) = self._transcript.ended_since(self._told)
            self._told += 1
            self._context.record(
                "turn",
                item_id=turn.item_id,
                role=turn.role,
                state=str(turn.state),
                started_ms=turn.started_ms,
                ended_ms=turn.ended_ms,
                private={"text": turn.text, "unheard": turn.unheard},
            )
            await self.broadcast_frame(TurnEndedFrame, turn=turn)
            if turn.role == "caller":
                await self.push_frame(LLMContextFrame(self._context.llm_context))
