"""Audio that is recognised again whatever was done to it on the way: bursts of a tone.

Stock pipecat cuts audio anew and resamples it, so nothing of a payload survives but its sound.
Where a burst begins does, within a millisecond or two, in any format.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from processors.state.g711 import SILENCE, pcm16_to_pcmu, pcmu_to_pcm16

BURST_MS: Final = 200
"""A burst, and the silence after it: longer than any chunk that a program makes of them."""

_TONE_HZ: Final = 500
_AMPLITUDE: Final = 8000
_LOUD: Final = 1500
"""Above what a resampler's filter rings with before a burst."""
_SILENCE_MS: Final = 60
"""So much silence before it makes a loud sample the beginning of a burst."""


def speech(bursts: int) -> bytes:
    """So many bursts as µ-law, 8 kHz."""
    time = np.arange(BURST_MS * 8) / 8000
    tone = (_AMPLITUDE * np.cos(2 * np.pi * _TONE_HZ * time)).astype("<i2").tobytes()
    return (pcm16_to_pcmu(tone) + bytes([SILENCE]) * (BURST_MS * 8)) * bursts


_LOUD_CODES: Final = bytes(
    int(abs(int(sample)) > _LOUD)
    for sample in np.frombuffer(pcmu_to_pcm16(bytes(range(256))), dtype="<i2")
)


def loud_part_of_pcmu(audio: bytes) -> tuple[int, int]:
    """Where the loud part of µ-law audio begins and ends, bytes; (-1, -1) if there is none."""
    loud = audio.translate(_LOUD_CODES)
    return loud.find(1), loud.rfind(1)


def loud_part_of_pcm16(audio: bytes) -> tuple[int, int]:
    """The same of PCM16, in samples."""
    samples = np.frombuffer(audio, dtype="<i2", count=len(audio) // 2)
    at = np.flatnonzero(np.abs(samples.astype(np.int32)) > _LOUD)
    return (int(at[0]), int(at[-1])) if len(at) else (-1, -1)


class Onsets:
    """Notes when the piece of audio passed in which a burst begins."""

    def __init__(self, *, pcm16_at_24k: bool = False) -> None:
        self.at: list[float] = []
        self._loud_part = loud_part_of_pcm16 if pcm16_at_24k else loud_part_of_pcmu
        self._bytes_per_ms = 48 if pcm16_at_24k else 8
        self._samples_per_ms = 24 if pcm16_at_24k else 8
        self._silent_ms = 1000.0

    def passed(self, audio: bytes, now: float) -> None:
        """Take a piece of audio, as long as bursts and silences are, or shorter."""
        first, last = self._loud_part(audio)
        if first < 0:
            self._silent_ms += len(audio) / self._bytes_per_ms
            return
        if self._silent_ms + first / self._samples_per_ms >= _SILENCE_MS:
            self.at.append(now)
        self._silent_ms = len(audio) / self._bytes_per_ms - last / self._samples_per_ms
