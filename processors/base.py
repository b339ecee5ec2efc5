"""The base of every Callwright processor: direct mode, and streams that hop past who needs none.

A frame's way through a pipecat processor costs some 20 µs, most of it for hooks and tracing
strings. Control frames are rare and take it, through everybody, in order. Audio is fifty frames
a second each way, and what the assistant says comes as text a word or two at a time: these go
from one processor that wants them straight to the next one that does, by a plain awaited call.
No queue lies between, so they and control frames keep their order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Final

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, StartFrame
from pipecat.processors.frame_processor import FrameCallback, FrameDirection, FrameProcessor

from processors.audio_frames import PcmuInputFrame, PcmuOutputFrame
from processors.frames import AssistantTextFrame

_VISIT_EVERYBODY: Final = (
    *(StartFrame, EndFrame, CancelFrame),
    *(PcmuInputFrame, PcmuOutputFrame, AssistantTextFrame),  # by whoever pushes them by hand
)


class AudioHops(FrameProcessor):
    """Mixin: routes streams of frames by who wants them, and everything else as pipecat does.

    A subclass says which streams it wants by class attribute and gets them in ``caller_audio``,
    ``assistant_audio`` and ``assistant_text``; ``push_caller_audio`` and so on pass them on.
    All other frames arrive in ``handle_frame``, which passes them on unless overridden.
    """

    wants_caller_audio: ClassVar[bool] = False
    wants_assistant_audio: ClassVar[bool] = False
    wants_assistant_text: ClassVar[bool] = False

    _takes_caller_audio: Callable[[PcmuInputFrame], Awaitable[None]] | None = None
    _takes_assistant_audio: Callable[[PcmuOutputFrame], Awaitable[None]] | None = None
    _takes_assistant_text: Callable[[AssistantTextFrame], Awaitable[None]] | None = None

    async def caller_audio(self, frame: PcmuInputFrame) -> None:
        """Take one piece of the caller's audio; pass it on unless it ends here."""
        await self.push_caller_audio(frame)

    async def assistant_audio(self, frame: PcmuOutputFrame) -> None:
        """Take one piece of the assistant's audio; pass it on unless it ends here."""
        await self.push_assistant_audio(frame)

    async def assistant_text(self, frame: AssistantTextFrame) -> None:
        """Take a few words of the assistant's; pass them on unless they end here."""
        await self.push_assistant_text(frame)

    async def handle_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a frame of no stream; pass it on unless it ends here."""
        await self.push_frame(frame, direction)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Dispatch a frame that a neighbour pushed."""
        if not isinstance(frame, PcmuInputFrame | PcmuOutputFrame | AssistantTextFrame):
            await super().process_frame(frame, direction)
            await self.handle_frame(frame, direction)
        elif direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)  # the copy that a broadcast sends back
        elif isinstance(frame, PcmuInputFrame):
            await (self.caller_audio if self.wants_caller_audio else self.push_caller_audio)(frame)
        elif isinstance(frame, PcmuOutputFrame):
            wanted = self.wants_assistant_audio
            await (self.assistant_audio if wanted else self.push_assistant_audio)(frame)
        else:
            wanted = self.wants_assistant_text
            await (self.assistant_text if wanted else self.push_assistant_text)(frame)

    async def cleanup(self) -> None:
        """Release what the processor holds, when the call is over."""
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat does not annotate it

    def push_caller_audio(self, frame: PcmuInputFrame) -> Awaitable[None]:
        """Hand the caller's audio to the next processor downstream that wants it; await this."""
        takes = self._takes_caller_audio
        if takes is None:
            target = next_for_caller_audio(self)
            takes = target.caller_audio if isinstance(target, AudioHops) else _queue_of(target)
            self._takes_caller_audio = takes
        return takes(frame)

    def push_assistant_audio(self, frame: PcmuOutputFrame) -> Awaitable[None]:
        """Hand the assistant's audio to the next processor that wants it; await this."""
        takes = self._takes_assistant_audio
        if takes is None:
            target = next_for_assistant_audio(self)
            takes = target.assistant_audio if isinstance(target, AudioHops) else _queue_of(target)
            self._takes_assistant_audio = takes
        return takes(frame)

    def push_assistant_text(self, frame: AssistantTextFrame) -> Awaitable[None]:
        """Hand the assistant's words to the next processor that wants them; await this."""
        takes = self._takes_assistant_text
        if takes is None:
            target = next_for_assistant_text(self)
            takes = target.assistant_text if isinstance(target, AudioHops) else _queue_of(target)
            self._takes_assistant_text = takes
        return takes(frame)

    def push_audio(self, frame: PcmuInputFrame | PcmuOutputFrame) -> Awaitable[None]:
        """Hand audio of either side to the next processor that wants it; await this."""
        if isinstance(frame, PcmuInputFrame):
            return self.push_caller_audio(frame)
        return self.push_assistant_audio(frame)


class CallProcessor(AudioHops):
    """A processor of a call: direct mode, so that a frame is handled before ``push`` returns.

    A subclass that learns from few kinds of frames names them in ``visited_by``. Of the others
    only begin and end visit it: they go to its neighbour as if it did not stand there, at a
    twentieth of the cost.
    """

    visited_by: ClassVar[tuple[type[Frame], ...]] = (Frame,)

    _visitors: ClassVar[tuple[type[Frame], ...]] = (Frame,)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls._visitors = (*_VISIT_EVERYBODY, *cls.visited_by)

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__(name=name, enable_direct_mode=True)

    async def queue_frame(
        self,
        frame: Frame,
        direction: FrameDirection = FrameDirection.DOWNSTREAM,
        callback: FrameCallback | None = None,
    ) -> None:
        """Take a frame that a neighbour pushed, or hand it to the one on the other side."""
        towards = self.next if direction is FrameDirection.DOWNSTREAM else self.previous
        if towards is None or isinstance(frame, self._visitors):
            await super().queue_frame(frame, direction, callback)
        else:
            await towards.queue_frame(frame, direction, callback)


class Bystander(CallProcessor):
    """A processor that learns from audio or journal, and from no other frame."""

    visited_by = ()


def next_for_caller_audio(processor: FrameProcessor) -> FrameProcessor:
    """The next processor downstream that takes caller audio; a foreign one does unless told."""
    return _next_that(processor, "wants_caller_audio")


def next_for_assistant_audio(processor: FrameProcessor) -> FrameProcessor:
    """The next processor downstream that takes assistant audio; a foreign one does unless told."""
    return _next_that(processor, "wants_assistant_audio")


def next_for_assistant_text(processor: FrameProcessor) -> FrameProcessor:
    """The next processor downstream that takes the assistant's words; a foreign one does."""
    return _next_that(processor, "wants_assistant_text")


def _next_that(processor: FrameProcessor, wants: str) -> FrameProcessor:
    candidate = processor.next
    while candidate is not None and not getattr(candidate, wants, True):
        candidate = candidate.next
    assert candidate is not None, f"{processor} is not linked: a pipeline ends in its sink"
    return candidate


def _queue_of(processor: FrameProcessor) -> Callable[[Frame], Awaitable[None]]:
    async def takes(frame: Frame) -> None:
        await processor.queue_frame(frame, FrameDirection.DOWNSTREAM)

    return takes
