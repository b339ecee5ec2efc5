"""The conversation as the server keeps it: its items in order, and what became of each."""

from __future__ import annotations

import asyncio
import binascii
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from transports.simulated.audio_format import AudioFormat
from transports.simulated.client_error import ClientError, invalid_value
from transports.simulated.senses import Span
from transports.simulated.voice import PCMU_BYTES_PER_MS

ItemType = Literal["message", "function_call", "function_call_output"]
Role = Literal["user", "assistant", "system"]
ItemStatus = Literal["in_progress", "completed", "incomplete"]

ROOT: Final = "root"
"""``previous_item_id`` that puts an item at the very beginning."""


@dataclass(slots=True)
class Part:
    """One content part of a message.

    Attributes:
        type: input_text, input_audio, input_image, output_text or output_audio.
        text: The words of a text part.
        transcript: The words of an audio part as the client may read them.
        audio: The sound of an audio part, µ-law, whatever the session's formats are.
        heard: The words that are in the caller's audio, as soon as they are made out.
        spans: The assistant's words in the order of their audio, as far as that was sent.
        image: The ``image_url`` and ``detail`` of an image part.
    """

    type: str
    text: str = ""
    transcript: str | None = None
    audio: bytearray = field(default_factory=bytearray)
    heard: asyncio.Future[str] | None = None
    spans: list[Span] = field(default_factory=list)
    image: dict[str, Any] = field(default_factory=dict)

    @property
    def spoken(self) -> str:
        """The words that are in the audio, which the model knows and the client may not."""
        if self.heard is None:
            return "".join(span.text for span in self.spans)
        return heard_words(self.heard)

    @property
    def broken(self) -> bool:
        """Whether the words in it could not be made out."""
        heard = self.heard
        return heard is not None and heard.done() and heard.exception() is not None

    def render(self, audio_format: AudioFormat | None = None) -> dict[str, Any]:
        """The part on the wire; its audio only in ``audio_format``, when one is given."""
        if self.type in ("input_text", "output_text"):
            return {"type": self.type, "text": self.text}
        if self.type == "input_image":
            return {"type": self.type, **self.image}
        wire: dict[str, Any] = {"type": self.type, "transcript": self.transcript}
        if audio_format is not None:
            wire["audio"] = binascii.b2a_base64(
                audio_format.encode(bytes(self.audio)), newline=False
            ).decode()
        return wire


def heard_words(heard: asyncio.Future[str]) -> str:
    """The words, if they are made out by now."""
    made_out = heard.done() and not heard.cancelled() and heard.exception() is None
    return heard.result() if made_out else ""


@dataclass(slots=True)
class Item:
    """One item, with what tests want to know of it afterwards.

    Attributes:
        id: ``item_...``, or what the client chose.
        type: message, function_call or function_call_output.
        role: Who speaks, of a message.
        status: Has no effect, but tells whether it was generated to its end.
        content: The parts of a message.
        name: Of a function call: the function.
        call_id: Ties a function call and its output together.
        arguments: Of a function call: JSON.
        output: Of a function's output.
        silent: A user item that the idle timeout committed: nobody spoke.
        sent_ms: Assistant audio that went out to the client; never shrinks.
        truncated_ms: Where the client cut it, if it did.
        deleted: Whether the client deleted it.
    """

    id: str
    type: ItemType
    role: Role | None = None
    status: ItemStatus = "completed"
    content: list[Part] = field(default_factory=list)
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    silent: bool = False
    sent_ms: float = 0.0
    truncated_ms: int | None = None
    deleted: bool = False

    @property
    def audio_ms(self) -> float:
        """How much audio the item holds, after any truncation."""
        return sum(len(part.audio) for part in self.content) / PCMU_BYTES_PER_MS

    def render(self, audio_format: AudioFormat | None = None) -> dict[str, Any]:
        """The item on the wire; with audio only when a format is given (``retrieve``)."""
        wire: dict[str, Any] = {
            "id": self.id,
            "object": "realtime.item",
            "type": self.type,
            "status": self.status,
        }
        if self.type == "message":
            wire["role"] = self.role
            wire["content"] = [part.render(audio_format) for part in self.content]
        elif self.type == "function_call":
            wire.update(name=self.name, call_id=self.call_id, arguments=self.arguments)
        else:
            wire.update(call_id=self.call_id, output=self.output)
        return wire

    def audio_sent(self, pcmu: bytes) -> None:
        """Count assistant audio that went out; a truncated item keeps no more of it."""
        self.sent_ms += len(pcmu) / PCMU_BYTES_PER_MS
        if self.truncated_ms is None:
            self.content[-1].audio += pcmu


