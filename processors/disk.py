"""Where files are written from: beside the calls, in order, so that no disk holds up a voice.

A disk can take its time, be full, or be gone. A thread of its own does the writing for all calls of
a process; what can't wait for it any more is dropped and counted, never waited for.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from loguru import logger

if TYPE_CHECKING:
    from processors.context import CallContext

DISK: Final = "disk"
"""Name of the disk among a call's resources."""

MOST_WAITING: Final = 4096
"""Pieces of work that may wait: eighty calls with half a minute of audio each."""

GATHER: Final = 1.0
"""Seconds that work may wait for other calls' work. A thread that wakes for each piece of it takes
twice the time, and the calls' thread waits for it as often."""

_LAST_WORK: Final = 5.0
"""Seconds that the disk gets at the end of the process."""

Work = Callable[[], None]


class Disk(Protocol):
    """Does what touches files.

    Attributes:
        failures: How often something was not written.
    """

    failures: int

    def do(self, work: Work) -> bool:
        """Have this done soon, after what was given before; it handles its own ``OSError``.

        Returns:
            False: too much waits already, and this will not be done.
        """
        ...


class PatientDisk:
    """Does it at once: for tests, and for calls that take no time."""

    def __init__(self) -> None:
        self.failures = 0

    def do(self, work: Work) -> bool:
        """Do it now."""
        work()
        return True


class DiskThread:
    """Does it in a thread of its own, begun by the first work; what all calls want together."""

    def __init__(self, *, most_waiting: int = MOST_WAITING, gather: float = GATHER) -> None:
        self._waiting: queue.Queue[Work | None] = queue.Queue(most_waiting)
        self._gather = gather
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0
        self._refused = False

    def do(self, work: Work) -> bool:
        """Have it done soon; never waits."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="disk", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            self.failures += 1
            if not self._refused:
                self._refused = True
                logger.error("The disk does not keep up: recordings and records get lost")
            return False
        return True

    async def close(self) -> None:
        """Wait for what was given, but not for ever."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._closing.set()
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            logger.error("The disk is stuck; what waited for it is lost")
            return
        await asyncio.get_running_loop().run_in_executor(None, thread.join, _LAST_WORK)
        if thread.is_alive():
            logger.error("The disk is stuck; what waited for it is lost")

    def _run(self) -> None:
        awake = False
        while (work := self._waiting.get()) is not None:
            if not awake:
                self._closing.wait(self._gather)
            awake = not self._waiting.empty()
            try:
                work()
            except Exception as error:  # noqa: BLE001  # a bug of ours: other calls' work goes on
                logger.opt(exception=error).error("Work for the disk failed")


def disk_of(context: CallContext) -> Disk:
    """The disk that a call is to use."""
    disk: Disk = context.resources.get(DISK) or PatientDisk()
    return disk
