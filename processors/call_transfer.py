"""Moves one call to a person: rings people one after the other, or has the caller's line do it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from processors.context import CallContext
from processors.escalation_parts import Transfer
from processors.transfer_desk import TRANSFERS, Person, TransferDesk

DIAL_PATIENCE: Final = 5.0
"""Seconds that REST gets to say that the caller's line dials, once the stream is over."""

DIALLED: Final = "dialled"
"""How a cold transfer ends on this side: the caller's line rings others, and may come back."""


class CallTransfer:
    """The transfers of one call, one at a time; writes down how each one goes."""

    def __init__(self, config: Transfer, context: CallContext) -> None:
        self._config = config
        self._context = context
        self._began: float | None = None
        self._ringing = False
        self._dialled: asyncio.Event | None = None

    @property
    def possible(self) -> bool:
        """Whether anybody can be called at all."""
        return self._desk is not None

    def begin(self) -> None:
        """A transfer is decided on: the caller will be told, and somebody called."""
        self._began = self._context.clock()
        to = list(self._config.to)
        self._context.record("transfer_started", mode=self._config.kind, private={"to": to})

    async def reach(self, whisper: Callable[[], str]) -> str:
        """Call people until the caller is with one, or nobody takes the call; how it went.

        Args:
            whisper: What is known by now, for whoever picks up a warm transfer.
        """
        desk = self._desk
        assert desk is not None, "asked before"
        if self._config.kind == "cold":
            self._dialled = asyncio.Event()
            outcome = await self._dial(desk)
        else:
            outcome = await self._ring(desk, whisper)
        if succeeded(outcome):
            self._transferred(outcome)
        else:
            self._over(outcome)
        if self._dialled is not None:
            self._dialled.set()
            self._dialled = None
        return outcome

    async def stream_ended(self) -> None:
        """The call's stream is over: find out whether the caller is with a person now."""
        if self._dialled is not None:  # the stream may end before REST says that it will
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DIAL_PATIENCE):
                    await self._dialled.wait()
            return
        desk = self._desk
        if desk is None or not self._ringing:
            return
        self._ringing = False
        if await desk.left():
            self._transferred("accepted")
        else:
            self._over("cancelled")

    async def _ring(self, desk: TransferDesk, whisper: Callable[[], str]) -> str:
        """Ring one number after the other until somebody takes the call."""
        config, context = self._config, self._context
        outcome = "failed"
        for number in config.to:
            person = Person(
                number,
                config.caller_id or context.info.called,
                config.ring_seconds,
                config.decide_seconds,
                f"{config.whisper} {whisper()}",
                config.accept,
                config.gone,
                config.detect_machines,
            )
            context.record("person_called", private={"to": number})
            self._ringing = True
            outcome = await desk.ring(person)
            self._ringing = False
            context.record("person_answered", outcome=outcome)
            if outcome == "accepted":
                break
        return outcome

    async def _dial(self, desk: TransferDesk) -> str:
        config, context = self._config, self._context
        dialled = await desk.dial(
            config.to,
            config.caller_id or context.info.called,
            config.ring_seconds,
            context.memory.as_dict(),
        )
        return DIALLED if dialled else "failed"

    def _transferred(self, outcome: str) -> None:
        self._over(outcome)
        self._context.record("transferred", mode=self._config.kind)

    def _over(self, outcome: str) -> None:
        began, self._began = self._began, None
        ms = 0 if began is None else round((self._context.clock() - began) * 1000)
        self._context.record("transfer_ended", mode=self._config.kind, outcome=outcome, ms=ms)

    @property
    def _desk(self) -> TransferDesk | None:
        return self._context.resources.get(TRANSFERS)


def succeeded(outcome: str) -> bool:
    """Whether the caller is with a person, or their line rings one."""
    return outcome in ("accepted", DIALLED)
