"""The one shape of a WebSocket that both legs of a call are written against."""

from __future__ import annotations

from typing import Protocol


class SocketClosedError(Exception):
    """The peer is gone; carries the close code and reason, if it gave any."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(f"socket closed (code {code}, reason {reason!r})")
        self.code = code
        self.reason = reason


class Socket(Protocol):
    """A message socket: text frames in order, both ways.

    The real ones are a Starlette WebSocket (phone) and a ``websockets`` client (model);
    an in-memory pair has the same three methods.
    """

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            SocketClosedError: The peer is gone.
        """
        ...

    async def receive(self) -> str | bytes:
        """Wait for the next frame: ``str`` for text, ``bytes`` for a binary one.

        Raises:
            SocketClosedError: The peer is gone, or this side closed.
        """
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; harmless when it is closed already."""
        ...
