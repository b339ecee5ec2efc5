"""Who calls in the benchmark: listens, pauses, speaks, and interrupts every other answer."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from tests.bench.bursts import loud_part_of_pcmu, speech
from transports.simulated.person import Act, Speak

ASSISTANT_BURSTS: Final = 10
"""An answer of the model: four seconds."""

_UTTERANCE: Final = speech(4)
_PATIENCE: Final = 8.0
"""Seconds without an answer after which the caller asks again."""


class BenchCaller:
    """Holds a phone (``Person``); the same calls for every program, by the seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._busy_until = 0.0
        self._began_at: float | None = None
        self._loud_until = 0.0
        self._answers = 0
        self._next_answer()

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hear a piece of audio, whose first byte was played at ``at``."""
        if at < self._busy_until or loud_part_of_pcmu(pcmu)[0] < 0:
            return
        if self._began_at is None:
            self._began_at = at
        self._loud_until = at + len(pcmu) / 8000

    def tick(self, now: float) -> Sequence[Act]:
        """Speak when it is time to."""
        if now < self._busy_until:
            return ()
        if self._began_at is None:
            self._busy_until = self._busy_until or now
            return self._speak(now) if now - self._busy_until > _PATIENCE else ()
        # The first words of a call are not interrupted: some programs protect them.
        interrupts = self._answers >= 2 and self._answers % 2 == 0
        if interrupts and now - self._began_at >= self._interrupt_after:
            return self._speak(now)
        return self._speak(now) if now - self._loud_until >= self._pause else ()

    def _speak(self, now: float) -> Sequence[Act]:
        self._busy_until = now + len(_UTTERANCE) / 8000
        self._began_at = None
        self._next_answer()
        return (Speak(_UTTERANCE),)

    def _next_answer(self) -> None:
        self._answers += 1
        self._pause = self._random.uniform(0.5, 1.0)
        self._interrupt_after = self._random.uniform(1.0, 2.0)
