"""Who holds the simulated phone: what such a person hears, and what they can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Speak:
    """Say something, after what is still being said.

    Attributes:
        pcmu: The audio, µ-law at 8 kHz.
    """

    pcmu: bytes


@dataclass(frozen=True, slots=True)
class PressDigits:
    """Press keys, one after the other.

    Attributes:
        digits: 0-9, ``*`` and ``#``.
    """

    digits: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the phone down, in the middle of a word if need be."""


Act = Speak | PressDigits | HangUp


class Person(Protocol):
    """Uses a phone. Both methods are called with the loop's time and must not wait."""

    def heard(self, pcmu: bytes, at: float) -> None:
        """Hear a piece of audio, whose first byte was played at ``at``."""
        ...

    def tick(self, now: float) -> Sequence[Act]:
        """Do something, or nothing; asked after each 20 ms, once all of them were heard."""
        ...
