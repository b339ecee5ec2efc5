"""Two sockets that are each other's far end, in memory: calls without a network."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from transports.socket import SocketClosedError


@dataclass(frozen=True, slots=True)
class _Closing:
    code: int | None
    reason: str


class MemorySocket:
    """One end of a pair; what it sends, the other end receives, in order."""

    def __init__(self) -> None:
        self._incoming: deque[str | bytes | _Closing] = deque()
        self._receiver: asyncio.Future[None] | None = None
        self._peer: MemorySocket | None = None
        self._closed: _Closing | None = None

    @classmethod
    def pair(cls) -> tuple[MemorySocket, MemorySocket]:
        """Two ends that are linked."""
        one, other = cls(), cls()
        one._peer, other._peer = other, one
        return one, other

    @property
    def closed(self) -> bool:
        """True once either side has closed and this one knows."""
        return self._closed is not None

    @property
    def is_closed(self) -> bool:
        """True once either side has closed, known here or not."""
        return self._closed is not None or (self._peer is not None and self._peer.closed)

    @property
    def pending(self) -> int:
        """How many frames wait to be received."""
        return len(self._incoming)

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: Either side has closed.
        """
        self._deliver(text)

    async def send_binary(self, data: bytes) -> None:
        """Send a binary frame, which no peer of ours should.

        Raises:
            SocketClosedError: Either side has closed.
        """
        self._deliver(data)

    async def receive(self) -> str | bytes:
        """Wait for the next frame; one receiver at a time.

        Raises:
            SocketClosedError: Either side has closed, and all that came before was received.
        """
        if self._closed is not None:
            raise SocketClosedError(self._closed.code, self._closed.reason)
        while not self._incoming:
            assert self._receiver is None, "one receiver at a time"
            self._receiver = asyncio.get_running_loop().create_future()
            try:
                await self._receiver
            finally:
                self._receiver = None
        message = self._incoming.popleft()
        if isinstance(message, _Closing):
            self._closed = message
            raise SocketClosedError(message.code, message.reason)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both ends; harmless when they are closed."""
        self._close(_Closing(code, reason))

    async def tear(self) -> None:
        """Drop the connection: no code, no reason, as when a network dies."""
        self._close(_Closing(None, ""))

    def _deliver(self, message: str | bytes) -> None:
        peer = self._peer
        assert peer is not None, "made by pair()"
        closing = self._closed or peer._closed
        if closing is not None:
            raise SocketClosedError(closing.code, closing.reason)
        peer._put(message)

    def _close(self, closing: _Closing) -> None:
        peer = self._peer
        assert peer is not None, "made by pair()"
        if self._closed is None:
            self._closed = closing
            self._put(closing)
            peer._put(closing)

    def _put(self, message: str | bytes | _Closing) -> None:
        self._incoming.append(message)
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)
