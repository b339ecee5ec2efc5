"""The voice of both simulated ends: text that can really be heard in plain generated audio.

A simulated caller and a simulated model talk through the same audio path as real ones do, so what
one of them understood is what came through, and a barge-in cuts words where it cuts audio.
``ToneVoice`` needs no speech model for that: each byte of UTF-8 is a short symbol of two tones,
one of sixteen low ones and one of sixteen high ones, all inside the telephone band (300-3400 Hz),
with a gap of silence after it. Sixty-six milliseconds a symbol are fifteen characters a second,
the pace of real speech. The gaps make it self-clocking: whoever listens needs no start and no
grid, so audio that was cut, delayed or stretched by silence is still understood.
"""

from __future__ import annotations

import functools
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16

PCMU_SAMPLE_RATE: Final = 8000
"""Hz; one byte a sample (ITU-T G.711)."""

PCMU_BYTES_PER_MS: Final = 8

Samples = npt.NDArray[np.float32]


class Voice(Protocol):
    """Turns words into telephone audio and back; one for both ends of a simulated call."""

    def speak(self, text: str) -> bytes:
        """The words as G.711 µ-law, 8 kHz, mono."""
        ...

    def hear(self, pcmu: bytes) -> str:
        """The words in G.711 µ-law audio; empty when there are none."""
        ...

    def duration_ms(self, text: str) -> float:
        """How long ``speak(text)`` plays, in ms, without making it."""
        ...

    def chars_audible(self, text: str, ms: float) -> int:
        """How many characters of ``text`` a listener gets from the first ``ms`` of it."""
        ...


_TONE_SAMPLES: Final = 448
_GAP_SAMPLES: Final = 80
_SYMBOL_SAMPLES: Final = _TONE_SAMPLES + _GAP_SAMPLES
_RAMP_SAMPLES: Final = 16
"""Two ms of fade at both ends of a tone: an abrupt edge would click."""
_AMPLITUDE: Final = 2000.0
"""Of each tone, in PCM16 steps: -24 dBFS together, clear of any VAD threshold but not harsh."""
_WINDOW_SAMPLES: Final = 400
"""50 ms of a tone are looked at: all tones are multiples of 20 Hz, whole bins of it."""
_BIN_HZ: Final = PCMU_SAMPLE_RATE / _WINDOW_SAMPLES
_LOW_BINS: Final = 20 + 3 * np.arange(16)
_HIGH_BINS: Final = 75 + 5 * np.arange(16)

_ENVELOPE_SAMPLES: Final = 40
"""Five ms: longer than the slowest beat of two tones (200 Hz apart), shorter than the gap."""
_ONSET_SAMPLES: Final = 6
_EDGE_SAMPLES: Final = 16
"""What the envelope's window adds before a tone's ramp, and after an abrupt end (measured)."""
_LOUD_FRACTION: Final = 0.3
_FLOOR_RMS: Final = 150.0
_MIN_SAMPLES: Final = _TONE_SAMPLES // 2
"""Half a tone is enough to tell what it was, and counts as heard."""
_CLICK_SAMPLES: Final = 24
_WHOLE_SAMPLES: Final = _TONE_SAMPLES - 64
_PURITY: Final = 0.6
"""Share of the energy that the two tones must hold; noise and other sounds hold less."""


