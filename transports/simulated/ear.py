"""How a simulated caller listens: what was said since they last paid attention, and if it is over.

Plain logic on audio and times; what the words were is for a voice to say.
"""

from __future__ import annotations

from typing import Final

BYTES_PER_SECOND: Final = 8000
_SILENT_BYTES: Final = b"\xff\x7f"
"""The two µ-law codes of zero."""
_LONGEST_PAUSE: Final = 0.5
"""Seconds of a pause that are kept: enough to tell words apart."""


class Ear:
    """Collects what the other side says."""

    def __init__(self) -> None:
        self._audio = bytearray()
        self._began_at: float | None = None
        self._ended_at = 0.0
        self._audible_until = 0.0

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hear a piece of audio, whose first byte was played at ``at``."""
        ends_at = at + len(pcmu) / BYTES_PER_SECOND
        audible = bool(pcmu.strip(_SILENT_BYTES))
        if audible and self._began_at is None:
            self._began_at = at
        if self._began_at is None:
            return
        if self._audio:
            pause = min(at - self._ended_at, _LONGEST_PAUSE)
            self._audio += b"\xff" * int(pause * BYTES_PER_SECOND)
        self._audio += pcmu
        self._ended_at = ends_at
        if audible:
            self._audible_until = ends_at

    @property
    def began_at(self) -> float | None:
        """When the speech that is being listened to began; None before it."""
        return self._began_at

    @property
    def audible_until(self) -> float:
        """When the last audible piece ended."""
        return self._audible_until

    def speech_ms(self) -> float:
        """How long this speech has gone on."""
        return (self._audible_until - self._began_at) * 1000 if self._began_at is not None else 0.0

    def quiet_for(self, now: float) -> float:
        """Seconds since something was heard."""
        return now - self._audible_until

    def audio(self) -> bytes:
        """The speech so far, long pauses shortened."""
        return bytes(self._audio)

    def forget(self) -> None:
        """Start anew: what comes now is a new speech."""
        self._audio.clear()
        self._began_at = None
