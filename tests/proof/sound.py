"""Sound of which no two pieces are alike, so that every byte can be traced to who made it."""

from __future__ import annotations

from random import Random
from typing import Final

SILENCE: Final = 0xFF
"""What padding is made of; nobody here ever says it."""

_MARK_BYTES: Final = 64
_NEVER_SILENT: Final = bytes(min(byte, SILENCE - 1) for byte in range(256))
# The fourteen codes nearest to silence: -55 dBFS and below, no speech to any voice detector.
_QUIET: Final = bytes((0x78, 0xF8)[byte & 1] + (byte >> 1) % 7 for byte in range(256))


class Sound:
    """Makes audio; µ-law, 8 bytes a millisecond."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def loud(self, size: int) -> bytes:
        return self._random.randbytes(size).translate(_NEVER_SILENT)

    def quiet(self, size: int) -> bytes:
        return self._random.randbytes(size).translate(_QUIET)


class TraceableVoice:
    """The simulated model's voice and ear (``transports.simulated.voice.Voice``).

    It never says the same thing in the same sound twice. It understands what the caller was made
    to say by ``caller_says``, wherever in its audio that stands.
    """

    def __init__(self, sound: Sound, ms_per_char: float) -> None:
        self._sound = sound
        self._ms_per_char = ms_per_char
        self._words: dict[bytes, str] = {}

    def caller_says(self, words: str, size: int) -> bytes:
        pcmu = self._sound.loud(size)
        self._words[pcmu[:_MARK_BYTES]] = words
        return pcmu

    def speak(self, text: str) -> bytes:
        return self._sound.loud(int(self.duration_ms(text) * 8))

    def hear(self, pcmu: bytes) -> str:
        return " ".join(words for mark, words in self._words.items() if mark in pcmu)

    def duration_ms(self, text: str) -> float:
        return len(text) * self._ms_per_char

    def chars_audible(self, text: str, ms: float) -> int:
        return min(len(text), max(0, int(ms / self._ms_per_char)))
