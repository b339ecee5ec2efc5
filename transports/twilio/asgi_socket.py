"""The phone's WebSocket, straight on the ASGI server."""

from __future__ import annotations

from starlette.types import Message, Receive, Send

from transports.socket import SocketClosedError


class AsgiSocket:
    """A ``transports.socket.Socket`` on the two callables that ASGI hands an application.

    Starlette's own WebSocket class would do, but checks its state with every message; a call
    has some hundred a second.

    Attributes:
        received: How many frames came.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._read_to_the_end: tuple[int | None, str] | None = None
        self._writable = True
        self.received = 0

    async def accept(self) -> None:
        """Answer the handshake with 101.

        Raises:
            SocketClosedError: The peer has given up already.
        """
        await self._put({"type": "websocket.accept"})

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        if not self._writable:
            raise SocketClosedError
        await self._put({"type": "websocket.send", "text": text})

    async def receive(self) -> str | bytes:
        """Wait for the next frame: ``str`` for text, ``bytes`` for a binary one.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        if self._read_to_the_end is not None:
            raise SocketClosedError(*self._read_to_the_end)
        message = await self._receive()
        if message["type"] == "websocket.receive":
            self.received += 1
            text: str | None = message.get("text")
            return text if text is not None else bytes(message["bytes"])
        self._writable = False
        self._read_to_the_end = (message.get("code"), message.get("reason") or "")
        raise SocketClosedError(*self._read_to_the_end)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        if not self._writable:
            return
        self._writable = False
        self._read_to_the_end = (code, reason)
        try:
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except OSError:
            return  # the peer was faster

    async def _put(self, message: Message) -> None:
        try:
            await self._send(message)
        except OSError as error:  # what an ASGI server raises once the peer has gone
            self._writable = False
            raise SocketClosedError from error
