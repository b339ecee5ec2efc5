"""How late the event loop runs: the time from when something was due to when it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

EVERY: Final = 0.1
"""Seconds between two looks."""

_WEIGHT: Final = 0.05
"""Of one look in the mean: some two seconds of lateness make a lag, one hiccup does not."""


class LoopLag:
    """Looks at its loop ten times a second, from ``start`` to ``stop``.

    Attributes:
        ms: A moving mean of how late it was, in ms.
    """

    def __init__(self, told: Callable[[float], None] | None = None) -> None:
        """Set up.

        Args:
            told: Told of each new mean, in seconds.
        """
        self.ms = 0.0
        self._told = told
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look at the running loop from now on."""
        self.stop()
        self._look_later(asyncio.get_running_loop())

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def looked(self, late_ms: float) -> None:
        """It was so late, this time."""
        self.ms += _WEIGHT * (max(0.0, late_ms) - self.ms)

    def _look_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._due = loop.time() + EVERY
        self._timer = loop.call_at(self._due, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self.looked((loop.time() - self._due) * 1000)
        if self._told is not None:
            self._told(self.ms / 1000)
        self._look_later(loop)
