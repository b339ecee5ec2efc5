"""Keeps the door: closes connections that take too long to show who they are, or are too many."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from loguru import logger

from pipeline.strangers import PER_SOURCE, TOTAL, Strangers

_VISIT: Final = "visit"


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """What a connection may do before it is known.

    Attributes:
        seconds: From connecting, or from an answer to the next one; for a media stream from
            connecting to a token that is good.
        header_bytes: In the head of a request, its first line included.
        per_source: So many connections of one address.
        total: So many in all.
    """

    seconds: float = 15.0
    header_bytes: int = 16 * 1024
    per_source: int = PER_SOURCE
    total: int = TOTAL


class Visit:
    """One connection, until it is known or closed."""

    def __init__(self, door: Doorkeeper, transport: asyncio.Transport) -> None:
        self._door = door
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.source = str(peer[0]) if isinstance(peer, tuple) else ""
        self._timer: asyncio.TimerHandle | None = None

    def behaved(self) -> None:
        """It connected, or got an answer: its time begins anew."""
        self._stop_timer()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._door.limits.seconds, self.turn_away)
        self._door.came(self)

    def over(self) -> None:
        """It is closed, or showed that it is a call's stream and may stay."""
        self._stop_timer()
        self._door.went(self)

    def turn_away(self) -> None:
        """Close it, with no word more."""
        self.over()
        self._transport.abort()
        logger.debug("A connection that did not show who it is was closed")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Doorkeeper:
    """One server's.

    Attributes:
        limits: What a connection may do before it is known.
    """

    def __init__(self, limits: DoorLimits) -> None:
        self.limits = limits
        self._strangers: Strangers[Visit] = Strangers(limits.per_source, limits.total)

    def __len__(self) -> int:
        """How many connections are not known yet."""
        return len(self._strangers)

    def came(self, visit: Visit) -> None:
        """A visit begins, or begins anew; another one may have to end for it."""
        too_many = self._strangers.came(visit, visit.source, asyncio.get_running_loop().time())
        if too_many is not None:
            too_many.turn_away()

    def went(self, visit: Visit) -> None:
        """A visit is over."""
        self._strangers.went(visit)


def note_visit(state: MutableMapping[str, Any], visit: Visit) -> None:
    """Let the application know of a connection, by its scope's ``state``."""
    state[_VISIT] = visit


def visit_of(scope: MutableMapping[str, Any]) -> Visit | None:
    """The connection that an ASGI scope came by; None: no doorkeeper saw it."""
    visit = scope.get("state", {}).get(_VISIT)
    return visit if isinstance(visit, Visit) else None
