"""The tone voice: what is spoken is heard, also when the line cut, resampled or delayed it."""

from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.state.g711 import SILENCE, pcm16_to_pcmu, pcmu_to_pcm16
from transports.simulated.voice import ToneVoice, Voice

VOICE: Voice = ToneVoice()
TEXT = "Hello, this is Acme Realty. Élysée, 3 beds under $450,000; ok? aaaa  zz"
MS = 8
SYMBOL = 66 * MS
HALF_TONE = 28 * MS


def silence(ms: int) -> bytes:
    return bytes([SILENCE]) * (ms * MS)


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_is_spoken_is_heard(text: str) -> None:
    assert text == VOICE.hear(VOICE.speak(text))


def test_it_speaks_at_the_pace_of_real_speech() -> None:
    text = "a sentence of fifteen characters a second"

    rate = len(text) / (len(VOICE.speak(text)) / 8000)

    assert 14 <= rate <= 16


def test_duration_is_that_of_the_audio() -> None:
    assert len(VOICE.speak(TEXT)) / MS == VOICE.duration_ms(TEXT)


def test_it_starts_with_sound_and_ends_with_the_byte_of_silence() -> None:
    audio = VOICE.speak("x")

    assert any(byte != SILENCE for byte in audio[:8])
    assert silence(10) == audio[-10 * MS :]


@given(st.integers(0, len(VOICE.speak(TEXT))))
@settings(max_examples=150, deadline=None)
def test_a_prefix_gives_the_characters_that_were_mostly_audible(cut: int) -> None:
    audible = VOICE.chars_audible(TEXT, cut / MS)

    heard = VOICE.hear(VOICE.speak(TEXT)[:cut] + silence(200))

    assert TEXT.startswith(heard)
    # Within a millisecond of half a tone it may go either way.
    if abs(cut % SYMBOL - HALF_TONE) > MS:
        assert TEXT[:audible] == heard
    assert abs(len(heard) - audible) <= 1


@given(st.integers(0, 20 * SYMBOL))
@settings(max_examples=40, deadline=None)
def test_the_end_alone_is_understood_too(cut: int) -> None:
    text = "only the end of this is heard"

    heard = VOICE.hear(VOICE.speak(text)[cut:])

    assert text.endswith(heard)
    assert len(text) - len(heard) <= cut // SYMBOL + 1


@given(st.lists(st.tuples(st.integers(0, 40_000), st.integers(5, 400)), max_size=6))
@settings(max_examples=40, deadline=None)
def test_gaps_of_silence_do_not_garble_it(gaps: list[tuple[int, int]]) -> None:
    audio = VOICE.speak(TEXT)
    for where, ms in gaps:
        # Late packets: silence between whole frames of 20 ms.
        at = where % len(audio) // 160 * 160
        audio = audio[:at] + silence(ms) + audio[at:]

    heard = VOICE.hear(audio)

    assert len(TEXT) - len(gaps) <= len(heard) <= len(TEXT) + len(gaps)
    if not gaps:
        assert heard == TEXT


def test_a_symbol_torn_by_one_gap_is_still_one_symbol() -> None:
    audio = VOICE.speak("llama")
    torn = audio[:160] + silence(60) + audio[160:]

    assert VOICE.hear(torn) == "llama"


def test_resampling_to_24_khz_and_back_is_survived() -> None:
    pcm = np.frombuffer(pcmu_to_pcm16(VOICE.speak(TEXT)), dtype="<i2")
    there = soxr.resample(pcm, 8000, 24000)
    back = soxr.resample(there, 24000, 8000).astype("<i2").tobytes()

    assert VOICE.hear(pcm16_to_pcmu(back)) == TEXT


def test_noise_on_the_line_is_survived() -> None:
    pcm = np.frombuffer(pcmu_to_pcm16(VOICE.speak(TEXT)), dtype="<i2")
    noisy = (pcm + np.random.default_rng(7).normal(0, 200, len(pcm))).astype("<i2")

    assert VOICE.hear(pcm16_to_pcmu(noisy.tobytes())) == TEXT


@pytest.mark.parametrize(
    "pcmu",
    [
        b"",
        b"\x00",
        silence(500),
        pcm16_to_pcmu(np.random.default_rng(3).normal(0, 3000, 16000).astype("<i2").tobytes()),
    ],
    ids=["nothing", "one sample", "silence", "noise"],
)
def test_what_is_no_voice_says_nothing(pcmu: bytes) -> None:
    assert VOICE.hear(pcmu) == ""


def test_nothing_is_audible_before_half_a_symbol() -> None:
    assert VOICE.chars_audible("abc", 27) == 0
    assert VOICE.chars_audible("abc", 28) == 1
    assert VOICE.chars_audible("abc", 10_000) == 3


def test_it_stays_inside_the_telephone_band() -> None:
    pcm = np.frombuffer(pcmu_to_pcm16(VOICE.speak(TEXT)), dtype="<i2").astype(float)
    power = np.abs(np.fft.rfft(pcm)) ** 2
    hz = np.fft.rfftfreq(len(pcm), 1 / 8000)

    inside = power[(hz >= 300) & (hz <= 3400)].sum()

    assert inside / power.sum() > 0.99
