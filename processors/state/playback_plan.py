"""When the phone plays which part of its queue: the plan behind the playback ledger.

What was sent when says how early each position can be played: at once, or after what is queued.
What was echoed says how late it really is. So the plan is a walk: from the last echo on, 1 ms of
audio takes 1 ms, and where the queue had run dry it goes on no earlier than the next audio can
have arrived.

Everything is told in the time of echoes: the instant of a position is when the echo of a mark
there comes back, if nothing stalls any more. Positions are ms of audio since the queue was last
cleared.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

UNKNOWN_ROUND_TRIP: Final = 1.0
"""Seconds allowed for the first echo, while nothing is known about the way."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A mark that came back.

    Attributes:
        position_ms: Where it stood in the queue.
        at: When it came back, seconds.
    """

    position_ms: float
    at: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Audio that was sent before the phone can have run dry of it."""

    position_ms: float
    sent_at: float


class PlaybackPlan:
    """Plans playback from what is sent and echoed.

    Attributes:
        round_trip: Seconds from sending audio to the echo of its start, as far as echoes show:
            the least ever seen, so no stall is in it. None before the first.
    """

    def __init__(self, round_trip: float | None = None) -> None:
        self.round_trip = round_trip
        self._runs: deque[_Run] = deque()
        self._ends_at = float("-inf")  # when all could have been played, if the way took no time
        self._not_before = float("-inf")  # in the time of echoes

    def sent(self, position_ms: float, duration_ms: float, now: float) -> float:
        """Plan audio that is sent now: after what is queued, or at once.

        Returns:
            Seconds for which the phone had nothing to play before it, at least; 0 at first.
        """
        dry = 0.0
        if now > self._ends_at:
            dry = now - self._ends_at if self._runs else 0.0
            self._runs.append(_Run(position_ms, now))
            self._ends_at = now
        self._ends_at += duration_ms / 1000
        return dry

    def follows_clear(self, at: float) -> None:
        """Learn when the clear that went out before all this came back: nothing overtook it."""
        self._not_before = at

    def echoed(self, echo: Echo) -> None:
        """Learn from an echo how long the way is at most."""
        took = self.took(echo)
        if self.round_trip is None or took < self.round_trip:
            self.round_trip = max(took, 0.0)

    def took(self, echo: Echo) -> float:
        """Seconds from the earliest instant at which an echo's audio was over to the echo."""
        run = self._runs[0]
        for candidate in self._runs:
            if candidate.position_ms >= echo.position_ms:
                break
            run = candidate
        return echo.at - run.sent_at - (echo.position_ms - run.position_ms) / 1000

    def position_at(self, at: float, last: Echo | None, round_trip: float) -> float:
        """The position whose echo would come at ``at``, if audio never ended.

        Args:
            at: An instant, not before ``last``.
            last: The last echo of this queue, if any.
            round_trip: Seconds between sending audio into a dry queue and an echo of its start.
        """
        position_ms, instant = self._anchor(last, round_trip)
        for run in self._runs:
            if run.position_ms < position_ms:
                continue
            reached = instant + (run.position_ms - position_ms) / 1000
            if reached > at:
                break
            position_ms = run.position_ms
            instant = max(reached, self._begins_at(run, round_trip))
        return position_ms + max(at - instant, 0.0) * 1000

    def echo_due(self, position_ms: float, last: Echo | None) -> float:
        """When the echo of a mark at this position should be here."""
        round_trip = UNKNOWN_ROUND_TRIP if self.round_trip is None else self.round_trip
        reached_ms, instant = self._anchor(last, round_trip)
        for run in self._runs:
            if run.position_ms >= position_ms:
                break
            if run.position_ms >= reached_ms:
                instant += (run.position_ms - reached_ms) / 1000
                instant = max(instant, self._begins_at(run, round_trip))
                reached_ms = run.position_ms
        return instant + (position_ms - reached_ms) / 1000

    def earliest(self, position_ms: float, last: Echo | None) -> float:
        """When the echo of a mark at this position can be here, as far as the way is known."""
        if self.round_trip is None:
            return -self.took(Echo(position_ms, 0.0))
        return self.echo_due(position_ms, last)

    def begins_between(self, first_ms: float, last_ms: float) -> bool:
        """Whether audio at one of these positions was sent into a queue that had run dry."""
        return any(first_ms <= run.position_ms < last_ms for run in self._runs)

    def forget_before(self, position_ms: float) -> None:
        """Drop the runs that were heard whole."""
        while len(self._runs) > 1 and self._runs[1].position_ms < position_ms:
            self._runs.popleft()

    def _anchor(self, last: Echo | None, round_trip: float) -> tuple[float, float]:
        """Where the walk begins: a position, and its instant."""
        if last is not None:
            return last.position_ms, last.at
        if not self._runs:
            return 0.0, 0.0
        return self._runs[0].position_ms, self._begins_at(self._runs[0], round_trip)

    def _begins_at(self, run: _Run, round_trip: float) -> float:
        return max(run.sent_at + round_trip, self._not_before)
