"""The one timer of a simulated peer."""

from __future__ import annotations

import asyncio
from typing import Final

RESOLUTION: Final = 0.001
"""Seconds. uvloop's clock has whole milliseconds; a timer for less would spin until the next."""


class Alarm:
    """Lets one task sleep until a time, or until somebody has news for it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        self.set_for = 0.0

    async def wait_until(self, when: float) -> None:
        """Sleep until ``when``, or until ``ring``; a time that is nearly there is rounded up."""
        when = max(when, self._loop.time() + RESOLUTION)
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiter, self.set_for = waiter, when
        timer = self._loop.call_at(when, self.ring)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def ring(self) -> None:
        """Wake the sleeper, if one sleeps."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
