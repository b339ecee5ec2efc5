"""Twilio's side of the Media Streams wire: what it says, and what it refuses to understand.

Written from Twilio's page "Media Streams - WebSocket messages": counters are decimal strings,
``connected`` has neither a sequence number nor a stream, ``media`` names its track ``inbound``
and ``dtmf`` names it ``inbound_track``. What comes from the server is read strictly: a message
that is no JSON, has an unknown event, lacks a key or has one too many, or names another stream, is
dropped with warning 31951, a binary frame with 31950 (Twilio, error pages 31950 and 31951).
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

FRAME_BYTES: Final = 160
FRAME_SECONDS: Final = 0.02
SILENT_FRAME: Final = b"\xff" * FRAME_BYTES
_SILENT_PAYLOAD: Final = binascii.b2a_base64(SILENT_FRAME, newline=False).decode("ascii")

UNDECODABLE: Final = 31950
INVALID_MESSAGE: Final = 31951


class RefusedMessageError(Exception):
    """A message that Twilio would drop; ``code`` is the warning it would log."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code = code


@dataclass(frozen=True, slots=True)
class StreamIds:
    """The ids that Twilio gives a stream; ``customParameters`` come from the TwiML."""

    account_sid: str
    call_sid: str
    stream_sid: str


class StreamWriter:
    """Writes the phone's messages, with one running number over all of them."""

    def __init__(self, ids: StreamIds) -> None:
        self._ids = ids
        self._sequence = 0
        self._chunk = 0
        self._media_middle = (
            f'","streamSid":"{ids.stream_sid}","media":{{"track":"inbound","chunk":"'
        )

    def connected(self) -> str:
        """The first message; it has no number."""
        return '{"event":"connected","protocol":"Call","version":"1.0.0"}'

    def start(self, parameters: Mapping[str, str]) -> str:
        """The second message: who calls, and in which format."""
        ids = self._ids
        return self._numbered(
            "start",
            {
                "streamSid": ids.stream_sid,
                "accountSid": ids.account_sid,
                "callSid": ids.call_sid,
                "tracks": ["inbound"],
                "customParameters": dict(parameters),
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        )

    def media(self, pcmu: bytes, timestamp_ms: int) -> str:
        """A piece of the caller's audio."""
        self._sequence += 1
        self._chunk += 1
        payload = (
            _SILENT_PAYLOAD
            if pcmu is SILENT_FRAME
            else binascii.b2a_base64(pcmu, newline=False).decode("ascii")
        )
        return (
            f'{{"event":"media","sequenceNumber":"{self._sequence}{self._media_middle}'
            f'{self._chunk}","timestamp":"{timestamp_ms}","payload":"{payload}"}}}}'
        )

    def dtmf(self, digit: str) -> str:
        """A key was pressed."""
        return self._numbered("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        """A mark comes back, played or cleared: the wire does not say which."""
        return self._numbered("mark", {"name": name})

    def stop(self) -> str:
        """The last message."""
        ids = self._ids
        return self._numbered("stop", {"accountSid": ids.account_sid, "callSid": ids.call_sid})

    def _numbered(self, event: str, body: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps(
            {
                "event": event,
                "sequenceNumber": str(self._sequence),
                "streamSid": self._ids.stream_sid,
                event: body,
            },
            separators=(",", ":"),
        )


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    payload: str


class _Name(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class _FromServer(
    msgspec.Struct,
    tag_field="event",
    forbid_unknown_fields=True,
    rename={"stream_sid": "streamSid"},
):
    stream_sid: str


class MediaMessage(_FromServer, tag="media", forbid_unknown_fields=True):
    """Audio to play."""

    media: _Payload


class MarkMessage(_FromServer, tag="mark", forbid_unknown_fields=True):
    """A mark to return."""

    mark: _Name


class ClearMessage(_FromServer, tag="clear", forbid_unknown_fields=True):
    """Forget what is queued."""


ServerMessage = MediaMessage | MarkMessage | ClearMessage
_DECODER: Final = msgspec.json.Decoder(ServerMessage)


def read_server_message(message: str | bytes, stream_sid: str) -> ServerMessage:
    """Understand one message from the server.

    Raises:
        RefusedMessageError: Twilio would drop it.
    """
    if isinstance(message, bytes):
        raise RefusedMessageError(UNDECODABLE, "a binary frame")
    try:
        read: ServerMessage = _DECODER.decode(message)
    except msgspec.DecodeError as error:
        raise RefusedMessageError(INVALID_MESSAGE, str(error)) from error
    if read.stream_sid != stream_sid:
        raise RefusedMessageError(INVALID_MESSAGE, "another stream's streamSid")
    return read


def decode_payload(payload: str) -> bytes:
    """The audio of a media message.

    Raises:
        RefusedMessageError: It is not base64.
    """
    try:
        return binascii.a2b_base64(payload, strict_mode=True)
    except ValueError as error:
        raise RefusedMessageError(INVALID_MESSAGE, "payload is not base64") from error
