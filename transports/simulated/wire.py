"""What the parts of one simulated session send, wait and make names by."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec

from transports.simulated.client_error import ClientError

_ODD_EVERY: Final = 7
"""With odd events on, one stranger after so many known ones."""


class Clock(Protocol):
    """The part of an event loop that a session needs; a virtual one will do."""

    def time(self) -> float:
        """Seconds, from any beginning."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        """Call back after so many seconds."""
        ...


class Timer(Protocol):
    """What ``later`` gives back."""

    def cancel(self) -> None:
        """Do not call back after all."""
        ...


class Wire:
    """Sends a session's events, in order, and calls back later; silent once it is closed.

    Attributes:
        odd_events: Send unknown fields and unknown events too (a fault).
        sent: How many events of each type went out.
    """

    def __init__(self, send: Callable[[str], None], clock: Clock, key: str) -> None:
        self.odd_events = False
        self.sent: dict[str, int] = {}
        self._send = send
        self._clock = clock
        self._key = key
        self._names = 0
        self._open = True

    @property
    def now(self) -> float:
        """The loop's time, seconds."""
        return self._clock.time()

    def emit(self, kind: str, **fields: Any) -> None:
        """Send one server event; it gets an id of its own, never the client's."""
        if not self._open:
            return
        event = {"type": kind, "event_id": self.new_id("event"), **fields}
        if self.odd_events:
            event["obfuscation"] = "aXf3"
        self.sent[kind] = self.sent.get(kind, 0) + 1
        self._send(msgspec.json.encode(event).decode())
        if self.odd_events and sum(self.sent.values()) % _ODD_EVERY == 0:
            self.emit("session.mood.updated", mood={"now": "curious"})

    def fail(self, error: ClientError, client_event_id: str | None = None) -> None:
        """Send an ``error`` event; the session goes on."""
        self.emit("error", error=error.body(client_event_id))

    def later(self, delay: float, callback: Callable[[], None]) -> Timer:
        """Call back after ``delay`` seconds, unless the session is over by then."""

        def fire() -> None:
            """Call back, if the session is still there."""
            if self._open:
                callback()

        return self._clock.call_later(delay, fire)

    def new_id(self, prefix: str) -> str:
        """A name that no other thing of this or another session has."""
        self._names += 1
        return f"{prefix}_{self._key}{self._names:05d}"

    def close(self) -> None:
        """Send and call back no more."""
        self._open = False
