"""Keeps a call connected to a model: dials, hears, and dials again when the socket dies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from loguru import logger

from transports.openai_realtime.events import RealtimeProtocolError, ServerEvent
from transports.openai_realtime.session import (
    ModelRefusedError,
    ModelUnreachableError,
    RealtimeSession,
)
from transports.socket import SocketClosedError

RETRY_PAUSES: Final = (0.0, 0.1, 0.3, 0.6, 1.0)
"""Seconds before each further try to dial; the last one repeats."""

UNSENT_KEPT: Final = 500
"""Payloads kept (ten seconds) between a socket's death and its being known upstream."""

INVALID_KEY_CLOSE: Final = 3000
"""Close code after a bad key (seen on the API; retrying cannot help)."""


class LinkOwner(Protocol):
    """Who is told what happens on the link."""

    async def session_up(self, session: RealtimeSession, *, first: bool) -> None:
        """A session is configured; audio and events may go."""
        ...

    async def session_down(self) -> None:
        """The session is gone; another is being dialled."""
        ...

    async def model_event(self, event: ServerEvent) -> None:
        """The model sent something."""
        ...

    async def model_lost(self, reason: str) -> None:
        """No session can be had any more."""
        ...

    def malformed(self, error: RealtimeProtocolError) -> None:
        """The model sent something that can't be read; it was dropped."""
        ...


Dial = Callable[[float], Awaitable[RealtimeSession]]
"""Opens a configured session within so many seconds; may hand out one that is already warm."""


class ModelLink:
    """One call's line to its model, over as many sessions as it takes."""

    def __init__(
        self,
        owner: LinkOwner,
        dial: Dial,
        *,
        clock: Callable[[], float],
        connect_timeout: float,
        reconnect: bool,
    ) -> None:
        self._owner = owner
        self._dial = dial
        self._clock = clock
        self._connect_timeout = connect_timeout
        self._reconnect = reconnect
        self._session: RealtimeSession | None = None
        self._unsent: deque[str] = deque(maxlen=UNSENT_KEPT)
        self._lost_for: str | None = None

    @property
    def session(self) -> RealtimeSession | None:
        """The session that is up."""
        return self._session

    async def run(self) -> None:
        """Stay connected until the model is lost for good or the task is cancelled."""
        first = True
        while True:
            session = await self._open()
            if session is None:
                return
            self._session = session
            try:
                await self._owner.session_up(session, first=first)
                first = False
                await self._hear(session)
            finally:
                self._session = None
                await session.close()
            if self._lost_for is not None or not self._reconnect:
                await self._owner.model_lost(self._lost_for or "session_closed")
                return
            await self._owner.session_down()

    async def append(self, payload: str) -> None:
        """Give the model a piece of the caller's audio, or keep it for the next session."""
        session = self._session
        if session is None:
            self._unsent.append(payload)
            return
        try:
            await session.append(payload)
        except SocketClosedError:
            self._session = None  # ``run`` notices, too, and dials again
            self._unsent.append(payload)

    async def send_unsent(self) -> None:
        """Give a fresh session the audio that the last one could not take any more."""
        unsent, self._unsent = self._unsent, deque(maxlen=UNSENT_KEPT)
        for payload in unsent:
            await self.append(payload)

    async def send(self, event: dict[str, Any]) -> bool:
        """Send any other event.

        Returns:
            False when no session is up: it was not sent.
        """
        session = self._session
        if session is None:
            return False
        try:
            await session.send(event)
        except SocketClosedError:
            self._session = None
            return False
        return True

    async def drop(self, reason: str | None = None) -> None:
        """End this session; with a reason, don't dial another one."""
        self._lost_for = reason
        if self._session is not None:
            await self._session.close()

    async def _open(self) -> RealtimeSession | None:
        deadline = self._clock() + self._connect_timeout
        pauses = iter(RETRY_PAUSES)
        pause = next(pauses)
        reason = "unreachable"
        while (left := deadline - self._clock()) > 0:
            await asyncio.sleep(min(pause, left))
            pause = next(pauses, pause)
            try:
                return await self._dial(max(deadline - self._clock(), 0.1))
            except ModelUnreachableError as error:
                logger.warning("The model can't be reached: {}", error)
            except ModelRefusedError as error:
                logger.error("The model refused the session: {}", error)
                reason = error.code
                break
        await self._owner.model_lost(reason)
        return None

    async def _hear(self, session: RealtimeSession) -> None:
        while True:
            try:
                event = await session.receive()
            except RealtimeProtocolError as error:
                self._owner.malformed(error)
                continue
            except SocketClosedError as closed:
                if closed.code == INVALID_KEY_CLOSE:
                    self._lost_for = self._lost_for or "invalid_api_key"
                return
            await self._owner.model_event(event)
