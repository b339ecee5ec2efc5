"""The conversation so far as text: what a fresh session is told after the model's socket died.

A new Realtime session is empty, and assistant audio can't be put into it (OpenAI, Realtime
conversations guide). So what was said is kept as text: the caller's by transcription, the
assistant's by its transcript, cut in proportion to what was heard of the audio.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["user", "assistant", "system"]

ITEMS_KEPT: Final = 200
"""The newest items only: a fresh session needs the thread, not four hours."""


@dataclass(slots=True)
class Line:
    """A message or a function call of the conversation.

    Attributes:
        item_id: The model's id of it.
        role: Who said it.
        text: What was said; empty while unknown.
        call_id: Set for a function call, which has a name, arguments and an output.
        name: Of the function.
        arguments: JSON text.
        output: What the function gave; None while it runs.
    """

    item_id: str
    role: Role = "assistant"
    text: str = ""
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str | None = None


class Conversation:
    """What was said, in the model's order."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, Line] = OrderedDict()

    def added(self, item_id: str, role: Role) -> None:
        """A message became part of the conversation."""
        self._line(item_id, role)

    def text_added(self, item_id: str, role: Role, text: str) -> None:
        """A message with this text became part of the conversation."""
        self._line(item_id, role).text = text

    def assistant_said(self, item_id: str, delta: str) -> None:
        """The assistant's transcript grew."""
        self._line(item_id, "assistant").text += delta

    def caller_said(self, item_id: str, transcript: str) -> None:
        """The caller's speech was transcribed."""
        self._line(item_id, "user").text = transcript

    def called(self, item_id: str, call_id: str, name: str, arguments: str) -> None:
        """The model called a function."""
        line = self._line(item_id, "assistant")
        line.call_id, line.name, line.arguments = call_id, name, arguments

    def returned(self, call_id: str, output: str) -> None:
        """A function gave its output."""
        for line in self._lines.values():
            if line.call_id == call_id:
                line.output = output

    def truncated(self, item_id: str, heard_ms: float, sent_ms: float) -> None:
        """Only part of a message's audio was heard: keep as much of its text, in whole words."""
        line = self._lines.get(item_id)
        if line is None or sent_ms <= 0:
            return
        letters = int(len(line.text) * min(heard_ms / sent_ms, 1.0))
        if letters < len(line.text):
            line.text = line.text[: letters + 1].rpartition(" ")[0]

    def deleted(self, item_id: str) -> None:
        """A message was taken out of the conversation."""
        self._lines.pop(item_id, None)

    def knows(self, item_id: str) -> bool:
        """Whether this item is part of it."""
        return item_id in self._lines

    def text_of(self, item_id: str) -> str:
        """What was said in an item, as far as known."""
        line = self._lines.get(item_id)
        return "" if line is None else line.text

    def lines(self) -> list[Line]:
        """What a fresh session is told, oldest first; calls still running are left out."""
        return [
            line
            for line in self._lines.values()
            if (line.call_id and line.output is not None) or (not line.call_id and line.text)
        ]

    @property
    def caller_spoke_last(self) -> bool:
        """Whether the last message is the caller's: they wait for an answer."""
        said = [line for line in self._lines.values() if not line.call_id]
        return bool(said) and said[-1].role == "user"

    def _line(self, item_id: str, role: Role) -> Line:
        line = self._lines.get(item_id)
        if line is None:
            line = self._lines[item_id] = Line(item_id, role)
            while len(self._lines) > ITEMS_KEPT:
                self._lines.popitem(last=False)
        return line
