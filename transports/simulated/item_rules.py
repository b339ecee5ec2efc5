"""Which items a client may put into a conversation (OpenAI, ``conversation.item.create``)."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from typing import Any, Final

from transports.simulated.audio_format import AudioDecoder, AudioFormat
from transports.simulated.client_error import ClientError, invalid_value
from transports.simulated.conversation import Item, Part
from transports.simulated.schema import anything, array, literal, nullable, record, tagged, text

ITEM_ID: Final = text(maximum=32)
_COMMON: Final = {
    "id": nullable(ITEM_ID),
    "object": nullable(literal("realtime.item")),
    "status": nullable(literal("completed", "incomplete", "in_progress")),
    "type": anything,
}
_INPUT_TEXT: Final = record({"type": anything, "text": text()}, required=("text",))
_PARTS: Final = {
    "user": {
        "input_text": _INPUT_TEXT,
        "input_audio": record(
            {"type": anything, "audio": text(), "transcript": nullable(text())},
            required=("audio",),
        ),
        "input_image": record(
            {
                "type": anything,
                "image_url": text(),
                "detail": nullable(literal("auto", "low", "high")),
            },
            required=("image_url",),
        ),
    },
    "assistant": {"output_text": record({"type": anything, "text": text()}, required=("text",))},
    "system": {"input_text": _INPUT_TEXT},
}


def _message(role: str) -> Callable[[Any, str], None]:
    return record(
        {**_COMMON, "role": anything, "content": array(tagged("type", _PARTS[role]))},
        required=("content",),
    )


_ITEM: Final = tagged(
    "type",
    {
        "message": tagged("role", {role: _message(role) for role in _PARTS}),
        "function_call": record(
            {**_COMMON, "name": text(), "arguments": text(), "call_id": nullable(text())},
            required=("name", "arguments"),
        ),
        "function_call_output": record(
            {**_COMMON, "call_id": text(), "output": text()}, required=("call_id", "output")
        ),
    },
)


def parse_item(
    wire: Any,
    path: str,
    new_id: Callable[[], str],
    audio_format: AudioFormat,
    listen_to: Callable[[Part], None],
) -> Item:
    """The item that a client describes; its audio is listened to.

    Raises:
        ClientError: It is none that the API takes. Assistant audio in particular can't be put
            into a conversation, only text.
    """
    _refuse_assistant_audio(wire, path)
    _ITEM(wire, path)
    item = Item(wire.get("id") or new_id(), wire["type"])
    if item.type == "message":
        item.role = wire["role"]
        item.content = [
            _part(part, f"{path}.content[{index}]", audio_format, listen_to)
            for index, part in enumerate(wire["content"])
        ]
    elif item.type == "function_call":
        item.name, item.arguments = wire["name"], wire["arguments"]
        item.call_id = wire.get("call_id") or ""
    else:
        item.call_id, item.output = wire["call_id"], wire["output"]
    return item


def decode_base64(audio: str, path: str) -> bytes:
    """The bytes of a base64 string.

    Raises:
        ClientError: It is not base64.
    """
    try:
        return binascii.a2b_base64(audio, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_value(path, "expected base64-encoded audio bytes.") from error


def _part(
    wire: dict[str, Any],
    path: str,
    audio_format: AudioFormat,
    listen_to: Callable[[Part], None],
) -> Part:
    if wire["type"] == "input_audio":
        audio = decode_base64(wire["audio"], f"{path}.audio")
        pcmu = AudioDecoder(audio_format).feed(audio)
        part = Part("input_audio", transcript=wire.get("transcript"), audio=bytearray(pcmu))
        listen_to(part)
        return part
    if wire["type"] == "input_image":
        image = {key: value for key, value in wire.items() if key != "type"}
        return Part("input_image", image=image)
    return Part(wire["type"], text=wire["text"])


def _refuse_assistant_audio(wire: Any, path: str) -> None:
    if not isinstance(wire, dict) or wire.get("role") != "assistant":
        return
    parts = wire.get("content")
    for index, part in enumerate(parts if isinstance(parts, list) else []):
        if isinstance(part, dict) and part.get("type") == "output_audio":
            raise ClientError(
                "Assistant audio messages cannot be created, only assistant text messages.",
                "invalid_value",
                f"{path}.content[{index}].type",
            )
