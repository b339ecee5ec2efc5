"""One owner for one timer: it wakes a processor at its state object's deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.processors.frame_processor import FrameProcessor


class DeadlineTimer:
    """Calls ``fired`` when ``deadline`` passes; ``arm`` it after every fact that may move it.

    A deadline that moves later costs nothing until the old one passes. What ``fired`` does is
    never cut short by a new deadline: that one is looked at afterwards. It runs in a task of the
    owner, who calls ``stop`` in its ``cleanup``.
    """

    def __init__(
        self,
        owner: FrameProcessor,
        deadline: Callable[[], float | None],
        fired: Callable[[], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self._owner = owner
        self._deadline = deadline
        self._fired = fired
        self._clock = clock
        self._handle: asyncio.TimerHandle | None = None
        self._wakes_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def arm(self) -> None:
        """Make sure that the deadline, if there is one, will not be missed."""
        deadline = self._deadline()
        if deadline is None or self._task is not None:
            return
        if self._handle is not None:
            if self._wakes_at <= deadline:
                return
            self._handle.cancel()
        self._wakes_at = deadline
        wait = max(deadline - self._clock(), 0.0)
        self._handle = asyncio.get_running_loop().call_later(wait, self._passed)

    async def stop(self) -> None:
        """Wake nobody any more, and end what a wake-up still does."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if self._task is not None:
            await self._owner.cancel_task(self._task)

    def _passed(self) -> None:
        self._handle = None
        deadline = self._deadline()
        if deadline is not None and deadline <= self._clock():
            self._task = self._owner.create_task(self._wake(deadline), "deadline")
        else:
            self.arm()

    async def _wake(self, deadline: float) -> None:
        try:
            await self._fired()
        finally:
            self._task = None
        if self._deadline() != deadline:  # one that nobody moved would go off for ever
            self.arm()
