"""Opens sessions for calls, and keeps some warm while phones still ring.

Twilio's webhook comes a second or so before its media stream. A session dialled at the webhook is
configured by the time the stream starts, so the greeting does not wait for it. Warm sessions are
few, and closed when their stream never comes: each is an open, paid socket.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from loguru import logger

from transports.openai_realtime.config import OpenAIRealtimeConfig
from transports.openai_realtime.session import (
    Connect,
    ModelRefusedError,
    ModelUnreachableError,
    RealtimeSession,
    open_session,
)

WARM_FOR: Final = 60.0
"""Seconds that a warm session waits for its stream; as long as the stream's token holds."""

MOST_WARM: Final = 20
"""Warm sessions at a time; a webhook beyond that dials when its stream comes."""


@dataclass(slots=True)
class _Warm:
    opening: asyncio.Task[RealtimeSession]
    expiry: asyncio.TimerHandle


class ModelDialer:
    """All sessions of one process begin here."""

    def __init__(
        self,
        connect: Connect,
        *,
        base_url: str,
        api_key: str,
        clock: Callable[[], float],
        most_warm: int = MOST_WARM,
        warm_for: float = WARM_FOR,
    ) -> None:
        self._connect = connect
        self._base_url = base_url
        self._api_key = api_key
        self._clock = clock
        self._most_warm = most_warm
        self._warm_for = warm_for
        self._warm: dict[str, _Warm] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def warm_count(self) -> int:
        """Sessions that wait for their stream."""
        return len(self._warm)

    def warm(self, call_sid: str, config: OpenAIRealtimeConfig, session: dict[str, Any]) -> bool:
        """Begin a session for a call whose stream is still to come.

        Returns:
            False when enough are warm already.
        """
        if call_sid in self._warm or len(self._warm) >= self._most_warm:
            return False
        opening = asyncio.get_running_loop().create_task(
            self._open(config, session, config.connect_timeout), name=f"warm {call_sid}"
        )
        opening.add_done_callback(_retrieve)
        expiry = asyncio.get_running_loop().call_later(self._warm_for, self._expire, call_sid)
        self._warm[call_sid] = _Warm(opening, expiry)
        return True

    async def dial(
        self,
        call_sid: str,
        config: OpenAIRealtimeConfig,
        session: dict[str, Any],
        within: float,
    ) -> RealtimeSession:
        """Give a call its session: the warm one, or one opened now.

        Raises:
            ModelRefusedError: The key, the account or the settings are refused.
            ModelUnreachableError: Nothing came up within so many seconds.
        """
        warm = self._warm.pop(call_sid, None)
        if warm is None:
            return await self._open(config, session, within)
        warm.expiry.cancel()
        try:
            async with asyncio.timeout(within):
                return await warm.opening
        except TimeoutError as error:
            raise ModelUnreachableError("the warm session did not come up") from error
        except asyncio.CancelledError:
            self._discard(warm.opening)
            raise

    async def close(self) -> None:
        """Close every session that waits for a stream."""
        for call_sid in list(self._warm):
            self._expire(call_sid)
        if self._closing:
            await asyncio.wait(self._closing)

    async def _open(
        self, config: OpenAIRealtimeConfig, session: dict[str, Any], within: float
    ) -> RealtimeSession:
        # A session begins with the runtime in control of turns: what is said first may be
        # protected. Whoever decides on interruptions hands control to the model later.
        return await open_session(
            self._connect,
            base_url=self._base_url,
            api_key=self._api_key,
            model=config.model,
            session=with_turn_control(session, by_server=False),
            timeout=within,
        )

    def _expire(self, call_sid: str) -> None:
        warm = self._warm.pop(call_sid, None)
        if warm is not None:
            warm.expiry.cancel()
            logger.debug("A warm session was not needed")
            self._discard(warm.opening)

    def _discard(self, opening: asyncio.Task[RealtimeSession]) -> None:
        closing = asyncio.get_running_loop().create_task(_close_when_open(opening))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


def with_turn_control(session: dict[str, Any], *, by_server: bool) -> dict[str, Any]:
    """The same settings with the model in charge of turns, as far as they let it, or not."""
    controlled = copy.deepcopy(session)
    turn_detection = controlled["audio"]["input"]["turn_detection"]
    if turn_detection is not None:
        for flag in ("create_response", "interrupt_response"):
            turn_detection[flag] = by_server and turn_detection[flag]
    return controlled


async def _close_when_open(opening: asyncio.Task[RealtimeSession]) -> None:
    opening.cancel()
    await asyncio.wait({opening})
    if not opening.cancelled() and opening.exception() is None:
        await opening.result().close()


def _retrieve(opening: asyncio.Task[RealtimeSession]) -> None:
    """Nobody may come for it: a failure was logged where it matters, at the dial."""
    if not opening.cancelled() and isinstance(
        opening.exception(), ModelRefusedError | ModelUnreachableError
    ):
        logger.warning("A warm session failed: {}", opening.exception())
