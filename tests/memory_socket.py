"""Two ends of one in-memory socket, for tests that need no network."""

from __future__ import annotations

import asyncio

from transports.socket import SocketClosedError


class MemorySocket:
    """One end; what is sent here is received at ``peer``."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.peer: MemorySocket = self
        self.closed_with: tuple[int, str] | None = None
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        """Send to the peer."""
        if self.closed_with is not None:
            raise SocketClosedError(*self.closed_with)
        self.sent.append(text)
        self.peer._inbox.put_nowait(text)

    async def receive(self) -> str | bytes:
        """Wait for the peer."""
        message = None if self._inbox.empty() and self.closed_with else await self._inbox.get()
        if message is None:
            raise SocketClosedError(*(self.closed_with or (None, "")))
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close both ends; what was sent before is still received."""
        for end in (self, self.peer):
            if end.closed_with is None:
                end.closed_with = (code, reason)
                end._inbox.put_nowait(None)


def socket_pair() -> tuple[MemorySocket, MemorySocket]:
    """Two connected ends."""
    one, other = MemorySocket(), MemorySocket()
    one.peer, other.peer = other, one
    return one, other
