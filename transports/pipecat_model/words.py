"""What was said, as pipecat's services write it down: for the transcript and the record."""

from __future__ import annotations

from pipecat.frames.frames import Frame, TranscriptionFrame, TTSStoppedFrame, TTSTextFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.base import CallProcessor
from processors.context import CallContext


def item_id(spoken: int) -> str:
    """What mulaw_passthrough calls the audio of the speech that comes after so many."""
    return f"local-{spoken}"


class CallerWords(CallProcessor):
    """Notes what the caller said."""

    def __init__(self, context: CallContext) -> None:
        super().__init__(name="pipecat_model (caller)")
        self._context = context
        self._turns = 0

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note a transcription; pass everything on."""
        if isinstance(frame, TranscriptionFrame):
            self._said(frame.text)
        await self.push_frame(frame, direction)

    def _said(self, text: str) -> None:
        self._turns += 1
        turn, context = f"caller-{self._turns}", self._context
        context.transcript.caller_committed(turn, None, context.clock())
        context.transcript.caller_said(turn, text)
        context.record("caller_said", item_id=turn, private={"text": text})


class AssistantWords(CallProcessor):
    """Notes what the assistant says."""

    def __init__(self, context: CallContext) -> None:
        super().__init__(name="pipecat_model (assistant)")
        self._context = context
        self._spoken = 0
        self._said = ""

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note words, and where a speech ends; pass everything on."""
        if isinstance(frame, TTSTextFrame):
            spaced = frame.includes_inter_frame_spaces or not self._said
            words = frame.text if spaced else f" {frame.text}"
            self._said += words
            self._context.transcript.assistant_said(item_id(self._spoken), words)
        elif isinstance(frame, TTSStoppedFrame):
            self._stopped()
        await self.push_frame(frame, direction)

    def _stopped(self) -> None:
        item, said = item_id(self._spoken), self._said.strip()
        self._spoken += 1
        self._said = ""
        self._context.transcript.assistant_finished(item, completed=True, text=said)
        self._context.record(
            "assistant_said", item_id=item, purpose="answer", private={"text": said}
        )
