"""One item of a response as it is generated: what its kinds share, a written message, a call.

Each opens its item, sends it piece by piece with pauses between, and closes it. The closing
events are sent whether it ended or was cut off; only the item's status tells (OpenAI, Realtime
API reference: the ``.done`` events are "also emitted when a Response is interrupted, incomplete,
or cancelled").
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Final

from transports.simulated.brain_script import Call, Say
from transports.simulated.conversation import Item, ItemStatus, Part
from transports.simulated.session_state import SessionState
from transports.simulated.usage import text_tokens

Step = float | asyncio.Future[Any]
"""What an item waits for: seconds, or something that is being made."""

_TEXT_CHARS_PER_SECOND: Final = 400.0
"""Text is generated about as fast as the real models do it."""


class OutputItem(ABC):
    """What the kinds of items share: their place in the response and the conversation.

    Attributes:
        item: The item itself.
        phase: ``commentary``, ``final_answer`` or empty; shown in ``response.done`` only.
        text_tokens: Text put out so far.
        audio_ms: Audio put out so far.
    """

    def __init__(
        self, state: SessionState, response_id: str, index: int, item: Item, *, aside: bool
    ) -> None:
        self.item = item
        self.phase = ""
        self.text_tokens = 0
        self.audio_ms = 0.0
        self._state = state
        self._place: dict[str, Any] = {"response_id": response_id, "output_index": index}
        self._aside = aside
        item.status = "in_progress"

    def open(self) -> None:
        """Announce the item, still empty, and put it into the conversation."""
        wire = self._state.wire
        wire.emit("response.output_item.added", **self._place, item=self.item.render())
        if not self._aside:
            previous = self._state.conversation.add(self.item)
            wire.emit("conversation.item.added", previous_item_id=previous, item=self.item.render())

    @abstractmethod
    def steps(self, token_limit: float) -> Iterator[Step]:
        """Send the content; between the pieces, the seconds to wait, or what to wait for."""

    @abstractmethod
    def whole(self) -> bool:
        """Whether all of the content was sent."""

    def close(self, status: ItemStatus) -> None:
        """Send the closing events, with what was sent until now."""
        self.item.status = status
        self._close_content()
        wire = self._state.wire
        wire.emit("response.output_item.done", **self._place, item=self.item.render())
        conversation = self._state.conversation
        if not self._aside and conversation.find(self.item.id) is not None:
            previous = conversation.previous_of(self.item)
            wire.emit("conversation.item.done", previous_item_id=previous, item=self.item.render())

    def render(self) -> dict[str, Any]:
        """The item as ``response.done`` shows it: with its phase, without audio."""
        wire = self.item.render()
        return {**wire, "phase": self.phase} if self.phase else wire

    @abstractmethod
    def _close_content(self) -> None: ...

    def _emit(self, kind: str, **fields: Any) -> None:
        self._state.wire.emit(kind, **self._place, item_id=self.item.id, **fields)

    def _emit_part(self, kind: str, **fields: Any) -> None:
        self._emit(kind, content_index=0, **fields)

    def _pieces(self, text: str, token_limit: float) -> Iterator[str]:
        """The text in deltas, as far as the tokens reach."""
        size = self._state.options.text_chars_per_delta
        reach = len(text) if text_tokens(text) <= token_limit else int(token_limit) * 4
        for at in range(0, reach, size):
            yield text[at : min(at + size, reach)]

    def _pause(self, chars: int) -> float:
        return chars / _TEXT_CHARS_PER_SECOND if self._state.options.speed_up else 0.0


class WrittenMessage(OutputItem):
    """A message as text, for responses whose modality is text."""

    def __init__(
        self, state: SessionState, response_id: str, index: int, say: Say, *, aside: bool
    ) -> None:
        item = Item(state.wire.new_id("item"), "message", "assistant")
        super().__init__(state, response_id, index, item, aside=aside)
        self.phase = say.phase
        self._text = say.text
        self._part = Part("output_text")

    def open(self) -> None:
        """Announce the item and its text part."""
        super().open()
        self.item.content.append(self._part)
        self._emit_part("response.content_part.added", part={"type": "text", "text": ""})

    def steps(self, token_limit: float) -> Iterator[Step]:
        """Send the text in small deltas."""
        for delta in self._pieces(self._text, token_limit):
            self._part.text += delta
            self.text_tokens = text_tokens(self._part.text)
            self._emit_part("response.output_text.delta", delta=delta)
            yield self._pause(len(delta))

    def whole(self) -> bool:
        """Whether all text was sent."""
        return self._part.text == self._text

    def _close_content(self) -> None:
        self._emit_part("response.output_text.done", text=self._part.text)
        part = {"type": "text", "text": self._part.text}
        self._emit_part("response.content_part.done", part=part)


class FunctionCall(OutputItem):
    """A function call, whose arguments come in deltas."""

    def __init__(
        self, state: SessionState, response_id: str, index: int, call: Call, *, aside: bool
    ) -> None:
        item = Item(
            state.wire.new_id("item"),
            "function_call",
            name=call.name,
            call_id=state.wire.new_id("call"),
        )
        super().__init__(state, response_id, index, item, aside=aside)
        self._arguments = json.dumps(call.arguments)

    def steps(self, token_limit: float) -> Iterator[Step]:
        """Send the arguments in small deltas."""
        for delta in self._pieces(self._arguments, token_limit):
            self.item.arguments += delta
            self.text_tokens = text_tokens(self.item.arguments)
            self._emit(
                "response.function_call_arguments.delta", call_id=self.item.call_id, delta=delta
            )
            yield self._pause(len(delta))

    def whole(self) -> bool:
        """Whether all arguments were sent."""
        return self.item.arguments == self._arguments

    def _close_content(self) -> None:
        self._emit(
            "response.function_call_arguments.done",
            call_id=self.item.call_id,
            name=self.item.name,
            arguments=self.item.arguments,
        )
