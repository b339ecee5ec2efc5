"""How well the ears hear: the word error rate of the repository's caller lines, over a phone."""

from __future__ import annotations

from dataclasses import dataclass

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from tests.bench_speech.words import counted, errors
from transports.simulated.speech.engines import SAMPLE_RATE, Engines

_BEFORE, _AFTER = 0.3, 0.5
"""Seconds of silence around a turn, as the model's turn detection leaves them."""


@dataclass(frozen=True)
class Misheard:
    """A line that was not heard word for word."""

    said: str
    heard: str


@dataclass(frozen=True)
class Hearing:
    """What came of all lines.

    Attributes:
        lines: How many there were.
        words: How many words in them.
        errors: How many of those were wrong, missing or too many.
        misheard: The lines with errors.
    """

    lines: int
    words: int
    errors: int
    misheard: list[Misheard]

    @property
    def rate(self) -> float:
        """Word errors over words."""
        return self.errors / self.words


def hear(engines: Engines, lines: list[str]) -> Hearing:
    """Say each line with the caller's voice, over G.711 at 8 kHz, and compare what is heard."""
    words = wrong = 0
    misheard = []
    for line in lines:
        spoken = b"".join(sentence.pcm16 for sentence in engines.caller_voice.stream(line))
        phoned = pcmu_to_pcm16(pcm16_to_pcmu(_silence(_BEFORE) + spoken + _silence(_AFTER)))
        heard = engines.recognizer.transcribe(phoned)
        said = counted(line)
        words += len(said)
        missed = errors(said, counted(heard))
        wrong += missed
        if missed:
            misheard.append(Misheard(line, heard))
    return Hearing(len(lines), words, wrong, misheard)


def _silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * SAMPLE_RATE))
