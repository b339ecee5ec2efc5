"""Caller audio that waits for a model to hear it."""

from __future__ import annotations

from collections import deque


class AudioBacklog:
    """Keeps base64 µ-law payloads in order; when full, the oldest go, counted.

    Attributes:
        dropped_ms: Audio that had to go, ms.
    """

    def __init__(self, max_ms: float) -> None:
        self._max_ms = max_ms
        self._waiting: deque[tuple[str, float]] = deque()
        self._waiting_ms = 0.0
        self.dropped_ms = 0.0

    def add(self, payload: str, duration_ms: float) -> None:
        """Keep one payload."""
        self._waiting.append((payload, duration_ms))
        self._waiting_ms += duration_ms
        while self._waiting_ms > self._max_ms:
            _, oldest_ms = self._waiting.popleft()
            self._waiting_ms -= oldest_ms
            self.dropped_ms += oldest_ms

    def take(self) -> str | None:
        """Hand over the oldest payload; None when nothing waits."""
        if not self._waiting:
            return None
        payload, duration_ms = self._waiting.popleft()
        self._waiting_ms -= duration_ms
        return payload

    @property
    def waiting_ms(self) -> float:
        """Audio that waits, ms."""
        return self._waiting_ms
