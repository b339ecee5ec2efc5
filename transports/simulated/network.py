"""One direction of the line between phone and server: delay, jitter and stalls, order kept.

Plain logic: time is an argument, randomness is handed in. TCP keeps order, so a late message
holds up those behind it, and after a stall everything comes at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Generic, TypeVar

Message = TypeVar("Message")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time on a stream.

    Attributes:
        at: Seconds after the stream's start.
        lasts: Seconds.
    """

    at: float
    lasts: float

    def covers(self, moment: float) -> bool:
        """True if ``moment``, in seconds after the stream's start, lies in it."""
        return self.at <= moment < self.at + self.lasts


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How one direction behaves.

    Attributes:
        delay: Seconds from one end to the other.
        jitter: Up to so many seconds more, evenly spread.
        stalls: When nothing comes through; what was held comes at once afterwards.
    """

    delay: float = 0.0
    jitter: float = 0.0
    stalls: tuple[Span, ...] = ()

    @property
    def perfect(self) -> bool:
        """True if messages arrive as they are sent."""
        return not (self.delay or self.jitter or self.stalls)


class Link(Generic[Message]):
    """Messages under way in one direction."""

    def __init__(self, options: LinkOptions, random: Random, started_at: float) -> None:
        self._options = options
        self._random = random
        self._started_at = started_at
        self._under_way: deque[tuple[float, float, Message]] = deque()
        self._last_arrival = started_at

    def send(self, message: Message, now: float) -> float:
        """Send a message; returns when it will arrive."""
        arrival = now + self._options.delay
        if self._options.jitter:
            arrival += self._random.uniform(0.0, self._options.jitter)
        for stall in self._options.stalls:
            if stall.covers(arrival - self._started_at):
                arrival = self._started_at + stall.at + stall.lasts
        arrival = max(arrival, self._last_arrival)
        self._last_arrival = arrival
        self._under_way.append((arrival, now, message))
        return arrival

    def arrived(self, now: float) -> list[tuple[float, Message]]:
        """Take out what has arrived by ``now``, in order, each with when it was sent."""
        there: list[tuple[float, Message]] = []
        while self._under_way and self._under_way[0][0] <= now:
            _, sent_at, message = self._under_way.popleft()
            there.append((sent_at, message))
        return there

    def next_arrival(self) -> float | None:
        """When the next message arrives, or None if none is under way."""
        return self._under_way[0][0] if self._under_way else None

    def cut(self) -> None:
        """Lose what is under way."""
        self._under_way.clear()
