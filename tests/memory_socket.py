"""Two sockets that are each other's far end: a session without a network."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from transports.socket import SocketClosedError


@dataclass(frozen=True)
class _Closing:
    code: int | None
    reason: str


class MemorySocket:
    """One end of a pair; what it sends the other end receives, in order."""

    def __init__(self) -> None:
        self._incoming: asyncio.Queue[str | bytes | _Closing] = asyncio.Queue()
        self._closing: _Closing | None = None
        self.peer = self

    @classmethod
    def pair(cls) -> tuple[MemorySocket, MemorySocket]:
        one, other = cls(), cls()
        one.peer, other.peer = other, one
        return one, other

    async def send(self, text: str | bytes) -> None:
        closing = self._closing
        if closing is not None:
            raise SocketClosedError(closing.code, closing.reason)
        self.peer._incoming.put_nowait(text)

    async def receive(self) -> str | bytes:
        message = await self._incoming.get()
        if isinstance(message, _Closing):
            self._incoming.put_nowait(message)
            raise SocketClosedError(message.code, message.reason)
        return message

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._end(_Closing(code, reason))

    async def tear(self) -> None:
        """Break off: the other end learns neither code nor reason."""
        self._end(_Closing(None, ""))

    def _end(self, closing: _Closing) -> None:
        if self._closing is None:
            for end in (self, self.peer):
                end._closing = closing
                end._incoming.put_nowait(closing)
