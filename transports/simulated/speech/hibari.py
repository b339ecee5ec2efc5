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
_EMAIL: Final = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_SITE: Final = re.compile(r"\b(?:https?://)?((?:[\w-]+\.)+(?:com|org|net|io|gov|edu|us))\b")
_PER: Final = re.compile(r"(?<=\w)/(?=(?:month|week|day|hour|night|year)\b)")
_SIGNS: Final = {"@": " at ", ".": " dot ", "_": " underscore ", "-": " dash ", "+": " plus "}
_ABBREVIATIONS: Final = frozenset(["mr", "mrs", "ms", "dr", "st", "ave", "jr", "sr", "prof", "vs"])
"""A period after one of them, or after an initial, ends no sentence."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[\"\u201d\u2019)\]]*\s+(?=\S)")


class HibariVoice:
    """Speaks English."""

    def __init__(self, engine: Any, *, pitch: float = 1.0) -> None:
        """Speak with a loaded ``hibari.Hibari``; ``pitch`` below 1 is a lower voice."""
        self._engine = engine
        self._pitch = pitch
        self._lock = threading.Lock()

    def stream(self, text: str, speed: float = 1.0) -> Iterator[Sentence]:
        """The text as speech, sentence by sentence; ``speed`` 1 is the voice's own pace."""
        pieces = list(sentences_of(text))
        for number, piece in enumerate(pieces, start=1):
            yield Sentence(piece, self._speech(piece, speed, last=number == len(pieces)))

    def _speech(self, text: str, speed: float, *, last: bool) -> bytes:
        with self._lock:
            made = self._engine(sayable(text), speed=speed / self._pitch, seed=_SEED)
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
        if _ends_sentence(text, match.start(), match.end()):
            yield text[at : match.end()]
            at = match.end()
    if text[at:]:
        yield text[at:]


def _ends_sentence(text: str, end: int, after: int) -> bool:
    """Whether the sign before ``end`` is the end of a sentence that is followed by another."""
    if text[after].islower():
        return False
    before = text[:end].rpartition(" ")[2]
    word = before.rstrip(".").lower()
    return not (before.endswith(".") and (word in _ABBREVIATIONS or len(word) == 1))


def sayable(text: str) -> str:
    """The text as the engine reads it right: numbers digit by digit, addresses in words."""
    text = _EMAIL.sub(lambda match: _in_words(match.group(0)), text)
    text = _SITE.sub(lambda match: _in_words(match.group(1)), text)
    return _PHONE.sub(_spelled, _PER.sub(" per ", text))


def _in_words(address: str) -> str:
    return " ".join("".join(_SIGNS.get(sign, sign) for sign in address).split())


def _spelled(match: re.Match[str]) -> str:
    found = match.group(0)
    groups = re.findall(r"\d+", found)
    if sum(map(len, groups)) < _MANY_DIGITS:
        return found
    return ", ".join(" ".join(group) for group in groups)
