"""When the caller speaks, judged by energy and by the audio's own time.

The Realtime server counts time in audio written to its input buffer, never by the clock: start
includes the prefix padding, stop includes the silence that ended the turn (OpenAI, Realtime API
reference, ``input_audio_buffer.speech_started`` and ``speech_stopped``). So no audio means no
decision: a turn ends only by silence that is really sent. Levels are in dBFS: a threshold of 0 is
-60, one of 1 is -30; the real server has a neural detector, this one only needs to be fair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from processors.state.g711 import SILENCE, pcmu_to_pcm16
from transports.simulated.voice import PCMU_BYTES_PER_MS

FRAME_MS: Final = 20
_FRAME_BYTES: Final = FRAME_MS * PCMU_BYTES_PER_MS
_ONSET_FRAMES: Final = 2
"""A single loud frame is a click; two are speech."""
_POWER: Final = (
    np.frombuffer(pcmu_to_pcm16(bytes(range(256))), dtype="<i2").astype(np.float32) / 32768
) ** 2


@dataclass(frozen=True, slots=True)
class VadRules:
    """How a turn begins and ends.

    Attributes:
        threshold: 0 to 1; more needs louder speech.
        prefix_padding_ms: Audio from before the onset that belongs to the turn.
        pause_ms: Silence after which the turn may be over.
        max_pause_ms: Silence after which it is. Equal to ``pause_ms`` for ``server_vad``.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    pause_ms: int = 500
    max_pause_ms: int = 500


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The caller began to speak.

    Attributes:
        audio_start_ms: Where the turn's audio begins, prefix padding included.
    """

    audio_start_ms: int


@dataclass(frozen=True, slots=True)
class SpeechStopped:
    """The caller's turn is over.

    Attributes:
        audio_end_ms: Where the turn's audio ends, the closing silence included.
    """

    audio_end_ms: int


SpeechEvent = SpeechStarted | SpeechStopped


def always_complete() -> bool:
    """What ``server_vad`` thinks of any pause long enough."""
    return True


def _powers(pcmu: bytes, frames: int) -> list[float]:
    if pcmu.count(SILENCE) == len(pcmu):
        return [0.0] * frames
    codes = np.frombuffer(pcmu, dtype=np.uint8, count=frames * _FRAME_BYTES)
    sums = _POWER.take(codes).reshape(frames, _FRAME_BYTES).sum(axis=1)
    powers: list[float] = (sums / _FRAME_BYTES).tolist()
    return powers


class EnergyVad:
    """Finds turns in µ-law audio, 20 ms at a time, however the audio is cut into pieces."""

    def __init__(self, rules: VadRules, position_ms: int = 0) -> None:
        self.speaking = False
        self._position_ms = position_ms
        self._earliest_ms = position_ms
        self._rest = b""
        self._loud_frames = 0
        self._silence_ms = 0
        self.rules = rules

    @property
    def rules(self) -> VadRules:
        """How turns begin and end; may change between any two pieces of audio."""
        return self._rules

    @rules.setter
    def rules(self, rules: VadRules) -> None:
        self._rules = rules
        self._power = float(10 ** ((-60 + 30 * rules.threshold) / 10))

    def reset(self) -> None:
        """Forget the turn that is under way: its audio was committed or cleared."""
        self.speaking = False
        self._earliest_ms = self._position_ms
        self._loud_frames = 0

    def feed(
        self, pcmu: bytes, turn_complete: Callable[[], bool] = always_complete
    ) -> list[SpeechEvent]:
        """Take the next audio; the turns that began and ended in it, in order.

        ``turn_complete`` is asked once in each pause of ``pause_ms`` whether the words so far
        are all of it (``semantic_vad``).
        """
        if self._rest:
            pcmu = self._rest + pcmu
        whole = len(pcmu) // _FRAME_BYTES
        self._rest = pcmu[whole * _FRAME_BYTES :]
        if not whole:
            return []
        events: list[SpeechEvent] = []
        for power in _powers(pcmu, whole):
            event = self._frame(power >= self._power, turn_complete)
            if event is not None:
                events.append(event)
        return events

    def _frame(self, loud: bool, turn_complete: Callable[[], bool]) -> SpeechEvent | None:
        self._position_ms += FRAME_MS
        if not self.speaking:
            self._loud_frames = self._loud_frames + 1 if loud else 0
            if self._loud_frames < _ONSET_FRAMES:
                return None
            self.speaking = True
            self._silence_ms = 0
            onset_ms = self._position_ms - _ONSET_FRAMES * FRAME_MS
            return SpeechStarted(max(self._earliest_ms, onset_ms - self._rules.prefix_padding_ms))
        if loud:
            self._silence_ms = 0
            return None
        self._silence_ms += FRAME_MS
        rules = self._rules
        if self._silence_ms >= rules.max_pause_ms or (
            rules.pause_ms <= self._silence_ms < rules.pause_ms + FRAME_MS and turn_complete()
        ):
            self.reset()
            return SpeechStopped(self._position_ms)
        return None
