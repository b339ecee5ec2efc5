"""Noise on the line: breathing, a street, a machine. The same each time."""

from __future__ import annotations

from random import Random
from typing import Final

import numpy as np

from processors.state.g711 import pcm16_to_pcmu

_SAMPLES_PER_SECOND: Final = 8000
_FULL_SCALE: Final = 32767.0


def noise(seconds: float, dbfs: float, seed: int = 0) -> bytes:
    """White noise as G.711 µ-law.

    Args:
        seconds: How long.
        dbfs: How loud: its root mean square, in dB below full scale (so 0 or less).
        seed: Which noise.
    """
    dice = Random(seed)  # noqa: S311 - a simulation's dice
    drawn = np.array([dice.gauss() for _ in range(round(seconds * _SAMPLES_PER_SECOND))])
    samples = np.clip(drawn * _FULL_SCALE * 10 ** (dbfs / 20), -_FULL_SCALE, _FULL_SCALE)
    return pcm16_to_pcmu(samples.astype("<i2").tobytes())
