"""Speech told by its loudness: fair, and all that a voice of tones needs.

Levels are in dBFS: a threshold of 0 is -60, one of 1 is -30.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from processors.state.g711 import SILENCE, pcmu_to_pcm16
from transports.simulated.voice import PCMU_BYTES_PER_MS

FRAME_MS: Final = 20
_FRAME_BYTES: Final = FRAME_MS * PCMU_BYTES_PER_MS
_POWER: Final = (
    np.frombuffer(pcmu_to_pcm16(bytes(range(256))), dtype="<i2").astype(np.float32) / 32768
) ** 2


class EnergySound:
    """Takes what is loud for speech."""

    frame_ms = FRAME_MS
    onset_frames = 2  # a single loud frame is a click; two are speech
    onset_ms = onset_frames * FRAME_MS

    def levels(self, pcmu: bytes) -> list[float]:
        """The power of each 20 ms."""
        frames = len(pcmu) // _FRAME_BYTES
        if pcmu.count(SILENCE) == len(pcmu):
            return [0.0] * frames
        codes = np.frombuffer(pcmu, dtype=np.uint8)
        sums = _POWER.take(codes).reshape(frames, _FRAME_BYTES).sum(axis=1)
        powers: list[float] = (sums / _FRAME_BYTES).tolist()
        return powers

    def limit(self, threshold: float, *, speaking: bool) -> float:
        """The power that a threshold means."""
        return _limit(threshold)


@functools.lru_cache(maxsize=64)
def _limit(threshold: float) -> float:
    return float(10 ** ((-60 + 30 * threshold) / 10))
