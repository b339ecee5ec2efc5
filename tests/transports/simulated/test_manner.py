from __future__ import annotations

import numpy as np
import pytest

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from transports.simulated.manner import CLEARLY, Manner

SECOND = np.arange(8000) / 8000


def tone(hz: float) -> bytes:
    return pcm16_to_pcmu((8000 * np.sin(2 * np.pi * hz * SECOND)).astype("<i2").tobytes())


def power(pcmu: bytes) -> float:
    samples = np.frombuffer(pcmu_to_pcm16(pcmu), dtype="<i2").astype(np.float64)
    return float(np.mean(samples**2))


def test_clear_words_are_left_as_they_are() -> None:
    assert CLEARLY.sounding(tone(440)) == tone(440)
    assert Manner(snr_db=5).sounding(b"") == b""


@pytest.mark.parametrize("snr_db", [20.0, 8.0, 0.0])
def test_noise_lies_so_many_db_under_the_words(snr_db: float) -> None:
    noisy = Manner(snr_db=snr_db).sounding(tone(440))

    added = power(noisy) - power(tone(440))
    assert 10 * np.log10(power(tone(440)) / added) == pytest.approx(snr_db, abs=0.7)
    assert Manner(snr_db=snr_db).sounding(tone(440)) == noisy


def test_who_mumbles_is_quiet_and_loses_what_is_high() -> None:
    mumbled = Manner(mumbled=True)

    assert power(mumbled.sounding(tone(200))) == pytest.approx(0.35**2 * power(tone(200)), rel=0.05)
    assert power(mumbled.sounding(tone(2000))) < power(tone(2000)) / 10_000