class ToneVoice:
    """Speaks and hears text as two-tone symbols, one for each byte of its UTF-8."""

    def speak(self, text: str) -> bytes:
        """The text as µ-law; the first symbol starts with the first sample."""
        symbols = _symbols()
        return b"".join([symbols[byte] for byte in text.encode()])

    def duration_ms(self, text: str) -> float:
        """66 ms for each byte of UTF-8."""
        return len(text.encode()) * _SYMBOL_SAMPLES / PCMU_BYTES_PER_MS

    def chars_audible(self, text: str, ms: float) -> int:
        """Characters whose last symbol's tone was heard at least to its half."""
        encoded = text.encode()
        samples = int(ms * PCMU_BYTES_PER_MS)
        symbols = max(0, (samples - _MIN_SAMPLES) // _SYMBOL_SAMPLES + 1)
        return len(encoded[:symbols].decode(errors="ignore"))

    def hear(self, pcmu: bytes) -> str:
        """The text in the audio, wherever it was cut and however many gaps it got."""
        samples = np.frombuffer(pcmu_to_pcm16(pcmu), dtype="<i2").astype(np.float32)
        tones = _split_long(_loud_runs(samples))
        if not tones:
            return ""
        codes, purity = _decode(samples, tones)
        return bytes(_join_fragments(tones, codes, purity)).decode(errors="ignore")


@functools.cache
def _symbols() -> tuple[bytes, ...]:
    """The audio of each byte value, gap included; 135 kB, made once."""
    time = np.arange(_TONE_SAMPLES) / PCMU_SAMPLE_RATE
    ramp = np.minimum(1.0, (np.arange(_TONE_SAMPLES) + 0.5) / _RAMP_SAMPLES)
    envelope = _AMPLITUDE * np.minimum(ramp, ramp[::-1])
    low = np.sin(2 * np.pi * np.outer(_LOW_BINS * _BIN_HZ, time))
    high = np.sin(2 * np.pi * np.outer(_HIGH_BINS * _BIN_HZ, time))
    gap = np.zeros(_GAP_SAMPLES)
    return tuple(
        pcm16_to_pcmu(
            np.concatenate([envelope * (low[byte >> 4] + high[byte & 0x0F]), gap])
            .astype("<i2")
            .tobytes()
        )
        for byte in range(256)
    )


def _loud_runs(samples: Samples) -> list[tuple[int, int]]:
    """Where the audio is loud: (start, end) in samples, by a sliding envelope."""
    if len(samples) < _CLICK_SAMPLES:
        return []
    half = _ENVELOPE_SAMPLES // 2
    padded = np.pad(samples.astype(np.float64) ** 2, (half, half))
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    power = (sums[_ENVELOPE_SAMPLES:] - sums[:-_ENVELOPE_SAMPLES]) / _ENVELOPE_SAMPLES
    loud = power[power > _FLOOR_RMS**2]
    if not len(loud):
        return []
    threshold = max(_FLOOR_RMS**2, float(np.median(loud)) * _LOUD_FRACTION**2)
    above = (power[: len(samples)] > threshold).astype(np.int8)
    steps = np.diff(np.concatenate([[0], above, [0]]))
    starts = np.flatnonzero(steps == 1)
    ends = np.flatnonzero(steps == -1)
    # A run that touches either end of the audio was cut there: that is no edge of a tone.
    starts = np.where(starts > 0, starts + _ONSET_SAMPLES, starts)
    ends = np.where(ends < len(samples), ends - _EDGE_SAMPLES, ends)
    return [
        (int(start), int(end))
        for start, end in zip(starts, ends, strict=True)
        if end - start >= _CLICK_SAMPLES
    ]


def _split_long(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs that swallowed a gap (lost audio, noise) as one run a symbol."""
    split = []
    for start, end in runs:
        while end - start > _SYMBOL_SAMPLES + _MIN_SAMPLES:
            split.append((start, start + _TONE_SAMPLES))
            start += _SYMBOL_SAMPLES
        split.append((start, end))
    return split


def _decode(
    samples: Samples, tones: list[tuple[int, int]]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """For each tone the byte it sounds like, and how purely (0 to 1)."""
    windows = np.zeros((len(tones), _WINDOW_SAMPLES), dtype=np.float32)
    weights = np.zeros(len(tones))
    energy = np.zeros(len(tones))
    for row, (start, end) in enumerate(tones):
        size = min(end - start, _WINDOW_SAMPLES)
        start += (min(end - start, _TONE_SAMPLES) - size) // 2
        hann = _hann(size)
        part = samples[start : start + size]
        windows[row, :size] = part * hann
        weights[row] = hann.sum()
        energy[row] = (part * part * hann).sum() / weights[row]
    # A Fourier transform, as a matrix product would wake the BLAS library's threads.
    amplitudes = 2 * np.abs(np.fft.rfft(windows, axis=1)) / weights[:, None]
    low, high = amplitudes[:, _LOW_BINS], amplitudes[:, _HIGH_BINS]
    codes = low.argmax(axis=1) * 16 + high.argmax(axis=1)
    purity = (low.max(axis=1) ** 2 + high.max(axis=1) ** 2) / 2 / np.maximum(energy, 1.0)
    return codes, purity


@functools.lru_cache(maxsize=512)
def _hann(size: int) -> Samples:
    return np.hanning(size + 2)[1:-1].astype(np.float32)


def _join_fragments(
    tones: list[tuple[int, int]],
    codes: npt.NDArray[np.intp],
    purity: npt.NDArray[np.float64],
) -> list[int]:
    """The bytes heard: whole tones, and pieces of one that a gap had torn apart."""
    heard: list[int] = []
    open_code, open_samples, longest = -1, 0, 0

    def close() -> None:
        """End the tone that is open; one long enough was a byte."""
        nonlocal open_code, open_samples, longest
        if open_samples >= _MIN_SAMPLES:
            heard.append(open_code)
        open_code, open_samples, longest = -1, 0, 0

    for (start, end), code, pure in zip(tones, codes.tolist(), purity.tolist(), strict=True):
        size = end - start
        if pure < _PURITY:
            continue
        if size >= _WHOLE_SAMPLES:
            close()
            heard.append(code)
            continue
        # Short pieces are too blurred to tell apart; the longest of a symbol says what it was.
        same = code == open_code or min(size, longest) < _MIN_SAMPLES * 3 // 4
        if not same or open_samples + size > _TONE_SAMPLES + _RAMP_SAMPLES:
            close()
        if size > longest:
            open_code, longest = code, size
        open_samples += size
    close()
    return heard
