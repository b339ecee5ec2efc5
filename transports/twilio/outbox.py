"""What goes to the phone, without ever making the model wait for the phone's network.

A write to a socket normally finishes at once: the bytes are copied to the kernel and nothing is
awaited. When the phone's network stalls, it would wait, and with it the loop that reads from the
model, so that even "the caller speaks" would come late. So a write that can't finish at once goes
on in a task of its own, and what comes after it queues up behind it, in order.
"""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any, Final

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor

from transports.socket import Socket, SocketClosedError

MAX_WAITING: Final = 8 * 1024 * 1024
"""Characters of messages that may wait: some ten minutes of audio, all that Twilio would keep
(Twilio, error 31931). Audio beyond that is dropped."""


class Outbox:
    """Sends the phone's messages in order; never blocks for longer than a copy takes.

    When the phone is gone, sending does nothing. ``written`` is told of each message that could
    not leave at once, when it has left.
    """

    def __init__(
        self, owner: FrameProcessor, socket: Socket, written: Callable[[str], None] | None = None
    ) -> None:
        self._owner = owner
        self._socket = socket
        self._written = written
        self._waiting: deque[str] = deque()
        self._waiting_chars = 0
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        self._overflowed = False

    @property
    def stalled(self) -> bool:
        """Whether messages wait for the phone's network."""
        return self._writer is not None

    def send(self, message: str) -> None:
        """Send a message after all those sent before."""
        if self._closed:
            return
        if self._writer is not None:
            self._wait_with(message)
            return
        write = self._socket.send(message)
        try:
            awaits = write.send(None)
        except StopIteration:
            return
        except SocketClosedError:
            self._closed = True
            return
        self._writer = self._owner.create_task(self._write_on(message, write, awaits), "outbox")

    def take_back(self) -> list[str]:
        """Take back what still waits here: the phone will not get it."""
        taken = list(self._waiting)
        self._waiting.clear()
        self._waiting_chars = 0
        return taken

    async def stop(self) -> None:
        """Send nothing any more."""
        self._closed = True
        self.take_back()
        if self._writer is not None:
            await self._owner.cancel_task(self._writer)
            self._writer = None

    def _wait_with(self, message: str) -> None:
        if self._waiting_chars + len(message) > MAX_WAITING:
            if not self._overflowed:
                self._overflowed = True
                logger.warning("The phone takes no audio; what is more than its queue is dropped")
            return
        self._waiting.append(message)
        self._waiting_chars += len(message)

    async def _write_on(self, message: str, write: Coroutine[Any, Any, None], awaits: Any) -> None:
        try:
            await _resume(write, awaits)
            self._tell(message)
            while self._waiting:
                message = self._waiting.popleft()
                self._waiting_chars -= len(message)
                await self._socket.send(message)
                self._tell(message)
        except SocketClosedError:
            self._closed = True
            self.take_back()
        finally:
            self._writer = None

    def _tell(self, message: str) -> None:
        if self._written is not None:
            self._written(message)


@types.coroutine
def _resume(started: Coroutine[Any, Any, None], awaits: Any) -> Generator[Any, Any, None]:
    """Go on with a coroutine whose first step was made by hand and now waits for ``awaits``."""
    try:
        yield awaits
    except BaseException:
        started.close()
        raise
    yield from started