class Conversation:
    """The default conversation: its items, and the rules for changing them."""

    def __init__(self, conversation_id: str) -> None:
        self.id = conversation_id
        self.items: list[Item] = []
        self.ledger: dict[str, Item] = {}
        """Every item that was ever here, deleted ones too."""

    @property
    def has_assistant_audio(self) -> bool:
        """Whether the assistant ever spoke: its voice is fixed from then on."""
        return any(item.role == "assistant" and item.sent_ms > 0 for item in self.ledger.values())

    def find(self, item_id: str) -> Item | None:
        """The item of that id, unless it was deleted."""
        item = self.ledger.get(item_id)
        return item if item is not None and not item.deleted else None

    def previous_of(self, item: Item) -> str | None:
        """The id of the item before this one."""
        for before, other in zip([None, *self.items], self.items, strict=False):
            if other is item:
                return before.id if before is not None else None
        return None

    @property
    def last_id(self) -> str | None:
        """The id of the newest item."""
        return self.items[-1].id if self.items else None

    def add(self, item: Item, previous_item_id: str | None = None) -> str | None:
        """Put an item after another one, first (``root``), or last; what precedes it now.

        An empty id counts as none. A second item of an id is refused here: the API takes it and
        then holds two of one name, which no client can want.

        Raises:
            ClientError: The id is taken, or the previous item is not there.
        """
        if item.id in self.ledger:
            raise invalid_value("item.id", f"an item with id '{item.id}' already exists.")
        if not previous_item_id:
            index = len(self.items)
        elif previous_item_id == ROOT:
            index = 0
        else:
            previous = self.find(previous_item_id)
            if previous is None:
                raise invalid_value(
                    "previous_item_id", f"the item with id '{previous_item_id}' does not exist."
                )
            index = self.items.index(previous) + 1
        self.items.insert(index, item)
        self.ledger[item.id] = item
        return self.items[index - 1].id if index else None

    def retrieve(self, item_id: str) -> Item:
        """The item of that id.

        Raises:
            ClientError: It is not there.
        """
        return self._existing(item_id, "retriev")

    def delete(self, item_id: str) -> Item:
        """Remove an item from the model's memory; it stays in the ledger.

        Raises:
            ClientError: It is not there.
        """
        item = self._existing(item_id, "delet")
        self.items.remove(item)
        item.deleted = True
        return item

    def truncate(
        self,
        item_id: str,
        content_index: int,
        audio_end_ms: int,
        *,
        shortfall_ms: int = 0,
        refuse_zero: bool = False,
    ) -> Item:
        """Cut an assistant's audio at what was heard; its transcript goes, as the API has it.

        The whole transcript is dropped: the server does not know which words a cut leaves
        (OpenAI, Realtime conversations guide, "Truncation"). Works while the item is generated.

        Args:
            item_id: The item.
            content_index: Its audio part.
            audio_end_ms: What is kept; all of it is allowed, more is not.
            shortfall_ms: How much shorter the server believes the item to be (a fault).
            refuse_zero: Refuse a cut at 0 (a fault).

        Raises:
            ClientError: No such item, no model audio, or a cut beyond its end.
        """
        item = self._existing(item_id, "truncat")
        if item.role != "assistant" or not any(p.type == "output_audio" for p in item.content):
            raise ClientError("Only model output audio messages can be truncated")
        if content_index >= len(item.content):
            raise invalid_value("content_index", f"there is no content part {content_index}.")
        part = item.content[content_index]
        held_ms = max(0, len(part.audio) // PCMU_BYTES_PER_MS - shortfall_ms)
        if audio_end_ms > held_ms:
            raise ClientError(
                f"Audio content of {held_ms}ms is already shorter than {audio_end_ms}ms",
                "invalid_value",
            )
        if audio_end_ms == 0 and refuse_zero:
            raise ClientError("Only model output audio messages can be truncated")
        del part.audio[audio_end_ms * PCMU_BYTES_PER_MS :]
        part.transcript = ""
        item.truncated_ms = audio_end_ms
        return item

    def _existing(self, item_id: str, verb: str) -> Item:
        item = self.find(item_id)
        if item is None:
            # Message and code as the API gives them (speaches-ai/speaches, tests against OpenAI).
            raise ClientError(
                f"Error {verb}ing item: the item with id '{item_id}' does not exist.",
                f"item_{verb}e_invalid_item_id",
            )
        return item
