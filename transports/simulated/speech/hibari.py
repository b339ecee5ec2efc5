"""The voice: hibari, one American voice, and a lower one made of it for the simulated caller."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import soxr

from transports.simulated.speech.engines import SAMPLE_RATE, Sentence

CALLER_PITCH: Final = 0.82
"""The caller's voice against the agent's: lower, and understood as well (measured)."""
_SEED: Final = 1
"""Of the breath in the voice: the same text sounds the same each time."""
_LEVEL: Final = 0.6
"""Loudest sample of a sentence: room below the top, as telephone speech has it."""
_PAUSE: Final = 0.12
"""Seconds between two sentences."""
_EDGE: Final = 0.01
"""Sound under this part of the loudest is no speech yet: the model leads in with silence."""
_LEAD_IN: Final = 0.02
"""Seconds kept before the first sound."""
_PHONE: Final = re.compile(r"(?<![\w-])\+?\(?\d[\d\-.() ]{5,}\d(?![\w-])")
_MANY_DIGITS: Final = 7
"""Numbers this long are no amounts: they are said digit by digit."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"\u201d\u2019)\]]*\s+(?=\S)")


class HibariVoice:
    """Speaks English."""

    def __init__(self, engine: Any, *, pitch: float = 1.0) -> None:
        """Speak with a loaded ``hibari.Hibari``; ``pitch`` below 1 is a lower voice."""
        self._engine = engine
        self._pitch = pitch
        self._lock = threading.Lock()

    def stream(self, text: str) -> Iterator[Sentence]:
        """The text as speech, sentence by sentence."""
        pieces = list(sentences_of(text))
        for number, piece in enumerate(pieces, start=1):
            yield Sentence(piece, self._speech(piece, last=number == len(pieces)))

    def _speech(self, text: str, *, last: bool) -> bytes:
        with self._lock:
            made = self._engine(sayable(text), speed=1 / self._pitch, seed=_SEED)
        loudest = float(np.abs(made).max(initial=0.0))
        if not loudest:
            return b""
        engine_rate = int(self._engine.sample_rate * self._pitch)
        first = int(np.flatnonzero(np.abs(made) > loudest * _EDGE)[0])
        made = made[max(0, first - int(_LEAD_IN * engine_rate)) :]
        narrow = soxr.resample(made * (_LEVEL / loudest), engine_rate, SAMPLE_RATE)
        pause = np.zeros(0 if last else int(_PAUSE * SAMPLE_RATE), dtype=np.float32)
        pcm16 = np.concatenate([narrow, pause]).clip(-1, 1) * 32767
        speech: bytes = pcm16.astype("<i2").tobytes()
        return speech


def sentences_of(text: str) -> Iterator[str]:
    """The text in sentences, with the spaces after them."""
    at = 0
    for match in _SENTENCE_END.finditer(text):
        yield text[at : match.end()]
        at = match.end()
    if text[at:]:
        yield text[at:]


def sayable(text: str) -> str:
    """The text as the engine reads it right: telephone numbers digit by digit."""
    return _PHONE.sub(_spelled, text)


def _spelled(match: re.Match[str]) -> str:
    found = match.group(0)
    groups = re.findall(r"\d+", found)
    if sum(map(len, groups)) < _MANY_DIGITS:
        return found
    return ", ".join(" ".join(group) for group in groups)
