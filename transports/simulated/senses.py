"""What a session of the simulated model hears, speaks and thinks with, whichever way it does.

The protocol of the model is the same for a voice of tones, which takes no time, and for speech
engines, which work in threads of their own: what a sense gives is a future, done at once or later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeVar

from transports.simulated.energy_sound import EnergySound
from transports.simulated.vad import Sound
from transports.simulated.voice import PCMU_BYTES_PER_MS, ToneVoice, Voice

T = TypeVar("T")


class Piece(NamedTuple):
    """Speech that was made at once.

    Attributes:
        text: Its words; the pieces of a text make it up.
        pcmu: Its sound.
    """

    text: str
    pcmu: bytes


class Span(NamedTuple):
    """How long some words take to say.

    Attributes:
        text: The words.
        ms: Their length.
    """

    text: str
    ms: float


Speaking = Callable[[], asyncio.Future[Piece | None]]
"""Gives the next piece of a text, one at a time; None after the last."""


class BusyError(Exception):
    """So much waits to be done that no more is taken on."""


class Senses(Protocol):
    """Of one session, or of many."""

    @property
    def early_ms(self) -> int | None:
        """Silence after which to begin to listen to what was said so far; None: no need."""
        ...

    def new_sound(self) -> Sound:
        """What tells speech in one stream of audio."""
        ...

    def hear(self, pcmu: bytes) -> asyncio.Future[str]:
        """The words in the audio; empty when there are none."""
        ...

    def speak(self, text: str, speed: float = 1.0) -> Speaking:
        """The text as audio, piece by piece; nothing is made until it is asked for."""
        ...

    def chars_audible(self, span: Span, ms: float) -> int:
        """How many characters of a span of speech are heard in its first ``ms``."""
        ...

    def think(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do a job that takes its time."""
        ...


def chars_audible(senses: Senses, spans: Iterable[Span], ms: float) -> int:
    """How many characters of spans that are played one after the other are heard in ``ms``."""
    chars, begins_ms = 0, 0.0
    for span in spans:
        if ms < begins_ms + span.ms:
            return chars + senses.chars_audible(span, ms - begins_ms)
        chars += len(span.text)
        begins_ms += span.ms
    return chars


class ToneSenses:
    """A voice that takes no time: everything is done when it is asked for."""

    early_ms: int | None = None

    def __init__(self, voice: Voice | None = None) -> None:
        self._voice = voice or ToneVoice()

    def new_sound(self) -> Sound:
        """Tones are loud, and that is enough."""
        return EnergySound()

    def hear(self, pcmu: bytes) -> asyncio.Future[str]:
        """The words in the audio."""
        return _done(self._voice.hear(pcmu))

    def speak(self, text: str, speed: float = 1.0) -> Speaking:
        """The whole text in one piece, at the one speed that tones have."""
        pieces = iter((Piece(text, self._voice.speak(text)), None))
        return lambda: _done(next(pieces))

    def chars_audible(self, span: Span, ms: float) -> int:
        """Exactly what a listener decodes."""
        return self._voice.chars_audible(span.text, ms)

    def think(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Do it now."""
        return _done(job())


def pcmu_ms(pcmu: bytes | bytearray) -> float:
    """How long the audio plays."""
    return len(pcmu) / PCMU_BYTES_PER_MS


def _done(result: T) -> asyncio.Future[T]:
    future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    future.set_result(result)
    return future
