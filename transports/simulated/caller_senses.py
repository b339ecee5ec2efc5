"""What a simulated caller hears and speaks with, whichever way it does.

A caller is asked what they do every 20 ms and must not wait: what takes time is asked for, and
looked at again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, Protocol, TypeVar

from transports.simulated.speech.engines import Engines
from transports.simulated.speech_senses import SpeechSenses

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Pending(Protocol[T_co]):
    """Something that is there now or later."""

    def done(self) -> bool:
        """Whether it is there."""
        ...

    def result(self) -> T_co:
        """What it is; only once it is there."""
        ...


class Voice(Protocol):
    """Turns words into telephone audio and back, at once."""

    def speak(self, text: str) -> bytes:
        """The words as G.711 µ-law, 8 kHz, mono."""
        ...

    def hear(self, pcmu: bytes) -> str:
        """The words in G.711 µ-law audio; empty when there are none."""
        ...


class CallerSenses(Protocol):
    """Of one simulated caller."""

    def speak(self, text: str) -> Pending[bytes]:
        """The words as G.711 µ-law, 8 kHz, mono."""
        ...

    def hear(self, pcmu: bytes) -> Pending[str]:
        """The words in G.711 µ-law audio; empty when there are none."""
        ...

    async def settle(self) -> None:
        """Wait until everything that was asked for is there."""
        ...


@dataclass(frozen=True, slots=True)
class Ready(Generic[T]):
    """Something that is there.

    Attributes:
        value: What it is.
    """

    value: T

    def done(self) -> bool:
        """It is."""
        return True

    def result(self) -> T:
        """What it is."""
        return self.value


class InstantSenses:
    """Those of a voice that takes no time."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    def speak(self, text: str) -> Ready[bytes]:
        """The words, now."""
        return Ready(self._voice.speak(text))

    def hear(self, pcmu: bytes) -> Ready[str]:
        """The words, now."""
        return Ready(self._voice.hear(pcmu))

    async def settle(self) -> None:
        """Nothing is ever open."""


class SpokenSenses:
    """Those of a caller who really speaks and listens: with another voice than the model's."""

    def __init__(self, engines: Engines) -> None:
        self._senses: Final = SpeechSenses(replace(engines, voice=engines.caller_voice))
        self._open: set[asyncio.Future[Any]] = set()

    def speak(self, text: str) -> asyncio.Future[bytes]:
        """The words, sentence by sentence, as soon as all of them are made."""
        return self._kept(_task(self._whole(text)))

    def hear(self, pcmu: bytes) -> asyncio.Future[str]:
        """The words, when they are made out."""
        return self._kept(self._senses.hear(pcmu))

    async def settle(self) -> None:
        """Wait for the ears."""
        while self._open:
            await asyncio.wait(self._open)

    def close(self) -> None:
        """Begin nothing more."""
        self._senses.close()

    async def _whole(self, text: str) -> bytes:
        next_piece, pieces = self._senses.speak(text), []
        while (piece := await next_piece()) is not None:
            pieces.append(piece.pcmu)
        return b"".join(pieces)

    def _kept(self, future: asyncio.Future[T]) -> asyncio.Future[T]:
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        return future


def _task(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    return asyncio.get_running_loop().create_task(work, name="simulated caller speaks")
