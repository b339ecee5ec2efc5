"""Who speaks for the model leg in the pipeline, as its parts see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeAlias

from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_frames import PcmuOutputFrame
from processors.frames import AssistantTextFrame
from transports.openai_realtime.events import Item

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[bool]]
"""Sends a client event. False: there is no session to send it to."""

Handlers: TypeAlias = Mapping[type, Callable[[Any], Awaitable[None]]]
"""What one part does on each type of the model's events."""


class DialogueOwner(Protocol):
    """The processor that a dialogue speaks through."""

    def push_assistant_audio(self, frame: PcmuOutputFrame) -> Awaitable[None]:
        """Hand the assistant's voice on; await this."""
        ...

    def push_assistant_text(self, frame: AssistantTextFrame) -> Awaitable[None]:
        """Hand the assistant's words on; await this."""
        ...

    async def push_frame(
        self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """Hand any other frame on."""
        ...

    async def broadcast_frame(self, frame_cls: type[Frame], **fields: Any) -> None:
        """Hand a fact on both ways."""
        ...

    async def call_function(self, item: Item, arguments: dict[str, Any]) -> bool:
        """Run a function in a task of its own. False: there is no such function."""
        ...

    async def fail(self, reason: str) -> None:
        """No retry can mend this: give the model up."""
        ...
