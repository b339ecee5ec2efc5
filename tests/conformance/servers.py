"""Realtime servers that the conformance tests are held against; a new one is a line in ``SERVERS``.

A test knows of a server only what stands in ``ServerUnderTest``: where it is, and by what voice one
talks to it. Nothing else of it may be asked, so that any server that speaks the protocol can stand
here.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from processors.state.g711 import pcm16_to_pcmu, pcmu_to_pcm16
from tests.loaded_engines import loaded_engines
from transports.simulated import brain
from transports.simulated.brain_script import BrainScript
from transports.simulated.faults import ModelOptions
from transports.simulated.model_server import SimulatedModel
from transports.simulated.senses import ToneSenses
from transports.simulated.speech_senses import SpeechSenses
from transports.simulated.voice import ToneVoice


@dataclass(frozen=True)
class ServerUnderTest:
    """A Realtime server, and how one talks to it.

    Attributes:
        url: Its address, ws(s) style, up to ``/v1``.
        instructions: What its sessions are told, so that it answers as the tests want.
        question: A line of the caller's that it answers aloud, without a tool.
        farewell: A line of the caller's that makes it call ``end_call``.
        speak: A line as caller's audio: µ-law, 8 kHz.
        hear: The words in its audio: µ-law, 8 kHz.
        same: Whether what was heard are these words.
        api_key: A key that it takes.
    """

    url: str
    instructions: str
    question: str
    farewell: str
    speak: Callable[[str], bytes]
    hear: Callable[[bytes], str]
    same: Callable[[str, str], bool]
    api_key: str = "sk-test"


_SCRIPT: Final = BrainScript(
    greeting="Good morning. This is the office. How can I help you today?",
    facts=("We open at nine.",),
    goodbye="Goodbye now.",
)
_PACE: Final = ModelOptions(first_delta=0.0, speed_up=30.0, transcription_delay=0.0)
"""Fast, but not at once: something has to be left to cancel."""
_MIND_FOR: Final = brain.scripted(lambda _: _SCRIPT)
_ALIKE: Final = 0.8
"""Share of words that ears get right at least, in the few short lines of these tests."""


@asynccontextmanager
async def scripted() -> AsyncIterator[ServerUnderTest]:
    """The simulated model that follows a script and speaks in tones."""
    voice = ToneVoice()
    model = SimulatedModel(_MIND_FOR, senses=ToneSenses(voice), options=_PACE)
    await model.start()
    yield ServerUnderTest(
        url=model.url,
        instructions="Answer the phone.",
        question="When do you open?",
        farewell="Thanks, goodbye!",
        speak=voice.speak,
        hear=voice.hear,
        same=str.__eq__,
    )
    await model.stop()


@asynccontextmanager
async def speaking() -> AsyncIterator[ServerUnderTest]:
    """The same model with real ears and a real voice."""
    engines = loaded_engines()
    senses = SpeechSenses(engines)
    model = SimulatedModel(_MIND_FOR, senses=senses, options=_PACE)
    await model.start()
    yield ServerUnderTest(
        url=model.url,
        instructions="Answer the phone.",
        question="When do you open?",
        farewell="Thanks, goodbye!",
        speak=lambda text: pcm16_to_pcmu(
            b"".join(sentence.pcm16 for sentence in engines.caller_voice.stream(text))
        ),
        hear=lambda pcmu: engines.recognizer.transcribe(pcmu_to_pcm16(pcmu)),
        same=_same_words,
    )
    await model.stop()
    senses.close()


def _same_words(one: str, other: str) -> bool:
    """Whether two texts are of nearly the same words; how they are written does not matter."""
    first, second = (re.findall(r"[a-z]+", text.lower()) for text in (one, other))
    return SequenceMatcher(a=first, b=second, autojunk=False).ratio() >= _ALIKE


SERVERS: Final[tuple[Callable[[], AbstractAsyncContextManager[ServerUnderTest]], ...]] = (
    scripted,
    speaking,
)
