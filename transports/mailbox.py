"""What a socket has received and nobody has taken yet: a queue that one task reads."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A queue without limit, for one reader.

    It has the methods of ``asyncio.Queue`` that a socket needs. With one reader there is no order
    of waiting to keep, which is most of what that queue spends its time on.
    """

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, item: T) -> None:
        """Add an item, and wake the reader."""
        self._items.append(item)
        reader, self._reader = self._reader, None
        if reader is not None and not reader.done():
            reader.set_result(None)

    async def get(self) -> T:
        """Take the oldest item; wait for one."""
        while not self._items:
            assert self._reader is None, "a mailbox has one reader"
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.popleft()

    def qsize(self) -> int:
        """How many items wait."""
        return len(self._items)

    def empty(self) -> bool:
        """Whether none does."""
        return not self._items
