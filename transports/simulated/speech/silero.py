"""Tells speech from other sound: Silero VAD, out of pipecat's wheel, natively at 8 kHz."""

from __future__ import annotations

import copy
from importlib import resources
from typing import Final

import numpy as np
from pipecat.audio.vad.silero import SileroOnnxModel

from transports.simulated.speech.engines import SAMPLE_RATE

FRAME_SAMPLES: Final = 256
_FRAME_BYTES: Final = 2 * FRAME_SAMPLES
_RESET_EVERY: Final = 2.0
"""Seconds. Long noise or silence leaves the network deaf to what follows, so it is begun anew in
silence that is clear (as pipecat's ``SileroVADAnalyzer`` does, where the figures come from)."""
_CLEAR: Final = 0.1
_CLEAR_FRAMES: Final = 5


def load_silero() -> SileroOnnxModel:
    """The network; one serves all streams."""
    file = resources.files("pipecat.audio.vad.data") / "silero_vad.onnx"
    return SileroOnnxModel(str(file))


class SileroDetector:
    """Listens to one stream."""

    def __init__(self, model: SileroOnnxModel) -> None:
        # The session is shared; what the network remembers of a stream is this copy's own.
        self._model = copy.copy(model)
        self._model.reset_states()
        self._rest = b""
        self._since_reset = 0
        self._clear_frames = 0

    def confidences(self, pcm16: bytes) -> list[float]:
        """How sure it is of each next 32 ms that it is speech."""
        audio = self._rest + pcm16
        whole = len(audio) // _FRAME_BYTES
        self._rest = audio[whole * _FRAME_BYTES :]
        frames = np.frombuffer(audio, dtype="<i2", count=whole * FRAME_SAMPLES)
        samples = frames.astype(np.float32).reshape(whole, FRAME_SAMPLES) / 32768
        return [self._frame(frame) for frame in samples]

    def reset(self) -> None:
        """Forget what was heard so far."""
        self._rest = b""
        self._begin_anew()

    def _frame(self, frame: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
        confidence = float(self._model(frame, SAMPLE_RATE)[0].item())
        self._since_reset += 1
        self._clear_frames = self._clear_frames + 1 if confidence < _CLEAR else 0
        due = self._since_reset * FRAME_SAMPLES >= _RESET_EVERY * SAMPLE_RATE
        if due and self._clear_frames >= _CLEAR_FRAMES:
            self._begin_anew()
        return confidence

    def _begin_anew(self) -> None:
        self._model.reset_states()
        self._since_reset = self._clear_frames = 0
