"""Models that are dialled while their phones still ring."""

from __future__ import annotations

import asyncio
from typing import Final

from loguru import logger

from pipeline.incoming_call import Ring
from transports.twilio.token import StreamClaims

_PATIENCE: Final = 3.0
"""Seconds in which dialling must end once it was cancelled."""


class Warming:
    """Dials ahead for each call that rings, beside the webhook's answer."""

    def __init__(self, warm: Ring | None) -> None:
        """Begin with none.

        Args:
            warm: Dials for one call; None: nobody dials ahead.
        """
        self._warm = warm
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, claims: StreamClaims) -> None:
        """A call rings."""
        if self._warm is None:
            return
        task = asyncio.ensure_future(self._warm(claims))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Dial no further."""
        for task in self._under_way:
            task.cancel()

    async def ended(self) -> None:
        """Wait, but not for long, until nothing is being dialled."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=_PATIENCE)

    def _ended(self, task: asyncio.Future[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.opt(exception=error).error("Model could not be dialled ahead")
