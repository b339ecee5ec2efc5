"""When the phone plays which part of its queue: the plan behind the playback ledger.

Instants are seconds of our clock, shifted by the way to the phone (see ``playback``); positions
are ms of audio since the queue was last cleared.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

JITTER: Final = 0.06
"""Seconds that a single echo may be late without proving that playback fell behind."""

STALL: Final = 0.08
"""Seconds that the next echo may be overdue before playback is taken to have stopped."""

UNKNOWN_ROUND_TRIP: Final = 1.0
"""Seconds allowed for the first echo, while nothing is known about the way."""

_ECHOES_TO_BELIEVE: Final = 3
"""So many echoes in a row that are late by less than JITTER are no jitter."""


@dataclass(slots=True)
class _Run:
    """Audio that is played without a gap."""

    position_ms: float
    starts_at: float


class PlaybackPlan:
    """Plans playback from what is sent, and corrects the plan by what is echoed."""

    def __init__(self) -> None:
        self._runs: deque[_Run] = deque()
        self._ends_at = float("-inf")
        self._end_ms = 0.0
        self._round_trip: float | None = None
        self._moved = 0.0  # how far echoes have moved the plan since the queue last ran empty
        self._late: list[float] = []

    @property
    def round_trip(self) -> float | None:
        """Seconds to the phone and back, as far as echoes show; None before the first."""
        return self._round_trip

    def sent(self, position_ms: float, duration_ms: float, now: float) -> bool:
        """Plan audio that is sent now: after what is queued, or at once.

        Returns:
            Whether it begins a new stretch, after the queue had run dry.
        """
        dry = now > self._ends_at
        if dry:
            self._runs.append(_Run(position_ms, now))
            self._ends_at = now
            self._moved = 0.0
            self._late.clear()
        self._end_ms = position_ms + duration_ms
        self._ends_at += duration_ms / 1000
        return dry

    def played(self, position_ms: float, now: float) -> None:
        """Correct the plan: an echo that came now shows that ``position_ms`` was played."""
        took = now - self.instant_of(position_ms)
        if self._round_trip is None:
            self._round_trip = max(took, 0.0)
            return
        late = took - self._round_trip
        if late < 0:
            # Less behind than believed; or, with nothing to take back, a faster way.
            back = min(-late, self._moved)
            self._move(-back, position_ms)
            self._round_trip = max(self._round_trip + late + back, 0.0)
        elif late > JITTER:
            self._move(late, position_ms)
        else:
            self._late.append(late)
            if len(self._late) >= _ECHOES_TO_BELIEVE:
                self._move(min(self._late), position_ms)

    def cleared(self) -> None:
        """Forget the queue: positions start at 0 again."""
        self._runs.clear()
        self._ends_at = float("-inf")
        self._end_ms = 0.0
        self._moved = 0.0
        self._late.clear()

    def instant_of(self, position_ms: float) -> float:
        """When the audio up to this position has been played."""
        run = self._run_of(position_ms)
        return run.starts_at + (position_ms - run.position_ms) / 1000

    def position_at(self, now: float) -> float:
        """Up to which position the queue has been played."""
        position_ms = 0.0
        for index, run in enumerate(self._runs):
            if run.starts_at > now:
                break
            ends_ms = (
                self._runs[index + 1].position_ms if index + 1 < len(self._runs) else self._end_ms
            )
            position_ms = min(run.position_ms + (now - run.starts_at) * 1000, ends_ms)
        return position_ms

    def echo_due(self, position_ms: float) -> float:
        """When the echo of a mark at this position should be here."""
        round_trip = UNKNOWN_ROUND_TRIP if self._round_trip is None else self._round_trip
        return self.instant_of(position_ms) + round_trip

    def stalled(self, next_echo_ms: float, now: float) -> bool:
        """Whether the next echo is so overdue that the phone must have run dry before it."""
        return now > self.echo_due(next_echo_ms) + STALL

    def forget_before(self, position_ms: float) -> None:
        """Drop the runs that were heard whole."""
        while len(self._runs) > 1 and self._runs[1].position_ms < position_ms:
            self._runs.popleft()

    def _move(self, seconds: float, position_ms: float) -> None:
        """Shift from the run of this position on; a later run loses the gap before it first."""
        self._late.clear()
        self._moved = max(self._moved + seconds, 0.0)
        moved = self._run_of(position_ms)
        ends_at = float("-inf")
        for index, run in enumerate(self._runs):
            run.starts_at = run.starts_at + seconds if run is moved else max(run.starts_at, ends_at)
            ends_ms = (
                self._runs[index + 1].position_ms if index + 1 < len(self._runs) else self._end_ms
            )
            ends_at = run.starts_at + (ends_ms - run.position_ms) / 1000
        self._ends_at = ends_at

    def _run_of(self, position_ms: float) -> _Run:
        run = self._runs[0]
        for candidate in self._runs:
            if candidate.position_ms >= position_ms:
                break
            run = candidate
        return run
