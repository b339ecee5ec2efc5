"""The simulated Realtime server without a port: sockets to it are pairs in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from transports.simulated.memory_socket import MemorySocket
from transports.simulated.model_sessions import REALTIME_PATH, ModelSessions

MEMORY_MODEL_URL: Final = "http://model.test/v1"
"""What ``OPENAI_BASE_URL`` would be."""


class MemoryModel:
    """Serves the sessions of a simulated model in the loop that asks for them.

    Attributes:
        refuses: So many dials from now on find nobody there (a fault on demand).
    """

    def __init__(self, sessions: ModelSessions) -> None:
        self.refuses = 0
        self._sessions = sessions
        self._serving: set[asyncio.Task[None]] = set()

    async def connect(self, url: str, headers: Mapping[str, str]) -> MemorySocket:
        """Open a socket to the model.

        Raises:
            OSError: Nobody is there, or not at this address.
        """
        if self.refuses > 0:
            self.refuses -= 1
            raise ConnectionRefusedError("nobody listens")
        if urlsplit(url).path != REALTIME_PATH:
            raise ConnectionError(f"The Realtime socket is {REALTIME_PATH}")
        ours, theirs = MemorySocket.pair()
        serving = asyncio.create_task(
            self._sessions.serve(theirs, url, headers.get("Authorization", "")),
            name="simulated model: session",
        )
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        return ours

    async def stop(self) -> None:
        """End the sessions that are still open."""
        for serving in self._serving:
            serving.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
