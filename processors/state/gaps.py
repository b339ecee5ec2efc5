"""Where the caller's audio has holes, and how much silence fills them.

The model's voice activity detection ends a turn by *hearing* silence. Twilio sends none for what
it lost on the way, and a phone that goes quiet altogether would leave the turn open for ever. So
missing time is filled: by the media's own timestamps (ms since the stream's start; Twilio, Media
Streams WebSocket messages) once audio goes on, and by a timer while the caller is held to be
speaking but nothing comes. OpenAI's own Twilio adapter does both (openai-agents-js).
"""

from __future__ import annotations

from typing import Final

JITTER_MS: Final = 20
"""ms, one usual message: what a timestamp may be off without audio being missing."""

STALL: Final = 0.75
"""Seconds without media, while the caller speaks, that count as a stall."""

STALL_FILL_MS: Final = 1000
"""ms of silence that end the caller's turn during a stall."""


class GapFiller:
    """Fed with each piece of the caller's audio; tells how many ms of silence go before it.

    It keeps the time line of what was passed on: the timestamp that the next piece of audio has
    if nothing is missing. All amounts are whole ms.
    """

    def __init__(self, *, enabled: bool = True, max_gap_ms: int = 10_000) -> None:
        self._enabled = enabled
        self._max_gap_ms = max_gap_ms
        self._expected_ms: float | None = None
        self._last_media_at: float | None = None
        self._caller_speaking = False
        self._stall_filled = False

    def media_received(self, timestamp_ms: int, duration_ms: float, now: float) -> int:
        """Take a piece of audio that arrived.

        Returns:
            ms of silence to pass on before it.
        """
        self._last_media_at = now
        self._stall_filled = False
        if self._expected_ms is None:
            self._expected_ms = timestamp_ms + duration_ms
            return 0
        missing_ms = timestamp_ms - self._expected_ms
        if -JITTER_MS < missing_ms < JITTER_MS:
            self._expected_ms += duration_ms
            return 0
        self._expected_ms = timestamp_ms + duration_ms
        if missing_ms < 0 or not self._enabled:
            return 0  # the clock was set back, or a stall was filled with more than was missing
        return min(int(missing_ms), self._max_gap_ms)

    def caller_started(self) -> None:
        """Note that the model hears the caller speak."""
        self._caller_speaking = True

    def caller_stopped(self) -> None:
        """Note that the model heard the caller stop."""
        self._caller_speaking = False

    def deadline(self) -> float | None:
        """When to call ``timer_fired``; None while no stall is possible."""
        if (
            not self._enabled
            or not self._caller_speaking
            or self._stall_filled
            or self._last_media_at is None
        ):
            return None
        return self._last_media_at + STALL

    def timer_fired(self, now: float) -> int:
        """Fill a stall, once.

        Returns:
            ms of silence to pass on now.
        """
        deadline = self.deadline()
        if deadline is None or now < deadline or self._expected_ms is None:
            return 0
        self._stall_filled = True
        filled_ms = min(STALL_FILL_MS, self._max_gap_ms)
        self._expected_ms += filled_ms
        return filled_ms

    @property
    def stall_filled(self) -> bool:
        """Whether silence stands in for audio that has stopped coming."""
        return self._stall_filled

    @property
    def next_timestamp_ms(self) -> int:
        """The timestamp of whatever is passed on next."""
        return int(self._expected_ms or 0)
