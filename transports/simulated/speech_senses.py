"""Real ears, a real voice and time to think, for all sessions of a process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from transports.simulated.senses import Piece, Span, Speaking
from transports.simulated.speech.engines import Detector, Engines, Sentence
from transports.simulated.vad import Sound
from transports.simulated.worker import Worker

T = TypeVar("T")

_EARLY_MS: Final = 192
"""Silence after which the ears begin, though the turn may go on: recognition is done by the time
that the turn is known to be over."""
_EARS: Final = min(4, os.cpu_count() or 1)
"""Turns that are made out at once. It is what takes longest by far, and one core each."""
_HYSTERESIS: Final = 0.15
"""So much less confidence keeps speech going (Silero VAD, its own iterator)."""


class SpeechSound:
    """Tells speech by a detector's confidence."""

    frame_ms = 32
    onset_frames = 2
    onset_ms = 128
    """Two frames, and what the network needs to be sure (measured)."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def levels(self, pcmu: bytes) -> list[float]:
        """The confidence that each 32 ms is speech."""
        return self._detector.confidences(pcmu_to_pcm16(pcmu))

    def limit(self, threshold: float, *, speaking: bool) -> float:
        """The threshold itself; a little less while speech goes on."""
        return max(threshold - _HYSTERESIS, 0.05) if speaking else threshold


@dataclass(frozen=True, slots=True)
class SpeechSenses:
    """Hears, speaks and thinks in threads of their own.

    Attributes:
        engines: What it works with.
        early_ms: Silence after which the ears begin.
    """

    engines: Engines
    early_ms: int | None = _EARLY_MS
    _ears: Worker = field(default_factory=lambda: Worker("ears", threads=_EARS))
    _mouth: Worker = field(default_factory=lambda: Worker("mouth"))
    _mind: Worker = field(default_factory=lambda: Worker("mind"))

    def new_sound(self) -> Sound:
        """A detector of its own for each stream."""
        return SpeechSound(self.engines.new_detector())

    def hear(self, pcmu: bytes) -> asyncio.Future[str]:
        """The words in the audio."""
        return self._ears.do(lambda: self.engines.recognizer.transcribe(pcmu_to_pcm16(pcmu)))

    def speak(self, text: str, speed: float = 1.0) -> Speaking:
        """The text sentence by sentence, each made when it is asked for."""
        sentences = self.engines.voice.stream(text, speed)
        return lambda: self._mouth.do(lambda: _next_piece(sentences))

    def chars_audible(self, span: Span, ms: float) -> int:
        """In proportion: words are spoken at an even pace."""
        return int(len(span.text) * min(1.0, ms / span.ms)) if span.ms else 0

    def think(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do a job in the thread of the mind."""
        return self._mind.do(job)

    def close(self) -> None:
        """Begin nothing more."""
        for worker in (self._ears, self._mouth, self._mind):
            worker.close()


def _next_piece(sentences: Iterator[Sentence]) -> Piece | None:
    sentence = next(sentences, None)
    if sentence is None:
        return None
    return Piece(sentence.text, pcm16_to_pcmu(sentence.pcm16))
