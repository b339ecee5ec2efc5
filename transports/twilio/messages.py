"""The messages of Twilio's Media Streams, both ways (Twilio, Media Streams WebSocket messages).

Inbound ones are decoded in one pass, straight into the struct of their ``event``. Twilio writes
some counters as JSON strings and some as numbers, so both are read. Fields that nobody here needs
are not even decoded, unknown ones are ignored.

Outbound ones are written by hand: Twilio drops a message that has a field too many, and says so
only once a stream (Twilio, error 31951). All that varies in a ``media`` message is its payload.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

import msgspec

from processors.audio_frames import PCMU_SAMPLE_RATE, payload_bytes

PCMU_ENCODING: Final = "audio/x-mulaw"
"""The encoding's name in ``start.mediaFormat``; Twilio sends no other."""


class TwilioProtocolError(Exception):
    """The phone's side sent a message that can't be read; drop it, count it, go on.

    The text names the fault and its place, never a value from the message.
    """


_plain_base64 = re.compile(r"[A-Za-z0-9+/]+={0,2}").fullmatch


def is_payload(text: str) -> bool:
    """Whether a text is base64 as both wires carry it: safe to paste into JSON as it is."""
    return len(text) % 4 == 0 and _plain_base64(text) is not None


class Media(msgspec.Struct, frozen=True, gc=False):
    """A piece of the caller's audio.

    Attributes:
        payload: Base64 of µ-law bytes, 8 kHz, mono; in practice 20 ms.
        timestamp: Its place in the stream, ms since the stream's start.
    """

    payload: str
    timestamp: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class MediaMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="media"):
    """Fifty times a second: what the caller says."""

    media: Media


class Dtmf(msgspec.Struct, frozen=True, gc=False):
    """A key that the caller pressed."""

    digit: str


class DtmfMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="dtmf"):
    """The caller pressed a key."""

    dtmf: Dtmf


class Mark(msgspec.Struct, frozen=True, gc=False):
    """The name that came with a mark."""

    name: str


class MarkMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="mark"):
    """All audio sent before this mark was played, or a ``clear`` returned it."""

    mark: Mark


class StopMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="stop"):
    """The stream is over: the caller hung up, or the call was redirected."""


class ConnectedMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="connected"):
    """The socket's first message; it has no ``streamSid`` yet."""


class MediaFormat(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How the stream's audio is coded.

    Attributes:
        encoding: ``audio/x-mulaw``.
        sample_rate: Hz.
        channels: 1.
    """

    encoding: str = PCMU_ENCODING
    sample_rate: int = PCMU_SAMPLE_RATE
    channels: int = 1


class Start(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What Twilio says about a stream once, before its first media.

    Attributes:
        stream_sid: Every outbound message carries it.
        call_sid: The call.
        account_sid: The account that pays for it; REST needs it.
        custom_parameters: The ``<Parameter>`` pairs of our TwiML.
        media_format: How the audio is coded.
    """

    stream_sid: Annotated[str, msgspec.Meta(min_length=1)]
    call_sid: str
    account_sid: str = ""
    custom_parameters: dict[str, str] = {}
    media_format: MediaFormat = MediaFormat()


class StartMessage(msgspec.Struct, frozen=True, gc=False, tag_field="event", tag="start"):
    """The stream begins."""

    start: Start


InboundMessage: TypeAlias = (
    MediaMessage | MarkMessage | DtmfMessage | StopMessage | StartMessage | ConnectedMessage
)

_EVENTS: Final = frozenset({"media", "mark", "dtmf", "stop", "start", "connected"})


class _Envelope(msgspec.Struct):
    event: str


# strict=False: a counter may be 7 or "7".
_message: Final[msgspec.json.Decoder[InboundMessage]] = msgspec.json.Decoder(
    InboundMessage, strict=False
)
_envelope: Final = msgspec.json.Decoder(_Envelope)

# A lone surrogate is no UTF-8, and brackets nested too deep exhaust the decoder's stack.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)


def decode(message: str | bytes) -> InboundMessage | None:
    """Read one message from Twilio; None for an event that this code does not know.

    Raises:
        TwilioProtocolError: It is binary, no JSON, or not what its event promises.
    """
    if isinstance(message, bytes):
        raise TwilioProtocolError("binary message")
    try:
        decoded = _message.decode(message)
    except _UNREADABLE as error:
        if _is_unknown_event(message):
            return None
        raise TwilioProtocolError(_place(error)) from error
    if type(decoded) is MediaMessage and not is_payload(decoded.media.payload):
        raise TwilioProtocolError("media payload is not base64")
    return decoded


def _is_unknown_event(message: str) -> bool:
    try:
        return _envelope.decode(message).event not in _EVENTS
    except _UNREADABLE:
        return False


def _place(error: Exception) -> str:
    """Where a message is wrong, without quoting it: a decoder's own text may show a value."""
    _, found, path = str(error).rpartition(" - at `")
    if isinstance(error, msgspec.ValidationError):
        return f"unexpected value at {path.rstrip('`')}" if found else "unexpected value"
    return "not JSON"


class OutboundMessages:
    """Writes what goes to the phone on one stream, in exactly the documented shape."""

    def __init__(self, stream_sid: str) -> None:
        sid = _json_string(stream_sid)
        self._media = f'{{"event":"media","streamSid":{sid},"media":{{"payload":"'
        self._mark = f'{{"event":"mark","streamSid":{sid},"mark":{{"name":'
        self.clear = f'{{"event":"clear","streamSid":{sid}}}'
        """Empties the phone's queue and returns all outstanding marks."""

    def media(self, payload: str) -> str:
        """Audio to play after what is queued; ``is_payload`` must have allowed the payload."""
        return self._media + payload + '"}}'

    def mark(self, name: str) -> str:
        """A name to echo once everything sent before it has been played."""
        return self._mark + _json_string(name) + "}}"

    def audio_ms(self, message: str) -> float:
        """How much audio a message written here holds, ms."""
        if not message.startswith(self._media):
            return 0.0
        return payload_bytes(message[len(self._media) : -len('"}}')]) / 8

    def is_mark(self, message: str) -> bool:
        """Whether a message written here is a mark."""
        return message.startswith(self._mark)


def _json_string(text: str) -> str:
    return msgspec.json.encode(text).decode("utf-8")
