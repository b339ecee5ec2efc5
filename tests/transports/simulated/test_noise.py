"""Noise: as loud as it should be, the same each time, and no words."""

from __future__ import annotations

import numpy as np
import pytest

from processors.state.g711 import pcmu_to_pcm16
from transports.simulated.noise import noise
from transports.simulated.voice import ToneVoice


@pytest.mark.parametrize("dbfs", [-60.0, -45.0, -25.0])
def test_it_is_as_loud_as_it_should_be(dbfs: float) -> None:
    samples = np.frombuffer(pcmu_to_pcm16(noise(1.0, dbfs)), dtype="<i2").astype(float)

    assert len(samples) == 8000
    assert 20 * np.log10(np.sqrt(np.mean(samples**2)) / 32768) == pytest.approx(dbfs, abs=1)


def test_it_is_the_same_each_time_and_holds_no_words() -> None:
    assert noise(0.5, -30) == noise(0.5, -30) != noise(0.5, -30, seed=1)
    assert ToneVoice().hear(noise(3.0, -25)) == ""
