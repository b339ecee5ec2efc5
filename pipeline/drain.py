"""How the server stops: no new calls, live ones to their end, a goodbye for those that take long.

Each request to stop goes one step further than the last: wait for the calls, say goodbye now,
close at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, Protocol

from loguru import logger

GOODBYE_SECONDS: Final = 30.0
"""From the request for a goodbye to the end of all calls."""


class StopRequests:
    """How often the process was asked to stop: each time is more urgent.

    Attributes:
        drain: Take no more calls.
        say_goodbye: Wait no longer for the calls to end.
        now: Wait for nothing.
    """

    def __init__(self) -> None:
        self.drain = asyncio.Event()
        self.say_goodbye = asyncio.Event()
        self.now = asyncio.Event()

    def ask(self) -> None:
        """Ask once more."""
        for step in (self.drain, self.say_goodbye, self.now):
            if not step.is_set():
                step.set()
                return


class Drainable(Protocol):
    """The server, as far as it can be emptied."""

    @property
    def calls(self) -> int:
        """How many calls are live."""
        ...

    def drain(self) -> None:
        """Promise no more calls."""
        ...

    async def idle(self) -> None:
        """Wait until no call is live, nor promised."""
        ...

    async def say_goodbye(self) -> None:
        """Have every live call end with words, however far it is."""
        ...


async def drained(server: Drainable, stop: StopRequests, seconds: float) -> None:
    """Wait for the first request to stop, then until the server is empty or may be closed.

    Args:
        server: What is to be emptied.
        stop: The requests.
        seconds: How long calls may go on.
    """
    await stop.drain.wait()
    server.drain()
    logger.info(
        "Draining: {calls} calls live, for up to {seconds:g} s", calls=server.calls, seconds=seconds
    )
    await _first(server.idle(), stop.say_goodbye.wait(), seconds)
    if server.calls and not stop.now.is_set():
        logger.warning("Saying goodbye to {calls} calls", calls=server.calls)
        goodbyes = asyncio.create_task(server.say_goodbye(), name="goodbyes")
        try:
            await _first(server.idle(), stop.now.wait(), GOODBYE_SECONDS)
        finally:
            goodbyes.cancel()
            await asyncio.wait({goodbyes})
    logger.info("Stopping with {calls} calls live", calls=server.calls)


async def _first(
    empty: Coroutine[Any, Any, None], hurry: Coroutine[Any, Any, Any], within: float
) -> None:
    """Wait for one of the two, for so long at most."""
    tasks = {asyncio.create_task(empty), asyncio.create_task(hurry)}
    try:
        await asyncio.wait(tasks, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
