"""Closes a media stream that brings nothing any more."""

from __future__ import annotations

import asyncio
from typing import Final

from loguru import logger

from transports.twilio.asgi_socket import AsgiSocket

IDLE_SECONDS: Final = 60.0
"""Without anything at all; Twilio sends silence, too, and itself ends a call when no audio came for
a minute (Twilio, Voice limitations)."""

GOING_AWAY: Final = 1001


class IdleWatch:
    """Looks at one stream now and then; its call ends as if the line had died."""

    def __init__(self, socket: AsgiSocket, seconds: float = IDLE_SECONDS) -> None:
        self._socket = socket
        self._seconds = seconds
        self._received = -1
        self._timer: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._received = self._socket.received
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._socket.received != self._received:
            self.start()
            return
        logger.warning("Media stream closed: nothing came for {s:g} s", s=self._seconds)
        self._closing = asyncio.ensure_future(self._socket.close(GOING_AWAY, "nothing came"))
