"""The one timer of a state machine that says when it wants to be woken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.processors.frame_processor import FrameProcessor


class DeadlineTimer:
    """Calls ``fired`` when ``deadline`` has come, and goes on until there is none.

    A deadline usually moves back while the timer waits (one more piece of audio arrived). That
    costs nothing: the timer looks again when it goes off. Only a deadline that is new, or that
    came nearer, has to be told, by ``arm``; from within ``fired``, not even that. The owner
    calls ``stop`` in its ``cleanup``.
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
        self._task: asyncio.Task[None] | None = None

    def arm(self) -> None:
        """See to it that the deadline, if there is one, is not missed."""
        deadline = self._deadline()
        if deadline is None or self._task is not None:
            return
        if self._handle is not None:
            if self._handle.when() <= deadline:
                return
            self._handle.cancel()
        self._handle = asyncio.get_running_loop().call_at(deadline, self._went_off)

    async def stop(self) -> None:
        """Wake nobody any more; wait for a wake-up that is under way."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        task, self._task = self._task, None
        if task is not None:
            await self._owner.cancel_task(task)

    def _went_off(self) -> None:
        self._handle = None
        deadline = self._deadline()
        if deadline is None:
            return
        if deadline > self._clock():
            self.arm()
            return
        self._task = self._owner.create_task(self._wake(deadline), "deadline")

    async def _wake(self, deadline: float) -> None:
        try:
            await self._fired()
        finally:
            self._task = None
        if self._deadline() != deadline:  # one that nobody moved would go off for ever
            self.arm()
