"""Listens in on the line to the model: what really crossed it, whoever the model is.

It wraps the function that opens the model's socket, and reads each message on its own: the audio
that the model sent for the caller, what it was told to forget, and the caller's audio that it was
given (OpenAI, Realtime API reference). What it notes is held against what the phone played.
"""

from __future__ import annotations

import asyncio
import binascii
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from transports.socket import Socket, SocketClosedError

Connect = Callable[[str, dict[str, str]], Awaitable[Socket]]
"""Opens a socket to a model: its address and the request's headers."""

_BYTES_PER_MS: Final = 8
_APPEND: Final = "input_audio_buffer.append"
_DELTA: Final = "response.output_audio.delta"
_MADE_OUT: Final = "conversation.item.input_audio_transcription.completed"


@dataclass(frozen=True, slots=True)
class ModelDelta:
    """Audio that the model sent for the caller.

    Attributes:
        at: When it arrived, loop time.
        item_id: The item that it is part of.
        content_index: The item's content part.
        pcmu: The audio.
    """

    at: float
    item_id: str
    content_index: int
    pcmu: bytes


@dataclass(frozen=True, slots=True)
class ModelCut:
    """The model confirmed that it has forgotten what the caller did not hear of an item.

    Attributes:
        item_id: The item.
        audio_end_ms: What it was told was heard; 0 if it was deleted.
        deleted: Whether it was deleted.
    """

    item_id: str
    audio_end_ms: int
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What crossed the line to the model, over as many sessions as the call took.

    Attributes:
        deltas: Audio for the caller, in order.
        cuts: What was cut, in order.
        caller_audio: All audio that the model was given, in order.
        errors: Codes of the ``error`` events, or their types where they have no code.
        closed: Whether all its sockets are closed.
    """

    deltas: Sequence[ModelDelta] = ()
    cuts: Sequence[ModelCut] = ()
    caller_audio: bytes = b""
    errors: Sequence[str] = ()
    closed: bool = True


class ModelTap:
    """Notes what crosses; keeps all audio, so it is for calls of minutes."""

    def __init__(self, on_caller_heard: Callable[[str], None] | None = None) -> None:
        """Begin with nothing.

        Args:
            on_caller_heard: Told what the model made out, of each thing that the caller said.
        """
        self._on_caller_heard = on_caller_heard
        self._deltas: list[ModelDelta] = []
        self._cuts: list[ModelCut] = []
        self._caller_audio = bytearray()
        self._errors: list[str] = []
        self._asides: set[str] = set()
        self._words: dict[str, str] = {}
        self._audio_bytes: Counter[str] = Counter()
        self._sockets: list[TappedSocket] = []

    def on(self, connect: Connect) -> Connect:
        """The same function, whose sockets are listened to."""

        async def tapped(url: str, headers: dict[str, str]) -> Socket:
            """Dial as before, and listen to the socket."""
            socket = TappedSocket(await connect(url, headers), self)
            self._sockets.append(socket)
            return socket

        return tapped

    def record(self) -> ModelRecord:
        """What was noted so far."""
        return ModelRecord(
            tuple(self._deltas),
            tuple(self._cuts),
            bytes(self._caller_audio),
            tuple(self._errors),
            all(socket.closed for socket in self._sockets),
        )

    def words_of(self, item_id: str) -> str:
        """The words of an item, as far as the model has sent its transcript."""
        return self._words.get(item_id, "")

    def ms_of(self, item_id: str) -> float:
        """How much audio of an item the model has sent."""
        return self._audio_bytes[item_id] / _BYTES_PER_MS

    def client_sent(self, text: str) -> None:
        """Note a client event."""
        event: dict[str, Any] = msgspec.json.decode(text)
        if event["type"] == _APPEND:
            self._caller_audio += binascii.a2b_base64(event["audio"])

    def server_sent(self, message: str | bytes, now: float) -> None:
        """Note a server event."""
        event: dict[str, Any] = msgspec.json.decode(message)
        kind = event["type"]
        if kind == _DELTA:
            self._delta(event, now)
        elif kind == "response.output_audio_transcript.delta":
            item_id = event["item_id"]
            self._words[item_id] = self._words.get(item_id, "") + event["delta"]
        elif kind == "response.created" and event["response"].get("conversation_id") is None:
            self._asides.add(event["response"]["id"])
        elif kind == _MADE_OUT and self._on_caller_heard is not None:
            self._on_caller_heard(event["transcript"])
        elif kind == "conversation.item.truncated":
            self._cuts.append(ModelCut(event["item_id"], event["audio_end_ms"]))
        elif kind == "conversation.item.deleted":
            self._cuts.append(ModelCut(event["item_id"], 0, deleted=True))
        elif kind == "error":
            error = event["error"]
            self._errors.append(error.get("code") or error.get("type") or "unknown")

    def _delta(self, event: dict[str, Any], now: float) -> None:
        if event["response_id"] not in self._asides:
            pcmu = binascii.a2b_base64(event["delta"])
            self._audio_bytes[event["item_id"]] += len(pcmu)
            self._deltas.append(ModelDelta(now, event["item_id"], event["content_index"], pcmu))


class TappedSocket:
    """A ``transports.socket.Socket`` that tells a tap what crosses it."""

    def __init__(self, socket: Socket, tap: ModelTap) -> None:
        self._socket = socket
        self._tap = tap
        self.closed = False

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The peer is gone.
        """
        await self._socket.send(text)
        self._tap.client_sent(text)

    async def receive(self) -> str | bytes:
        """Wait for the next frame.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        try:
            message = await self._socket.receive()
        except SocketClosedError:
            self.closed = True
            raise
        self._tap.server_sent(message, asyncio.get_running_loop().time())
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        await self._socket.close(code, reason)
        self.closed = True
