"""The phone's WebSocket as another host hands it over: accepted, and Starlette's."""

from __future__ import annotations

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from transports.socket import SocketClosedError


class HostedSocket:
    """A ``transports.socket.Socket`` on a Starlette WebSocket that is open already."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._closed: tuple[int | None, str] | None = None
        self._first: str | bytes | None = None

    async def peek(self) -> str | bytes:
        """Wait for the first frame, and leave it to be received.

        Raises:
            SocketClosedError: The peer is gone.
        """
        self._first = await self.receive()
        return self._first

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        if self._closed is not None:
            raise SocketClosedError(*self._closed)
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:  # Starlette's word for "closed"
            self._closed = (None, "")
            raise SocketClosedError from error

    async def receive(self) -> str | bytes:
        """Wait for the next frame: ``str`` for text, ``bytes`` for a binary one.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        if self._first is not None:
            first, self._first = self._first, None
            return first
        if self._closed is not None:
            raise SocketClosedError(*self._closed)
        message = await self._websocket.receive()
        if message["type"] == "websocket.receive":
            text: str | None = message.get("text")
            return text if text is not None else bytes(message["bytes"])
        self._closed = (message.get("code"), message.get("reason") or "")
        raise SocketClosedError(*self._closed)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        if self._closed is not None:
            return
        self._closed = (code, reason)
        if self._websocket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError):
            return  # the peer was faster
