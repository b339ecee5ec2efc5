"""When the phone's messages were due, told from the clock that its media carries.

A mark's return is timed by its arrival, and the way here may stall: half a second of messages
then comes at once, and each mark among them seems to have been played just now. But media comes
on the same line, every 20 ms, with the time at which the phone's side heard it (``timestamp``;
Twilio, Media Streams WebSocket messages). Media that comes later than its timestamp lets expect
was held up, and so was the mark that came right behind it.
"""

from __future__ import annotations

from typing import Final

EVERY: Final = 0.02
"""Seconds from one piece of media to the next."""

_WINDOW: Final = 250
"""Messages, five seconds of them, after which older ones say nothing of the line any more: the
two clocks drift apart, and the way may change for good."""


class LineClock:
    """Fed with each piece of media; tells when whatever else comes was due. Seconds."""

    def __init__(self) -> None:
        self._least = float("inf")  # the least that media of this window took, plus a constant
        self._least_before = float("inf")
        self._count = 0
        self._late = 0.0
        self._last_at = float("inf")

    def media_received(self, timestamp_ms: int, now: float) -> None:
        """Take a piece of media that arrived."""
        took = now - timestamp_ms / 1000
        self._count += 1
        if self._count == _WINDOW:
            self._count = 0
            self._least_before, self._least = self._least, took
        elif took < self._least:
            self._least = took
        self._late = took - min(self._least, self._least_before)
        self._last_at = now

    def due(self, now: float) -> float:
        """When a message that came now would have come on an even line; ``now`` on such a one.

        It left after the last piece of media that came, and before the next one. Where media
        has stopped for another reason than the line, this is too early: whoever asks knows what
        a mark can not be earlier than.
        """
        media_was_due = self._last_at - self._late
        behind = now - media_was_due
        if behind <= EVERY:
            return now
        return media_was_due + max(2 * EVERY - behind, EVERY / 2)
