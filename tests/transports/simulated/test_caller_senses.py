from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np

from processors.state.g711 import pcm16_to_pcmu
from tests.transports.simulated.letter_voice import LetterVoice
from transports.simulated.caller_senses import InstantSenses, SpokenSenses
from transports.simulated.speech.engines import Detector, Engines, Sentence, Vectors


class Voice:
    """Speaks one sample for each letter."""

    def __init__(self, level: int) -> None:
        self._level = level

    def stream(self, text: str, speed: float = 1.0) -> Iterator[Sentence]:
        for sentence in text.split("|"):
            yield Sentence(sentence, self._level.to_bytes(2, "little") * len(sentence))


class Ears:
    def transcribe(self, pcm16: bytes) -> str:
        return f"{len(pcm16) // 2} samples"


class NoSentences:
    def vectors(self, sentences: list[str]) -> Vectors:
        return np.zeros((len(sentences), 1), dtype=np.float32)


def no_detector() -> Detector:
    raise NotImplementedError


ENGINES = Engines(Ears(), Voice(1000), Voice(2000), NoSentences(), no_detector)


async def test_a_spoken_caller_has_a_voice_of_their_own_and_speaks_sentence_by_sentence() -> None:
    senses = SpokenSenses(ENGINES)

    speech, heard = senses.speak("one|two"), senses.hear(b"\x00" * 80)
    assert not speech.done()
    await senses.settle()
    senses.close()

    assert speech.result() == pcm16_to_pcmu((2000).to_bytes(2, "little") * 6)
    assert heard.result() == "80 samples"


async def test_nothing_is_open_once_it_has_settled() -> None:
    senses = SpokenSenses(ENGINES)
    before = asyncio.all_tasks()
    senses.speak("hello")

    await senses.settle()
    await asyncio.sleep(0)
    senses.close()

    assert asyncio.all_tasks() == before


async def test_a_voice_that_takes_no_time_is_ready_at_once() -> None:
    senses = InstantSenses(LetterVoice())

    assert senses.speak("hi").done()
    assert senses.hear(senses.speak("hi").result()).result() == "hi"
    await senses.settle()
