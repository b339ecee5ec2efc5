"""The rooms in which two legs of the simulated phone company meet."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_ALONE: Final = 30.0
"""Seconds that somebody waits alone for the other one."""


class Room:
    """One conference for two; who leaves it ends it (``endConferenceOnExit``)."""

    def __init__(self) -> None:
        self.met = asyncio.Event()
        self._over = asyncio.Event()
        self._inside = 0

    async def stay(
        self, *, talks: float | None = None, leaves: asyncio.Event | None = None
    ) -> None:
        """Be in the room until it is over, or one leaves.

        Args:
            talks: Seconds after which this one leaves, counted from when both are there.
            leaves: Set when this one is taken out.
        """
        self._inside += 1
        if self._inside > 1:
            self.met.set()
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._over.wait(), name="room over")]
        if leaves is not None:
            waits.append(asyncio.create_task(leaves.wait(), name="taken out"))
        if talks is not None:
            waits.append(asyncio.create_task(self._talk(talks), name="talking"))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
            self._inside -= 1
            self._over.set()

    async def _talk(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(_ALONE):
                await self.met.wait()
        except TimeoutError:
            return
        await asyncio.sleep(seconds)
