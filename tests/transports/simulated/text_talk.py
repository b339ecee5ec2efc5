"""A call as text, for a mind that is tested without a voice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any

from transports.simulated.brain_script import (
    BrainRequest,
    BrainScript,
    Call,
    Line,
    Output,
    Say,
    Tool,
)


@dataclass
class TextTalk(ABC):
    """What the caller says, and what a mind makes of it.

    Attributes:
        script: The call file.
        tools: What the mind may call.
        lines: What was said and called so far.
        briefing: What it is told of the call.
    """

    script: BrainScript
    tools: tuple[Tool, ...] = ()
    lines: list[Line] = field(default_factory=list)
    briefing: str = ""

    @abstractmethod
    def reply(self, request: BrainRequest) -> list[Output]:
        """The mind's answer."""

    def respond(self, **fields: Any) -> list[Output]:
        request = BrainRequest(tuple(self.lines), tools=self.tools, briefing=self.briefing)
        outputs = self.reply(replace(request, **fields))
        for number, output in enumerate(outputs):
            if isinstance(output, Say):
                self.lines.append(Line("assistant", output.text))
            else:
                call_id = f"call_{len(self.lines)}_{number}"
                self.lines.append(Line("tool_call", name=output.name, call_id=call_id))
        return outputs

    def hears(self, text: str) -> list[Output]:
        self.lines.append(Line("caller", text))
        return self.respond()

    def says(self, text: str) -> str:
        """What the assistant says to it."""
        return " ".join(said.text for said in self.hears(text) if isinstance(said, Say))

    def asks(self, text: str) -> list[Call]:
        """What the assistant calls for it."""
        return [output for output in self.hears(text) if isinstance(output, Call)]

    def tool_answers(self, output: str = '{"ok": true}') -> str:
        call = next(line for line in reversed(self.lines) if line.who == "tool_call")
        self.lines.append(Line("tool_output", output, call_id=call.call_id))
        return " ".join(said.text for said in self.respond() if isinstance(said, Say))
