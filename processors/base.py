"""The base of every Callwright processor: direct mode, and audio that hops past who needs none.

A frame's way through a pipecat processor costs some 20 µs, most of it for hooks and tracing
strings. Control frames are rare and take it, through everybody, in order. Audio is fifty frames
a second each way: it goes from one processor that wants it straight to the next one that does,
by a plain awaited call. No queue lies between, so audio and control frames keep their order.
"""

from __future__ import annotations

from typing import ClassVar

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameCallback, FrameDirection, FrameProcessor

from processors.frames import PcmuInputFrame, PcmuOutputFrame


class AudioHops(FrameProcessor):
    """Mixin: routes audio frames by who wants them, and everything else as pipecat does.

    A subclass says which audio it wants by class attribute and gets it in ``caller_audio`` or
    ``assistant_audio``; it passes audio on with ``push_audio``. All other frames arrive in
    ``handle_frame``, which passes them on unless overridden.
    """

    wants_caller_audio: ClassVar[bool] = False
    wants_assistant_audio: ClassVar[bool] = False

    _next_for_caller_audio: FrameProcessor | None = None
    _next_for_assistant_audio: FrameProcessor | None = None

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        """Take one piece of the caller's audio; pass it on unless it ends here."""
        await self.push_audio(frame)

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        """Take one piece of the assistant's audio; pass it on unless it ends here."""
        await self.push_audio(frame)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take any frame but audio; pass it on unless it ends here."""
        await self.push_frame(frame, direction)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Dispatch a frame that a neighbour pushed."""
        if direction is FrameDirection.UPSTREAM and isinstance(
            frame, PcmuInputFrame | PcmuOutputFrame
        ):
            await self.push_frame(frame, direction)  # the copy that a broadcast sends back
        elif isinstance(frame, PcmuInputFrame):
            await (self.caller_audio if self.wants_caller_audio else self.push_audio)(frame)
        elif isinstance(frame, PcmuOutputFrame):
            await (self.assistant_audio if self.wants_assistant_audio else self.push_audio)(frame)
        else:
            await super().process_frame(frame, direction)
            await self.handle_frame(frame, direction)

    async def cleanup(self) -> None:
        """Release what the processor holds, when the call is over."""
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat does not annotate it

    async def push_audio(self, frame: PcmuInputFrame | PcmuOutputFrame) -> None:
        """Hand audio to the next processor downstream that wants it."""
        if isinstance(frame, PcmuInputFrame):
            target = self._next_for_caller_audio
            if target is None:
                target = self._next_for_caller_audio = next_for_caller_audio(self)
            if isinstance(target, AudioHops) and target.wants_caller_audio:
                await target.caller_audio(frame)
                return
        else:
            target = self._next_for_assistant_audio
            if target is None:
                target = self._next_for_assistant_audio = next_for_assistant_audio(self)
            if isinstance(target, AudioHops) and target.wants_assistant_audio:
                await target.assistant_audio(frame)
                return
        await target.queue_frame(frame, FrameDirection.DOWNSTREAM)


class CallProcessor(AudioHops):
    """A processor of a call: direct mode, so that a frame is handled before ``push`` returns."""

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__(name=name, enable_direct_mode=True)


class Bystander(CallProcessor):
    """A processor that learns from audio or journal: of all other frames only begin and end visit.

    The others go to its neighbour as if it did not stand there, at a twentieth of the cost.
    """

    async def queue_frame(
        self,
        frame: Frame,
        direction: FrameDirection = FrameDirection.DOWNSTREAM,
        callback: FrameCallback | None = None,
    ) -> None:
        """Take a frame that a neighbour pushed, or hand it to the one on the other side."""
        towards = self.next if direction is FrameDirection.DOWNSTREAM else self.previous
        audio = isinstance(frame, (PcmuInputFrame, PcmuOutputFrame))
        if towards is None or audio or isinstance(frame, (StartFrame, EndFrame, CancelFrame)):
            await super().queue_frame(frame, direction, callback)
        else:
            await towards.queue_frame(frame, direction, callback)


def next_for_caller_audio(processor: FrameProcessor) -> FrameProcessor:
    """The next processor downstream that takes caller audio; a foreign one does unless told."""
    candidate = _downstream(processor)
    while not getattr(candidate, "wants_caller_audio", True):
        candidate = _downstream(candidate)
    return candidate


def next_for_assistant_audio(processor: FrameProcessor) -> FrameProcessor:
    """The next processor downstream that takes assistant audio; a foreign one does unless told."""
    candidate = _downstream(processor)
    while not getattr(candidate, "wants_assistant_audio", True):
        candidate = _downstream(candidate)
    return candidate


def _downstream(processor: FrameProcessor) -> FrameProcessor:
    following = processor.next
    assert following is not None, f"{processor} is not linked: a pipeline ends in its sink"
    return following
