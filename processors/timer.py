"""One owner for one timer: a task that sleeps until a state object's deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.processors.frame_processor import FrameProcessor


class DeadlineTimer:
    """Calls ``fired`` when ``deadline`` passes; ``arm`` it after every fact that may move it.

    A deadline that moves later costs nothing until the old one passes. Runs on the owner's task
    manager; the owner calls ``stop`` in its ``cleanup``.
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
        self._wakes_at: float | None = None
        self._task: asyncio.Task[None] | None = None

    def arm(self) -> None:
        """Make sure that the deadline, if there is one, will not be missed."""
        deadline = self._deadline()
        if deadline is None:
            return
        if self._task is not None and not self._task.done():
            if self._wakes_at is not None and self._wakes_at <= deadline:
                return
            self._task.cancel()
        self._wakes_at = deadline
        self._task = self._owner.create_task(self._run(), "deadline")

    async def stop(self) -> None:
        """Cancel the task, if one sleeps."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            await self._owner.cancel_task(task)

    async def _run(self) -> None:
        while (deadline := self._deadline()) is not None:
            now = self._clock()
            if now >= deadline:
                self._wakes_at = None
                await self._fired()
                if self._deadline() == deadline:
                    return  # nobody moved it; do not spin
                continue
            self._wakes_at = deadline
            await asyncio.sleep(deadline - now)
        self._wakes_at = None
