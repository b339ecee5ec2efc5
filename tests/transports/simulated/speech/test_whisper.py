"""The ears where Moonshine's wheel is not to be had; the network itself is played."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from transports.simulated.speech.engines import SAMPLE_RATE
from transports.simulated.speech.whisper import Whisper, load_whisper


@dataclass
class Segment:
    text: str


class Network:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def transcribe(self, samples: Any, **options: Any) -> tuple[list[Segment], None]:
        assert options["language"] == "en"
        assert samples.dtype == np.float32
        self.seconds.append(len(samples) / 16000)
        return [Segment(" Hello there."), Segment(" Who is it? ")], None


def tone(seconds: float) -> bytes:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (np.sin(2 * np.pi * 440 * time) * 8000).astype("<i2").tobytes()


def test_its_segments_are_one_text() -> None:
    network = Network()

    assert Whisper(network).transcribe(tone(2)) == "Hello there. Who is it?"
    assert network.seconds == [2.0]


def test_silence_is_not_asked_about() -> None:
    network = Network()

    assert Whisper(network).transcribe(b"") == ""
    assert Whisper(network).transcribe(bytes(3200)) == ""
    assert network.seconds == []


def test_of_a_long_turn_the_end_is_heard() -> None:
    network = Network()

    Whisper(network).transcribe(tone(40))

    assert network.seconds == [30.0]


def test_without_its_packages_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)

    with pytest.raises(ModuleNotFoundError, match="faster_whisper"):
        load_whisper()
