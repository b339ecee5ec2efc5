"""Whether one more call would be taken well: how many are live, how late the event loop runs.

Each process judges for itself. A call is promised at its webhook and comes at its stream, which
may land on another process; as many promises of others come here as promises of ours go there, so
whatever stream comes settles the oldest promise.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import Final

PROMISE_SECONDS: Final = 5.0
"""How long a call whose webhook was answered counts as live before its stream comes."""

PROMISE_SECONDS_AMONG_NEIGHBOURS: Final = 1.5
"""The same where the stream may come to another process, and nobody will say that it did."""

_PATIENCE_A_CALL: Final = 0.0002
_MOST_PATIENCE: Final = 0.05
_PATIENCE_WHEN_FULL: Final = 0.1
_PATIENCE_WHEN_DRAINING: Final = 0.25


class Overload(StrEnum):
    """Why no more calls are taken, as ``/readyz`` and the log have it."""

    DRAINING = "draining"
    MAX_CALLS = "max_calls"
    LOOP_LAG = "loop_lag"


class Admission:
    """Fed with promises and streams; says whether to take one more call.

    Attributes:
        draining: No more calls are taken, ever.
    """

    def __init__(
        self, max_calls: int, max_lag_ms: float, *, promise_seconds: float = PROMISE_SECONDS
    ) -> None:
        """Know the limits of this process.

        Args:
            max_calls: So many calls at once; 0: as many as come.
            max_lag_ms: No new call while the loop runs later than that; 0: whatever it is.
            promise_seconds: How long a promised call counts as live.
        """
        self._promise_seconds = promise_seconds
        self._max_calls = max_calls
        self._max_lag_ms = max_lag_ms
        self._promises: deque[float] = deque()
        self.draining = False

    def promised(self, now: float) -> None:
        """A webhook was told to connect its call here."""
        self._promises.append(now + self._promise_seconds)

    def stream_came(self) -> None:
        """A stream was let in."""
        if self._promises:
            self._promises.popleft()

    def promises(self, now: float) -> int:
        """How many promised calls are still to come."""
        while self._promises and self._promises[0] <= now:
            self._promises.popleft()
        return len(self._promises)

    def promised_until(self, now: float) -> float | None:
        """When the last promise runs out; None: there is none."""
        return self._promises[-1] if self.promises(now) else None

    def overload(self, now: float, *, calls: int, lag_ms: float) -> Overload | None:
        """Why one more call is not taken; None: it may come.

        Args:
            now: The loop's time.
            calls: How many are live.
            lag_ms: How late the loop runs.
        """
        if self.draining:
            return Overload.DRAINING
        if self._max_calls and calls + self.promises(now) >= self._max_calls:
            return Overload.MAX_CALLS
        if self._max_lag_ms and lag_ms > self._max_lag_ms:
            return Overload.LOOP_LAG
        return None

    def patience(self, now: float, *, calls: int, lag_ms: float) -> float:
        """Seconds in which a neighbour may take a connection before this process does.

        Processes that accept from one socket know nothing of each other. The busier one waits
        longer, so the freest is first; who takes no calls speaks only when nobody else does.
        """
        match self.overload(now, calls=calls, lag_ms=lag_ms):
            case Overload.DRAINING:
                return _PATIENCE_WHEN_DRAINING
            case Overload():
                return _PATIENCE_WHEN_FULL
            case None:
                return min(calls * _PATIENCE_A_CALL, _MOST_PATIENCE)
