"""When a mark goes back to the server: at once, or, on demand, late, twice or never."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from random import Random

from transports.simulated.phone_options import PhoneOptions


class MarkReturns:
    """Holds back, doubles and loses marks as the options say. Plain logic: time is an argument."""

    def __init__(self, options: PhoneOptions, random: Random) -> None:
        self._options = options
        self._random = random
        self._held: deque[tuple[float, str]] = deque()

    def reached(self, names: Iterable[str], now: float) -> list[str]:
        """Marks whose turn has come, or that a clear returned; those that go back right away."""
        back: list[str] = []
        for name in names:
            if self._chance(self._options.lost_marks):
                continue
            if self._chance(self._options.late_marks):
                self._held.append((now + self._options.late_by, name))
            else:
                back.append(name)
                if self._chance(self._options.duplicate_marks):
                    back.append(name)
        return back

    def overdue(self, now: float) -> list[str]:
        """Marks that were held back long enough."""
        back: list[str] = []
        while self._held and self._held[0][0] <= now:
            back.append(self._held.popleft()[1])
        return back

    def next_at(self) -> float | None:
        """When the next one that is held back goes, or None."""
        return self._held[0][0] if self._held else None

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self._random.random() < probability
