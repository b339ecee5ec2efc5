"""How a simulated caller says something: clearly, into noise, or mumbled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from transports.simulated.noise import noise

Samples = npt.NDArray[np.float64]

_RATE: Final = 8000
_MUMBLED_BELOW: Final = 600.0
"""Hz. What tells consonants and most vowels apart is above it."""
_MUMBLED_GAIN: Final = 0.35
_FULL_SCALE: Final = 32767


@dataclass(frozen=True, slots=True)
class Manner:
    """How words sound.

    Attributes:
        snr_db: White noise lies under them, so many dB below the words; None: none does.
        mumbled: Quietly, and without most of the consonants.
    """

    snr_db: float | None = None
    mumbled: bool = False

    def sounding(self, pcmu: bytes) -> bytes:
        """The words as they sound in this manner; the same each time."""
        if (self.snr_db is None and not self.mumbled) or not pcmu:
            return pcmu
        samples = np.frombuffer(pcmu_to_pcm16(pcmu), dtype="<i2").astype(np.float64)
        if self.mumbled:
            samples = _mumbled(samples)
        if self.snr_db is not None:
            samples = samples + _noise_under(samples, self.snr_db)
        return pcm16_to_pcmu(samples.clip(-_FULL_SCALE, _FULL_SCALE).astype("<i2").tobytes())


CLEARLY: Final = Manner()


def _mumbled(samples: Samples) -> Samples:
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1 / _RATE)
    spectrum *= 1 / (1 + (hz / _MUMBLED_BELOW) ** 8)
    return np.fft.irfft(spectrum, len(samples)) * _MUMBLED_GAIN


def _noise_under(samples: Samples, snr_db: float) -> Samples:
    loudness = np.sqrt(float(np.mean(samples**2)))
    if not loudness:
        return np.zeros_like(samples)
    dbfs = 20 * np.log10(loudness / _FULL_SCALE) - snr_db
    made = pcmu_to_pcm16(noise(len(samples) / _RATE, dbfs))
    return np.frombuffer(made, dtype="<i2").astype(np.float64)
