"""Whether the phone can be heard at all.

Twilio sends the caller's audio every 20 ms, silence included (Twilio, Media Streams WebSocket
messages). When nothing comes for a while, the way back has stalled: then echoes are missing
although the phone plays on, and they all come at once afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SILENCE: Final = 0.15
"""Seconds without anything from the phone that are a stall."""

AT_ONCE: Final = 0.02
"""Seconds within which comes what a stall has held back."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A time for which nothing came from the phone.

    Attributes:
        began_at: When the last thing before it came, seconds.
        ended_at: When the first thing after it came.
    """

    began_at: float
    ended_at: float

    def held_back(self, at: float) -> bool:
        """Whether what came at this time may have been under way for long."""
        return self.ended_at <= at <= self.ended_at + AT_ONCE


class LineWatch:
    """Fed with whatever comes from the phone, or with nothing: then it knows of no silence.

    Attributes:
        silence: The last one.
    """

    def __init__(self) -> None:
        self.silence: Silence | None = None
        self._heard_at: float | None = None

    def heard(self, now: float) -> None:
        """The caller's audio came."""
        if self._heard_at is not None and self.is_silent(now):
            self.silence = Silence(self._heard_at, now)
        self._heard_at = now

    def echo_heard(self, now: float) -> None:
        """A mark came; that alone, without the caller's audio, tells of no silence."""
        if self._heard_at is not None:
            self.heard(now)

    def is_silent(self, now: float) -> bool:
        """Whether nothing has come for a while."""
        return self._heard_at is not None and now - self._heard_at > SILENCE

    def held_back(self, at: float) -> bool:
        """Whether what came at this time was under way for the whole of a silence, perhaps."""
        return self.silence is not None and self.silence.held_back(at)
