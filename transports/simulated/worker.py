"""The threads that do one engine's work for all calls, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from transports.simulated.senses import BusyError

T = TypeVar("T")

MOST_WAITING: Final = 64
"""Jobs that one engine takes on at once. A call has one or two of them under way, so this is far
more calls than a machine can speak for, and still no more than some seconds of audio each."""


class Worker:
    """Does jobs as they come: more calls wait longer, and take no more memory."""

    def __init__(self, name: str, *, threads: int = 1, most_waiting: int = MOST_WAITING) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._most_waiting = most_waiting
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many jobs are under way or wait."""
        return self._waiting

    def do(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do a job after those that came before; cancelled in time, it is not begun.

        The future fails with ``BusyError`` when too many wait.
        """
        loop = asyncio.get_running_loop()
        if self._waiting >= self._most_waiting:
            refused: asyncio.Future[T] = loop.create_future()
            refused.set_exception(BusyError("too many jobs are waiting"))
            return refused
        self._waiting += 1
        done = loop.run_in_executor(self._executor, job)
        done.add_done_callback(self._finished)
        return done

    def close(self) -> None:
        """Begin no more jobs; the one under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _finished(self, _: asyncio.Future[T]) -> None:
        self._waiting -= 1
