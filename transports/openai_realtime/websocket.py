"""The model's socket over the ``websockets`` package."""

from __future__ import annotations

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from transports.socket import Socket, SocketClosedError


class ClientSocket:
    """A ``websockets`` client connection as a ``Socket``."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send one text frame."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from error

    async def receive(self) -> str | bytes:
        """Wait for the next frame; text comes undecoded, as JSON takes bytes as well."""
        try:
            return await self._connection.recv(decode=False)
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
    return ClientSocket(connection)


def _closed(error: ConnectionClosed) -> SocketClosedError:
    received = error.rcvd
    if received is None:
        return SocketClosedError()
    return SocketClosedError(received.code, received.reason)
