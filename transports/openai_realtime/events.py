"""What the model sends, decoded in one pass into the few fields that a call needs.

Unknown fields are skipped, unknown events ignored: the API grows (OpenAI, Realtime guides;
field names as in the ``openai`` package, ``openai/types/realtime``).
"""

from __future__ import annotations

from typing import Any

import msgspec


class RealtimeProtocolError(Exception):
    """A known event of the model is malformed; it is dropped, and the call goes on."""


class _Event(msgspec.Struct, frozen=True, gc=False, tag_field="type"):
    pass


class Item(msgspec.Struct, frozen=True):
    """An item of the conversation or of a response's output."""

    id: str = ""
    type: str = ""
    role: str = ""
    status: str = ""
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    content: list[dict[str, Any]] = []


class ErrorDetail(msgspec.Struct, frozen=True):
    """What went wrong."""

    type: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None
    event_id: str | None = None


class StatusDetails(msgspec.Struct, frozen=True):
    """Why a response did not complete."""

    type: str | None = None
    reason: str | None = None
    error: ErrorDetail | None = None


class ResponseObject(msgspec.Struct, frozen=True):
    """A response, as created or as done."""

    id: str
    status: str = ""
    status_details: StatusDetails | None = None
    conversation_id: str | msgspec.UnsetType | None = msgspec.UNSET
    metadata: dict[str, str] | None = None
    output: list[Item] = []
    usage: dict[str, Any] | None = None


class SessionCreated(_Event, frozen=True, tag="session.created"):
    """The socket speaks: the key was good."""

    session: dict[str, Any]


class SessionUpdated(_Event, frozen=True, tag="session.updated"):
    """The whole session as it now is: what was confirmed, not what was asked."""

    session: dict[str, Any]


class Error(_Event, frozen=True, tag="error"):
    """Something was refused; mostly the session goes on."""

    error: ErrorDetail


class SpeechStarted(_Event, frozen=True, tag="input_audio_buffer.speech_started"):
    """The caller began to speak."""

    item_id: str
    audio_start_ms: int = 0


class SpeechStopped(_Event, frozen=True, tag="input_audio_buffer.speech_stopped"):
    """The caller stopped."""

    item_id: str
    audio_end_ms: int = 0


class Committed(_Event, frozen=True, tag="input_audio_buffer.committed"):
    """The caller's speech is an item of the conversation."""

    item_id: str
    previous_item_id: str | None = None


class ItemAdded(_Event, frozen=True, tag="conversation.item.added"):
    """An item stands in the conversation."""

    item: Item
    previous_item_id: str | None = None


class ItemDone(_Event, frozen=True, tag="conversation.item.done"):
    """An item of the conversation is complete."""

    item: Item
    previous_item_id: str | None = None


class ItemTruncated(_Event, frozen=True, tag="conversation.item.truncated"):
    """The model forgot what was not heard of an item."""

    item_id: str
    audio_end_ms: int = 0


class ItemDeleted(_Event, frozen=True, tag="conversation.item.deleted"):
    """The model forgot an item."""

    item_id: str


class CallerTranscribed(
    _Event, frozen=True, tag="conversation.item.input_audio_transcription.completed"
):
    """What the caller said, as far as it was recognised."""

    item_id: str
    transcript: str = ""


class CallerTranscriptionFailed(
    _Event, frozen=True, tag="conversation.item.input_audio_transcription.failed"
):
    """What the caller said was not recognised."""

    item_id: str
    error: ErrorDetail | None = None


class ResponseCreated(_Event, frozen=True, tag="response.created"):
    """A response begins."""

    response: ResponseObject


class ResponseDone(_Event, frozen=True, tag="response.done"):
    """A response is over, whatever became of it."""

    response: ResponseObject


class OutputItemAdded(_Event, frozen=True, tag="response.output_item.added"):
    """A response begins an item."""

    response_id: str
    item: Item


class OutputItemDone(_Event, frozen=True, tag="response.output_item.done"):
    """A response's item is over; only status ``completed`` means that it may be acted on."""

    response_id: str
    item: Item


class AudioDelta(_Event, frozen=True, tag="response.output_audio.delta"):
    """A piece of the assistant's voice, base64."""

    response_id: str
    item_id: str
    delta: str
    content_index: int = 0


class AudioDone(_Event, frozen=True, tag="response.output_audio.done"):
    """No more of an item's voice will come."""

    response_id: str
    item_id: str
    content_index: int = 0


class TranscriptDelta(_Event, frozen=True, tag="response.output_audio_transcript.delta"):
    """A piece of what the assistant says, as text; not aligned with the audio."""

    response_id: str
    item_id: str
    delta: str
    content_index: int = 0


class TextDelta(_Event, frozen=True, tag="response.output_text.delta"):
    """A piece of a text answer."""

    response_id: str
    item_id: str
    delta: str
    content_index: int = 0


ServerEvent = (
    SessionCreated
    | SessionUpdated
    | Error
    | SpeechStarted
    | SpeechStopped
    | Committed
    | ItemAdded
    | ItemDone
    | ItemTruncated
    | ItemDeleted
    | CallerTranscribed
    | CallerTranscriptionFailed
    | ResponseCreated
    | ResponseDone
    | OutputItemAdded
    | OutputItemDone
    | AudioDelta
    | AudioDone
    | TranscriptDelta
    | TextDelta
)

_DECODER: msgspec.json.Decoder[ServerEvent] = msgspec.json.Decoder(ServerEvent)
_KNOWN = frozenset(struct.__struct_config__.tag for struct in ServerEvent.__args__)


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    type: str


_ENVELOPE = msgspec.json.Decoder(_Envelope)


def decode_event(text: str | bytes) -> ServerEvent | None:
    """Decode one event.

    Returns:
        The event, or None for a type that a call has no use for.

    Raises:
        RealtimeProtocolError: Not JSON, no ``type``, or a known type with wrong fields.
    """
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:  # the latter: nested to death
        try:
            kind = _ENVELOPE.decode(text).type
        except (msgspec.DecodeError, RecursionError):
            raise RealtimeProtocolError(f"not an event: {error}") from error
        if kind in _KNOWN:
            raise RealtimeProtocolError(f"malformed {kind}: {error}") from error
        return None
