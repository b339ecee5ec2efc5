"""A call that is on: what can be asked of it from outside its pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipecat.pipeline.worker import PipelineWorker

from pipeline.config import Loaded
from processors.context import CallContext
from processors.frames import ConversationTextFrame, EndCallFrame, ResponseRequestFrame
from transports.openai_realtime.config import OpenAIRealtimeConfig

DRAINED: Final = "server_drained"
"""Why a call ended: the server was to stop, and could wait no longer."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveCall:
    """One call and its way in.

    Attributes:
        loaded: Its call file.
        context: The call, as its processors share it.
        worker: Runs its pipeline.
    """

    loaded: Loaded
    context: CallContext
    worker: PipelineWorker

    async def say_to_model(self, text: str) -> None:
        """Let the model read what the caller says, and answer it."""
        await self.worker.queue_frame(ConversationTextFrame(text))

    async def say_goodbye(self) -> None:
        """End the call with words of the assistant's, or of Twilio's if it does not get to them."""
        words = self.loaded.call.drain_goodbye
        if self.loaded.call.entries(OpenAIRealtimeConfig):
            await self.worker.queue_frames(
                [
                    EndCallFrame(reason=DRAINED, last_words=words),
                    ResponseRequestFrame(purpose="goodbye", exact_words=words),
                ]
            )
        else:
            self.context.record("hangup", reason=DRAINED, why="goodbye by Twilio")
            await self.context.phone.say_and_hang_up(words)
