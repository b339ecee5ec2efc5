"""The model's socket over the ``websockets`` package."""

from __future__ import annotations

from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from transports.mailbox import Mailbox
from transports.socket import Socket, SocketClosedError
from transports.text_frames import MaskedTextFrames, TextFrames

_MESSAGES: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_END_OF_HEAD: Final = b"\r\n\r\n"
_MAX_HEAD_BYTES: Final = 64 * 1024
"""An answer to the handshake with a longer head goes to the library, which has its own limits."""

_masked: Final = MaskedTextFrames()


class TextConnection(ClientConnection):
    """A connection that reads and writes whole text frames itself, without queue or lock.

    For ``websockets``' ``create_connection``. All else about it is the library's.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._head: bytes | None = b""  # of the handshake's answer; None: it was read
        self._frames: TextFrames | None = None
        self._messages: Mailbox[bytes | None] = Mailbox()  # None: nothing more will come
        self._fragments: list[bytes] = []

    def write(self, text: str) -> bool:
        """Write one text frame at once.

        Returns:
            False when that is not possible (the network stalls, the connection is closing):
            nothing was written, ``send`` can wait or say why.
        """
        if self.paused or self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        self.transport.write(_masked.text_frame(text))
        return True

    async def next_message(self) -> bytes:
        """Wait for the next message; text comes undecoded.

        Raises:
            ConnectionClosed: The connection is closed, and every message was taken.
        """
        message = await self._messages.get()
        if message is None:
            self._messages.put_nowait(None)  # for who asks again
            raise self.close_exc
        return message

    # What the event loop calls.

    def data_received(self, data: bytes) -> None:
        """Read text frames; hand everything else to the library."""
        if self._frames is not None:
            self._frames.received(data)
        elif self._head is not None:
            self._handshake_answered(self._head + data)
        else:
            super().data_received(data)  # the answer was a refusal

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake who waits for messages."""
        super().connection_lost(exc)
        self._messages.put_nowait(None)

    # What the library calls.

    def process_event(self, event: Event) -> None:
        """Take a message that the library has read: one in fragments, or binary."""
        if not isinstance(event, Frame) or event.opcode not in _MESSAGES:
            super().process_event(event)
            return
        self._fragments.append(bytes(event.data))
        if event.fin:
            self._messages.put_nowait(b"".join(self._fragments))
            self._fragments.clear()

    # Inside.

    def _handshake_answered(self, data: bytes) -> None:
        head, end, rest = data.partition(_END_OF_HEAD)
        if not end and len(data) < _MAX_HEAD_BYTES:
            self._head = data
            return
        self._head = None
        super().data_received(head + end)
        if self.protocol.state is State.OPEN:
            self._frames = TextFrames(
                self.protocol, text=self._messages.put_nowait, other=super().data_received
            )
        if rest:
            self.data_received(rest)


class ClientSocket:
    """A connection to the model as a ``Socket``."""

    def __init__(self, connection: TextConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send one text frame."""
        if self._connection.write(text):
            return
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> str | bytes:
        """Wait for the next frame; text comes undecoded, as JSON takes bytes as well."""
        try:
            return await self._connection.next_message()
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close; harmless when closed."""
        await self._connection.close(code, reason)


async def connect_websocket(url: str, headers: dict[str, str]) -> Socket:
    """Open a socket to the model.

    No compression, and no limit on a message's size, as in the ``openai`` package: audio is
    random to a compressor, and an event with a whole item's audio may be large.

    Raises:
        OSError: Nobody answers, or not with a WebSocket.
    """
    try:
        connection = await connect(
            url,
            create_connection=TextConnection,
            additional_headers=headers,
            compression=None,
            max_size=None,
            max_queue=None,
            open_timeout=None,  # whoever dials has a time-out over all of it
            close_timeout=0.8,  # less than pipecat gives a task to end
            ping_interval=5,  # a dead peer is known within ten seconds
            ping_timeout=5,
        )
    except (InvalidHandshake, InvalidURI) as error:
        raise ConnectionError(str(error)) from error
    assert isinstance(connection, TextConnection), "it is what we asked for"
    return ClientSocket(connection)


def _closed(error: ConnectionClosed) -> SocketClosedError:
    received = error.rcvd
    if received is None:
        return SocketClosedError()
    return SocketClosedError(received.code, received.reason)
