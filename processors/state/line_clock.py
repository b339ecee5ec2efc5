"""When the phone's messages left it, told from the clock that its media carries.

A mark's return is timed by its arrival, and the way here may stall: half a second of messages
then comes at once, and each mark among them seems to have been played just now. But media comes
on the same line, in the same order, every 20 ms, with the time at which the phone's side heard it
(``timestamp``; Twilio, Media Streams WebSocket messages). A mark left between the media before it
and the media behind it, however long both took. So a way back that stalls or is uneven dates no
mark wrongly by more than a part of those 20 ms.

All is told in the time of arrivals on the quickest way that media has shown.
"""

from __future__ import annotations

from typing import Final

EVERY: Final = 0.02
"""Seconds from one piece of media to the next."""

_WINDOW: Final = 250
"""Messages, five seconds of them, after which older ones say nothing of the line any more: the
two clocks drift apart, and the way may change for good."""

_MOSTLY: Final = 0.85
"""The part of all media that comes within what the way is said to vary by."""

_STEP: Final = 0.002
"""Seconds by which one piece of media can change that: some thirty of them tell it."""

_MOST: Final = 0.1
"""Seconds that the way is said to vary by at most; what takes longer is a stall."""

_EVEN: Final = 0.0005
"""Seconds by which media may always be late."""


_NEVER: Final = float("inf")


class LineClock:
    """Fed with each piece of media; tells when whatever else comes has left the phone. Seconds.

    Attributes:
        late: By how much the last media was late.
        silent: The phone sent no media for a while before it.
    """

    def __init__(self) -> None:
        self._least = float("inf")  # the least that media of this window took, plus a constant
        self._least_before = float("inf")
        self._count = 0
        self._varies = 0.0  # most media is late by no more
        self._last_at = _NEVER
        self._last_timestamp_ms = 0
        self.late = 0.0
        self.silent = False

    def media_received(self, timestamp_ms: int, now: float) -> None:
        """Take a piece of media that arrived."""
        took = now - timestamp_ms / 1000
        self._count += 1
        if self._count == _WINDOW:
            self._count = 0
            self._varies -= max(min(self._least, took) - min(self._least, self._least_before), 0.0)
            self._least_before, self._least = self._least, took
        elif took < self._least:
            self._least = took
        self.late = took - min(self._least, self._least_before)
        if now - self._last_at != 0.0:  # what a stall has held back comes at once, and counts once
            late = self.late > self._varies + _EVEN
            self._varies += _STEP * (_MOSTLY if late else _MOSTLY - 1)
            self._varies = min(max(self._varies, 0.0), _MOST)
        self.silent = timestamp_ms - self._last_timestamp_ms > 1.5 * EVERY * 1000
        self._last_timestamp_ms = timestamp_ms
        self._last_at = now

    @property
    def media_due(self) -> float:
        """When the last media was due."""
        return self._last_at - self.late

    @property
    def patience(self) -> float:
        """Seconds from one piece of media until the next one is missed."""
        return EVERY + 1.25 * self._varies + _EVEN

    @property
    def usually_late(self) -> float:
        """Seconds by which what comes is late, as a rule."""
        return self._varies / 2

    def sure(self, now: float) -> bool:
        """Whether what comes now is to be dated by the media that came: the next is not due yet.

        Else the line is late, or the phone sends no media any more; the next media tells.
        """
        return now - self.media_due <= EVERY + _EVEN

    def due(self, now: float, media_due: float | None = None) -> float:
        """When a message that came now would have come on the quickest way; not after ``now``.

        It left after the last piece of media that came before it (due at ``media_due``, if that
        was not the last one of all), and before the next one, and is late by about as much as
        media is: this is the middle of what is left.
        """
        if media_due is None:
            media_due = self.media_due
        if media_due == _NEVER:
            return now
        # Held up as it may be, it shows half of that.
        late = max(self._varies, 2 * (now - media_due - EVERY))
        return (max(media_due, now - late) + min(media_due + EVERY, now)) / 2
