"""What the simulated ends need of speech engines, whichever engines these are.

All audio is little-endian PCM16 at 8 kHz, mono: what a telephone carries. Every engine is slow in
the sense of a call (milliseconds to tenths of a second) and blocks, so it is called from worker
threads; each guards itself, so that one of a kind serves all calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 8000
"""Hz, of all audio here."""

Vectors = npt.NDArray[np.float32]


class Recognizer(Protocol):
    """Turns speech into words."""

    def transcribe(self, pcm16: bytes) -> str:
        """The words in the audio, with punctuation; empty when there are none."""
        ...


class Sentence(NamedTuple):
    """A piece of speech that is made at once.

    Attributes:
        text: The words, a slice of the text it was made from; pieces joined are that text.
        pcm16: Their sound, with the pause after them.
    """

    text: str
    pcm16: bytes


class SpeakingVoice(Protocol):
    """Turns words into speech."""

    def stream(self, text: str, speed: float = 1.0) -> Iterator[Sentence]:
        """The text as speech, sentence by sentence; each is made when it is asked for.

        ``speed`` 1 is the voice's own pace, more is faster.
        """
        ...


class Sentences(Protocol):
    """Turns sentences into vectors that are near each other when the meanings are."""

    def vectors(self, sentences: list[str]) -> Vectors:
        """One row a sentence, of length 1, so that a dot product is the cosine."""
        ...


class Detector(Protocol):
    """Tells speech from other sound; one for each stream of audio, as it remembers."""

    def confidences(self, pcm16: bytes) -> list[float]:
        """How sure it is that each next 32 ms (256 samples) is speech, 0 to 1.

        Audio that does not fill a frame waits for what comes next.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard so far."""
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """One of each, loaded and warm, for all calls of a process.

    Attributes:
        recognizer: The ears.
        voice: The agent's voice.
        caller_voice: Another one, for a simulated caller.
        sentences: The sense of sentences.
        new_detector: Makes the detector of one stream.
    """

    recognizer: Recognizer
    voice: SpeakingVoice
    caller_voice: SpeakingVoice
    sentences: Sentences
    new_detector: Callable[[], Detector]
