"""What a client may send, and what each event does to the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from transports.simulated.audio_format import AudioFormat
from transports.simulated.client_error import (
    ClientError,
    invalid_type,
    invalid_value,
    missing_parameter,
)
from transports.simulated.item_rules import parse_item
from transports.simulated.listener import Listener
from transports.simulated.responder import Responder
from transports.simulated.schema import integer, text
from transports.simulated.session_state import SessionState

_EVENT_ID: Final = text(maximum=512)


class ClientEvents:
    """Takes a client's messages one by one and lets the session's parts act on them.

    Attributes:
        received: Every event but audio appends, decoded, in order; refused ones too.
    """

    def __init__(self, state: SessionState, responder: Responder, listener: Listener) -> None:
        self.received: list[dict[str, Any]] = []
        self._state = state
        self._responder = responder
        self._listener = listener
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "session.update": self._on_session_update,
            "input_audio_buffer.append": self._on_append,
            "input_audio_buffer.commit": lambda event: listener.commit(),
            "input_audio_buffer.clear": lambda event: listener.clear(),
            "conversation.item.create": self._on_item_create,
            "conversation.item.retrieve": self._on_item_retrieve,
            "conversation.item.delete": self._on_item_delete,
            "conversation.item.truncate": self._on_item_truncate,
            "response.create": self._on_response_create,
            "response.cancel": self._on_response_cancel,
            "output_audio_buffer.clear": self._on_output_clear,
        }

    def handle(self, message: str | bytes) -> None:
        """Take one message; what is wrong with it is answered by one ``error`` event."""
        event: Any = None
        try:
            event = _decoded(message)
            handler = self._handler(event)
            if event["type"] != "input_audio_buffer.append":
                self.received.append(event)
            handler(event)
        except ClientError as error:
            given = event.get("event_id") if isinstance(event, dict) else None
            self._state.wire.fail(error, given if isinstance(given, str) else None)

    def _handler(self, event: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
        if "type" not in event:
            raise ClientError("The 'type' field is missing.", "invalid_event")
        if "event_id" in event:
            _EVENT_ID(event["event_id"], "event_id")
        handler = self._handlers.get(event["type"]) if isinstance(event["type"], str) else None
        if handler is None:
            known = ", ".join(f"'{kind}'" for kind in self._handlers)
            raise invalid_value("type", f"'{event['type']}'. Supported values are: {known}.")
        return handler

    def _on_session_update(self, event: dict[str, Any]) -> None:
        locked = self._state.conversation.has_assistant_audio
        self._state.settings.update(_required(event, "session"), voice_locked=locked)
        if self._state.faults.ignore_format:
            for end in self._state.settings.effective["audio"].values():
                end["format"] = AudioFormat().to_wire()
        self._listener.settings_changed()
        if self._state.faults.settings_delay:
            self._state.wire.later(self._state.faults.settings_delay, self._confirm_settings)
        else:
            self._confirm_settings()

    def _confirm_settings(self) -> None:
        self._state.wire.emit("session.updated", session=self._state.settings.effective)

    def _on_append(self, event: dict[str, Any]) -> None:
        audio = _required(event, "audio")
        if not isinstance(audio, str):
            raise invalid_type("audio", "a string")
        self._listener.append(audio)

    def _on_item_create(self, event: dict[str, Any]) -> None:
        item = parse_item(
            _required(event, "item"),
            "item",
            lambda: self._state.wire.new_id("item"),
            self._state.settings.input_format,
            self._state.listen_to,
        )
        if item.type == "function_call_output" and not any(
            other.type == "function_call" and other.call_id == item.call_id
            for other in self._state.conversation.items
        ):
            # As the API words it (livekit/agents#3344).
            raise ClientError(
                f"Tool call ID '{item.call_id}' not found in conversation.",
                "invalid_tool_call_id",
            )
        previous = event.get("previous_item_id")
        if previous is not None and not isinstance(previous, str):
            raise invalid_type("previous_item_id", "a string")
        self._state.add_item(item, previous)

    def _on_item_retrieve(self, event: dict[str, Any]) -> None:
        item = self._state.conversation.retrieve(_item_id(event))
        ours = item.role == "assistant"
        audio_format = (
            self._state.settings.output_format if ours else self._state.settings.input_format
        )
        self._state.wire.emit("conversation.item.retrieved", item=item.render(audio_format))

    def _on_item_delete(self, event: dict[str, Any]) -> None:
        item = self._state.conversation.delete(_item_id(event))
        self._state.wire.emit("conversation.item.deleted", item_id=item.id)

    def _on_item_truncate(self, event: dict[str, Any]) -> None:
        content_index = _required(event, "content_index")
        audio_end_ms = _required(event, "audio_end_ms")
        integer(0)(content_index, "content_index")
        integer(0)(audio_end_ms, "audio_end_ms")
        item = self._state.conversation.truncate(
            _item_id(event),
            content_index,
            audio_end_ms,
            shortfall_ms=self._state.faults.audio_shortfall_ms,
            refuse_zero=self._state.faults.refuse_truncate_zero,
        )
        self._state.wire.emit(
            "conversation.item.truncated",
            item_id=item.id,
            content_index=content_index,
            audio_end_ms=audio_end_ms,
        )

    def _on_response_create(self, event: dict[str, Any]) -> None:
        generation = self._responder.create(event.get("response") or {})
        if not generation.params.aside:
            self._listener.response_started()

    def _on_response_cancel(self, event: dict[str, Any]) -> None:
        response_id = event.get("response_id")
        if response_id is not None and not isinstance(response_id, str):
            raise invalid_type("response_id", "a string")
        self._responder.cancel(response_id)

    def _on_output_clear(self, event: dict[str, Any]) -> None:
        raise ClientError("output_audio_buffer.clear is for WebRTC and SIP only.", "invalid_event")


def _decoded(message: str | bytes) -> dict[str, Any]:
    if isinstance(message, bytes):
        raise ClientError("Binary messages are not accepted, only text.", "invalid_event")
    try:
        event = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ClientError("The message is not valid JSON.", "invalid_json") from error
    if not isinstance(event, dict):
        raise ClientError("The message is not a JSON object.", "invalid_event")
    return event


def _required(event: dict[str, Any], key: str) -> Any:
    if key not in event:
        raise missing_parameter(key)
    return event[key]


def _item_id(event: dict[str, Any]) -> str:
    item_id = _required(event, "item_id")
    if not isinstance(item_id, str):
        raise invalid_type("item_id", "a string")
    return item_id
