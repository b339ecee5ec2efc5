"""pipecat's view of the conversation, true at every look: the transcript as an ``LLMContext``."""

from __future__ import annotations

from typing import Any

from pipecat.processors.aggregators.llm_context import LLMContext, LLMContextMessage

from processors.state.transcript import Transcript
from processors.state.turn import Line, Note, ToolUse


class HeardContext(LLMContext):
    """Holds what was said as heard, whenever somebody reads it.

    It is read, not written: messages that others add are gone at the next look. To tell the model
    something, push a ``ConversationTextFrame``.
    """

    def __init__(self, transcript: Transcript) -> None:
        super().__init__()
        self._transcript = transcript

    def get_messages(
        self, llm_specific_filter: str | None = None, *, truncate_large_values: bool = False
    ) -> list[LLMContextMessage]:
        """The conversation so far, in pipecat's universal format."""
        messages: list[Any] = []
        for line in self._transcript.lines(playing_out=False):
            messages += messages_of(line)
        self.set_messages(messages)
        return super().get_messages(
            llm_specific_filter, truncate_large_values=truncate_large_values
        )


def messages_of(line: Line) -> list[dict[str, Any]]:
    """One line of the conversation as chat messages; a function's call and output are two."""
    if isinstance(line, ToolUse):
        function = {"name": line.name, "arguments": line.arguments}
        call = {"id": line.call_id, "type": "function", "function": function}
        return [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": line.call_id, "content": line.output or ""},
        ]
    if isinstance(line, Note):
        return [{"role": line.role, "content": line.text}]
    role = "user" if line.role == "caller" else "assistant"
    return [{"role": role, "content": line.text}]
